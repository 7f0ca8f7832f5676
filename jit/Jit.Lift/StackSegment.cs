using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Lift;

/// <summary>
/// Which segment a faulting access went through: a non-canonical address is #SS where that is the stack's and #GP elsewhere. In 64-bit mode addresses
/// formed with RSP or RBP as base belong to it unless FS or GS is named, and what instructions do to the stack by themselves.
/// </summary>
public static unsafe class StackSegment
{
    /// <summary>True if an instruction's access to a linear address went through SS.</summary>
    /// <param name="code">The instruction's bytes.</param>
    /// <param name="state">The registers it started from, RIP included.</param>
    /// <param name="address">The linear address that could not be accessed.</param>
    public static bool Holds(byte[] code, CpuState* state, ulong address)
    {
        Decoder decoder = Decoder.Create(64, code, DecoderOptions.ForceReservedNop | DecoderOptions.AMD);
        decoder.IP = state->Rip;
        decoder.Decode(out Instruction instruction);
        if (instruction.IsInvalid)
            return false;
        bool stack = instruction.IsStackInstruction;
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) != OpKind.Memory)
                continue;
            // Of two accesses the address tells which it was. POP reads the stack first, and its operand may lie there too, at RSP as it is afterwards.
            ulong size = (ulong)Math.Max(1, instruction.MemorySize.GetSize());
            bool operand = instruction.Mnemonic == Mnemonic.Pop
                ? address - state->Gpr[4] >= size
                : address - OperandAddress(instruction, i, state) < size;
            if (!stack || operand)
                return IsStackOperand(instruction);
        }

        return stack;
    }

    private static bool IsStackOperand(in Instruction instruction) =>
        instruction.MemoryBase.GetFullRegister() is Register.RSP or Register.RBP && instruction.MemorySegment is not (Register.FS or Register.GS);

    private static ulong OperandAddress(in Instruction instruction, int operand, CpuState* state) =>
        instruction.GetVirtualAddress(operand, 0, (register, _, _) => register switch
        {
            Register.FS => state->FsBase,
            Register.GS => state->GsBase,
            _ when register.IsGPR64() => state->Gpr[register.GetNumber()],
            _ when register.IsGPR32() => (uint)state->Gpr[register.GetNumber()],
            _ => 0,
        });
}
