using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Tests of whole registers: PTEST, VTESTPS, VTESTPD give a flags word (ZF and CF); PMOVMSKB and its kin of 32 bytes give sign bits.</summary>
public static class VectorTests
{
    [MicroOpMethod(MicroOpCode.VectorTest)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Test(Vector128<byte> a, Vector128<byte> b, int imm) => Flags((a & b) == Vector128<byte>.Zero, (~a & b) == Vector128<byte>.Zero);

    [MicroOpMethod(MicroOpCode.VectorTestSigns32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TestSigns32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Flags((a & b).AsUInt32().ExtractMostSignificantBits() == 0, (~a & b).AsUInt32().ExtractMostSignificantBits() == 0);

    [MicroOpMethod(MicroOpCode.VectorTestSigns64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TestSigns64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Flags((a & b).AsUInt64().ExtractMostSignificantBits() == 0, (~a & b).AsUInt64().ExtractMostSignificantBits() == 0);

    [MicroOpMethod(MicroOpCode.WideTest)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideTest(Vector256<byte> a, Vector256<byte> b, int imm) => Flags((a & b) == Vector256<byte>.Zero, (~a & b) == Vector256<byte>.Zero);

    [MicroOpMethod(MicroOpCode.WideTestSigns32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideTestSigns32(Vector256<byte> a, Vector256<byte> b, int imm) =>
        Flags((a & b).AsUInt32().ExtractMostSignificantBits() == 0, (~a & b).AsUInt32().ExtractMostSignificantBits() == 0);

    [MicroOpMethod(MicroOpCode.WideTestSigns64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideTestSigns64(Vector256<byte> a, Vector256<byte> b, int imm) =>
        Flags((a & b).AsUInt64().ExtractMostSignificantBits() == 0, (~a & b).AsUInt64().ExtractMostSignificantBits() == 0);

    [MicroOpMethod(MicroOpCode.WideSigns8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideSigns8(Vector256<byte> a, Vector256<byte> b, int imm) => a.AsByte().ExtractMostSignificantBits();

    [MicroOpMethod(MicroOpCode.WideSigns32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideSigns32(Vector256<byte> a, Vector256<byte> b, int imm) => a.AsUInt32().ExtractMostSignificantBits();

    [MicroOpMethod(MicroOpCode.WideSigns64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WideSigns64(Vector256<byte> a, Vector256<byte> b, int imm) => a.AsUInt64().ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Flags(bool zero, bool carry) => (zero ? Rflags.ZF : 0) | (carry ? Rflags.CF : 0);
}
