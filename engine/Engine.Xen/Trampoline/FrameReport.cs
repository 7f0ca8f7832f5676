namespace Rebound.Engine.Xen.Trampoline;

/// <summary>Why the guest kernel is entered.</summary>
public enum FrameKind
{
    Syscall,
    Syscall32,
    Sysenter,
    Exception,

    /// <summary>INT n through a gate of the trap table.</summary>
    SoftwareInterrupt,
    Event,
    Nmi,
    Failsafe,
}

/// <summary>One word of a frame.</summary>
/// <param name="Name">RCX, R11, ERROR, RIP, CS, RFLAGS, RSP, SS, or DS, ES, FS, GS.</param>
public readonly record struct FrameWord(string Name, ulong Value);

/// <summary>State that the hardware interrupted, before a trampoline touched any register.</summary>
/// <param name="Rip">For SYSCALL the address behind it.</param>
/// <param name="Rcx">What hardware leaves in rcx: for SYSCALL, RIP.</param>
/// <param name="R11">What hardware leaves in r11: for SYSCALL, RFLAGS.</param>
/// <param name="InKernel">Guest kernel mode was interrupted.</param>
public readonly record struct InterruptedState(ulong Rip, ulong Rflags, ulong Rsp, ulong Rcx, ulong R11, ushort Cs, bool InKernel);

/// <summary>A frame as pushed.</summary>
/// <param name="Vector">Exception or interrupt vector; 0 for syscalls and events.</param>
/// <param name="Words">From the handler's stack pointer upwards.</param>
/// <param name="StackPointer">The handler's stack pointer.</param>
/// <param name="Handler">The handler's address.</param>
/// <param name="LiveRcx">rcx as the handler finds it.</param>
public sealed record FrameReport(
    Vcpu Vcpu,
    FrameKind Kind,
    int Vector,
    string Release,
    InterruptedState Interrupted,
    IReadOnlyList<FrameWord> Words,
    ulong StackPointer,
    ulong Handler,
    ulong LiveRcx,
    ulong LiveR11,
    ulong LiveRflags);
