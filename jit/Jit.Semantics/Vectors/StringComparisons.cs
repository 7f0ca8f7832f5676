using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// SSE4.2's comparisons of strings of up to 16 bytes or 8 words (the SDM describes the immediate in volume 2, 4.1). .NET has
/// no intrinsics for them. A bit per element of B, in a mask, is what all four comparisons come to.
/// </summary>
public static unsafe class StringComparisons
{
    /// <summary>RCX = the lowest or highest element found, or their number.</summary>
    [MicroOpMethod(MicroOpCode.CompareStringsIndex)]
    public static bool Index(CpuContext context, CpuState* state, MicroOp* op)
    {
        int imm = (int)op->Imm;
        uint found = Compare(state, op);
        int none = (imm & 1) != 0 ? 8 : 16;
        state->Gpr[Operand.Rcx] = (ulong)(found == 0 ? none : (imm & 0x40) != 0 ? BitOperations.Log2(found) : BitOperations.TrailingZeroCount(found));
        return true;
    }

    /// <summary>Dst = the elements found, as bits or as whole elements.</summary>
    [MicroOpMethod(MicroOpCode.CompareStringsMask)]
    public static bool Mask(CpuContext context, CpuState* state, MicroOp* op)
    {
        int imm = (int)op->Imm;
        uint found = Compare(state, op);
        Vector128<byte>* target = Register(state, op->Dst);
        *target = (imm & 0x40) == 0 ? Vector128.CreateScalar(found).AsByte() : Expand(found, (imm & 1) != 0);
        if ((op->Aux & CompareStringsAux.ZeroUpper) != 0)
            target[1] = Vector128<byte>.Zero;
        return true;
    }

    private static uint Compare(CpuState* state, MicroOp* op)
    {
        int imm = (int)op->Imm;
        bool words = (imm & 1) != 0;
        int count = words ? 8 : 16;
        uint all = (1u << count) - 1;
        Vector128<byte> a = *Register(state, op->A);
        Vector128<byte> b = *Register(state, op->B);
        int lengthA = Length(state, op, a, Operand.Rax, words);
        int lengthB = Length(state, op, b, Operand.Rdx, words);
        uint validA = (1u << lengthA) - 1;
        uint validB = (1u << lengthB) - 1;
        uint found = ((imm >> 2) & 3) switch
        {
            0 => Any(a, b, lengthA, words) & validB,
            1 => Ranges(a, b, lengthA, words, (imm & 2) != 0) & validB,
            2 => (Bits(Equal(a, b, words), words) & validA & validB) | (all & ~validA & ~validB),
            _ => Ordered(a, b, lengthA, validB, all, words),
        };
        found = ((imm >> 4) & 3) switch { 1 => ~found & all, 3 => found ^ validB, _ => found };
        state->ArithmeticFlags = (found != 0 ? Rflags.CF : 0) | (lengthB < count ? Rflags.ZF : 0) | (lengthA < count ? Rflags.SF : 0)
            | ((found & 1) != 0 ? Rflags.OF : 0);
        return found;
    }

    private static int Length(CpuState* state, MicroOp* op, Vector128<byte> text, int register, bool words)
    {
        int count = words ? 8 : 16;
        if ((op->Aux & CompareStringsAux.Explicit) == 0)
            return Math.Min(count, BitOperations.TrailingZeroCount(Bits(Equal(text, default, words), words)));
        long length = (op->Aux & CompareStringsAux.Length64) != 0 ? (long)state->Gpr[register] : (int)state->Gpr[register];
        // The most negative number has no absolute value, but is long enough.
        return (int)Math.Min((ulong)count, length < 0 ? (ulong)-length : (ulong)length);
    }

    /// <summary>Elements of B that occur in A.</summary>
    private static uint Any(Vector128<byte> a, Vector128<byte> b, int length, bool words)
    {
        uint found = 0;
        for (int i = 0; i < length; i++)
            found |= EqualTo(a, i, b, words);
        return found;
    }

    /// <summary>Elements of B within one of the ranges whose ends stand in A, pair by pair.</summary>
    private static uint Ranges(Vector128<byte> a, Vector128<byte> b, int length, bool words, bool signed)
    {
        uint found = 0;
        for (int i = 0; i + 1 < length; i += 2)
        {
            found |= (words, signed) switch
            {
                (false, false) => Within(b, a[i], a[i + 1]),
                (false, true) => Within(b.AsSByte(), a.AsSByte()[i], a.AsSByte()[i + 1]),
                (true, false) => Within(b.AsUInt16(), a.AsUInt16()[i], a.AsUInt16()[i + 1]),
                _ => Within(b.AsInt16(), a.AsInt16()[i], a.AsInt16()[i + 1]),
            };
        }

        return found;
    }

    private static uint Within<T>(Vector128<T> b, T low, T high) =>
        (Vector128.GreaterThanOrEqual(b, Vector128.Create(low)) & Vector128.LessThanOrEqual(b, Vector128.Create(high))).ExtractMostSignificantBits();

    /// <summary>Places in B where A stands, or begins to stand where B's register ends.</summary>
    private static uint Ordered(Vector128<byte> a, Vector128<byte> b, int length, uint validB, uint all, bool words)
    {
        uint found = all;
        for (int i = 0; i < length; i++)
            found &= ((EqualTo(a, i, b, words) & validB) >> i) | ~(all >> i);
        return found & all;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint EqualTo(Vector128<byte> a, int element, Vector128<byte> b, bool words) => words
        ? Vector128.Equals(b.AsUInt16(), Vector128.Create(a.AsUInt16()[element])).ExtractMostSignificantBits()
        : Vector128.Equals(b, Vector128.Create(a[element])).ExtractMostSignificantBits();

    private static Vector128<byte> Equal(Vector128<byte> a, Vector128<byte> b, bool words) =>
        words ? Vector128.Equals(a.AsUInt16(), b.AsUInt16()).AsByte() : Vector128.Equals(a, b);

    private static uint Bits(Vector128<byte> mask, bool words) => words ? mask.AsUInt16().ExtractMostSignificantBits() : mask.ExtractMostSignificantBits();

    private static Vector128<byte> Expand(uint bits, bool words)
    {
        if (words)
        {
            Vector128<ushort> each = Vector128.Create(1, 2, 4, 8, 16, 32, 64, (ushort)128);
            return Vector128.Equals(Vector128.Create((ushort)bits) & each, each).AsByte();
        }

        Vector128<byte> one = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
        Vector128<byte> spread = Vector128.Create(Vector64.Create((byte)bits), Vector64.Create((byte)(bits >> 8)));
        return Vector128.Equals(spread & one, one);
    }

    private static Vector128<byte>* Register(CpuState* state, int register) => (Vector128<byte>*)((byte*)state->Vectors + (CpuState.VectorStride * register));
}
