using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <content>Xen 3.1.1.</content>
public static partial class ReleaseCatalog
{
    private static ReleaseProfile Xen311 { get; } = new()
    {
        Name = "xen-3.1.1",
        Summary = "October 2007: r11 of a syscall frame is an address inside Xen",
        Version = new XenRelease(3, 1, 1),
        ExtraVersion = ".1",
        ReportedMinor = 1,
        SavedR11 = SavedR11.SyscallEnterAddress,
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
