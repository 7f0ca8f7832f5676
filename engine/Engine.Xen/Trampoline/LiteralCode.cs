namespace Rebound.Engine.Xen.Trampoline;

/// <summary>Which machine code a release's 64-bit SYSCALL path consists of.</summary>
/// <param name="Release">Name of the release.</param>
/// <param name="SyscallEnter">Link address of syscall_enter.</param>
/// <param name="JumpsThroughR11">The trampoline reaches it by way of r11, because a relative jump does not reach that far.</param>
/// <param name="ReloadsR11">syscall_enter takes r11 back from the flags word.</param>
public sealed record LiteralCode(string Release, ulong SyscallEnter, bool JumpsThroughR11, bool ReloadsR11)
{
    /// <summary>Hypervisor text beside the stacks, a relative jump away.</summary>
    public static LiteralCode Xen304 { get; } = new("xen-3.0.4", 0xffff_8300_0014_8230, JumpsThroughR11: false, ReloadsR11: false);

    /// <summary>Hypervisor text moved away from the stacks.</summary>
    public static LiteralCode Xen311 { get; } = new("xen-3.1.1", 0xffff_828c_8014_8230, JumpsThroughR11: true, ReloadsR11: false);

    /// <summary>The repair, one instruction in syscall_enter.</summary>
    public static LiteralCode Xen312 { get; } = Xen311 with { Release = "xen-3.1.2", ReloadsR11 = true };

    public static IReadOnlyList<LiteralCode> All => [Xen304, Xen311, Xen312];
}
