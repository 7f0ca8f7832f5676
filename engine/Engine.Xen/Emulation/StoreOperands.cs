using System.Numerics;
using Iced.Intel;
using Rebound.Jit.Cpu;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>What an instruction that stores needs besides the memory it changes: a second operand, and a count.</summary>
internal unsafe ref struct StoreOperands
{
    /// <summary>The register, immediate or loaded value; 0 if there is none.</summary>
    public ulong Source;

    /// <summary>Of a double shift.</summary>
    public ulong Count;

    /// <summary>Reads them; false for what is not among the forms that store.</summary>
    public static bool TryRead(Vcpu vcpu, in Instruction instruction, ulong mask, out StoreOperands operands)
    {
        operands = default;
        if (instruction.OpCount > 1 && !TryRead(vcpu, instruction, 1, mask, out operands.Source))
            return false;
        return instruction.OpCount <= 2 || TryRead(vcpu, instruction, 2, mask, out operands.Count);
    }

    /// <summary>
    /// Splits a bit number into the distance of the accessed word, which is returned, and the bit within that word, which stays in
    /// <see cref="Source"/>. A number in a register reaches memory before and behind the operand.
    /// </summary>
    public ulong TakeBitOffset(in Instruction instruction, int bits)
    {
        ulong distance = 0;
        if (instruction.Op1Kind == OpKind.Register)
        {
            long offset = (long)(Source << (64 - bits)) >> (64 - bits);
            distance = (ulong)((offset >> BitOperations.Log2((uint)bits)) * (bits / 8));
        }

        Source &= (uint)bits - 1;
        return distance;
    }

    private static bool TryRead(Vcpu vcpu, in Instruction instruction, int operand, ulong mask, out ulong value)
    {
        value = 0;
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return GuestOperands.TryRead(vcpu, instruction.GetOpRegister(operand), out value);
            case >= OpKind.Immediate8 and <= OpKind.Immediate32to64:
                value = instruction.GetImmediate(operand) & mask;
                return true;
            case OpKind.MemorySegRSI:
                Span<byte> bytes = stackalloc byte[sizeof(ulong)];
                bytes.Clear();
                if (!vcpu.Guest.TryRead(GuestOperands.Address(vcpu, instruction, operand), bytes[..instruction.MemorySize.GetSize()]))
                    return false;
                value = BitConverter.ToUInt64(bytes);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>The registers of STOS and MOVS.</summary>
internal static unsafe class StringRegisters
{
    /// <summary>Moves them on by one element; true if the instruction is done.</summary>
    public static bool Advance(Vcpu vcpu, in Instruction instruction, int size)
    {
        ulong step = (vcpu.SavedFlags & Rflags.DF) != 0 ? (ulong)-size : (ulong)size;
        vcpu.State->Gpr[CpuRegister.Rdi] += step;
        if (instruction.Op1Kind == OpKind.MemorySegRSI)
            vcpu.State->Gpr[CpuRegister.Rsi] += step;
        return !(instruction.HasRepPrefix || instruction.HasRepnePrefix) || --vcpu.State->Gpr[CpuRegister.Rcx] == 0;
    }
}
