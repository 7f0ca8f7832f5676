using Iced.Intel;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

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
        if (instruction.Mnemonic == Mnemonic.Cmpxchg16b)
            return StoreOperation.TryCompareUnequal16(vcpu, instruction, faultAddress, machine);
        bool isString = instruction.Op0Kind == OpKind.MemoryESRDI;
        if ((instruction.Op0Kind != OpKind.Memory && !isString) || size is not (1 or 2 or 4 or 8) || (faultAddress & ((uint)size - 1)) != 0)
            return false;
        ulong address = GuestOperands.Address(vcpu, instruction, 0);
        ulong mask = GuestOperands.Mask(size);
        if (!StoreOperands.TryRead(vcpu, instruction, mask, out StoreOperands operands))
            return false;
        if (instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc)
            address += operands.TakeBitOffset(instruction, 8 * size);
        if (address != faultAddress)
            return false;

        var slot = new MachineAddress(machine.Value & ~7UL);
        int shift = 8 * (int)(machine.Value & 7);
        ulong entry = vcpu.Domain.Memory.Read64(slot);
        ulong before = (entry >> shift) & mask;
        if (!StoreOperation.TryCompute(vcpu, instruction, before, operands, size, out StoreOperation operation))
            return false;
        ulong updated = (entry & ~(mask << shift)) | ((operation.Stored & mask) << shift);
        if (vcpu.Domain.PageTypes.UpdateL1(slot, updated, vcpu.Domain) < 0)
            return false;
        operation.Finish(vcpu, instruction, before);

        // A repeated instruction does one turn; what is left meets the same fault again.
        if (!isString || StringRegisters.Advance(vcpu, instruction, size))
            vcpu.State->Rip = instruction.NextIP;
        Exits.TrapDispatch.Complete(vcpu, false);
        return true;
    }
}
