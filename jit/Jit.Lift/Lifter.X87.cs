using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>The x87. Its micro-ops find their registers in the opcode, which the processor remembers anyway (<see cref="X87Instruction"/>).</content>
internal sealed partial class Lifter
{
    /// <summary>FADD and its kin, with a memory operand or between registers.</summary>
    internal void X87Arithmetic() => EmitX87(MicroOpCode.X87Arithmetic, 0);

    /// <param name="aux">Bits of <see cref="X87Compare"/>.</param>
    internal void X87Comparison(int aux) => EmitX87(MicroOpCode.X87Compare, aux);

    /// <param name="aux">Bits of <see cref="X87Compare"/>.</param>
    internal void X87ComparisonToFlags(int aux) => EmitX87(MicroOpCode.X87CompareFlags, aux);

    /// <summary>FLD of a register or of memory.</summary>
    internal void Fld()
    {
        if (IsMemory(0))
            X87Load(FloatFormat());
        else
            X87Register(X87Function.Fld);
    }

    /// <summary>FST and FSTP to a register or to memory.</summary>
    internal void Fst(bool pop)
    {
        if (IsMemory(0))
            X87StoreTo(FloatFormat(), pop ? X87Store.Pop : 0);
        else
            X87Register(pop ? X87Function.Fstp : X87Function.Fst);
    }

    internal void Fild() => X87Load(IntegerFormat());

    internal void Fist(int aux) => X87StoreTo(IntegerFormat(), aux);

    internal void Fbld() => X87Load(X87Format.Decimal);

    internal void Fbstp() => X87StoreTo(X87Format.Decimal, X87Store.Pop);

    internal void X87Register(X87Function function) => EmitX87(MicroOpCode.X87Register, (int)function);

    internal void Fcmov(Condition condition) =>
        Emit.Helper(MicroOpCode.X87Register, 8, a: Emit.Condition(condition), aux: (int)X87Function.Fcmov, imm: Remembered());

    /// <summary>FNSTENV, FLDENV, FNSAVE, FRSTOR: with an operand-size prefix in the 16-bit layout.</summary>
    internal void X87Memory(X87Image image)
    {
        int size = _instruction.MemorySize is MemorySize.FpuEnv14 or MemorySize.FpuState94 ? 2 : 4;
        Emit.Helper(MicroOpCode.X87Environment, size, a: LinearAddress(), aux: (int)image);
    }

    private void X87Load(X87Format format) => EmitX87(MicroOpCode.X87Load, (int)format);

    private void X87StoreTo(X87Format format, int aux) => EmitX87(MicroOpCode.X87Store, (int)format | aux);

    private void EmitX87(MicroOpCode code, int aux) =>
        Emit.Helper(code, 8, a: _instruction.OpCount > 0 && IsMemory(0) ? LinearAddress() : Operand.None, aux: aux, imm: Remembered());

    private X87Format FloatFormat() => SizeOf(0) switch
    {
        4 => X87Format.Float32,
        8 => X87Format.Float64,
        _ => X87Format.Float80,
    };

    private X87Format IntegerFormat() => SizeOf(0) switch
    {
        2 => X87Format.Int16,
        4 => X87Format.Int32,
        _ => X87Format.Int64,
    };

    /// <summary>What the processor remembers of the instruction.</summary>
    private long Remembered()
    {
        OpCodeInfo info = _instruction.Code.ToOpCode();
        if (_instruction.OpCount == 0 || !IsMemory(0))
            return X87Instruction.Pack(_rip, ((int)info.OpCode & 0x7ff) | StackIndex(), 0);
        _instruction.MemorySegment.IsSegment(out byte segment);
        return X87Instruction.Pack(_rip, (((int)info.OpCode & 7) << 8) | (info.GroupIndex << 3) | ModAndRm(), segment);
    }

    /// <summary>i where an operand is ST(i); the other is ST(0), if there is one.</summary>
    private int StackIndex()
    {
        int index = 0;
        for (int i = 0; i < _instruction.OpCount; i++)
        {
            if (_instruction.GetOpRegister(i).IsST())
                index |= _instruction.GetOpRegister(i) - Register.ST0;
        }

        return index;
    }

    /// <summary>The first and last field of ModRM, as the shortest encoding of the operand has them.</summary>
    private int ModAndRm()
    {
        Register register = _instruction.MemoryBase;
        if (register is Register.RIP or Register.EIP)
            return 5;
        if (register == Register.None)
            return 4;
        int mod = _instruction.MemoryDisplSize switch { 0 => 0, 1 => 0x40, _ => 0x80 };
        return mod | (_instruction.MemoryIndex != Register.None ? 4 : Number(register) & 7);
    }
}
