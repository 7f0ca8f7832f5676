using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <summary>Arithmetic on operand sizes (1, 2, 4, 8 bytes). Everything here folds away when the size is a constant.</summary>
public static class Widths
{
    /// <summary>Bits of an operand of <paramref name="size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bits(int size) => size * 8;

    /// <summary>All ones in the low <paramref name="size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(int size) => ulong.MaxValue >> (64 - Bits(size));

    /// <summary>Zero-extends the low <paramref name="size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Truncate(ulong value, int size) => size switch
    {
        8 => value,
        4 => (uint)value,
        2 => (ushort)value,
        _ => (byte)value,
    };

    /// <summary>Sign-extends the low <paramref name="size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SignExtend(ulong value, int size) => size switch
    {
        8 => (long)value,
        4 => (int)value,
        2 => (short)value,
        _ => (sbyte)value,
    };

    /// <summary>The low <paramref name="size"/> bytes of <paramref name="value"/> in <paramref name="register"/>, the rest of it kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Insert(ulong register, ulong value, int size) => size switch
    {
        8 => value,
        4 => (register & 0xffff_ffff_0000_0000) | (uint)value,
        2 => (register & ~0xffffUL) | (ushort)value,
        _ => (register & ~0xffUL) | (byte)value,
    };

    /// <summary>What a 64-bit register holds after an instruction wrote <paramref name="size"/> bytes to it: 32-bit writes clear the upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Write(ulong register, ulong value, int size) => size == 4 ? (uint)value : Insert(register, value, size);
}
