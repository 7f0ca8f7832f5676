using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>update_descriptor(machine address, descriptor): a checked write to a GDT or LDT entry.</summary>
internal sealed class UpdateDescriptor : IHypercall
{
    public int Number => HypercallNumber.UpdateDescriptor;

    public string Name => "update_descriptor";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        var slot = new MachineAddress(call.Arg0);
        return (slot.Value & 7) != 0 ? -Errno.EINVAL : call.Domain.PageTypes.UpdateDescriptor(slot, call.Arg1, call.Domain);
    }
}
