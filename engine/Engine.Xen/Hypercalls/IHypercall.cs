using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>How much of a hypercall there is.</summary>
public enum HypercallGrade
{
    Supported,

    /// <summary>Some of it; <see cref="IHypercall.Note"/> says what is missing.</summary>
    Partial,

    /// <summary>Always refused; <see cref="IHypercall.Note"/> says why.</summary>
    Refused,
}

/// <summary>One hypercall: everything the engine knows about it is in the class that implements this. Implementations hold no state.</summary>
public interface IHypercall
{
    /// <summary>Number in rax (<see cref="HypercallNumber"/>).</summary>
    int Number { get; }

    /// <summary>Name as in public/xen.h, without prefix, for example <c>mmu_update</c>.</summary>
    string Name { get; }

    HypercallGrade Grade { get; }

    /// <summary>What is missing or why it is refused; empty if supported in full.</summary>
    string Note { get; }

    /// <summary>First release that offers it.</summary>
    XenRelease Since => XenReleases.First;

    /// <summary>Does it.</summary>
    /// <returns>What rax receives: 0 or a count, or a negated <see cref="Errno"/>.</returns>
    long Execute(in HypercallContext call);
}

/// <summary>Releases that interfaces refer to.</summary>
public static class XenReleases
{
    /// <summary>The oldest release described: everything not said to be younger exists since then.</summary>
    public static XenRelease First => new(3, 0, 2);
}
