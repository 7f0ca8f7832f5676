using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Time;

/// <summary>How long a virtual processor has been in each state, and the guest's copy of that (vcpu_runstate_info).</summary>
public sealed class StateTimes(Vcpu vcpu)
{
    private const int States = 4;

    private readonly ulong[] _times = new ulong[States];
    private RunState _state = RunState.Offline;
    private ulong _since;

    /// <summary>Guest virtual address of the copy, or null.</summary>
    public ulong? Area { get; set; }

    public void Enter(RunState state)
    {
        ulong now = vcpu.Domain.Clock.Now;
        _times[(int)_state] += now - _since;
        _since = now;
        _state = state;
        WriteArea();
    }

    /// <summary>Writes the guest's copy; nothing happens if it is not mapped at the moment.</summary>
    public void WriteArea()
    {
        if (Area is { } address)
            vcpu.Guest.TryWrite(address, ToBytes());
    }

    /// <summary>The structure now, the running state's time brought up to date.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[RunstateLayout.Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RunstateLayout.State), (int)_state);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RunstateLayout.EntryTime), _since);
        for (int i = 0; i < States; i++)
        {
            ulong time = _times[i] + (i == (int)_state ? vcpu.Domain.Clock.Now - _since : 0);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RunstateLayout.Times + (i * sizeof(ulong))), time);
        }

        return bytes;
    }
}
