using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>
/// Operand forms of SSE instructions. Legacy encodings demand that 16-byte memory operands are aligned, but for the moves made for
/// unaligned data. MMX forms, which share the mnemonics, are not supported.
/// </content>
internal sealed partial class Lifter
{
    /// <summary>Imm of a packed shift whose count is in its vector operand.</summary>
    private const long CountInVector = -1;

    /// <summary>dst = code(dst, source).</summary>
    internal void Packed(MicroOpCode code) => Packed(code, 0);

    /// <summary>dst = code(dst, source) with the instruction's immediate.</summary>
    internal void PackedImmediate(MicroOpCode code) => Packed(code, _instruction.Immediate8);

    /// <summary>dst = code(source), the old destination without influence.</summary>
    internal void PackedUnary(MicroOpCode code, int immediate = 0)
    {
        if (RefuseMmx())
            return;
        byte source = VectorSource(1);
        Vector(code, VectorNumber(0), source, source, immediate);
    }

    /// <summary>PSHUFD and its kin: dst = code(source) with the instruction's immediate.</summary>
    internal void PackedUnaryImmediate(MicroOpCode code) => PackedUnary(code, _instruction.Immediate8);

    /// <summary>Shifts of elements by an immediate or by the low quadword of a vector.</summary>
    internal void PackedShift(MicroOpCode code)
    {
        if (_instruction.GetOpKind(1) == OpKind.Immediate8)
            PackedImmediate(code);
        else
            Packed(code, CountInVector);
    }

    /// <summary>PMOVZX and PMOVSX: the memory operand is as wide as the elements read, and need not be aligned.</summary>
    internal void PackedExtend(MicroOpCode code)
    {
        byte source = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        Vector(code, VectorNumber(0), source, source);
    }

    private void Packed(MicroOpCode code, long immediate)
    {
        if (RefuseMmx())
            return;
        byte destination = VectorNumber(0);
        // Shifts by an immediate have no second vector.
        byte source = _instruction.GetOpKind(1) == OpKind.Immediate8 ? destination : VectorSource(1);
        Vector(code, destination, destination, source, immediate);
    }

    /// <summary>A register, or an aligned 16-byte memory operand in a temporary.</summary>
    private byte VectorSource(int operand)
    {
        if (!IsMemory(operand))
            return VectorNumber(operand);
        byte temporary = Emit.VectorTemporary();
        Emit.VectorLoad(16, temporary, Address(), aligned: true);
        return temporary;
    }

    /// <summary>A memory operand of any size and alignment in a vector temporary, zero-extended.</summary>
    private byte LoadVector(int operand)
    {
        byte temporary = Emit.VectorTemporary();
        int size = SizeOf(operand);
        if (size >= 4)
            Emit.VectorLoad(size, temporary, Address());
        else
            ValueToVector(MicroOpCode.VectorFromValue, size, temporary, temporary, Emit.Load(size, Address()));
        return temporary;
    }

    private byte VectorNumber(int operand) => VectorNumber(_instruction.GetOpRegister(operand));

    private static byte VectorNumber(Register register) => (byte)(register - Register.XMM0);

    private bool IsVector(int operand) => IsRegister(operand) && _instruction.GetOpRegister(operand).IsXMM();

    /// <summary>True for instructions with an MMX or XMM register. (Those on the x87 and on MXCSR ask the state.)</summary>
    private bool UsesVectors()
    {
        for (int i = 0; i < _instruction.OpCount; i++)
        {
            if (IsRegister(i) && _instruction.GetOpRegister(i) is var register && (register.IsVectorRegister() || register.IsMM()))
                return true;
        }

        return false;
    }

    /// <summary>True, and the instruction unsupported, if it is one of the 64-bit MMX forms.</summary>
    private bool RefuseMmx()
    {
        for (int i = 0; i < _instruction.OpCount; i++)
        {
            if (IsRegister(i) && _instruction.GetOpRegister(i).IsMM())
            {
                Unsupported();
                return true;
            }
        }

        return false;
    }

    private void Vector(MicroOpCode code, byte dst, byte a, byte b, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = 16, Dst = dst, A = a, B = b, C = Operand.None, Imm = immediate });

    private void VectorToValue(MicroOpCode code, int size, byte dst, byte vector, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = vector, B = Operand.None, C = Operand.None, Imm = immediate });

    private void ValueToVector(MicroOpCode code, int size, byte dst, byte vector, byte value, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = vector, B = value, C = Operand.None, Imm = immediate });
}
