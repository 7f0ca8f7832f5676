using Iced.Intel;
using Rebound.GuestImages.Building;
using Rebound.GuestImages.Probe;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>
/// What a system call's handler finds, word by word and register by register, for user code in many flag states; and what the
/// user code finds after the return, which it compares itself.
/// </summary>
internal sealed class SyscallFrame : GuestProgram
{
    private const ulong InSyscall = IretFrame.InSyscall;
    private const ulong Arithmetic = 0xad7, Down = 0x602, Alignment = 0x40202, Nested = 0x4202, Identification = 0x200202;
    private const ulong Privilege = 0x3202, Virtual86 = 0x20202, Resume = 0x10202, ArithmeticDown = 0xed7, Plain = 0x202, Closed = 2;
    private const ulong AllFlags = 0x44ed7 | Identification;

    // the numbers are those of the transcripts of real Xen that the project is compared with
    private static readonly Case[] Cases =
    [
        new(0x01, "user SYSCALL, iret flags 0", Plain),
        new(0x02, "user SYSCALL, iret flags VGCF_in_syscall", Plain, InSyscall),
        new(0x03, "user SYSCALL, IF clear in the iret frame", Closed),
        new(0x04, "user SYSCALL, IF clear, VGCF_in_syscall", Closed, InSyscall),
        new(0x05, "user SYSCALL, rflags 0 in the iret frame (bit 1 clear)", 0),
        new(0x06, "user SYSCALL, arithmetic flags", Arithmetic),
        new(0x07, "user SYSCALL, arithmetic flags, VGCF_in_syscall", Arithmetic, InSyscall),
        new(0x08, "user SYSCALL, DF", Down),
        new(0x09, "user SYSCALL, DF, VGCF_in_syscall", Down, InSyscall),
        new(0x0a, "user SYSCALL, AC", Alignment),
        new(0x0b, "user SYSCALL, AC, VGCF_in_syscall", Alignment, InSyscall),
        new(0x0c, "user SYSCALL, NT", Nested),
        new(0x0d, "user SYSCALL, NT, VGCF_in_syscall", Nested, InSyscall),
        new(0x0e, "user SYSCALL, ID", Identification),
        new(0x0f, "user SYSCALL, IOPL 3 asked for", Privilege),
        new(0x10, "user SYSCALL, IOPL 3 asked for, VGCF_in_syscall", Privilege, InSyscall),
        new(0x11, "user SYSCALL, VM asked for", Virtual86),
        new(0x13, "user SYSCALL as first instruction, RF", Resume) { Bare = true },
        new(0x14, "user SYSCALL as first instruction, RF, VGCF_in_syscall", Resume, InSyscall) { Bare = true },
        new(0x18, "user SYSCALL, high rflags bits set", 0xffffffff00000202),
        new(0x19, "user SYSCALL, iret flags with every other bit", Plain, 0xfeff),
        new(0x1b, "user SYSCALL, iret ss 0, VGCF_in_syscall", Plain, InSyscall) { Ss = 0 },
        new(0x1c, "user SYSCALL, syscall callback with CALLBACKF_mask_events", Plain) { MaskEvents = true },
        new(0x1d, "user SYSCALL, IF clear, callback with CALLBACKF_mask_events", Closed) { MaskEvents = true },
        new(0x1e, "user SYSCALL, kernel stack pointer 8 modulo 16", Plain) { MaskEvents = true, StackOffset = 0xff8 },
        new(0x22, "user SYSCALL, arithmetic flags and DF, entry rsp ends in fc8", ArithmeticDown) { MaskEvents = true },
        new(0x23, "user SYSCALL, arithmetic flags and DF, entry rsp ends in 808", ArithmeticDown) { MaskEvents = true, StackOffset = 0x840 },
        new(0x24, "user SYSCALL, arithmetic flags and DF, entry rsp ends in 408", ArithmeticDown) { MaskEvents = true, StackOffset = 0x440 },
        new(0x25, "user SYSCALL, arithmetic flags and DF, entry rsp ends in 0f8", ArithmeticDown) { MaskEvents = true, StackOffset = 0x130 },
        new(0x80, "user SYSCALL, all of these flags", AllFlags),
        new(0x81, "user SYSCALL, all of these flags, VGCF_in_syscall", AllFlags, InSyscall),
    ];

    public override string Name => "syscall-frame";

    public override void Emit(KernelBuilder k)
    {
        var probe = new ProbeKernel(k);
        var user = new UserCode();
        ProbeEntry open = probe.Entry("syscall callback", false), masking = probe.Entry("syscall callback (masks events)", false);
        k.PlaceRoutines();
        k.Begin();
        k.Say($"{Name}: what a system call's handler finds");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        probe.MakeUserSpace(user, user.Content);
        IretFrame back = IretFrame.Variable(k);
        ProbeEntry? registered = null;
        foreach (Case one in Cases)
        {
            ProbeEntry entry = one.MaskEvents ? masking : open;
            probe.SayTitle(one.Number, one.Title);
            if (registered != entry) k.RegisterCallback(CallbackType.Syscall, entry.Entry, one.MaskEvents);
            registered = entry;
            ulong rip = one.Bare ? user.Bare : user.Address;
            probe.UseEntryStack(probe.KernelStack + one.StackOffset);
            probe.SayIret(rip, one.Rflags, one.Ss, one.Flags);
            probe.EnterUser(IretFrame.Constant(k, rip, one.Rflags, one.Flags, one.Ss));
            probe.SayEntry(userStored: !one.Bare, faultAddress: false);
            probe.RequireEntry(entry);
            probe.RequireSyscallWords();
            probe.PrepareReturn(back, one.Flags);
            probe.EnterUser(back, returning: true);
            probe.RequireEntry(entry);
            probe.SayReturn();
        }

        Label failed = k.CreateLabel(), end = k.CreateLabel();
        k.cmp(__qword_ptr[probe.Failures], 0);
        k.jne(failed);
        k.Say($"{Name}: {Cases.Length} cases, rcx and r11 words as SYSCALL leaves them, all registers kept across the return");
        k.jmp(end);
        k.Label(ref failed);
        k.Say($"{Name}: ", Part.Dec(__qword_ptr[probe.Failures]), " failures");
        k.Label(ref end);
        k.Shutdown(ShutdownReason.PowerOff);
    }

    private sealed record Case(int Number, string Title, ulong Rflags, ulong Flags = 0)
    {
        /// <summary>The system call is the first instruction: nothing is stored before it.</summary>
        public bool Bare { get; init; }

        public bool MaskEvents { get; init; }

        public ulong Ss { get; init; } = KernelBuilder.FlatData;

        /// <summary>Where in its page the entry stack starts.</summary>
        public ulong StackOffset { get; init; } = 0x1000;
    }

    private sealed class UserCode : ProbeProgram
    {
        private Label _bare;

        public UserCode()
        {
            _bare = CreateLabel("bare");
            StoreRegisters(Found);
            Label(ref _bare);
            syscall();
            StoreRegisters(After);
            EmitComparison();
            Content = ToBytes();
        }

        public byte[] Content { get; }

        /// <summary>The address of the system call itself.</summary>
        public ulong Bare => AddressOf(_bare);

        /// <summary>Compares what is stored with what the kernel says it gave; reports a bit for each register that differs.</summary>
        private void EmitComparison()
        {
            Label next = CreateLabel(), same = CreateLabel();
            xor(edi, edi);
            xor(ecx, ecx);
            Label(ref next);
            mov(rax, __qword_ptr[rcx * 8 + (long)(DataPage + After)]);
            cmp(rax, __qword_ptr[rcx * 8 + (long)(DataPage + Expected)]);
            je(same);
            bts(rdi, rcx);
            Label(ref same);
            inc(ecx);
            cmp(ecx, RegisterFile.Count);
            jne(next);
            syscall();
            ud2();
        }
    }
}
