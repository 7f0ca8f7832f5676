using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>Reads guest code through the address space of the present mode, kernel or user.</summary>
internal static class GuestCode
{
    /// <summary>Reads up to <paramref name="destination"/>'s length, less where the next page is absent.</summary>
    /// <returns>Bytes read, 0 if none can be.</returns>
    public static int Read(Vcpu vcpu, ulong rip, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            var address = new VirtualAddress(rip + (ulong)done);
            int chunk = (int)Math.Min((ulong)(destination.Length - done), GuestMemory.FrameSize - (address.Value & GuestMemory.FrameMask));
            MachineFrame root = vcpu.InKernel ? vcpu.KernelRoot : vcpu.UserRoot;
            if (!address.IsCanonical || root == MachineFrame.Invalid)
                break;
            Translation translation = PageWalker.Walk(vcpu.Domain.Memory, root, address, AccessKind.Execute, user: true, setBits: false);
            if (!translation.Success)
                break;
            vcpu.Domain.Memory.Span(translation.Frame).Slice((int)(address.Value & GuestMemory.FrameMask), chunk).CopyTo(destination[done..]);
            done += chunk;
        }

        return done;
    }
}
