using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>References and types of machine frames, and the rules about them.</summary>
public sealed partial class PageTypes(MachineMemory machine)
{
    /// <summary>Takes a general reference for the domain; false if the frame is not the domain's to use.</summary>
    public bool TryReference(MachineFrame frame, Domain domain)
    {
        if (!machine.Contains(frame))
            return false;
        ref PageInfo page = ref machine[frame];
        if (page.Owner != domain || page.References is 0 or uint.MaxValue)
            return false;
        page.References++;
        return true;
    }

    /// <summary>Drops a general reference; the last one frees the frame.</summary>
    public void DropReference(MachineFrame frame)
    {
        ref PageInfo page = ref machine[frame];
        if (--page.References == 0)
            machine.Release(frame);
    }
}
