using System.Numerics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Bit tests, bit scans, bit counts, BMI1 and BMI2.</content>
internal sealed partial class Lifter
{
    internal void Bt()
    {
        int size = SizeOf(0);
        Source bit = Read(1);
        Source value = IsMemory(0) ? Emit.Load(size, BitAddress(size, bit)) : Read(0);
        SetBitFlags(Emit.Temporary(MicroOpCode.BitTest, size, value, bit));
    }

    internal void Bts() => ChangeBit(MicroOpCode.BitSet, MicroOpCode.AtomicOr);

    internal void Btr() => ChangeBit(MicroOpCode.BitReset, MicroOpCode.AtomicAnd);

    internal void Btc() => ChangeBit(MicroOpCode.BitComplement, MicroOpCode.AtomicXor);

    internal void Bsf() => BitScan(MicroOpCode.TrailingZeros);

    internal void Bsr() => BitScan(MicroOpCode.BitScanReverse);

    internal void Popcnt()
    {
        int size = SizeOf(0);
        byte source = ReadCopy(1);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.PopCount, size, result, source);
        SetRawFlags((IsZero(size, source), Rflags.ZF));
        Commit(0, result);
    }

    /// <summary>LZCNT and TZCNT: CF if the source is zero, ZF if the result is.</summary>
    internal void CountZeros(MicroOpCode code)
    {
        int size = SizeOf(0);
        byte source = ReadCopy(1);
        byte result = ResultFor(0);
        Emit.Value(code, size, result, source);
        SetRawFlags((IsZero(size, source), Rflags.CF), (IsZero(size, result), Rflags.ZF));
        Commit(0, result);
    }

    internal void Andn()
    {
        int size = SizeOf(0);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.AndNot, size, result, Read(1), Read(2));
        Emit.SetFlags(FlagKind.Logic, size, result);
    }

    internal void Bextr()
    {
        int size = SizeOf(0);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.BitFieldExtract, size, result, Read(1), Read(2));
        Emit.SetFlags(FlagKind.Logic, size, result);
    }

    /// <summary>The lowest set bit alone; CF if there is one.</summary>
    internal void Blsi()
    {
        int size = SizeOf(0);
        byte source = ReadCopy(1);
        byte result = Emit.Temporary(MicroOpCode.And, size, source, Emit.Temporary(MicroOpCode.Negate, size, source));
        byte carry = Emit.Temporary(MicroOpCode.Xor, 8, IsZero(size, source), Source.Of(1));
        FinishBls(size, result, carry);
    }

    /// <summary>All bits up to the lowest set bit; CF if there is none.</summary>
    internal void Blsmsk() => BlsWithDecrement(MicroOpCode.Xor);

    /// <summary>The lowest set bit cleared; CF if there is none.</summary>
    internal void Blsr() => BlsWithDecrement(MicroOpCode.And);

    /// <summary>Bits from the index on cleared; CF if the index is at or above the width.</summary>
    internal void Bzhi()
    {
        int size = SizeOf(0);
        Source source = Read(1);
        byte index = Emit.Temporary(MicroOpCode.Move, 1, Number(_instruction.Op2Register));
        byte result = Emit.Temporary(MicroOpCode.ZeroHighBits, size, source, index);
        byte distance = Emit.Temporary(MicroOpCode.Sub, 4, Source.Of((size * 8) - 1), index);
        FinishBls(size, result, Emit.Temporary(MicroOpCode.ShiftRight, 4, distance, Source.Of(31)));
    }

    /// <summary>PDEP and PEXT.</summary>
    internal void ParallelBits(MicroOpCode code) =>
        Emit.Value(code, SizeOf(0), ResultFor(0), Read(1), Read(2));

    private void BlsWithDecrement(MicroOpCode combine)
    {
        int size = SizeOf(0);
        byte source = ReadCopy(1);
        byte result = Emit.Temporary(combine, size, source, Emit.Temporary(MicroOpCode.Sub, size, source, Source.Of(1)));
        FinishBls(size, result, IsZero(size, source));
    }

    private void FinishBls(int size, byte result, byte carry)
    {
        byte sign = Emit.Temporary(MicroOpCode.ShiftRight, size, result, Source.Of((size * 8) - 1));
        SetRawFlags((carry, Rflags.CF), (IsZero(size, result), Rflags.ZF), (sign, Rflags.SF));
        Emit.Move(size, ResultFor(0), result);
    }

    private byte IsZero(int size, byte value) => Emit.Temporary(MicroOpCode.Equal, size, value, Source.Of(0));

    /// <summary>Sets the flags to a word of the given bits (each 0 or 1); all others are 0.</summary>
    private void SetRawFlags(params ReadOnlySpan<(byte Value, ulong Flag)> bits)
    {
        Source word = Source.None;
        foreach ((byte value, ulong flag) in bits)
        {
            int position = BitOperations.TrailingZeroCount(flag);
            byte bit = position == 0 ? value : Emit.Temporary(MicroOpCode.ShiftLeft, 8, value, Source.Of(position));
            word = word == Source.None ? bit : Emit.Temporary(MicroOpCode.Or, 8, word, bit);
        }

        Emit.SetFlags(FlagKind.Raw, 8, word);
    }

    /// <summary>Sets CF to a bit and keeps ZF. The other flags are undefined.</summary>
    private void SetBitFlags(byte bit) => Emit.SetFlags(FlagKind.BitTest, 8, bit, Source.None, Emit.Condition(Condition.E));

    private void ChangeBit(MicroOpCode code, MicroOpCode atomic)
    {
        int size = SizeOf(0);
        Source bit = Read(1);
        if (!IsMemory(0))
        {
            SetBitFlags(Emit.Temporary(MicroOpCode.BitTest, size, Read(0), bit));
            byte result = ResultFor(0);
            Emit.Value(code, size, result, Read(0), bit);
            Commit(0, result);
            return;
        }

        EffectiveAddress address = BitAddress(size, bit);
        byte old;
        if (Locked)
        {
            // The mask is the operation applied to nothing (or, for BTR, to everything).
            byte mask = Emit.Temporary(code, size, Source.Of(code == MicroOpCode.BitReset ? -1 : 0), bit);
            old = Emit.Atomic(atomic, size, address, mask);
        }
        else
        {
            old = Emit.Load(size, address, forWrite: true);
            Emit.Store(size, address, Emit.Temporary(code, size, old, bit));
        }

        SetBitFlags(Emit.Temporary(MicroOpCode.BitTest, size, old, bit));
    }

    /// <summary>A bit index in a register reaches beyond the operand: it is signed and selects the operand-sized word.</summary>
    private EffectiveAddress BitAddress(int size, Source bit)
    {
        EffectiveAddress address = Address();
        if (bit.IsConstant)
            return address;
        int bitsShift = BitOperations.Log2((uint)size) + 3;
        Source index = size == 8 ? bit : Emit.SignExtend(size, 8, bit);
        byte word = Emit.Temporary(MicroOpCode.ShiftArithmetic, 8, index, Source.Of(bitsShift));
        byte offset = Emit.Temporary(MicroOpCode.ShiftLeft, 8, word, Source.Of(bitsShift - 3));
        byte start = Emit.Temporary();
        Emit.LoadAddress(8, start, address);
        int kept = address.Aux & (MemoryAux.Fs | MemoryAux.Gs | MemoryAux.Address32);
        return new EffectiveAddress(start, offset, (byte)kept, 0);
    }

    private void BitScan(MicroOpCode code)
    {
        int size = SizeOf(0);
        byte source = ReadCopy(1);
        byte index = Emit.Temporary(code, size, source);
        // A source of zero leaves the whole destination register as it is.
        byte number = Number(_instruction.Op0Register);
        Emit.SetFlags(FlagKind.Logic, size, source);
        if (size == 2)
        {
            byte result = Emit.Temporary(MicroOpCode.Select, 2, index, number, source);
            Commit(0, result);
        }
        else
        {
            Emit.Value(MicroOpCode.Select, 8, number, index, number, source);
        }
    }
}
