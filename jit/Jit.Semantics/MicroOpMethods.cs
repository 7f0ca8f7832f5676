using System.Reflection;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The methods that state what micro-ops mean: as <see cref="MethodInfo"/> for code that is emitted, as function pointers for code that interprets.
/// Built once from the <see cref="MicroOpMethodAttribute"/>s of this assembly; never changes.
/// </summary>
public static unsafe class MicroOpMethods
{
    private static readonly Type Status = typeof(FloatStatus).MakeByRefType();
    private static readonly (MethodInfo?[] Methods, string[] Problems) Built = Build();
    private static readonly MethodInfo?[] Methods = Built.Methods;
    private static readonly nint[] Pointers = Array.ConvertAll(Methods, m => m == null ? 0 : m.MethodHandle.GetFunctionPointer());

    /// <summary>
    /// What is wrong with the methods: a code whose shape wants one and that has none or two, a wrong signature, a method for a code that
    /// executors do themselves. Empty in a correct build.
    /// </summary>
    public static IReadOnlyList<string> Problems => Built.Problems;

    /// <summary>True if the meaning of micro-ops of this shape is a method; false if executors do it themselves.</summary>
    public static bool HasMethod(MicroOpShape shape) => Signature(shape) != null;

    /// <summary>The method of a code, or null if executors do it themselves.</summary>
    public static MethodInfo? Find(MicroOpCode code) => Methods[(int)code];

    /// <summary>The method of a code.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static MethodInfo Method(MicroOpCode code) =>
        Methods[(int)code] ?? throw new InvalidOperationException($"micro-op {code} has no method");

    /// <summary>For <see cref="MicroOpShape.Value1"/> and <see cref="MicroOpShape.Extend"/>: (a, size).</summary>
    public static delegate*<ulong, int, ulong> Value1(MicroOpCode code) => (delegate*<ulong, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Value2"/> and <see cref="MicroOpShape.Insert"/>: (a, b, size).</summary>
    public static delegate*<ulong, ulong, int, ulong> Value2(MicroOpCode code) => (delegate*<ulong, ulong, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Value3"/> and <see cref="MicroOpShape.Word3"/>: (a, b, c, size).</summary>
    public static delegate*<ulong, ulong, ulong, int, ulong> Value3(MicroOpCode code) =>
        (delegate*<ulong, ulong, ulong, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Atomic"/>: (context, address, operand, size, out old).</summary>
    public static delegate*<CpuContext, ulong, ulong, int, out ulong, bool> Atomic(MicroOpCode code) =>
        (delegate*<CpuContext, ulong, ulong, int, out ulong, bool>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Helper"/>: (context, state, op).</summary>
    public static delegate*<CpuContext, CpuState*, MicroOp*, bool> Helper(MicroOpCode code) =>
        (delegate*<CpuContext, CpuState*, MicroOp*, bool>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Vector"/>: (a, b, imm).</summary>
    public static delegate*<Vector128<byte>, Vector128<byte>, int, Vector128<byte>> Vector(MicroOpCode code) =>
        (delegate*<Vector128<byte>, Vector128<byte>, int, Vector128<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.VectorToValue"/>: (a, imm).</summary>
    public static delegate*<Vector128<byte>, int, ulong> VectorToValue(MicroOpCode code) =>
        (delegate*<Vector128<byte>, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.VectorsToValue"/>: (a, b, imm).</summary>
    public static delegate*<Vector128<byte>, Vector128<byte>, int, ulong> VectorsToValue(MicroOpCode code) =>
        (delegate*<Vector128<byte>, Vector128<byte>, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.WideToValue"/>: (a, b, imm).</summary>
    public static delegate*<Vector256<byte>, Vector256<byte>, int, ulong> WideToValue(MicroOpCode code) =>
        (delegate*<Vector256<byte>, Vector256<byte>, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.ValueToVector"/>: (a, value, imm).</summary>
    public static delegate*<Vector128<byte>, ulong, int, Vector128<byte>> ValueToVector(MicroOpCode code) =>
        (delegate*<Vector128<byte>, ulong, int, Vector128<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Vector3"/>: (a, b, c, imm).</summary>
    public static delegate*<Vector128<byte>, Vector128<byte>, Vector128<byte>, int, Vector128<byte>> Vector3(MicroOpCode code) =>
        (delegate*<Vector128<byte>, Vector128<byte>, Vector128<byte>, int, Vector128<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.VectorWide"/>: (a, b, imm).</summary>
    public static delegate*<Vector256<byte>, Vector256<byte>, int, Vector256<byte>> VectorWide(MicroOpCode code) =>
        (delegate*<Vector256<byte>, Vector256<byte>, int, Vector256<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Float"/>: (status, a, b, imm).</summary>
    public static delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, int, Vector128<byte>> Float(MicroOpCode code) =>
        (delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, int, Vector128<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.Float3"/>: (status, a, b, c, imm).</summary>
    public static delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, Vector128<byte>, int, Vector128<byte>> Float3(MicroOpCode code) =>
        (delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, Vector128<byte>, int, Vector128<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.FloatWide"/>: (status, a, b, imm).</summary>
    public static delegate*<ref FloatStatus, Vector256<byte>, Vector256<byte>, int, Vector256<byte>> FloatWide(MicroOpCode code) =>
        (delegate*<ref FloatStatus, Vector256<byte>, Vector256<byte>, int, Vector256<byte>>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.FloatToValue"/>: (status, a, b, imm).</summary>
    public static delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, int, ulong> FloatToValue(MicroOpCode code) =>
        (delegate*<ref FloatStatus, Vector128<byte>, Vector128<byte>, int, ulong>)Pointers[(int)code];

    /// <summary>For <see cref="MicroOpShape.ValueToFloat"/>: (status, a, value, imm).</summary>
    public static delegate*<ref FloatStatus, Vector128<byte>, ulong, int, Vector128<byte>> ValueToFloat(MicroOpCode code) =>
        (delegate*<ref FloatStatus, Vector128<byte>, ulong, int, Vector128<byte>>)Pointers[(int)code];

    private static (MethodInfo?[] Methods, string[] Problems) Build()
    {
        List<string> problems = [];
        MethodInfo?[] methods = new MethodInfo?[MicroOpTable.Count];
        foreach (Type type in typeof(MicroOpMethods).Assembly.GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            {
                if (method.GetCustomAttribute<MicroOpMethodAttribute>() is { } attribute)
                    Enter(methods, attribute.Code, method, problems);
            }
        }

        foreach (MicroOpRow row in MicroOpTable.All)
        {
            if (HasMethod(row.Shape) && methods[(int)row.Code] == null)
                problems.Add($"{row.Code} has no method");
        }

        return (methods, [.. problems]);
    }

    private static void Enter(MethodInfo?[] methods, MicroOpCode code, MethodInfo method, List<string> problems)
    {
        string name = $"{method.DeclaringType!.Name}.{method.Name}";
        Type[]? signature = Signature(MicroOpTable.Shape(code));
        if (signature == null)
            problems.Add($"{name}: executors do {code} themselves");
        else if (!method.IsPublic || !method.DeclaringType.IsPublic)
            problems.Add($"{name}: not public, emitted code cannot call it");
        else if (!signature.SequenceEqual(method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType)))
            problems.Add($"{name}: not the signature of shape {MicroOpTable.Shape(code)}");
        else if (methods[(int)code] is { } other)
            problems.Add($"{name}: {code} already means {other.DeclaringType!.Name}.{other.Name}");
        else
            methods[(int)code] = method;
    }

    /// <summary>Parameter types, then the return type; null if executors do the shape themselves.</summary>
    private static Type[]? Signature(MicroOpShape shape) => shape switch
    {
        MicroOpShape.Value1 or MicroOpShape.Extend => [typeof(ulong), typeof(int), typeof(ulong)],
        MicroOpShape.Value2 or MicroOpShape.Insert => [typeof(ulong), typeof(ulong), typeof(int), typeof(ulong)],
        MicroOpShape.Value3 or MicroOpShape.Word3 => [typeof(ulong), typeof(ulong), typeof(ulong), typeof(int), typeof(ulong)],
        MicroOpShape.Atomic =>
            [typeof(CpuContext), typeof(ulong), typeof(ulong), typeof(int), typeof(ulong).MakeByRefType(), typeof(bool)],
        MicroOpShape.Vector => [typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.Vector3 => [typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.VectorWide => [typeof(Vector256<byte>), typeof(Vector256<byte>), typeof(int), typeof(Vector256<byte>)],
        MicroOpShape.Float => [Status, typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.Float3 =>
            [Status, typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.FloatWide => [Status, typeof(Vector256<byte>), typeof(Vector256<byte>), typeof(int), typeof(Vector256<byte>)],
        MicroOpShape.FloatToValue => [Status, typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(ulong)],
        MicroOpShape.ValueToFloat => [Status, typeof(Vector128<byte>), typeof(ulong), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.VectorToValue => [typeof(Vector128<byte>), typeof(int), typeof(ulong)],
        MicroOpShape.VectorsToValue => [typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(int), typeof(ulong)],
        MicroOpShape.WideToValue => [typeof(Vector256<byte>), typeof(Vector256<byte>), typeof(int), typeof(ulong)],
        MicroOpShape.ValueToVector => [typeof(Vector128<byte>), typeof(ulong), typeof(int), typeof(Vector128<byte>)],
        MicroOpShape.Helper => [typeof(CpuContext), typeof(CpuState*), typeof(MicroOp*), typeof(bool)],
        _ => null,
    };
}
