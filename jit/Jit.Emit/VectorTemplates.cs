using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// Which micro-op is which host instruction. An optimisation: a micro-op without a row, or on a host without the instruction, is a call of its method, and a test
/// compares each row with that method. The parts of this class hold the rows of a family each.
/// </summary>
internal static partial class VectorTemplates
{
    private static readonly FrozenDictionary<(MicroOpCode Code, int Size, long Immediate), VectorTemplate> Templates = Build().Templates.ToFrozenDictionary();

    /// <summary>Stands for "whatever the immediate is" in the table's key.</summary>
    private const long AnyImmediate = long.MinValue;

    /// <summary>The template for a micro-op with its size and immediate, or null.</summary>
    public static VectorTemplate? Find(in MicroOp op) =>
        (Templates.TryGetValue((op.Code, op.Size, op.Imm), out VectorTemplate? template) || Templates.TryGetValue((op.Code, op.Size, AnyImmediate), out template))
        && (op.Size != 32 || template.UpperShift == VectorAux.UpperImmediateShift(op.Aux))
            ? template
            : null;

    /// <summary>Class and method of every template on a host with everything; the immediate is null if any will do.</summary>
    public static FrozenDictionary<(MicroOpCode Code, int Size, long? Immediate), string> ReadNames() => Build().Names.ToFrozenDictionary();

    /// <summary>Every row: micro-op, operand size, and the immediate it is for (null: any).</summary>
    public static IEnumerable<(MicroOpCode Code, int Size, long? Immediate)> All =>
        Templates.Keys.Select(k => (k.Code, k.Size, k.Immediate == AnyImmediate ? (long?)null : k.Immediate));

    static partial void AddIntegers(Rows rows);

    static partial void AddMoves(Rows rows);

    static partial void AddFloats(Rows rows);

    private static Rows Build()
    {
        Rows rows = new();
        AddIntegers(rows);
        AddMoves(rows);
        AddFloats(rows);
        return rows;
    }

    /// <summary>Collects rows; of one that the host does not support only the name.</summary>
    private sealed class Rows
    {
        public Dictionary<(MicroOpCode Code, int Size, long Immediate), VectorTemplate> Templates { get; } = [];

        public Dictionary<(MicroOpCode Code, int Size, long? Immediate), string> Names { get; } = [];

        /// <summary>
        /// <paramref name="code"/> as the method <paramref name="name"/>: of <paramref name="half"/> on 16 bytes and of <paramref name="whole"/>, if there is one, on 32.
        /// </summary>
        /// <param name="arguments">A letter per parameter: a, b, c the operands (A, B, C: only their low 16 bytes), v the value, i the immediate, p the immediate as a predicate.</param>
        /// <param name="elements">Element types of the vector parameters (the last stands for the rest), by which the overload is chosen.</param>
        public void Add(MicroOpCode code, Type half, Type? whole, string name, string arguments, params Type[] elements) =>
            Add(code, half, whole, name, arguments, 0, elements);

        /// <summary>As above, for instructions whose upper half sees the immediate from bit <paramref name="upperShift"/> on.</summary>
        public void Add(MicroOpCode code, Type half, Type? whole, string name, string arguments, int upperShift, params Type[] elements)
        {
            AddOne(code, half, name, arguments, 16, 16, null, elements);
            if (whole == null || !IsSupported(whole))
                return;
            AddOne(code, whole, name, arguments, 32, 32, null, elements);
            Templates[(code, 32, AnyImmediate)] = Templates[(code, 32, AnyImmediate)] with { UpperShift = upperShift };
        }

        /// <summary>A row for size 32 alone, of a micro-op on all 256 bits.</summary>
        public void AddWide(MicroOpCode code, Type isa, string name, string arguments, params Type[] elements) =>
            AddOne(code, isa, name, arguments, 32, 32, null, elements);

        /// <summary>A row for a micro-op whose result is a value, which has its size: 4 and 8.</summary>
        public void AddToValue(MicroOpCode code, Type isa, string name, string arguments, int width, params Type[] elements)
        {
            AddOne(code, isa, name, arguments, 4, width, null, elements);
            AddOne(code, isa, name, arguments, 8, width, null, elements);
        }

        /// <summary>One row: <paramref name="size"/> is the micro-op's, <paramref name="width"/> the bytes of the vector parameters.</summary>
        /// <param name="immediate">The immediate that the row is for; null for any.</param>
        public void AddOne(MicroOpCode code, Type isa, string name, string arguments, int size, int width, long? immediate, params Type[] elements)
        {
            Names.Add((code, size, immediate), $"{(isa.DeclaringType is { } outer ? outer.Name + "." : "")}{isa.Name}.{name}");
            if (!IsSupported(isa))
                return;
            List<VectorArgument> list = [];
            List<Type> parameters = [];
            int vectors = 0;
            foreach (char letter in arguments)
            {
                int bytes = char.IsUpper(letter) ? 16 : width;
                VectorArgumentKind kind = char.ToLowerInvariant(letter) switch
                {
                    'a' => VectorArgumentKind.A,
                    'b' => VectorArgumentKind.B,
                    'c' => VectorArgumentKind.C,
                    'v' => VectorArgumentKind.Value,
                    _ => VectorArgumentKind.Immediate,
                };
                if (kind is VectorArgumentKind.Value)
                {
                    parameters.Add(elements[^1]);
                    list.Add(new VectorArgument(kind, 0, elements[^1]));
                }
                else if (kind is VectorArgumentKind.Immediate)
                {
                    parameters.Add(letter == 'p' ? typeof(FloatComparisonMode) : typeof(byte));
                    list.Add(new VectorArgument(kind, 0, typeof(byte)));
                }
                else
                {
                    Type element = elements[Math.Min(vectors++, elements.Length - 1)];
                    parameters.Add((bytes == 32 ? typeof(Vector256<>) : typeof(Vector128<>)).MakeGenericType(element));
                    list.Add(new VectorArgument(kind, bytes, element));
                }
            }

            MethodInfo method = isa.GetMethod(name, BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy, [.. parameters])
                ?? throw new MissingMethodException(isa.FullName, $"{name}({string.Join(", ", parameters)})");
            Type result = method.ReturnType;
            int resultWidth = 0;
            if (result.IsGenericType)
            {
                resultWidth = result.GetGenericTypeDefinition() == typeof(Vector256<>) ? 32 : 16;
                result = result.GetGenericArguments()[0];
            }

            Templates.Add((code, size, immediate ?? AnyImmediate), new VectorTemplate(method, [.. list], result, resultWidth));
        }

        private static bool IsSupported(Type isa) => (bool)isa.GetProperty(nameof(Sse.IsSupported))!.GetValue(null)!;
    }
}
