using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rebound.Jit.Semantics;

/// <summary>Applies operations on single numbers to the elements of vectors.</summary>
internal static unsafe class FloatLanes
{
    /// <summary>Every 32-bit element of a with that of b.</summary>
    public static Vector128<byte> Each(delegate*<uint, uint, ref FloatStatus, uint> operation, Vector128<byte> a, Vector128<byte> b, ref FloatStatus status)
    {
        uint* x = (uint*)&a;
        uint* y = (uint*)&b;
        for (int i = 0; i < 4; i++)
            x[i] = operation(x[i], y[i], ref status);
        return a;
    }

    /// <summary>Every 64-bit element of a with that of b.</summary>
    public static Vector128<byte> Each(delegate*<ulong, ulong, ref FloatStatus, ulong> operation, Vector128<byte> a, Vector128<byte> b, ref FloatStatus status)
    {
        ulong* x = (ulong*)&a;
        ulong* y = (ulong*)&b;
        for (int i = 0; i < 2; i++)
            x[i] = operation(x[i], y[i], ref status);
        return a;
    }

    /// <summary>Every 32-bit element.</summary>
    public static Vector128<byte> Each(delegate*<uint, ref FloatStatus, uint> operation, Vector128<byte> a, ref FloatStatus status)
    {
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = operation(x[i], ref status);
        return a;
    }

    /// <summary>Every 64-bit element.</summary>
    public static Vector128<byte> Each(delegate*<ulong, ref FloatStatus, ulong> operation, Vector128<byte> a, ref FloatStatus status)
    {
        ulong* x = (ulong*)&a;
        for (int i = 0; i < 2; i++)
            x[i] = operation(x[i], ref status);
        return a;
    }

    /// <summary>Elements 2i and 2i + 1 of a, then of b, each pair to one.</summary>
    public static Vector128<byte> Neighbours(delegate*<uint, uint, ref FloatStatus, uint> operation, Vector128<byte> a, Vector128<byte> b, ref FloatStatus status)
    {
        uint* x = (uint*)&a;
        uint* y = (uint*)&b;
        uint first = operation(x[0], x[1], ref status);
        uint second = operation(x[2], x[3], ref status);
        uint third = operation(y[0], y[1], ref status);
        return Vector128.Create(first, second, third, operation(y[2], y[3], ref status)).AsByte();
    }

    /// <summary>The elements of a, then those of b, each pair to one.</summary>
    public static Vector128<byte> Neighbours(delegate*<ulong, ulong, ref FloatStatus, ulong> operation, Vector128<byte> a, Vector128<byte> b, ref FloatStatus status)
    {
        ulong* x = (ulong*)&a;
        ulong* y = (ulong*)&b;
        ulong first = operation(x[0], x[1], ref status);
        return Vector128.Create(first, operation(y[0], y[1], ref status)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Low32(Vector128<byte> a) => a.AsUInt32().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Low64(Vector128<byte> a) => a.AsUInt64().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WithLow(Vector128<byte> a, uint value) => a.AsUInt32().WithElement(0, value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WithLow(Vector128<byte> a, ulong value) => a.AsUInt64().WithElement(0, value).AsByte();
}
