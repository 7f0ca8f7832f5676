using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Time;

/// <summary>Writes what guests read to know the time: vcpu_time_info and the wall clock of shared_info.</summary>
public static class TimePages
{
    private const byte TscStable = 1;

    /// <summary>Brings the processor's time words, and the copy it asked for, up to now. The version goes up by 2 and is even.</summary>
    public static void Update(Vcpu vcpu)
    {
        GuestClock clock = vcpu.Domain.Clock;
        Span<byte> time = stackalloc byte[VcpuTimeLayout.Size];
        MachineAddress place = vcpu.Info.Location + VcpuInfoLayout.Time;
        vcpu.Domain.Memory.Span(place.Frame).Slice(place.Offset, time.Length).CopyTo(time);
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(time[VcpuTimeLayout.Version..]);
        BinaryPrimitives.WriteUInt32LittleEndian(time[VcpuTimeLayout.Version..], (version & ~1u) + 2);
        ulong now = clock.Now;
        BinaryPrimitives.WriteUInt64LittleEndian(time[VcpuTimeLayout.TscTimestamp..], now * GuestClock.TicksPerNanosecond);
        BinaryPrimitives.WriteUInt64LittleEndian(time[VcpuTimeLayout.SystemTime..], now);
        BinaryPrimitives.WriteUInt32LittleEndian(time[VcpuTimeLayout.TscToSystemMultiplier..], GuestClock.TscToSystemMultiplier);
        time[VcpuTimeLayout.TscShift] = 0;
        time[VcpuTimeLayout.Flags] = TscStable;
        time.CopyTo(vcpu.Domain.Memory.WritableSpan(place.Frame, place.Offset, time.Length));
        // The guest's own place may have been unmapped since: then it gets nothing.
        if (vcpu.TimeArea is { } address)
            vcpu.Guest.TryWrite(address, time);
    }

    /// <summary>Writes the time of day at system time 0.</summary>
    public static void WriteWallClock(Domain domain)
    {
        long nanoseconds = (domain.Clock.WallClockAtZero - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        (long seconds, long rest) = Math.DivRem(nanoseconds, 1_000_000_000);
        Span<byte> page = domain.Memory.WritableSpan(domain.SharedInfoFrame);
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[SharedInfoLayout.WallClockVersion..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SharedInfoLayout.WallClockVersion..], (version & ~1u) + 2);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SharedInfoLayout.WallClockSeconds..], (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SharedInfoLayout.WallClockNanoseconds..], (uint)rest);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SharedInfoLayout.WallClockSecondsHigh..], (uint)(seconds >> 32));
    }
}
