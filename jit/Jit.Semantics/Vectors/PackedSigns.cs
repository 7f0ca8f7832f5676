using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>SSSE3 absolute values and signs. The most negative number stays what it is.</summary>
public static class PackedSigns
{
    [MicroOpMethod(MicroOpCode.PackedAbsolute8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Absolute8(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<sbyte> sign = a.AsSByte() >> 7;
        return ((a.AsSByte() ^ sign) - sign).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedAbsolute16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Absolute16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> sign = a.AsInt16() >> 15;
        return ((a.AsInt16() ^ sign) - sign).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedAbsolute32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Absolute32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> sign = a.AsInt32() >> 31;
        return ((a.AsInt32() ^ sign) - sign).AsByte();
    }

    /// <summary>A negated where B is negative, 0 where B is 0.</summary>
    [MicroOpMethod(MicroOpCode.PackedSign8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sign8(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<sbyte> sign = b.AsSByte() >> 7;
        Vector128<sbyte> zero = Vector128.Equals(b.AsSByte(), Vector128<sbyte>.Zero);
        return (((a.AsSByte() ^ sign) - sign) & ~zero).AsByte();
    }

    /// <summary>A negated where B is negative, 0 where B is 0.</summary>
    [MicroOpMethod(MicroOpCode.PackedSign16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sign16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> sign = b.AsInt16() >> 15;
        Vector128<short> zero = Vector128.Equals(b.AsInt16(), Vector128<short>.Zero);
        return (((a.AsInt16() ^ sign) - sign) & ~zero).AsByte();
    }

    /// <summary>A negated where B is negative, 0 where B is 0.</summary>
    [MicroOpMethod(MicroOpCode.PackedSign32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sign32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> sign = b.AsInt32() >> 31;
        Vector128<int> zero = Vector128.Equals(b.AsInt32(), Vector128<int>.Zero);
        return (((a.AsInt32() ^ sign) - sign) & ~zero).AsByte();
    }
}
