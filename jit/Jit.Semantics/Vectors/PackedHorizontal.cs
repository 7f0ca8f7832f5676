using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>SSSE3 sums and differences of neighbours: those of A in the low half of the result, those of B in the high half.</summary>
public static class PackedHorizontal
{
    [MicroOpMethod(MicroOpCode.PackedHorizontalAdd16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add16(Vector128<byte> a, Vector128<byte> b, int imm) => (Even16(a, b) + Odd16(a, b)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedHorizontalAdd32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add32(Vector128<byte> a, Vector128<byte> b, int imm) => (Even32(a, b) + Odd32(a, b)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedHorizontalAddSaturate16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturate16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.AddSaturate(Even16(a, b), Odd16(a, b)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedHorizontalSub16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub16(Vector128<byte> a, Vector128<byte> b, int imm) => (Even16(a, b) - Odd16(a, b)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedHorizontalSub32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub32(Vector128<byte> a, Vector128<byte> b, int imm) => (Even32(a, b) - Odd32(a, b)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedHorizontalSubSaturate16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubSaturate16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.SubtractSaturate(Even16(a, b), Odd16(a, b)).AsByte();

    /// <summary>The even 16-bit elements of A, then those of B.</summary>
    private static Vector128<short> Even16(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.Narrow(a.AsInt32(), b.AsInt32());

    private static Vector128<short> Odd16(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.Narrow(a.AsInt32() >> 16, b.AsInt32() >> 16);

    private static Vector128<int> Even32(Vector128<byte> a, Vector128<byte> b) => Vector128.Narrow(a.AsInt64(), b.AsInt64());

    private static Vector128<int> Odd32(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.Narrow((a.AsUInt64() >> 32).AsInt64(), (b.AsUInt64() >> 32).AsInt64());
}
