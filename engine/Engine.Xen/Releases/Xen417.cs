using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <content>Xen 4.17.</content>
public static partial class ReleaseCatalog
{
    private static ReleaseProfile Xen417 { get; } = new()
    {
        Name = "xen-4.17",
        Summary = "December 2022, as of 4.17.7: the syscall handler's flags are ANDed with its stack pointer",
        Version = new XenRelease(4, 17, 7),
        ExtraVersion = ".7",
        ReportedMinor = 17,
        SavedR11 = SavedR11.Rflags,
        SyscallHandlerFlags = SyscallHandlerFlags.AndedWithStackPointer,
        MissingSyscallCallback = MissingSyscallCallback.InvalidOpcode,
        CompatSyscallFallback = CompatSyscallFallback.InvalidOpcode,
        FastCallCallbacks = true,
        CanonicalCallbacks = true,
        SysretNeedsCanonicalRip = true,
        ExitForcesFlags = true,
        FaultingIret = FaultingIret.Exception,
        VirtualIoplAssist = true,
        StackMayStartAtHypervisor = true,
    };
}
