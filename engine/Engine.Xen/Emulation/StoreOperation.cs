using Iced.Intel;
using Rebound.Jit.Cpu;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// Result of an instruction with a destination in memory: what is stored, and the arithmetic flags it leaves. Only for stores that Xen
/// carries out in the guest's place; the processor's own instructions are elsewhere.
/// </summary>
internal readonly unsafe record struct StoreOperation(ulong Stored, ulong? Flags, bool ReturnsOldValue)
{
    private const ulong CarryAndOverflow = Rflags.CF | Rflags.OF;

    /// <summary>Computes it; false for an instruction that is not known here.</summary>
    /// <param name="before">What the memory holds.</param>
    /// <param name="size">Bytes of the operand: 1, 2, 4 or 8.</param>
    public static bool TryCompute(
        Vcpu vcpu, in Instruction instruction, ulong before, in StoreOperands operands, int size, out StoreOperation operation)
    {
        ulong flags = vcpu.State->ArithmeticFlags;
        ulong source = operands.Source;
        ulong carry = flags & Rflags.CF;
        ulong accumulator = vcpu.State->Gpr[CpuRegister.Rax] & GuestOperands.Mask(size);
        ulong bit = 1UL << (int)(source & 63);
        ulong bitFlags = (flags & ~Rflags.CF) | ((before & bit) != 0 ? Rflags.CF : 0);
        StoreOperation? known = instruction.Mnemonic switch
        {
            Mnemonic.Mov or Mnemonic.Movnti or Mnemonic.Stosb or Mnemonic.Stosw or Mnemonic.Stosd or Mnemonic.Stosq
                or Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsd or Mnemonic.Movsq => new StoreOperation(source, null, false),
            Mnemonic.Xchg => new StoreOperation(source, null, true),
            Mnemonic.Xadd => new StoreOperation(before + source, FlagsOf(FlagKind.Add, size, before, source), true),
            Mnemonic.Cmpxchg => new StoreOperation(before == accumulator ? source : before, FlagsOf(FlagKind.Sub, size, accumulator, before), false),
            Mnemonic.Cmpxchg8b when size == 8 => CompareExchange8(vcpu, before, flags),
            Mnemonic.And => Logic(before & source, size),
            Mnemonic.Or => Logic(before | source, size),
            Mnemonic.Xor => Logic(before ^ source, size),
            Mnemonic.Add => new StoreOperation(before + source, FlagsOf(FlagKind.Add, size, before, source), false),
            Mnemonic.Adc => new StoreOperation(before + source + carry, FlagsOf(FlagKind.Adc, size, before, source, carry), false),
            Mnemonic.Sub => new StoreOperation(before - source, FlagsOf(FlagKind.Sub, size, before, source), false),
            Mnemonic.Sbb => new StoreOperation(before - source - carry, FlagsOf(FlagKind.Sbb, size, before, source, carry), false),
            Mnemonic.Inc => new StoreOperation(before + 1, FlagsOf(FlagKind.Inc, size, before, 0, carry), false),
            Mnemonic.Dec => new StoreOperation(before - 1, FlagsOf(FlagKind.Dec, size, before, 0, carry), false),
            Mnemonic.Neg => new StoreOperation(0 - before, FlagsOf(FlagKind.Sub, size, 0, before), false),
            Mnemonic.Not => new StoreOperation(~before, null, false),
            Mnemonic.Bts => new StoreOperation(before | bit, bitFlags, false),
            Mnemonic.Btr => new StoreOperation(before & ~bit, bitFlags, false),
            Mnemonic.Btc => new StoreOperation(before ^ bit, bitFlags, false),
            Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar => Shift(instruction.Mnemonic, before, source, size),
            Mnemonic.Rol or Mnemonic.Ror => Rotate(instruction.Mnemonic == Mnemonic.Rol, before, source, size, flags),
            _ when instruction.ConditionCode != ConditionCode.None && size == 1 =>
                new StoreOperation(IsTrue(instruction.ConditionCode, flags) ? 1UL : 0, null, false),
            _ => null,
        };
        operation = known ?? default;
        return known is not null;
    }

    /// <summary>
    /// CMPXCHG16B: Xen stores no 16 bytes into a table, but one that finds another value stores nothing. It is carried out then, and refused otherwise.
    /// </summary>
    public static bool TryCompareUnequal16(Vcpu vcpu, in Instruction instruction, ulong faultAddress, MachineAddress machine)
    {
        CpuState* state = vcpu.State;
        ulong low = vcpu.Domain.Memory.Read64(machine), high = vcpu.Domain.Memory.Read64(machine + 8);
        bool equal = low == state->Gpr[CpuRegister.Rax] && high == state->Gpr[CpuRegister.Rdx];
        if (equal || GuestOperands.Address(vcpu, instruction, 0) != faultAddress)
            return false;
        (state->Gpr[CpuRegister.Rax], state->Gpr[CpuRegister.Rdx]) = (low, high);
        state->ArithmeticFlags &= ~Rflags.ZF;
        state->Rip = instruction.NextIP;
        Exits.TrapDispatch.Complete(vcpu, false);
        return true;
    }

    /// <summary>Writes the registers and flags that the instruction changes besides.</summary>
    public void Finish(Vcpu vcpu, in Instruction instruction, ulong before)
    {
        if (ReturnsOldValue)
            GuestOperands.TryWrite(vcpu, instruction.Op1Register, before);
        bool failed = (Flags & Rflags.ZF) == 0;
        if (instruction.Mnemonic == Mnemonic.Cmpxchg && failed)
            GuestOperands.TryWrite(vcpu, Accumulator(instruction.MemorySize.GetSize()), before);
        if (instruction.Mnemonic == Mnemonic.Cmpxchg8b && failed)
        {
            vcpu.State->Gpr[CpuRegister.Rax] = (uint)before;
            vcpu.State->Gpr[CpuRegister.Rdx] = before >> 32;
        }

        if (Flags is ulong flags)
            vcpu.State->ArithmeticFlags = flags;
    }

    private static Iced.Intel.Register Accumulator(int size) => size switch
    {
        1 => Iced.Intel.Register.AL,
        2 => Iced.Intel.Register.AX,
        4 => Iced.Intel.Register.EAX,
        _ => Iced.Intel.Register.RAX,
    };

    private static StoreOperation CompareExchange8(Vcpu vcpu, ulong before, ulong flags)
    {
        ulong Pair(int low, int high) => (uint)vcpu.State->Gpr[low] | (vcpu.State->Gpr[high] << 32);
        bool equal = before == Pair(CpuRegister.Rax, CpuRegister.Rdx);
        ulong stored = equal ? Pair(CpuRegister.Rbx, CpuRegister.Rcx) : before;
        return new StoreOperation(stored, equal ? flags | Rflags.ZF : flags & ~Rflags.ZF, false);
    }

    /// <summary>A count of 0 changes no flag.</summary>
    private static StoreOperation Shift(Mnemonic mnemonic, ulong before, ulong source, int size)
    {
        int bits = 8 * size;
        int count = (int)source & (size == 8 ? 63 : 31);
        if (count == 0)
            return new StoreOperation(before, null, false);
        long signed = (long)(before << (64 - bits)) >> (64 - bits);
        return mnemonic switch
        {
            Mnemonic.Shr => new StoreOperation(before >> count, FlagsOf(FlagKind.Shr, size, before, (ulong)count), false),
            Mnemonic.Sar => new StoreOperation((ulong)(signed >> count), FlagsOf(FlagKind.Sar, size, before, (ulong)count), false),
            _ => new StoreOperation(before << count, FlagsOf(FlagKind.Shl, size, before, (ulong)count), false),
        };
    }

    private static StoreOperation Rotate(bool left, ulong before, ulong source, int size, ulong flags)
    {
        int bits = 8 * size;
        int count = (int)source & (size == 8 ? 63 : 31);
        if (count == 0)
            return new StoreOperation(before, null, false);
        int turn = (left ? count : bits - (count % bits)) % bits;
        ulong result = turn == 0 ? before : ((before << turn) | (before >> (bits - turn))) & GuestOperands.Mask(size);
        bool top = ((result >> (bits - 1)) & 1) != 0;
        bool carry = left ? (result & 1) != 0 : top;
        bool overflow = left ? top != carry : top != (((result >> (bits - 2)) & 1) != 0);
        ulong changed = (flags & ~CarryAndOverflow) | (carry ? Rflags.CF : 0) | (overflow ? Rflags.OF : 0);
        return new StoreOperation(result, changed, false);
    }

    private static bool IsTrue(ConditionCode condition, ulong flags)
    {
        bool carry = (flags & Rflags.CF) != 0, zero = (flags & Rflags.ZF) != 0, sign = (flags & Rflags.SF) != 0;
        bool overflow = (flags & Rflags.OF) != 0, parity = (flags & Rflags.PF) != 0;
        return condition switch
        {
            ConditionCode.o => overflow,
            ConditionCode.no => !overflow,
            ConditionCode.b => carry,
            ConditionCode.ae => !carry,
            ConditionCode.e => zero,
            ConditionCode.ne => !zero,
            ConditionCode.be => carry || zero,
            ConditionCode.a => !carry && !zero,
            ConditionCode.s => sign,
            ConditionCode.ns => !sign,
            ConditionCode.p => parity,
            ConditionCode.np => !parity,
            ConditionCode.l => sign != overflow,
            ConditionCode.ge => sign == overflow,
            ConditionCode.le => zero || sign != overflow,
            _ => !zero && sign == overflow,
        };
    }

    private static StoreOperation Logic(ulong result, int size) => new(result, FlagsOf(FlagKind.Logic, size, result, 0), false);

    private static ulong FlagsOf(FlagKind kind, int size, ulong a, ulong b, ulong c = 0)
    {
        ulong mask = GuestOperands.Mask(size);
        return LazyFlags.Materialize(LazyFlags.Operation(kind, size), a & mask, b & mask, c);
    }
}
