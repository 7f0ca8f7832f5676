using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rebound.Jit.Emit;

/// <summary>
/// Puts right which NaN an operation gives that met two. The processor takes the first; RyuJIT exchanges the operands of additions and multiplications.
/// Each method returns the result with those elements replaced in which the operand is a NaN: by that NaN, made quiet.
/// </summary>
public static class HostNaNs
{
    /// <summary>The method for elements of 64 bits or 32, vectors of 16 bytes or 32, or for the lowest element alone.</summary>
    internal static MethodInfo Method(bool wide, int size, bool scalar) =>
        typeof(HostNaNs).GetMethod((scalar ? "PreferScalar" : "Prefer") + (wide ? "64" : "32"), [Vector(size), Vector(size)])!;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Prefer32(Vector128<byte> result, Vector128<byte> operand)
    {
        Vector128<int> number = operand.AsInt32() & Vector128.Create(int.MaxValue);
        Vector128<int> nan = Vector128.GreaterThan(number, Vector128.Create(0x7f80_0000));
        return Vector128.ConditionalSelect(nan, operand.AsInt32() | Vector128.Create(0x0040_0000), result.AsInt32()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Prefer64(Vector128<byte> result, Vector128<byte> operand)
    {
        Vector128<long> number = operand.AsInt64() & Vector128.Create(long.MaxValue);
        Vector128<long> nan = Vector128.GreaterThan(number, Vector128.Create(0x7ff0_0000_0000_0000));
        return Vector128.ConditionalSelect(nan, operand.AsInt64() | Vector128.Create(0x0008_0000_0000_0000), result.AsInt64()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Prefer32(Vector256<byte> result, Vector256<byte> operand)
    {
        Vector256<int> number = operand.AsInt32() & Vector256.Create(int.MaxValue);
        Vector256<int> nan = Vector256.GreaterThan(number, Vector256.Create(0x7f80_0000));
        return Vector256.ConditionalSelect(nan, operand.AsInt32() | Vector256.Create(0x0040_0000), result.AsInt32()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Prefer64(Vector256<byte> result, Vector256<byte> operand)
    {
        Vector256<long> number = operand.AsInt64() & Vector256.Create(long.MaxValue);
        Vector256<long> nan = Vector256.GreaterThan(number, Vector256.Create(0x7ff0_0000_0000_0000));
        return Vector256.ConditionalSelect(nan, operand.AsInt64() | Vector256.Create(0x0008_0000_0000_0000), result.AsInt64()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PreferScalar32(Vector128<byte> result, Vector128<byte> operand) =>
        result.AsInt32().WithElement(0, Prefer32(result, operand).AsInt32().ToScalar()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PreferScalar64(Vector128<byte> result, Vector128<byte> operand) =>
        result.AsInt64().WithElement(0, Prefer64(result, operand).AsInt64().ToScalar()).AsByte();

    private static Type Vector(int size) => size == 32 ? typeof(Vector256<byte>) : typeof(Vector128<byte>);
}
