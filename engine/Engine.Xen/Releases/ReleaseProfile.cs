using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <summary>What the trampoline leaves in the saved r11 of a SYSCALL.</summary>
public enum SavedR11
{
    /// <summary>RFLAGS, as hardware left it.</summary>
    Rflags,

    /// <summary>The address the trampoline jumped through: <see cref="ReleaseProfile.SyscallEnterAddress"/>.</summary>
    SyscallEnterAddress,

    /// <summary>The user's own r11 (SYSCALL as an event that clobbers nothing).</summary>
    User,
}

/// <summary>What the saved rcx of a SYSCALL is.</summary>
public enum SavedRcx
{
    Rip,
    User,
}

/// <summary>What happens to the handler's flags after a syscall frame was built.</summary>
public enum SyscallHandlerFlags
{
    /// <summary>Nothing: the user's DF reaches the guest kernel.</summary>
    Untouched,

    /// <summary>DF is cleared.</summary>
    DirectionCleared,

    /// <summary>ANDed with the low half of the new stack pointer, the slip of 4.17.5 and later.</summary>
    AndedWithStackPointer,
}

/// <summary>SYSCALL from user mode without a callback.</summary>
public enum MissingSyscallCallback
{
    CrashDomain,

    /// <summary>#UD with RIP two bytes back.</summary>
    InvalidOpcode,
}

/// <summary>SYSCALL from 32-bit user code without a callback of its own.</summary>
public enum CompatSyscallFallback
{
    Syscall64Callback,
    InvalidOpcode,
}

/// <summary>Who learns of a fault of the IRET that enters the guest.</summary>
public enum FaultingIret
{
    FailsafeCallback,
    Exception,
}

/// <summary>The iret hypercall towards user mode without a user root.</summary>
public enum IretWithoutUserRoot
{
    ReturnFault,
    CrashDomain,
}

/// <summary>
/// How one Xen release behaves towards a 64-bit PV guest: pure data. What it offers is an <see cref="InterfaceSet"/>.
/// </summary>
public sealed record ReleaseProfile
{
    /// <summary>Name for the command line, for example <c>xen-3.1.1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    public required XenRelease Version { get; init; }

    /// <summary>What xen_version reports behind major and minor, for example <c>.4-1</c>.</summary>
    public required string ExtraVersion { get; init; }

    /// <summary>What xen_version reports as the minor number.</summary>
    public required int ReportedMinor { get; init; }

    public required SavedR11 SavedR11 { get; init; }

    public SavedRcx SavedRcx { get; init; } = SavedRcx.Rip;

    /// <summary>
    /// Address of Xen's syscall_enter, which one release leaks. The preset has bit 18 (AC) set and none of TF, DF, NT, RF:
    /// the damage that was seen in the field.
    /// </summary>
    public ulong SyscallEnterAddress { get; init; } = 0xffff828c80148230;

    public bool HandlerClearsAlignmentCheck { get; init; } = true;

    public required SyscallHandlerFlags SyscallHandlerFlags { get; init; }

    public required MissingSyscallCallback MissingSyscallCallback { get; init; }

    public required CompatSyscallFallback CompatSyscallFallback { get; init; }

    /// <summary>Callbacks for SYSENTER and 32-bit SYSCALL can be registered.</summary>
    public required bool FastCallCallbacks { get; init; }

    /// <summary>Callback addresses must be canonical.</summary>
    public required bool CanonicalCallbacks { get; init; }

    /// <summary>The syscall callback may mask events.</summary>
    public bool SyscallMayMaskEvents { get; init; } = true;

    /// <summary>A hypercall number is taken modulo 64 instead of being refused.</summary>
    public bool HypercallNumberWraps { get; init; }

    /// <summary>SYSRET only leaves to canonical addresses, IRET to others.</summary>
    public required bool SysretNeedsCanonicalRip { get; init; }

    /// <summary>Every exit forces IF to 1 and IOPL and VM to 0.</summary>
    public required bool ExitForcesFlags { get; init; }

    /// <summary>Every exit clears NT.</summary>
    public bool ExitDropsNestedTask { get; init; }

    public required FaultingIret FaultingIret { get; init; }

    /// <summary>VMASST 4 exists: frames show and iret loads the virtual IOPL.</summary>
    public required bool VirtualIoplAssist { get; init; }

    public IretWithoutUserRoot IretWithoutUserRoot { get; init; } = IretWithoutUserRoot.CrashDomain;

    /// <summary>A kernel stack may start exactly at the first address of Xen's part.</summary>
    public required bool StackMayStartAtHypervisor { get; init; }

    /// <summary>A one-shot timer in the past with the "future" flag is refused with -ETIME.</summary>
    public bool PastTimerIsError { get; init; } = true;
}
