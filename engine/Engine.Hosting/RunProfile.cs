using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>Where the time and the memory of a run went.</summary>
public sealed record RunProfile
{
    /// <summary>How often the guest's thread was found in each activity, about once a millisecond; the sum is <see cref="Samples"/>.</summary>
    public required IReadOnlyDictionary<HostActivity, long> Activities { get; init; }

    /// <summary>All looks at the guest's thread.</summary>
    public required long Samples { get; init; }

    /// <summary>The hypercalls that were made, in the order of their names.</summary>
    public required IReadOnlyList<HypercallCost> Hypercalls { get; init; }

    /// <summary>Bytes that the guest has.</summary>
    public required long GuestBytes { get; init; }

    /// <summary>Bytes of machine memory that were touched: the guest's, and the hypervisor's tables of frame numbers. Null where the host does not say.</summary>
    public required long? TouchedBytes { get; init; }

    /// <summary>Bytes of host memory that the process has now.</summary>
    public required long ProcessBytes { get; init; }

    /// <summary>Bytes of host memory that the process had at most.</summary>
    public required long PeakBytes { get; init; }
}
