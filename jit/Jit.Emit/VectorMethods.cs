using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Intrinsics;

namespace Rebound.Jit.Emit;

/// <summary>The methods of .NET's vector types that emitted code calls; RyuJIT knows each as an instruction or as none.</summary>
internal static class VectorMethods
{
    public static MethodInfo GetLower { get; } = Generic(typeof(Vector256), nameof(Vector256.GetLower), 1);

    public static MethodInfo GetUpper { get; } = Generic(typeof(Vector256), nameof(Vector256.GetUpper), 1);

    public static MethodInfo WithLower { get; } = Generic(typeof(Vector256), nameof(Vector256.WithLower), 2);

    public static MethodInfo ToVector256 { get; } = Generic(typeof(Vector128), nameof(Vector128.ToVector256), 1);

    public static MethodInfo ToVector256Unsafe { get; } = Generic(typeof(Vector128), nameof(Vector128.ToVector256Unsafe), 1);

    public static MethodInfo Create { get; } =
        typeof(Vector256).GetMethod(nameof(Vector256.Create), 0, [typeof(Vector128<byte>), typeof(Vector128<byte>)])!;

    public static MethodInfo Zero128 { get; } = typeof(Vector128<byte>).GetProperty(nameof(Vector128<byte>.Zero))!.GetMethod!;

    public static MethodInfo Zero256 { get; } = typeof(Vector256<byte>).GetProperty(nameof(Vector256<byte>.Zero))!.GetMethod!;

    public static MethodInfo CreateScalar32 { get; } = typeof(Vector128).GetMethod(nameof(Vector128.CreateScalar), 0, [typeof(uint)])!;

    public static MethodInfo CreateScalar64 { get; } = typeof(Vector128).GetMethod(nameof(Vector128.CreateScalar), 0, [typeof(ulong)])!;

    public static MethodInfo ToScalar32 { get; } = Scalar(typeof(uint));

    public static MethodInfo ToScalar64 { get; } = Scalar(typeof(ulong));

    private static readonly FrozenDictionary<(int Bits, Type From, Type To), MethodInfo> Reinterpretations = BuildReinterpretations();

    /// <summary>Reinterpretation of a vector of <paramref name="bits"/> (128 or 256) from or to bytes.</summary>
    public static MethodInfo As(int bits, Type from, Type to) => Reinterpretations[(bits, from, to)];

    private static FrozenDictionary<(int Bits, Type From, Type To), MethodInfo> BuildReinterpretations()
    {
        Type[] elements =
        [
            typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
        ];
        Dictionary<(int Bits, Type From, Type To), MethodInfo> methods = [];
        foreach ((int bits, Type type) in ((int, Type)[])[(128, typeof(Vector128)), (256, typeof(Vector256))])
        {
            MethodInfo reinterpret = type.GetMethods().Single(m => m.Name == nameof(Vector128.As) && m.GetGenericArguments().Length == 2);
            foreach (Type element in elements)
            {
                methods[(bits, typeof(byte), element)] = reinterpret.MakeGenericMethod(typeof(byte), element);
                methods[(bits, element, typeof(byte))] = reinterpret.MakeGenericMethod(element, typeof(byte));
            }
        }

        return methods.ToFrozenDictionary();
    }

    private static MethodInfo Generic(Type type, string name, int parameters) =>
        type.GetMethods().Single(m => m.Name == name && m.IsGenericMethodDefinition && m.GetParameters().Length == parameters).MakeGenericMethod(typeof(byte));

    private static MethodInfo Scalar(Type element) =>
        typeof(Vector128).GetMethods().Single(m => m.Name == nameof(Vector128.ToScalar) && m.IsGenericMethodDefinition).MakeGenericMethod(element);
}
