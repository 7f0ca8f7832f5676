using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <content>Xen 3.1.0.</content>
public static partial class ReleaseCatalog
{
    private static ReleaseProfile Xen310 { get; } = new()
    {
        Name = "xen-3.1.0",
        Summary = "May 2007: as 3.0.4 for syscalls",
        Version = new XenRelease(3, 1),
        ExtraVersion = ".0",
        ReportedMinor = 1,
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
