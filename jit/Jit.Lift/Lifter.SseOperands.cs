using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>
/// Operand forms of SSE and AVX instructions. Legacy encodings name the destination as their first source, leave the upper half of the destination alone and demand
/// that 16-byte memory operands are aligned, but for the moves made for unaligned data. VEX encodings have an operand more, zero the upper half and are not particular.
/// </content>
internal sealed partial class Lifter
{
    /// <summary>Imm of a packed shift whose count is in its vector operand.</summary>
    private const long CountInVector = -1;

    /// <summary>True for AVX and its kin.</summary>
    private bool Vex => _instruction.Code.Encoding() == EncodingKind.VEX;

    /// <summary>Bytes of the vectors that the instruction works on: 32 if it names a YMM register, else 16.</summary>
    private int VectorBytes => _instruction.Op0Register.IsYMM() || _instruction.Op1Register.IsYMM() ? 32 : 16;

    /// <summary>
    /// True if a memory operand of 16 bytes must be aligned. By Intel's manual also those of SHA's instructions must; AMD's processors take them as they are.
    /// </summary>
    private bool WantsAlignment => !Vex && _instruction.Mnemonic is not (Mnemonic.Sha1msg1 or Mnemonic.Sha1msg2 or Mnemonic.Sha1nexte or Mnemonic.Sha1rnds4
        or Mnemonic.Sha256msg1 or Mnemonic.Sha256msg2 or Mnemonic.Sha256rnds2);

    /// <summary>Index of the first source: behind the destination if that is not a source itself.</summary>
    private int FirstSource => Vex ? 1 : 0;

    /// <summary>dst = code(first, second).</summary>
    internal void Packed(MicroOpCode code) => Packed(code, 0);

    /// <summary>dst = code(first, second) with the instruction's immediate, of which the upper half sees the bits from <paramref name="upperShift"/> on.</summary>
    internal void PackedImmediate(MicroOpCode code, int upperShift = 0) => Packed(code, _instruction.Immediate8, upperShift);

    /// <summary>dst = code(source), the old destination without influence.</summary>
    internal void PackedUnary(MicroOpCode code, int immediate = 0)
    {
        byte source = VectorSource(1);
        Vector(code, VectorNumber(0), source, source, immediate);
    }

    /// <summary>PSHUFD and its kin: dst = code(source) with the instruction's immediate.</summary>
    internal void PackedUnaryImmediate(MicroOpCode code) => PackedUnary(code, _instruction.Immediate8);

    /// <summary>Shifts of elements by an immediate or by the low quadword of a vector.</summary>
    internal void PackedShift(MicroOpCode code)
    {
        if (_instruction.GetOpKind(FirstSource + 1) == OpKind.Immediate8)
        {
            PackedImmediate(code);
        }
        else if (VectorBytes == 16)
        {
            Packed(code, CountInVector);
        }
        else
        {
            // One count, of 16 bytes whatever the operands are, for both halves.
            byte count = VectorSource(2, 16);
            byte both = Emit.VectorTemporary();
            Wide(MicroOpCode.VectorRepeatLow128, both, count, count);
            Vector(code, VectorNumber(0), VectorNumber(1), both, CountInVector);
        }
    }

    /// <summary>PMOVZX and PMOVSX: the memory operand is as wide as the elements read, and need not be aligned.</summary>
    internal void PackedExtend(MicroOpCode half, MicroOpCode whole)
    {
        byte source = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        if (VectorBytes == 32)
            Wide(whole, VectorNumber(0), source, source);
        else
            Vector(half, VectorNumber(0), source, source);
    }

    private void Packed(MicroOpCode code, long immediate, int upperShift = 0)
    {
        int first = FirstSource;
        byte a = VectorNumber(first);
        // Shifts by an immediate have no second vector.
        byte b = _instruction.GetOpKind(first + 1) == OpKind.Immediate8 ? a : VectorSource(first + 1);
        Vector(code, VectorNumber(0), a, b, immediate, upperShift);
    }

    /// <summary>A register, or a memory operand of the instruction's vector size in a temporary.</summary>
    private byte VectorSource(int operand) => VectorSource(operand, VectorBytes);

    private byte VectorSource(int operand, int size)
    {
        if (!IsMemory(operand))
            return VectorNumber(operand);
        byte temporary = Emit.VectorTemporary();
        Emit.VectorLoad(size, temporary, Address(), aligned: WantsAlignment);
        return temporary;
    }

    /// <summary>A memory operand of any size and alignment in a vector temporary, zero-extended.</summary>
    private byte LoadVector(int operand)
    {
        byte temporary = Emit.VectorTemporary();
        int size = SizeOf(operand);
        Emit.VectorLoad(size, temporary, Address());
        return temporary;
    }

    private byte VectorNumber(int operand) => VectorNumber(_instruction.GetOpRegister(operand));

    private static byte VectorNumber(Register register) => (byte)(register - (register.IsYMM() ? Register.YMM0 : Register.XMM0));

    private bool IsVector(int operand) => IsRegister(operand) && _instruction.GetOpRegister(operand).IsVectorRegister();

    /// <summary>True for instructions with an MMX or XMM register, and all of AVX. (Those on the x87 and on MXCSR ask the state.)</summary>
    private bool UsesVectors()
    {
        if (InstructionTable.NeedsAvx(_instruction.Code))
            return true;
        for (int i = 0; i < _instruction.OpCount; i++)
        {
            if (IsRegister(i) && _instruction.GetOpRegister(i) is var register && (register.IsVectorRegister() || register.IsMM()))
                return true;
        }

        return false;
    }

    private void Vector(MicroOpCode code, byte dst, byte a, byte b, long immediate = 0, int upperShift = 0)
    {
        byte aux = VectorBytes == 32 ? VectorAux.ShiftImmediate(upperShift) : UpperAux;
        Emit.Append(new MicroOp { Code = code, Size = (byte)VectorBytes, Dst = dst, A = a, B = b, C = Operand.None, Aux = aux, Imm = immediate });
    }

    private void Vector3(MicroOpCode code, byte dst, byte a, byte b, byte c) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)VectorBytes, Dst = dst, A = a, B = b, C = c, Aux = UpperAux });

    /// <summary>A micro-op on all 32 bytes of its operands.</summary>
    private void Wide(MicroOpCode code, byte dst, byte a, byte b, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = 32, Dst = dst, A = a, B = b, C = Operand.None, Imm = immediate });

    private void VectorToValue(MicroOpCode code, int size, byte dst, byte vector, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = vector, B = Operand.None, C = Operand.None, Imm = immediate });

    private void ValueToVector(MicroOpCode code, int size, byte dst, byte vector, byte value, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = vector, B = value, C = Operand.None, Aux = UpperAux, Imm = immediate });

    /// <summary>What becomes of the destination's upper half.</summary>
    private byte UpperAux => Vex && VectorBytes == 16 ? VectorAux.ZeroUpper : (byte)0;
}
