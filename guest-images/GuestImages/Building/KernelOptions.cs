namespace Rebound.GuestImages.Building;

/// <summary>Properties of a kernel file that its code does not show.</summary>
internal sealed record KernelOptions
{
    /// <summary>What the kernel calls itself to the domain builder (GUEST_OS).</summary>
    public string GuestOs { get; init; } = "rebound";

    /// <summary>A <c>__xen_guest</c> section as XenLinux 2.6.16 had it, instead of ELF notes.</summary>
    public bool LegacyGuestSection { get; init; }

    /// <summary>No hypercall page: the kernel executes SYSCALL itself, as Linux does since the end of 2024.</summary>
    public bool InlineHypercalls { get; init; }
}
