using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>
/// MMX: 64 bits in the low half of vector temporaries, through the vector micro-ops. Reading the first MMX register comes before everything else, because
/// it also checks whether MMX may be used; writing one, or <see cref="EnterMmx"/>, comes last and changes the x87's state.
/// </content>
internal sealed partial class Lifter
{
    /// <summary>dst = code(dst, source), where 64 bits mean the same as the low half of 128.</summary>
    internal void Mmx(MicroOpCode code)
    {
        byte destination = ReadMmxVector(0);
        WriteMmx(MmxResult(code, destination, MmxSource(1)));
    }

    /// <summary>Shifts of elements by an immediate or by 64 bits.</summary>
    internal void MmxShift(MicroOpCode code)
    {
        byte destination = ReadMmxVector(0);
        WriteMmx(_instruction.Op1Kind == OpKind.Immediate8
            ? MmxResult(code, destination, destination, _instruction.Immediate8)
            : MmxResult(code, destination, MmxSource(1), CountInVector));
    }

    /// <summary>dst = code(source), with the immediate if there is one (PSHUFW, PABS).</summary>
    internal void MmxUnary(MicroOpCode code)
    {
        // The destination is read for the check alone.
        ReadMmx(0);
        byte source = MmxSource(1);
        WriteMmx(MmxResult(code, source, source, _instruction.OpCount == 3 ? _instruction.Immediate8 : 0));
    }

    /// <summary>dst = code(destination and source, as the halves of one vector): packing, and sums of neighbours.</summary>
    internal void MmxPack(MicroOpCode code)
    {
        byte both = ReadMmxVector(0);
        Vector(MicroOpCode.VectorMergeHigh64, both, both, MmxSource(1));
        WriteMmx(MmxResult(code, both, both));
    }

    /// <summary>PUNPCKH: the upper half of what interleaving the low halves gives.</summary>
    internal void MmxInterleaveHigh(MicroOpCode low)
    {
        byte destination = ReadMmxVector(0);
        byte interleaved = MmxResult(low, destination, MmxSource(1));
        Vector(MicroOpCode.VectorHighToLow64, interleaved, interleaved, interleaved);
        WriteMmx(interleaved);
    }

    /// <summary>PSHUFB: the bytes twice, so that an index counts modulo 8.</summary>
    internal void MmxShuffleBytes()
    {
        byte destination = ReadMmxVector(0);
        byte source = MmxSource(1);
        Vector(MicroOpCode.VectorMergeHigh64, destination, destination, destination);
        WriteMmx(MmxResult(MicroOpCode.PackedShuffleBytes, destination, source));
    }

    /// <summary>PALIGNR: eight bytes from the sixteen of destination and source.</summary>
    internal void MmxAlignRight()
    {
        byte destination = ReadMmxVector(0);
        byte source = MmxSource(1);
        byte both = MmxResult(MicroOpCode.VectorMergeHigh64, source, destination);
        WriteMmx(MmxResult(MicroOpCode.VectorShiftRightBytes, both, both, _instruction.Immediate8));
    }

    /// <summary>MOVD and MOVQ in all directions, MOVNTQ.</summary>
    internal void MmxMove()
    {
        int register = IsMmx(0) ? 0 : 1;
        byte value = ReadMmx(register);
        if (register == 1)
        {
            Write(0, value);
            EnterMmx();
            return;
        }

        WriteMmxValue(IsMmx(1) ? ReadMmx(1)
            : IsMemory(1) ? Emit.Load(SizeOf(1), Address())
            : Emit.Temporary(MicroOpCode.Move, SizeOf(1), Number(_instruction.Op1Register)));
    }

    /// <summary>PINSRW.</summary>
    internal void MmxInsertWord()
    {
        byte destination = ReadMmxVector(0);
        byte value = IsMemory(1) ? Emit.Load(2, Address()) : Number(_instruction.Op1Register);
        ValueToVector(MicroOpCode.VectorInsert16, 2, destination, destination, value, _instruction.Immediate8 & 3);
        WriteMmx(destination);
    }

    /// <summary>PEXTRW and PMOVMSKB: to a general register.</summary>
    internal void MmxToRegister(MicroOpCode code)
    {
        byte source = ReadMmxVector(1);
        VectorToValue(code, 8, Number(_instruction.Op0Register), source, _instruction.OpCount == 3 ? _instruction.Immediate8 & 3 : 0);
        EnterMmx();
    }

    /// <summary>MOVDQ2Q.</summary>
    internal void MmxFromVector()
    {
        ReadMmx(0);
        WriteMmx(VectorNumber(1));
    }

    /// <summary>MOVQ2DQ.</summary>
    internal void MmxToVector()
    {
        ValueToVector(MicroOpCode.VectorFromValue, 8, VectorNumber(0), VectorNumber(0), ReadMmx(1));
        EnterMmx();
    }

    /// <summary>CVTPI2PS and CVTPI2PD. With a memory operand they have nothing to do with MMX.</summary>
    internal void ConvertFromMmx(MicroOpCode code, bool keepsHigh)
    {
        byte source = IsMemory(1) ? LoadVector(1) : ReadMmxVector(1);
        if (!IsMemory(1))
            EnterMmx();
        byte destination = VectorNumber(0);
        byte result = keepsHigh ? source : destination;
        Vector(code, result, source, source);
        if (keepsHigh)
            Vector(MicroOpCode.VectorMergeLow64, destination, destination, result);
    }

    /// <summary>CVTPS2PI, CVTPD2PI and their truncating forms.</summary>
    internal void ConvertToMmx(MicroOpCode code, bool fromLow)
    {
        ReadMmx(0);
        byte source = fromLow && IsMemory(1) ? LoadVector(1) : VectorSource(1);
        EnterMmx();
        byte result = Emit.VectorTemporary();
        if (fromLow)
        {
            // Two floats count; the others must not raise anything.
            Vector(MicroOpCode.VectorZeroHigh64, result, source, source);
            source = result;
        }

        Vector(code, result, source, source);
        WriteMmx(result);
    }

    /// <summary>MASKMOVQ: bytes of the first register where those of the second are negative go to [rDI]; all eight must be writable.</summary>
    internal void MmxStoreBySign()
    {
        int aux = SegmentBits() | (_instruction.Op0Kind == OpKind.MemorySegEDI ? MemoryAux.Address32 : 0);
        EffectiveAddress address = new(Operand.Rdi, Operand.None, (byte)aux, 0);
        byte value = ReadMmxVector(1);
        byte signs = ReadMmxVector(2);
        EnterMmx();
        Emit.Load(8, address, forWrite: true);
        StoreBytesBySign(8, address, value, signs);
    }

    private bool IsMmx(int operand) => IsRegister(operand) && _instruction.GetOpRegister(operand).IsMM();

    /// <summary>An MMX register operand in a value temporary.</summary>
    private byte ReadMmx(int operand)
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.MmxRead, 8, value, aux: _instruction.GetOpRegister(operand) - Register.MM0);
        return value;
    }

    /// <summary>An MMX register operand in a vector temporary, the rest zero.</summary>
    private byte ReadMmxVector(int operand)
    {
        byte vector = Emit.VectorTemporary();
        ValueToVector(MicroOpCode.VectorFromValue, 8, vector, vector, ReadMmx(operand));
        return vector;
    }

    /// <summary>A register or memory operand in a vector temporary, the rest zero.</summary>
    private byte MmxSource(int operand) => IsMemory(operand) ? LoadVector(operand) : ReadMmxVector(operand);

    private byte MmxResult(MicroOpCode code, byte a, byte b, long immediate = 0)
    {
        byte result = Emit.VectorTemporary();
        Vector(code, result, a, b, immediate);
        return result;
    }

    private void WriteMmx(byte vector)
    {
        byte value = Emit.Temporary();
        VectorToValue(MicroOpCode.VectorExtract64, 8, value, vector);
        WriteMmxValue(value);
    }

    private void WriteMmxValue(byte value) => Emit.Helper(MicroOpCode.MmxWrite, 8, a: value, aux: _instruction.Op0Register - Register.MM0);

    /// <summary>An instruction that writes no MMX register makes the x87's state that of MMX all the same.</summary>
    private void EnterMmx() => Emit.Helper(MicroOpCode.MmxWrite, 8);
}
