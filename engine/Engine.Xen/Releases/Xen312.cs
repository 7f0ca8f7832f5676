using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <content>Xen 3.1.2.</content>
public static partial class ReleaseCatalog
{
    private static ReleaseProfile Xen312 { get; } = new()
    {
        Name = "xen-3.1.2",
        Summary = "November 2007: r11 holds RFLAGS again",
        Version = new XenRelease(3, 1, 2),
        ExtraVersion = ".2",
        ReportedMinor = 1,
        SavedR11 = SavedR11.Rflags,
        SyscallHandlerFlags = SyscallHandlerFlags.DirectionCleared,
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
