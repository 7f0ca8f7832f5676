using System.Numerics;
using Iced.Intel;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// Writable page tables (VMASST 2): a store of the guest kernel into a read-only mapped L1 table is performed as a checked update of the
/// entry. Every other write fault is the guest's own.
/// </summary>
internal static unsafe class PageTableWrites
{
    private const uint WriteOfPresentPage = PageFaultCode.Present | PageFaultCode.Write;

    /// <summary>True if the store was performed and RIP moved on.</summary>
    public static bool TryEmulate(Vcpu vcpu, ulong faultAddress, uint code)
    {
        Domain domain = vcpu.Domain;
        if (!vcpu.InKernel
            || (code & (WriteOfPresentPage | PageFaultCode.Reserved | PageFaultCode.Fetch)) != WriteOfPresentPage
            || !domain.Assists(VmAssistType.WritablePageTables)
            || !VirtualLayout.IsGuestRange(faultAddress, 8)
            || !vcpu.Guest.TryTranslate(faultAddress, AccessKind.Read, out MachineAddress machine)
            || !domain.Machine.Contains(machine.Frame))
        {
            return false;
        }

        PageInfo page = domain.Machine[machine.Frame];
        return page.Owner == domain && page is { Type: PageType.L1, TypeReferences: > 0 }
            && GuestOperands.TryDecode(vcpu, out Instruction instruction)
            && TryStore(vcpu, instruction, faultAddress, machine);
    }

    private static bool TryStore(Vcpu vcpu, in Instruction instruction, ulong faultAddress, MachineAddress machine)
    {
        int size = instruction.MemorySize.GetSize();
        if (instruction.Op0Kind != OpKind.Memory || size is not (1 or 2 or 4 or 8) || (faultAddress & ((uint)size - 1)) != 0)
            return false;
        ulong address = GuestOperands.Address(vcpu, instruction, 0);
        ulong mask = GuestOperands.Mask(size);
        ulong source = 0;
        if (instruction.OpCount > 1 && !TryReadSource(vcpu, instruction, mask, out source))
            return false;
        bool isBitOp = instruction.Mnemonic is Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc;
        if (isBitOp)
        {
            int bits = 8 * size;
            if (instruction.Op1Kind == OpKind.Register)
            {
                long offset = (long)(source << (64 - bits)) >> (64 - bits);
                address += (ulong)((offset >> BitOperations.Log2((uint)bits)) * size);
            }

            source &= (uint)bits - 1;
        }

        if (address != faultAddress)
            return false;

        var slot = new MachineAddress(machine.Value & ~7UL);
        int shift = 8 * (int)(machine.Value & 7);
        ulong entry = vcpu.Domain.Memory.Read64(slot);
        ulong before = (entry >> shift) & mask;
        if (!Operation.TryCompute(vcpu, instruction, before, source, mask, size, out Operation operation))
            return false;
        ulong updated = (entry & ~(mask << shift)) | ((operation.Stored & mask) << shift);
        if (vcpu.Domain.PageTypes.UpdateL1(slot, updated, vcpu.Domain) < 0)
            return false;
        operation.Finish(vcpu, instruction, before);
        vcpu.State->Rip = instruction.NextIP;
        TrapDispatch.Complete(vcpu);
        return true;
    }

    private static bool TryReadSource(Vcpu vcpu, in Instruction instruction, ulong mask, out ulong source)
    {
        if (instruction.Op1Kind == OpKind.Register)
            return GuestOperands.TryRead(vcpu, instruction.Op1Register, out source);
        bool isImmediate = instruction.Op1Kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;
        source = isImmediate ? instruction.GetImmediate(1) & mask : 0;
        return isImmediate;
    }

    /// <summary>Result of the instruction: what is stored, and the flag operation it leaves.</summary>
    private readonly record struct Operation(ulong Stored, ulong? Flags, bool ReturnsOldValue)
    {
        public static bool TryCompute(
            Vcpu vcpu, in Instruction instruction, ulong before, ulong source, ulong mask, int size, out Operation operation)
        {
            ulong accumulator = vcpu.State->Gpr[CpuRegister.Rax] & mask;
            ulong carry = vcpu.State->ArithmeticFlags & Rflags.CF;
            ulong bit = 1UL << (int)(source & 63);
            ulong bitFlags = (vcpu.State->ArithmeticFlags & ~Rflags.CF) | ((before & bit) != 0 ? Rflags.CF : 0);
            operation = instruction.Mnemonic switch
            {
                Mnemonic.Mov or Mnemonic.Movnti => new Operation(source, null, false),
                Mnemonic.Xchg => new Operation(source, null, true),
                Mnemonic.Xadd => new Operation(before + source, FlagsOf(FlagKind.Add, size, before, source), true),
                Mnemonic.Cmpxchg => new Operation(
                    before == accumulator ? source : before, FlagsOf(FlagKind.Sub, size, accumulator, before), false),
                Mnemonic.And => Logic(before & source, size),
                Mnemonic.Or => Logic(before | source, size),
                Mnemonic.Xor => Logic(before ^ source, size),
                Mnemonic.Add => new Operation(before + source, FlagsOf(FlagKind.Add, size, before, source), false),
                Mnemonic.Sub => new Operation(before - source, FlagsOf(FlagKind.Sub, size, before, source), false),
                Mnemonic.Inc => new Operation(before + 1, FlagsOf(FlagKind.Inc, size, before, 0, carry), false),
                Mnemonic.Dec => new Operation(before - 1, FlagsOf(FlagKind.Dec, size, before, 0, carry), false),
                Mnemonic.Not => new Operation(~before, null, false),
                Mnemonic.Bts => new Operation(before | bit, bitFlags, false),
                Mnemonic.Btr => new Operation(before & ~bit, bitFlags, false),
                Mnemonic.Btc => new Operation(before ^ bit, bitFlags, false),
                _ => default(Operation) with { Flags = ulong.MaxValue },
            };
            return operation.Flags != ulong.MaxValue;
        }

        public void Finish(Vcpu vcpu, in Instruction instruction, ulong before)
        {
            if (ReturnsOldValue)
                GuestOperands.TryWrite(vcpu, instruction.Op1Register, before);
            if (instruction.Mnemonic == Mnemonic.Cmpxchg && (Flags & Rflags.ZF) == 0)
                GuestOperands.TryWrite(vcpu, Accumulator(instruction.MemorySize.GetSize()), before);
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

        private static Operation Logic(ulong result, int size) => new(result, FlagsOf(FlagKind.Logic, size, result, 0), false);

        private static ulong FlagsOf(FlagKind kind, int size, ulong a, ulong b, ulong c = 0)
        {
            ulong mask = GuestOperands.Mask(size);
            return LazyFlags.Materialize(LazyFlags.Operation(kind, size), a & mask, b & mask, c);
        }
    }
}
