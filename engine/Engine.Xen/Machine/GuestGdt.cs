using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>Gives a virtual processor its GDT pages, each checked and held as a descriptor page.</summary>
public static class GuestGdt
{
    /// <summary>Replaces the pages; all or nothing.</summary>
    /// <returns>0 or -EINVAL.</returns>
    public static long Set(Vcpu vcpu, MachineFrame[] frames, int entries)
    {
        Domain domain = vcpu.Domain;
        for (int i = 0; i < frames.Length; i++)
        {
            if (domain.PageTypes.Take(frames[i], domain, PageType.SegmentDescriptors) == 0)
                continue;
            for (int taken = 0; taken < i; taken++)
                domain.PageTypes.Drop(frames[taken]);
            return -Errno.EINVAL;
        }

        foreach (MachineFrame old in vcpu.GdtFrames)
            domain.PageTypes.Drop(old);
        vcpu.GdtFrames = frames;
        vcpu.GdtEntries = entries;
        return 0;
    }
}
