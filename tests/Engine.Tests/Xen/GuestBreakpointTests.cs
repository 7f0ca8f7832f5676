using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Jit.Cpu;
using Rebound.Jit.Runtime;

namespace Rebound.Engine.Tests.Xen;

/// <summary>Breakpoints that a guest kernel sets by hypercall, for itself and for its user: the #DB comes as a frame, get_debugreg tells why.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
internal sealed unsafe class GuestBreakpointTests(Tier tier)
{
    private const ulong Code = TestGuest.KernelBase + 0x2000;
    private const ulong Handler = TestGuest.KernelBase + 0x3000;
    private const ulong Data = TestGuest.KernelBase + 0x4000;
    private const ulong UserCode = TestGuest.UserBase;
    private const ulong UserData = TestGuest.UserBase + 0x1000;
    private const ulong KernelFlags = 0x202;
    private const ulong Dr6None = 0xffff0ff0;
    private const ulong SingleStep = 1 << 14;

    private const ulong FirstExecutes = 1;
    private const ulong SecondWrites4 = 4 | (0xd << 20);
    private const ulong ThirdOnPort = 0x10 | (2 << 24);
    private const ulong DebugExtensions = 8;

    [Test]
    public void Kernel_code_breaks_and_goes_on_with_RF()
    {
        using var guest = Guest();
        // nop; inc eax; ud2
        Start(guest, 0x90, 0xff, 0xc0, 0x0f, 0x0b);
        Set(guest, 0, Code + 1);
        Set(guest, 7, FirstExecutes);
        Debugged(guest, Code + 1, KernelFlags, Dr6None | 1);
        Return(guest, KernelFlags | Rflags.RF);
        Run(guest);
        Assert.That((guest.Vcpu.State->ExitVector, guest.Vcpu.State->Rip), Is.EqualTo((ExceptionVector.InvalidOpcode, Code + 3)));
        Assert.That(Get(guest, 6), Is.EqualTo(Dr6None | 1), "until the guest clears it");
        Set(guest, 6, 0);
        Assert.That(Get(guest, 6), Is.EqualTo(Dr6None));
    }

    [Test]
    public void Without_RF_the_same_instruction_breaks_again()
    {
        using var guest = Guest();
        Start(guest, 0x90, 0x90, 0x0f, 0x0b);
        Set(guest, 0, Code);
        Set(guest, 7, FirstExecutes);
        Debugged(guest, Code, KernelFlags, Dr6None | 1);
        Return(guest, KernelFlags);
        Debugged(guest, Code, KernelFlags, Dr6None | 1);
    }

    [Test]
    public void Kernel_write_breaks_behind_the_instruction_and_steps_add_up()
    {
        using var guest = Guest();
        // mov [rbx], eax; nop
        Start(guest, 0x89, 0x03, 0x90, 0x0f, 0x0b);
        guest.Vcpu.State->Gpr[Register.Rbx] = Data;
        Set(guest, 1, Data);
        Set(guest, 7, SecondWrites4);
        Debugged(guest, Code + 2, KernelFlags, Dr6None | 2);
        Return(guest, KernelFlags | Rflags.TF);
        Debugged(guest, Code + 3, KernelFlags | Rflags.TF, Dr6None | SingleStep | 2);
    }

    /// <summary>As a kernel does it for a debugger: set before the traced program runs, gone for the next.</summary>
    [Test]
    public void User_write_breaks_into_the_kernel_and_not_once_it_is_switched_off()
    {
        using var guest = Guest();
        // mov [rbx], eax; jmp back, at the user's addresses
        guest.Write(TestGuest.KernelBase + 0x70000, 0xfceb_0389);
        Set(guest, 1, UserData);
        Set(guest, 7, SecondWrites4);
        EnterUser(guest);
        Debugged(guest, UserCode + 2, KernelFlags, Dr6None | 2);
        Assert.That(guest.Vcpu.InKernel);
        Set(guest, 7, 0);
        EnterUser(guest);
        Assert.That(Run(guest, 1000), Is.EqualTo(ExitReason.Budget));
    }

    [Test]
    public void Frames_that_xen_pushes_meet_no_breakpoint()
    {
        using var guest = Guest();
        Start(guest, 0x0f, 0x0b);
        guest.Vcpu.TrapTable[ExceptionVector.InvalidOpcode] = new TrapGate(Handler, 0, Selectors.Code64);
        guest.WriteCode(Handler, 0x90, 0xeb, 0xfe);
        guest.Vcpu.State->Rip = Code;
        Set(guest, 1, guest.Vcpu.State->Gpr[Register.Rsp] - 16);
        Set(guest, 7, SecondWrites4);
        Run(guest);
        GuestExits.Handle(guest.Vcpu, ExitReason.Exception);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
        Assert.That(Run(guest, 10), Is.EqualTo(ExitReason.Budget));
        Assert.That(Get(guest, 6), Is.EqualTo(Dr6None));
    }

    [Test]
    public void Ports_break_behind_the_emulated_instruction()
    {
        using var guest = Guest();
        // in al, 0x71
        Start(guest, 0xe4, 0x71);
        guest.Vcpu.GuestCr4 = DebugExtensions;
        guest.Vcpu.VirtualIopl = 1;
        Set(guest, 2, 0x71);
        Set(guest, 7, ThirdOnPort);
        Assert.That(Get(guest, 7), Is.EqualTo(ThirdOnPort | 0x400));
        Assert.That(Run(guest), Is.EqualTo(ExitReason.Exception));
        GuestExits.Handle(guest.Vcpu, ExitReason.Exception);
        Assert.That((guest.Vcpu.State->Rip, guest.ReadStack(3)[2], Get(guest, 6)), Is.EqualTo((Handler, Code + 2, Dr6None | 4)));
    }

    [Test]
    public void What_xen_refuses_stays_as_it_was()
    {
        using var guest = Guest();
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.SetDebugReg, 0, 0xffff_8000_0000_0000), Is.EqualTo(-Errno.EPERM), "an address of Xen's");
            Assert.That(guest.Call(HypercallNumber.SetDebugReg, 7, 1 << 13), Is.EqualTo(-Errno.EPERM), "general detect");
            Assert.That(guest.Call(HypercallNumber.SetDebugReg, 7, ThirdOnPort), Is.EqualTo(-Errno.EPERM), "ports without CR4.DE");
            Assert.That(guest.Call(HypercallNumber.SetDebugReg, 7, 1UL << 32), Is.EqualTo(-Errno.EINVAL));
            Assert.That(guest.Context.HasBreakpoints, Is.False);
            Assert.That(Get(guest, 7), Is.EqualTo(0x400));
        });
    }

    private static TestGuest Guest()
    {
        var guest = new TestGuest();
        guest.Vcpu.TrapTable[ExceptionVector.Debug] = new TrapGate(Handler, 0, Selectors.Code64);
        return guest;
    }

    private static void Start(TestGuest guest, params ReadOnlySpan<byte> code)
    {
        guest.WriteCode(Code, code);
        guest.Vcpu.SavedFlags = KernelFlags;
    }

    /// <summary>A hypercall that leaves the guest where it was.</summary>
    private static void Set(TestGuest guest, ulong number, ulong value) => Assert.That(Call(guest, HypercallNumber.SetDebugReg, number, value), Is.Zero, $"dr{number}");

    private static ulong Get(TestGuest guest, ulong number) => (ulong)Call(guest, HypercallNumber.GetDebugReg, number);

    private static long Call(TestGuest guest, ulong number, params ReadOnlySpan<ulong> arguments)
    {
        CpuState before = *guest.Vcpu.State;
        bool inKernel = guest.Vcpu.InKernel;
        if (!inKernel)
            guest.Vcpu.ToggleMode();
        long result = guest.Call(number, arguments);
        if (!inKernel)
            guest.Vcpu.ToggleMode();
        guest.Vcpu.State->Rip = before.Rip;
        guest.Vcpu.State->Flags = before.Flags;
        for (int i = 0; i < 16; i++)
            guest.Vcpu.State->Gpr[i] = before.Gpr[i];
        guest.Vcpu.ReturnsBySysret = false;
        return result;
    }

    private static void EnterUser(TestGuest guest)
    {
        ulong[] registers = new ulong[16];
        registers[Register.Rbx] = UserData;
        guest.SetUserState(registers, UserCode, KernelFlags);
        guest.Vcpu.ReturnsBySysret = false;
    }

    private ExitReason Run(TestGuest guest, long budget = 100)
    {
        GuestExits.PrepareEntry(guest.Vcpu);
        using var core = new ExecutionCore(guest.Context, new ExecutionOptions { Tier = tier });
        return core.Run(budget);
    }

    /// <summary>Runs into a #DB and checks the frame of its handler, and DR6.</summary>
    private void Debugged(TestGuest guest, ulong rip, ulong flags, ulong dr6)
    {
        Assert.That((Run(guest), guest.Vcpu.State->ExitVector), Is.EqualTo((ExitReason.Exception, ExceptionVector.Debug)));
        GuestExits.Handle(guest.Vcpu, ExitReason.Exception);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
        ulong[] frame = guest.ReadStack(5);
        Assert.That((frame[2], frame[4], Get(guest, 6)), Is.EqualTo((rip, flags, dr6)));
    }

    /// <summary>The iret hypercall from the handler, whose frame begins with RCX and R11.</summary>
    private static void Return(TestGuest guest, ulong flags)
    {
        ulong[] frame = guest.ReadStack(7);
        ulong stack = guest.Vcpu.State->Gpr[Register.Rsp] - 0x100;
        guest.Write(stack, guest.Vcpu.State->Gpr[Register.Rax], frame[1], frame[0], 0, frame[2], Selectors.Code64 & ~3UL, flags, frame[5], frame[6]);
        guest.Vcpu.State->Gpr[Register.Rsp] = stack;
        guest.Call(HypercallNumber.Iret);
    }
}
