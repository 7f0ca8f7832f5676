namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>A guest as the laboratory takes it: a kernel, how to start it, and how to tell whether it works.</summary>
public sealed record AbiGuest
{
    /// <summary>The guest's name, such as "solaris-2007".</summary>
    public required string Name { get; init; }

    /// <summary>The kernel: the bytes of an ELF64 file.</summary>
    public required ReadOnlyMemory<byte> Kernel { get; init; }

    /// <summary>The guest's command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Guest memory in MiB.</summary>
    public required int MemoryMebibytes { get; init; }

    /// <summary>Whether these console lines, without their line ends, say that the guest works.</summary>
    public required Func<IReadOnlyList<string>, bool> SaysThatItWorks { get; init; }

    /// <summary>What the guest's manifest expects on a release, by the release's name.</summary>
    public required Func<string, AbiVerdict> ExpectedOn { get; init; }
}
