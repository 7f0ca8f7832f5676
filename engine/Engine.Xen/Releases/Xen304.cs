using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <content>Xen 3.0.4.</content>
public static partial class ReleaseCatalog
{
    private static ReleaseProfile Xen304 { get; } = new()
    {
        Name = "xen-3.0.4",
        Summary = "December 2006: rcx and r11 of a syscall frame are what SYSCALL left",
        Version = new XenRelease(3, 0, 4),
        ExtraVersion = ".4-1",
        ReportedMinor = 0,
        SavedR11 = SavedR11.Rflags,
        SyscallHandlerFlags = SyscallHandlerFlags.Untouched,
        MissingSyscallCallback = MissingSyscallCallback.CrashDomain,
        CompatSyscallFallback = CompatSyscallFallback.Syscall64Callback,
        FastCallCallbacks = false,
        CanonicalCallbacks = false,
        SysretNeedsCanonicalRip = false,
        ExitForcesFlags = false,
        FaultingIret = FaultingIret.FailsafeCallback,
        VirtualIoplAssist = false,
        StackMayStartAtHypervisor = false,
    };
}
