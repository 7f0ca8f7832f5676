using Rebound.GuestImages.Building;
using Rebound.GuestImages.Probe;

namespace Rebound.GuestImages.Images;

internal sealed partial class Traps
{
    private sealed partial class Run
    {
        /// <summary>Events on their way to user code: pending when it is entered, kept off by the upcall mask, and coming while it runs.</summary>
        private void EventCases()
        {
            ulong start = _user.AddressesOf(_user.Syscall).Start;
            _probe.UseEntryStack(StackTop);
            ulong port = _probe.BindSelf();

            _probe.SayTitle(0x4d, "event pending at return to user");
            _probe.UseEntryStack(StackTop);
            _probe.Send(port);
            EnterUser(start, Plain, 0);
            Check(_event, stored: false, rip: start);
            _probe.ClearEvents(port);

            _probe.SayTitle(0x4f, "event pending at return to user, VGCF_in_syscall");
            _probe.UseEntryStack(StackTop);
            _probe.Send(port);
            EnterUser(start, Plain, IretFrame.InSyscall);
            Check(_event, stored: false, rip: start);

            _probe.SayTitle(0x50, "event still pending, IF clear in the iret frame");
            _probe.UseEntryStack(StackTop);
            EnterUser(start, Closed, 0);
            Check(_syscall, stored: true);
            _probe.ClearEvents(port);

            ulong spin = _user.AddressesOf(_user.Spin).Instruction;
            _probe.SayTitle(0x84, "timer event while user code runs (RF not shown)");
            _probe.UseEntryStack(StackTop);
            ulong timer = _probe.StartTimer();
            EnterUser(spin, Plain, 0);
            _probe.DropResumeFlag();
            Check(_event, stored: false, rip: spin);
            _probe.StopTimer(timer);
        }

        private void KernelCases()
        {
            KernelCase(0x53, "kernel #UD", _code.InvalidOpcode, _opcodeMasking);
            KernelCase(0x54, "kernel #UD, arithmetic flags, DF", _code.InvalidOpcodeWithFlags, _opcodeMasking);
            KernelCase(0x57, "kernel INT3", _code.Breakpoint, _breakpoint);
            KernelCase(0x58, "kernel INT 0x80", _code.Int80, _int80Masking);
            KernelCase(0x59, "kernel INT 0x20 (dpl 3 gate)", _code.Int20, _int20);
            KernelCase(0x5a, "kernel INT 0x21 (dpl 0 gate)", _code.Int21, _protection, error: 0x21 * 8 + 2);
            KernelCase(0x5b, "kernel read of an unmapped page", _code.ReadUnmapped, _page, error: 0);
            KernelCase(0x5c, "kernel write of an unmapped page", _code.WriteUnmapped, _page, error: 2);
            KernelCase(0x5d, "kernel write of its own page table (read-only mapping)", _code.WriteTablePage, _page, error: 3);
            KernelCase(0x5e, "kernel read of a non-canonical address", _code.ReadNonCanonical, _protection, error: 0);
            KernelCase(0x85, "kernel fetch from an unmapped page", _code.FetchUnmapped, _page, error: 0x10);
            KernelCase(0x86, "kernel load of a bad data selector", _code.LoadBadSelector, _protection, error: TrapsUserCode.BadSelector);
            KernelCase(0x87, "kernel HLT", _code.Halt, _protection, error: 0);
            KernelCase(0x88, "kernel #DE", _code.Divide, _divide);
            UninterruptedCase(0x61, "kernel hypercall, plain SYSCALL", _code.PlainHypercall);
            UninterruptedCase(0x62, "kernel hypercall, plain SYSCALL, flags DF AC and arithmetic", _code.HypercallWithFlags);
            UninterruptedCase(0x63, "kernel hypercall through the page", _code.HypercallThroughPage);
            UninterruptedCase(0x64, "kernel hypercall number 62", _code.NoSuchHypercall);
            UninterruptedCase(0x65, "kernel POPF with IF set", _code.PopFlags);
            UninterruptedCase(0x66, "kernel iret hypercall to itself", _code.IretToItself);
            UninterruptedCase(0x67, "kernel iret hypercall to itself, VGCF_in_syscall", _code.IretToItselfInSyscall);
        }

        /// <summary>Events that reach the kernel itself when it opens its upcall mask.</summary>
        private void KernelEventCases()
        {
            ulong port = _probe.BindSelf();
            _probe.SayTitle(0x5f, "event pending, kernel opens its mask and makes a hypercall");
            _probe.Send(port);
            _probe.EnterKernel(_code.OpenMaskAndCall, _probe.KernelStack + KernelCaseStack);
            Check(_event, stored: false);
            _probe.ClearEvents(port);

            _probe.SayTitle(0x89, "timer event while the kernel runs with an open mask (RF not shown)");
            ulong timer = _probe.StartTimer();
            _probe.EnterKernel(_code.OpenMaskAndSpin, _probe.KernelStack + KernelCaseStack);
            _probe.DropResumeFlag();
            Check(_event, stored: false);
            _probe.StopTimer(timer);
        }

        private void KernelCase(int number, string title, Routine code, ProbeEntry entry, ulong? error = null)
        {
            _probe.SayTitle(number, title);
            _probe.EnterKernel(code, _probe.KernelStack + KernelCaseStack);
            Check(entry, stored: false, error);
        }

        private void UninterruptedCase(int number, string title, Routine code)
        {
            _cases++;
            _probe.SayTitle(number, title);
            _probe.EnterKernel(code, _probe.KernelStack + KernelCaseStack);
            _probe.SayAfter();
            _probe.RequireEntry(_none);
        }
    }
}
