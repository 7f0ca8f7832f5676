namespace Rebound.Engine.Abi;

/// <summary>Byte offsets in struct vcpu_guest_context (public/arch-x86/xen.h), 5168 bytes.</summary>
public static class VcpuGuestContextLayout
{
    public const int Size = 5168;
    public const int Fpu = 0x000;
    public const int Flags = 0x200;
    public const int UserRegisters = 0x208;
    public const int TrapTable = 0x2d0;
    public const int LdtBase = 0x12d0;
    public const int LdtEntries = 0x12d8;
    public const int GdtFrames = 0x12e0;
    public const int GdtEntries = 0x1360;
    public const int KernelSs = 0x1368;
    public const int KernelSp = 0x1370;
    public const int ControlRegisters = 0x1378;
    public const int DebugRegisters = 0x13b8;
    public const int EventCallback = 0x13f8;
    public const int FailsafeCallback = 0x1400;
    public const int SyscallCallback = 0x1408;
    public const int VmAssist = 0x1410;
    public const int FsBase = 0x1418;
    public const int GsBaseKernel = 0x1420;
    public const int GsBaseUser = 0x1428;
}

/// <summary>Flags of vcpu_guest_context and of the iret frame (VGCF_*).</summary>
public static class VcpuGuestContextFlags
{
    public const ulong FpuValid = 1 << 0;
    public const ulong InKernel = 1 << 2;
    public const ulong FailsafeDisablesEvents = 1 << 3;
    public const ulong SyscallDisablesEvents = 1 << 4;
    public const ulong Online = 1 << 5;

    /// <summary>In the iret frame: leave with SYSRET.</summary>
    public const ulong InSyscall = 1 << 8;
}

/// <summary>Byte offsets in struct cpu_user_regs (public/arch-x86/xen-x86_64.h), 200 bytes.</summary>
public static class CpuUserRegsLayout
{
    public const int Size = 200;
    public const int R15 = 0x00;
    public const int R14 = 0x08;
    public const int R13 = 0x10;
    public const int R12 = 0x18;
    public const int Rbp = 0x20;
    public const int Rbx = 0x28;
    public const int R11 = 0x30;
    public const int R10 = 0x38;
    public const int R9 = 0x40;
    public const int R8 = 0x48;
    public const int Rax = 0x50;
    public const int Rcx = 0x58;
    public const int Rdx = 0x60;
    public const int Rsi = 0x68;
    public const int Rdi = 0x70;
    public const int ErrorCode = 0x78;
    public const int EntryVector = 0x7c;
    public const int Rip = 0x80;
    public const int Cs = 0x88;
    public const int SavedUpcallMask = 0x8c;
    public const int Rflags = 0x90;
    public const int Rsp = 0x98;
    public const int Ss = 0xa0;
    public const int Es = 0xa8;
    public const int Ds = 0xb0;
    public const int Fs = 0xb8;
    public const int Gs = 0xc0;

    /// <summary>Bit of the entry vector: the exit may use SYSRET (TRAP_syscall).</summary>
    public const uint SyscallEntry = 0x100;
}
