using Rebound.GuestImages.Building;

namespace Rebound.GuestImages.Probe;

/// <summary>The words for one iret hypercall, in the kernel's memory, in the order in which the hypercall wants them on the stack.</summary>
/// <param name="Address">Where they are.</param>
internal sealed record IretFrame(ulong Address)
{
    public const int Flags = 0x00, Rip = 0x08, Cs = 0x10, Rflags = 0x18, Rsp = 0x20, Ss = 0x28;

    /// <summary>VGCF_in_syscall: leave by SYSRET, with rcx and r11 as that leaves them.</summary>
    public const ulong InSyscall = 0x100;

    public static IretFrame Constant(KernelBuilder k, ulong rip, ulong rflags, ulong flags = 0, ulong ss = KernelBuilder.FlatData) =>
        new(k.Data.Words(flags, rip, KernelBuilder.FlatCode, rflags, ProbeProgram.StackPointer, ss));

    public static IretFrame Variable(KernelBuilder k) => new(k.Zero.Reserve(0x30));
}
