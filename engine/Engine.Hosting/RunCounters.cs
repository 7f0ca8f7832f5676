using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>What a run took.</summary>
/// <param name="Instructions">Guest instructions retired.</param>
/// <param name="GuestTime">Time that passed for the guest.</param>
/// <param name="HostTime">Time that passed.</param>
/// <param name="Exits">Returns from the CPU to the hypervisor.</param>
/// <param name="Cpu">Counters of the CPU, still those of the machine.</param>
public sealed record RunCounters(ulong Instructions, TimeSpan GuestTime, TimeSpan HostTime, ulong Exits, ExecutionStatistics Cpu)
{
    /// <summary>Where the time went, if <see cref="VirtualMachineOptions.Profile"/> asked.</summary>
    public RunProfile? Profile { get; init; }
}
