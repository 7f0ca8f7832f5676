using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;
using static Rebound.GuestImages.Images.EventCalls;

namespace Rebound.GuestImages.Images;

/// <summary>Ports and their states, and the bits of the two-level ABI.</summary>
internal sealed class TwoLevelTrials(KernelBuilder k, Trials trials, EventCalls calls)
{
    private const int DebugIrq = 1, ConsoleIrq = 2;
    private const int StateWord = 2;
    private const int Unbound = 1, Interdomain = 2;

    private readonly ulong _first = k.Zero.Reserve(8), _second = k.Zero.Reserve(8);

    public void Emit()
    {
        Refusals();
        Loop();
    }

    private void Refusals()
    {
        trials.Result("status, a bad pointer", -14, () => k.Hypercall(Hypercall.EventChannelOp, Status, UserSpace.Base));
        calls.Try("status, a domain that there is not", -3, Status, 0x1234, 1);
        calls.Try("status, a port beyond all", Invalid, Status, Self, 5000);
        calls.Try("status of port 0", Fine, Status, Self, 0);
        calls.Try("send on port 0", Invalid, Send, 0);
        calls.Try("close port 0", Invalid, Close, 0);
        calls.Try("unmask port 0", Fine, Unmask, 0);
        calls.Try("allocate for a domain that there is not", -3, Allocate, 0x1234);
        calls.Try("bind to a domain that there is not", -3, BindInterdomain, 0x1234, 1, 0);
        calls.Try("bind to a port that is not bound", Invalid, BindInterdomain, Self, 50, 0);
        calls.Try("bind to a port beyond all", Invalid, BindInterdomain, Self, 5000, 0);
        calls.Try("bind a global VIRQ to vCPU 1", Invalid, BindVirq, ConsoleIrq, 1, 0);
        calls.Try("bind VIRQ_DEBUG to vCPU 1", NoEntry, BindVirq, DebugIrq, 1, 0);
        calls.Try("bind a physical interrupt beyond all", Invalid, BindPirq, 100_000, 0, 0);
        calls.Try("bind an IPI to vCPU 1", NoEntry, BindIpi, 1, 0);
        calls.Try("priority of two levels", NoSuchCall, SetPriority, 1, 3);
        calls.Try("priority of a port beyond all", Invalid, SetPriority, 5000, 3);
        calls.Try("event words of two levels", NotSupported, ExpandArray, 1, 0);
        calls.Try("reset of a domain that there is not", -3, Reset, 0x1234);
        calls.Try("control block of vCPU 1", NoEntry, InitControl, 1, 0, 0, 1, 0, 0);
        calls.Try("control block, misaligned", Invalid, InitControl, 1, 0, 4, 0, 0, 0);
        calls.Try("control block across a page's end", Invalid, InitControl, 1, 0, 4032, 0, 0, 0);
        calls.Try("control block in a frame that there is not", Invalid, InitControl, 0x7fffffff, 0, 0, 0, 0, 0);
    }

    private void Loop()
    {
        calls.Try("a port for oneself", Fine, Allocate, Self | Self << 16, 0);
        Keep(_first, 4);
        calls.TryStatus("its state: unbound", Unbound, _first, StateWord);
        calls.TryPort("send on it: nobody is there", Fine, Send, _first);
        trials.Result("bind to it", Fine, () =>
        {
            k.mov(__dword_ptr[calls.Argument], Self);
            k.mov(rax, __qword_ptr[_first]);
            k.mov(__dword_ptr[calls.Argument + 4], eax);
            k.Hypercall(Hypercall.EventChannelOp, BindInterdomain, calls.Argument);
        });
        Keep(_second, 8);
        calls.TryStatus("its state: bound", Interdomain, _first, StateWord);
        Bit("the new end is pending at once", 1, SharedPending, _second);
        calls.TryPort("send on the new end", Fine, Send, _second);
        Bit("the first end is pending", 1, SharedPending, _first);
        calls.TryPort("move it to vCPU 1", NoEntry, BindVcpu, _first, 1);
        calls.TryPort("move it to vCPU 0", Fine, BindVcpu, _first);
        calls.TryPort("close the new end", Fine, Close, _second);
        Bit("it is no longer pending", 0, SharedPending, _second);
        calls.TryStatus("the first end's state: unbound", Unbound, _first, StateWord);
        calls.TryPort("close it", Fine, Close, _first);
        ulong ipi = calls.Ipi("an IPI");
        calls.TryPort("move it", Invalid, BindVcpu, ipi);
        calls.TryPort("close it", Fine, Close, ipi);
    }

    private const int SharedPending = 0x800;

    private void Keep(ulong where, ulong offset)
    {
        k.mov(eax, __dword_ptr[calls.Argument + offset]);
        k.mov(__qword_ptr[where], rax);
    }

    private void Bit(string what, int expected, int bitmap, ulong port) => trials.Result(what, expected, () =>
    {
        k.mov(rcx, __qword_ptr[port]);
        k.Load(rdx, k.SharedInfoPage);
        k.xor(eax, eax);
        k.bt(__qword_ptr[rdx + bitmap], rcx);
        k.setc(al);
    });
}
