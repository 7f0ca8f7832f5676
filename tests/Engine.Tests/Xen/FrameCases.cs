namespace Rebound.Engine.Tests.Xen;

/// <summary>Entries as real Xen 4.17.7 built them, by the number of the recorded case.</summary>
internal static class FrameCases
{
    private const ulong Rcx = 0xc0c0_c0c0_c0c0_c0c0;
    private const ulong R11 = 0x1111_1111_1111_1111;
    private const ulong Return = 0x4000c4;
    private const ulong Cs = 0xe033;
    private const ulong Masked = 0x1_0000_e033;
    private const ulong Kernel = 0x1_0000_e030;
    private const ulong Ss = 0xe02b;
    private const ulong Rsp = 0x404ff0;

    public static IEnumerable<FrameCase> All =>
    [
        new("00 SYSCALL without callback", Trigger.Syscall)
        {
            NoSyscallCallback = true, Frame = [0x4000c4, 0x202, 0x4000c2, Cs, 0x202, Rsp, Ss], Live = (0x200, 0x202),
        },
        Call("01 SYSCALL", 0x202, 0x202, 0x200),
        Call("02 SYSCALL, in_syscall", 0x202, 0x202, 0x200) with { IretFlags = 0x100, User = (0x400000, 0x202, 0x202) },
        Call("03 SYSCALL, IF clear", 0x002, 0x002, 0x200, r11: 0x202) with { Frame = [Return, 0x202, Return, Masked, 0x2, Rsp, Ss], Mask = 1 },
        Call("04 SYSCALL, IF clear, in_syscall", 0x002, 0x002, 0x200) with
        {
            IretFlags = 0x100, Frame = [Return, 0x202, Return, Masked, 0x2, Rsp, Ss], Mask = 1, User = (0x400000, 0x202, 0x202),
        },
        Call("05 SYSCALL, rflags 0", 0x000, 0x002, 0x200) with { Frame = [Return, 0x202, Return, Masked, 0x2, Rsp, Ss], Mask = 1 },
        Call("06 SYSCALL, arithmetic flags", 0xad7, 0xad7, 0xac0),
        Call("08 SYSCALL, DF", 0x602, 0x602, 0x600),
        Call("09 SYSCALL, DF, in_syscall", 0x602, 0x602, 0x600) with { IretFlags = 0x100, User = (0x400000, 0x602, 0x602) },
        Call("0a SYSCALL, AC", 0x40202, 0x40202, 0x200),
        Call("0c SYSCALL, NT", 0x4202, 0x4202, 0x200),
        Call("0e SYSCALL, ID", 0x200202, 0x200202, 0x200) with { Live = (0x200, 0x202) },
        Call("0f SYSCALL, IOPL 3", 0x3202, 0x202, 0x200),
        Call("11 SYSCALL, VM", 0x20202, 0x202, 0x200),
        Call("13 SYSCALL, RF", 0x10202, 0x202, 0x200),
        Call("15 SYSCALL first, TF", 0x302, 0x302, 0x200) with { User = (Rcx, R11, 0x302) },
        new("16 TF, in_syscall: #DB at once", Trigger.NothingAfterReturn)
        {
            IretRflags = 0x302, IretFlags = 0x100, Frame = [0x400000, 0x302, 0x400000, Cs, 0x302, Rsp, Ss], Live = (0x202, 0x202),
        },
        Call("18 SYSCALL, high rflags bits", 0xffff_ffff_0000_0202, 0x202, 0x200),
        Call("19 SYSCALL, every other iret flag", 0x202, 0x202, 0x200) with { IretFlags = 0xfeff, User = (Rcx, R11, 0x202) },
        new("1a iret with ss 0", Trigger.NothingAfterReturn)
        {
            IretSs = 0, Frame = [Rcx, R11, 0, 0x400000, Cs, 0x202, Rsp, 3], Live = (0x202, 0x202),
        },
        Call("1b SYSCALL, iret ss 0, in_syscall", 0x202, 0x202, 0x200) with { IretSs = 0, IretFlags = 0x100 },
        Call("1c SYSCALL, callback masks", 0x202, 0x202, 0x200) with { Masks = true, Mask = 1 },
        Call("1e SYSCALL, stack 8 mod 16", 0x202, 0x202, 0x200) with { StackOffset = -8 },
        Call("22 SYSCALL, rsp ends in fc8", 0xed7, 0xed7, 0xec0),
        Call("23 SYSCALL, rsp ends in 808", 0xed7, 0xed7, 0xa00) with { StackOffset = -0x7c0 },
        Call("24 SYSCALL, rsp ends in 408", 0xed7, 0xed7, 0x600) with { StackOffset = -0xbc0 },
        Call("25 SYSCALL, rsp ends in 0f8", 0xed7, 0xed7, 0x2d0) with { StackOffset = -0xed0 },
        Fault("1f #UD, stack 8 mod 16", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]) with { StackOffset = -8 },
        Fault("21 #UD", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("26 #UD, flags survive", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x10ed7, Rsp, Ss]) with
        {
            IretRflags = 0xed7, Live = (0xed7, 0xed7), StackOffset = -0xed0,
        },
        Fault("28 #UD, in_syscall", Trigger.InvalidOpcode, [0x400000, 0x202, 0x400565, Cs, 0x10202, Rsp, Ss]) with { IretFlags = 0x100 },
        Fault("29 #UD, AC DF NT", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x54ed7, Rsp, Ss]) with
        {
            IretRflags = 0x44ed7, Live = (0xed7, 0xed7),
        },
        Fault("2a #UD, IF clear", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Masked, 0x10002, Rsp, Ss]) with { IretRflags = 2, Mask = 1 },
        Fault("2d #UD, gate masks", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]) with { Masks = true, Mask = 1 },
        Fault("34 #GP", Trigger.GeneralProtection, [Rcx, R11, 0, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("39 #DE", Trigger.DivideError, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("3a #NM", Trigger.DeviceNotAvailable, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("2e INT3", Trigger.Int3, [Rcx, R11, 0x400565, Cs, 0x202, Rsp, Ss]),
        Fault("2f INT 0x80", Trigger.Int80, [Rcx, R11, 0x400565, Cs, 0x202, Rsp, Ss]),
        Fault("30 INT 0x80, gate masks", Trigger.Int80, [Rcx, R11, 0x400565, Cs, 0x202, Rsp, Ss]) with { Masks = true, Mask = 1 },
        Fault("31 INT 0x20, DPL 3", Trigger.Int20, [Rcx, R11, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("32 INT 0x21, DPL 0", Trigger.Int21, [Rcx, R11, 0x10a, 0x400563, Cs, 0x10202, Rsp, Ss]),
        Fault("33 INT 0x22, no gate", Trigger.Int22, [Rcx, R11, 0x112, 0x400563, Cs, 0x10202, Rsp, Ss]),
        Fault("3b read of an absent page", Trigger.ReadAbsent, [Rcx, R11, 4, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("3c write of an absent page", Trigger.WriteAbsent, [Rcx, R11, 6, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("3d write of a read-only page", Trigger.WriteReadOnly, [Rcx, R11, 7, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("40 fetch from an absent page", Trigger.FetchAbsent, [Rcx, R11, 0x14, 0x400565, Cs, 0x10202, Rsp, Ss]),
        Fault("4d event at return", Trigger.EventAtReturn, [Rcx, R11, 0x400000, Cs, 0x202, Rsp, Ss]) with { Mask = 1 },
        Fault("6e iret to a bad cs", Trigger.NothingAfterReturn, [Rcx, R11, 0x1230, 0x400000, 0x1233, 0x202, Rsp, Ss]) with { IretCs = 0x1233 },
        Fault("6f iret to a bad ss", Trigger.NothingAfterReturn, [Rcx, R11, 0x1230, 0x400000, Cs, 0x202, Rsp, 0x1233]) with { IretSs = 0x1233 },
        Call("70 SYSCALL, bad ss, in_syscall", 0x202, 0x202, 0x200) with { IretSs = 0x1233, IretFlags = 0x100 },
        Call("71 SYSCALL, bad cs, in_syscall", 0x202, 0x202, 0x200) with { IretCs = 0x1233, IretFlags = 0x100 },

        // The recorder's QEMU sets RF here, other processors do not, because IRET itself faults.
        Fault("72 iret to a non-canonical rip", Trigger.NothingAfterReturn, [Rcx, R11, 0, 1UL << 63, Cs, 0x202, Rsp, Ss]) with { IretRip = 1UL << 63 },
        Fault("73 the same, in_syscall", Trigger.NothingAfterReturn, [1UL << 63, 0x202, 0, 1UL << 63, Cs, 0x202, Rsp, Ss]) with
        {
            IretRip = 1UL << 63, IretFlags = 0x100,
        },
        Call("69 SYSCALL, virtual IOPL 3", 0x3202, 0x202, 0x200) with
        {
            VirtualIopl = true, Frame = [Return, 0x202, Return, Cs, 0x3202, Rsp, Ss],
        },
        Fault("6a #UD, virtual IOPL 3", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Cs, 0x13202, Rsp, Ss]) with
        {
            VirtualIopl = true, IretRflags = 0x3202,
        },
        InKernel("53 #UD", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Kernel, 0x10002, 0, Ss]),
        InKernel("56 #UD, odd stack pointer", Trigger.InvalidOpcode, [Rcx, R11, 0x400565, Kernel, 0x10002, 0, Ss]) with { StackOffset = -3 },
        InKernel("57 INT3", Trigger.Int3, [Rcx, R11, 0x400565, Kernel, 2, 0, Ss]),
        InKernel("58 INT 0x80", Trigger.Int80, [Rcx, R11, 0x400565, Kernel, 2, 0, Ss]),
        InKernel("59 INT 0x20, DPL 3", Trigger.Int20, [Rcx, R11, 0x400565, Kernel, 0x10002, 0, Ss]),
        InKernel("5a INT 0x21, DPL 0", Trigger.Int21, [Rcx, R11, 0x10a, 0x400563, Kernel, 0x10002, 0, Ss]),
        InKernel("5b read of an absent page", Trigger.ReadAbsent, [Rcx, R11, 0, 0x400565, Kernel, 0x10002, 0, Ss]),
        InKernel("5c write of an absent page", Trigger.WriteAbsent, [Rcx, R11, 2, 0x400565, Kernel, 0x10002, 0, Ss]),
        InKernel("5d write of a read-only page", Trigger.WriteReadOnly, [Rcx, R11, 3, 0x400565, Kernel, 0x10002, 0, Ss]),
    ];

    private static FrameCase Call(string id, ulong iretRflags, ulong word, ulong liveR11, ulong? r11 = null) =>
        new(id, Trigger.Syscall)
        {
            IretRflags = iretRflags,
            Frame = [Return, r11 ?? word, Return, Cs, word, Rsp, Ss],
            Live = (liveR11, liveR11 | 2),
        };

    private static FrameCase Fault(string id, Trigger trigger, ulong[] frame) =>
        new(id, trigger) { ExitRip = 0x400565, Frame = frame, Live = (0x202, 0x202) };

    /// <summary>Kernel code with events masked; the RSP word is filled in by the test.</summary>
    private static FrameCase InKernel(string id, Trigger trigger, ulong[] frame) =>
        new(id, trigger) { IretRflags = null, ExitRip = 0x400565, Frame = frame, Live = (0x202, 0x202), Mask = 1 };
}
