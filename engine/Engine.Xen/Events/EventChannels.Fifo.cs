using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Events;

/// <content>The change to the FIFO ABI.</content>
public sealed partial class EventChannels
{
    /// <summary>Gives a processor its control block; the first one for any processor puts the FIFO ABI in force (EVTCHNOP_init_control).</summary>
    /// <param name="vcpu">Whose.</param>
    /// <param name="frame">A page of the domain that can be written.</param>
    /// <param name="offset">Of the block within the page, 8-aligned.</param>
    public long InitControl(uint vcpu, MachineFrame frame, uint offset)
    {
        if (vcpu >= (uint)_domain.Vcpus.Count)
            return -Errno.ENOENT;
        if (offset > GuestMemory.FrameSize - FifoEventLayout.ControlBlockSize || (offset & 7) != 0)
            return -Errno.EINVAL;
        if (_delivery is FifoEvents present)
            return present.MapControlBlock((int)vcpu, frame, offset);
        var fifo = new FifoEvents(_domain);
        long result = fifo.MapControlBlock((int)vcpu, frame, offset);
        if (result < 0)
            return result;
        for (int port = 1; port < Math.Min(_channels.Length, _delivery.Ports); port++)
        {
            if (_delivery.IsPending(port))
                fifo.Remember(port);
        }

        _delivery = fifo;
        return 0;
    }

    /// <summary>Adds a page of event words (EVTCHNOP_expand_array).</summary>
    public long ExpandArray(MachineFrame frame) => _delivery is FifoEvents fifo
        ? fifo.AddPage(frame, port => IsBound((uint)port) ? _domain.Vcpus[_channels[port].Vcpu] : null)
        : -Errno.EOPNOTSUPP;
}
