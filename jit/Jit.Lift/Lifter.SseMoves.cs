using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>SSE moves, insertions and extractions of elements, tests, blends by signs and MASKMOVDQU.</content>
internal sealed partial class Lifter
{
    /// <summary>Moves of all bytes.</summary>
    internal void MoveVector(bool aligned)
    {
        if (IsMemory(0))
            Emit.VectorStore(VectorBytes, Address(), VectorNumber(1), aligned);
        else if (IsMemory(1))
            Emit.VectorLoad(VectorBytes, VectorNumber(0), Address(), aligned, ZeroesUpper);
        else
            Vector(MicroOpCode.VectorMove, VectorNumber(0), VectorNumber(1), VectorNumber(1));
    }

    /// <summary>MOVD and MOVQ: between the low element and memory, a general register or another low element; the rest becomes zero.</summary>
    internal void MoveLowElement()
    {
        if (IsMemory(0))
            Emit.VectorStore(SizeOf(0), Address(), VectorNumber(1));
        else if (!IsVector(0))
            VectorToValue(MicroOpCode.VectorExtract64, SizeOf(0), Number(_instruction.Op0Register), VectorNumber(1));
        else if (IsMemory(1))
            Emit.VectorLoad(SizeOf(1), VectorNumber(0), Address(), zeroUpper: Vex);
        else if (IsVector(1))
            Vector(MicroOpCode.VectorZeroHigh64, VectorNumber(0), VectorNumber(1), VectorNumber(1));
        else
            ValueToVector(MicroOpCode.VectorFromValue, SizeOf(1), VectorNumber(0), VectorNumber(0), Number(_instruction.Op1Register));
    }

    /// <summary>MOVSS and MOVSD: loads clear the rest of the register, moves between registers keep it.</summary>
    internal void MoveScalar(MicroOpCode merge)
    {
        if (IsMemory(0))
            Emit.VectorStore(SizeOf(0), Address(), VectorNumber(1));
        else if (IsMemory(1))
            Emit.VectorLoad(SizeOf(1), VectorNumber(0), Address(), zeroUpper: Vex);
        else
            Vector(merge, VectorNumber(0), VectorNumber(FirstSource), VectorNumber(FirstSource + 1));
    }

    /// <summary>MOVLPS and MOVLPD.</summary>
    internal void MoveLowHalf()
    {
        if (IsMemory(0))
            Emit.VectorStore(8, Address(), VectorNumber(1));
        else
            Vector(MicroOpCode.VectorMergeLow64, VectorNumber(0), VectorNumber(FirstSource), LoadVector(FirstSource + 1));
    }

    /// <summary>MOVHPS and MOVHPD.</summary>
    internal void MoveHighHalf()
    {
        if (!IsMemory(0))
        {
            Vector(MicroOpCode.VectorMergeHigh64, VectorNumber(0), VectorNumber(FirstSource), LoadVector(FirstSource + 1));
            return;
        }

        byte high = Emit.VectorTemporary();
        Vector(MicroOpCode.VectorHighToLow64, high, VectorNumber(1), VectorNumber(1));
        Emit.VectorStore(8, Address(), high);
    }

    /// <summary>MOVDDUP: the memory operand is 8 bytes, or 32.</summary>
    internal void DuplicateLow()
    {
        byte source = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        Vector(MicroOpCode.VectorMergeHigh64, VectorNumber(0), source, source);
    }

    /// <summary>PINSRB, PINSRW, PINSRD, PINSRQ.</summary>
    internal void InsertElement(MicroOpCode code, int size)
    {
        int first = FirstSource;
        byte value = IsMemory(first + 1) ? Emit.Load(size, Address()) : Number(_instruction.GetOpRegister(first + 1));
        ValueToVector(code, size, VectorNumber(0), VectorNumber(first), value, _instruction.Immediate8);
    }

    /// <summary>PEXTRB, PEXTRW, PEXTRD, PEXTRQ, EXTRACTPS: register destinations are zero-extended.</summary>
    internal void ExtractElement(MicroOpCode code, int size)
    {
        if (!IsMemory(0))
        {
            VectorToValue(code, 8, Number(_instruction.Op0Register), VectorNumber(1), _instruction.Immediate8);
            return;
        }

        byte value = Emit.Temporary();
        VectorToValue(code, size, value, VectorNumber(1), _instruction.Immediate8);
        Emit.Store(size, Address(), value);
    }

    /// <summary>PMOVMSKB, MOVMSKPS, MOVMSKPD.</summary>
    internal void MoveSigns(MicroOpCode half, MicroOpCode whole)
    {
        VectorToValue(VectorBytes == 32 ? whole : half, 4, Number(_instruction.Op0Register), VectorNumber(1));
    }

    /// <summary>PTEST, VTESTPS, VTESTPD.</summary>
    internal void TestVectors(MicroOpCode half, MicroOpCode whole)
    {
        byte flags = Emit.Temporary();
        byte second = VectorSource(1);
        Emit.Append(new MicroOp
        {
            Code = VectorBytes == 32 ? whole : half,
            Size = 8,
            Dst = flags,
            A = VectorNumber(0),
            B = second,
            C = Operand.None,
        });
        Emit.SetFlags(FlagKind.Raw, 8, flags);
    }

    /// <summary>PBLENDVB and its kin: elements of the source where those of XMM0, or of the fourth operand of VEX forms, are negative.</summary>
    internal void BlendBySign(MicroOpCode code)
    {
        int first = FirstSource;
        Vector3(code, VectorNumber(0), VectorNumber(first), VectorSource(first + 1), Vex ? VectorNumber(3) : (byte)0);
    }

    /// <summary>
    /// MASKMOVDQU: bytes of the first register where those of the second are negative go to [rDI]. All 16 bytes must be writable, also those
    /// that stay (the manual leaves that open).
    /// </summary>
    internal void StoreBySign()
    {
        int aux = SegmentBits() | (_instruction.Op0Kind == OpKind.MemorySegEDI ? MemoryAux.Address32 : 0);
        EffectiveAddress address = new(Operand.Rdi, Operand.None, (byte)aux, 0);
        Emit.Load(8, address, forWrite: true);
        Emit.Load(8, address with { Displacement = 8 }, forWrite: true);
        StoreBytesBySign(16, address, VectorNumber(1), VectorNumber(2));
    }

    /// <summary>Stores the bytes of a vector where those of another are negative.</summary>
    private void StoreBytesBySign(int size, in EffectiveAddress address, byte value, byte signs) =>
        Emit.Append(new MicroOp { Code = MicroOpCode.MaskedStore, Size = (byte)size, Dst = Operand.None, A = LinearAddress(address), B = signs, C = value, Aux = 1 });

    /// <summary>True if a VEX encoding of 16 bytes clears the upper half.</summary>
    private bool ZeroesUpper => Vex && VectorBytes == 16;
}
