using Iced.Intel;
using Rebound.GuestImages.Building;
using Rebound.GuestImages.Probe;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Exceptions, software interrupts and events, from user mode and from the kernel, with their frames.</summary>
internal sealed partial class Traps : GuestProgram
{
    private const ulong Plain = 0x202, Closed = 2;
    private const ulong KernelCaseStack = 0xf00;

    public override string Name => "traps";

    public override void Emit(KernelBuilder k) => new Run(k, Name).Emit();

    /// <summary>One building of the kernel.</summary>
    private sealed partial class Run
    {
        private readonly KernelBuilder _k;
        private readonly string _name;
        private readonly TrapsUserCode _user = new();
        private readonly ProbeKernel _probe;
        private readonly ProbeEntry _none, _syscall, _event;
        private readonly ProbeEntry _divide, _debug, _breakpoint, _opcode, _opcodeMasking, _protection, _page;
        private readonly ProbeEntry _int80, _int80Masking, _int20, _int21;
        private readonly TrapsKernelCode _code;
        private int _cases;

        public Run(KernelBuilder k, string name)
        {
            _k = k;
            _name = name;
            _probe = new ProbeKernel(k);
            _none = _probe.Entry("none", false);
            _syscall = _probe.Entry("syscall callback (masks events)", false);
            _event = _probe.Entry("event callback", false);
            _divide = _probe.Entry("trap 00 #DE", false);
            _debug = _probe.Entry("trap 01 #DB", false);
            _breakpoint = _probe.Entry("trap 03 #BP", false);
            _opcode = _probe.Entry("trap 06 #UD", false);
            _opcodeMasking = _probe.Entry("trap 06 #UD (gate masks events)", false);
            _protection = _probe.Entry("trap 0d #GP", true);
            _page = _probe.Entry("trap 0e #PF", true);
            _int80 = _probe.Entry("trap 80 (dpl 3)", false);
            _int80Masking = _probe.Entry("trap 80 (dpl 3, gate masks events)", false);
            _int20 = _probe.Entry("trap 20 (dpl 3)", false);
            _int21 = _probe.Entry("trap 21 (dpl 0)", false);
            // not the lowest table: Xen carries out a dom0's writes into that
            _code = new TrapsKernelCode(k, _none, _probe.Space.Level4);
        }

        private ulong StackTop => _probe.KernelStack + 0x1000;

        public void Emit()
        {
            _k.PlaceRoutines();
            _k.Begin();
            _k.Say($"{_name}: exceptions, interrupts and events with their frames");
            _k.RequiredHypercall("set_callbacks", Hypercall.SetCallbacks, _k.AddressWord(_event.Entry), _k.AddressWord(_k.FailsafeEntry()), 0);
            _k.RegisterCallback(CallbackType.Syscall, _syscall.Entry, true);
            SetGates(_opcode, _int80);
            _probe.MakeUserSpace(_user, _user.Content);
            UserCases();
            SetGates(_opcodeMasking, _int80Masking);
            UserCasesWithMaskingGates();
            EventCases();
            KernelCases();
            KernelEventCases();
            SayVerdict();
            _k.Shutdown(ShutdownReason.PowerOff);
        }

        private void SetGates(ProbeEntry opcode, ProbeEntry int80) => _k.SetTrapTable(
            new TrapGate(0x00, 0, false, _divide.Entry),
            new TrapGate(0x01, 0, false, _debug.Entry),
            new TrapGate(0x03, 3, false, _breakpoint.Entry),
            new TrapGate(0x06, 0, opcode == _opcodeMasking, opcode.Entry),
            new TrapGate(0x0d, 0, false, _protection.Entry),
            new TrapGate(0x0e, 0, false, _page.Entry),
            new TrapGate(0x20, 3, false, _int20.Entry),
            new TrapGate(0x21, 0, false, _int21.Entry),
            new TrapGate(0x80, 3, int80 == _int80Masking, int80.Entry));

        private void UserCases()
        {
            const ulong alignmentDownNested = 0x44ed7, arithmeticDown = 0xed7;
            UserCase(0x26, "user #UD, arithmetic flags and DF, entry rsp ends in 0f8", _user.InvalidOpcode, _opcode, arithmeticDown, stack: 0x130);
            UserCase(0x27, "user #UD, kernel stack pointer at the top again", _user.InvalidOpcode, _opcode);
            UserCase(0x28, "user #UD, VGCF_in_syscall", _user.InvalidOpcode, _opcode, flags: IretFrame.InSyscall);
            UserCase(0x29, "user #UD, flags AC DF NT and arithmetic", _user.InvalidOpcode, _opcode, alignmentDownNested);
            UserCase(0x2a, "user #UD, IF clear", _user.InvalidOpcode, _opcode, Closed);
            UserCase(0x1f, "user #UD, kernel stack pointer 8 modulo 16", _user.InvalidOpcode, _opcode, stack: 0xff8);
            UserCase(0x20, "user #GP, kernel stack pointer 8 modulo 16", _user.Halt, _protection, stack: 0xff8, error: 0);
            UserCase(0x2e, "user INT3 (dpl 3 gate)", _user.Breakpoint, _breakpoint, behind: 1);
            UserCase(0x2f, "user INT 0x80 (dpl 3 gate)", _user.Int80, _int80, behind: 2);
            UserCase(0x31, "user INT 0x20 (dpl 3 gate)", _user.Int20, _int20, behind: 2);
            UserCase(0x32, "user INT 0x21 (dpl 0 gate)", _user.Int21, _protection, error: 0x21 * 8 + 2);
            UserCase(0x33, "user INT 0x22 (no gate)", _user.Int22, _protection, error: 0x22 * 8 + 2);
            UserCase(0x34, "user HLT", _user.Halt, _protection, error: 0);
            UserCase(0x35, "user CLI", _user.ClearInterrupts, _protection, error: 0);
            UserCase(0x36, "user IN", _user.PortInput, _protection, error: 0);
            UserCase(0x37, "user MOV from CR0", _user.ReadControl, _protection, error: 0);
            UserCase(0x39, "user #DE", _user.Divide, _divide);
            UserCase(0x3b, "user read of an unmapped page", _user.ReadUnmapped, _page, error: 4);
            UserCase(0x3c, "user write of an unmapped page", _user.WriteUnmapped, _page, error: 6);
            UserCase(0x3d, "user write of a read-only page", _user.WriteReadOnly, _page, error: 7);
            UserCase(0x3e, "user read of a kernel-only address", _user.ReadKernel, _page, error: 4);
            UserCase(0x40, "user fetch from an unmapped page", _user.FetchUnmapped, _page, error: 0x14, at: TrapsUserCode.Unmapped);
            UserCase(0x41, "user read of a non-canonical address", _user.ReadNonCanonical, _protection, error: 0);
            UserCase(0x82, "user fetch from a page without execute right", _user.FetchNoExecute, _page, error: 0x15, at: ProbeProgram.DataPage);
            UserCase(0x83, "user load of a bad data selector", _user.LoadBadSelector, _protection, error: TrapsUserCode.BadSelector);
            UserCase(0x17, "user NOP then SYSCALL, TF", _user.SingleStep, _debug, 0x302, stored: false);
        }

        private void UserCasesWithMaskingGates()
        {
            UserCase(0x2d, "user #UD, gate with the mask-events flag", _user.InvalidOpcode, _opcodeMasking);
            UserCase(0x30, "user INT 0x80, gate with the mask-events flag", _user.Int80, _int80Masking, behind: 2);
        }

        /// <summary>Emits one case of user code that faults at its instruction, or traps <paramref name="behind"/> bytes behind it.</summary>
        private void UserCase(int number, string title, TrapsUserCode.Piece piece, ProbeEntry entry, ulong rflags = Plain, ulong flags = 0,
            ulong stack = 0x1000, ulong? error = null, ulong? at = null, ulong behind = 0, bool stored = true)
        {
            (ulong start, ulong instruction) = _user.AddressesOf(piece);
            _probe.SayTitle(number, title);
            _probe.UseEntryStack(_probe.KernelStack + stack);
            EnterUser(start, rflags, flags);
            Check(entry, stored, error, at ?? (instruction + behind));
        }

        private void EnterUser(ulong rip, ulong rflags, ulong flags)
        {
            _probe.SayIret(rip, rflags, KernelBuilder.FlatData, flags);
            _probe.EnterUser(IretFrame.Constant(_k, rip, rflags, flags));
        }

        private void Check(ProbeEntry entry, bool stored, ulong? error = null, ulong? rip = null)
        {
            _cases++;
            _probe.SayEntry(stored, faultAddress: entry == _page);
            _probe.RequireEntry(entry);
            if (error is { } code) _probe.RequireWord(entry, FrameWord.Error, code);
            if (rip is { } address) _probe.RequireWord(entry, FrameWord.Rip, address);
        }

        private void SayVerdict()
        {
            Label failed = _k.CreateLabel(), end = _k.CreateLabel();
            _k.cmp(__qword_ptr[_probe.Failures], 0);
            _k.jne(failed);
            _k.Say($"{_name}: {_cases} cases, every entry as it should be");
            _k.jmp(end);
            _k.Label(ref failed);
            _k.Say($"{_name}: ", Part.Dec(__qword_ptr[_probe.Failures]), $" failures in {_cases} cases");
            _k.Label(ref end);
            _k.nop();
        }
    }
}
