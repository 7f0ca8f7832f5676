using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;
using static Rebound.GuestImages.Images.EventCalls;

namespace Rebound.GuestImages.Images;

/// <summary>The FIFO ABI: words, links, heads and ready bits as Xen writes them.</summary>
internal sealed class FifoTrials(KernelBuilder k, Trials trials, EventCalls calls)
{
    private const uint Pending = 1u << 31, Masked = 1u << 30, Linked = 1u << 29;
    private const int DefaultQueue = 7, LinkBits = 17, Block = 0x40;
    private const int Self = 0x7ff0;

    private readonly ulong _control = k.Zero.Pages(), _words = k.Zero.Pages(), _table = k.Zero.Pages(), _operation = k.Zero.Reserve(24);

    public void Emit()
    {
        // The two lowest ports are the store's and the console's if this is a domU, and masked below: else they are these.
        calls.Ipi("a spare IPI");
        calls.Ipi("a spare IPI");
        ulong early = calls.Ipi("an IPI of two levels");
        calls.TryPort("send on it", Fine, Send, early);
        MaskOthers();
        Switch();
        State("what was pending is in the queue", early, Pending | Linked, 0);
        Head("its head", DefaultQueue, early);
        Ready("ready bits", 1 << DefaultQueue);
        Clear();
        Queue();
        Masks();
        Priorities(early);
        Closing();
    }

    private void Switch()
    {
        WithFrame("control block in the root", Invalid, InitControl, null, Block);
        WithFrame("control block", Fine, InitControl, _control, Block);
        trials.Result("bits of a link", LinkBits, () => k.movzx(eax, __byte_ptr[calls.Argument + 16]));
        WithFrame("another control block", Invalid, InitControl, _control, 0x100);
        Ready("ready bits", 0);
        WithFrame("event words in the root", Invalid, ExpandArray, null, 0);
        WithFrame("event words", Fine, ExpandArray, _words, 0);
        trials.Result("their page cannot become a table", Invalid, () =>
        {
            const int pinLevel1 = 0;
            k.Load(rdi, _words);
            k.Call(k.FrameOf());
            k.mov(__qword_ptr[_operation], pinLevel1);
            k.mov(__qword_ptr[_operation + 8], rax);
            k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
        });
    }

    private void Queue()
    {
        ulong[] ports = [calls.Ipi("an IPI"), calls.Ipi("an IPI"), calls.Ipi("an IPI")];
        foreach (ulong port in ports) calls.TryPort("send on it", Fine, Send, port);
        State("the first is linked to the second", ports[0], Pending | Linked, ports[1]);
        State("the second is linked to the third", ports[1], Pending | Linked, ports[2]);
        State("the third is the last", ports[2], Pending | Linked, 0);
        Head("the head is the first", DefaultQueue, ports[0]);
        calls.TryPort("send on the first again", Fine, Send, ports[0]);
        State("it is where it was", ports[0], Pending | Linked, ports[1]);
        Clear();
        calls.TryPort("send on the second", Fine, Send, ports[1]);
        Head("the queue begins with it", DefaultQueue, ports[1]);
        Clear();
        foreach (ulong port in ports) calls.TryPort("close it", Fine, Close, port);
    }

    private void Masks()
    {
        ulong port = calls.Ipi("an IPI");
        k.mov(rcx, __qword_ptr[port]);
        k.mov(rax, Masked);
        k.mov(__dword_ptr[rcx * 4 + (long)_words], eax);
        calls.TryPort("send on it, masked", Fine, Send, port);
        State("it is pending and not linked", port, Pending | Masked, 0);
        Ready("ready bits", 0);
        calls.TryPort("unmask it", Fine, Unmask, port);
        State("it is linked", port, Pending | Linked, 0);
        Ready("ready bits", 1 << DefaultQueue);
        Clear();
        calls.TryPort("close it", Fine, Close, port);
    }

    private void Priorities(ulong port)
    {
        const int urgent = 2;
        calls.TryPort("priority 16", Invalid, SetPriority, port, 16);
        calls.Try("priority of a port that is not bound", Access, SetPriority, 40, 3);
        calls.TryPort("priority 2", Fine, SetPriority, port, urgent);
        calls.TryPort("send on it", Fine, Send, port);
        Ready("ready bits", 1 << urgent);
        Head("its head", urgent, port);
        Clear();
    }

    private void Closing()
    {
        ulong port = calls.Ipi("an IPI");
        calls.TryPort("send on it", Fine, Send, port);
        calls.TryPort("close it in the queue", Fine, Close, port);
        State("it is linked and not pending", port, Linked, 0);
        ulong other = calls.Ipi("an IPI");
        trials.Result("it has another port", 1, () => Same(port, other, equal: false));
        Clear();
        ulong again = calls.Ipi("an IPI");
        trials.Result("it has the port that left the queue", 1, () => Same(port, again, equal: true));
    }

    private void Same(ulong first, ulong second, bool equal)
    {
        k.mov(rcx, __qword_ptr[first]);
        k.xor(eax, eax);
        k.cmp(rcx, __qword_ptr[second]);
        if (equal) k.sete(al);
        else k.setne(al);
    }

    /// <summary>A command with a frame: that of a page, or of the root of the kernel for null.</summary>
    private void WithFrame(string what, int expected, int command, ulong? page, int offset) => trials.Result(what, expected, () =>
    {
        if (page is { } own)
        {
            k.Load(rdi, own);
        }
        else
        {
            k.mov(rdi, __qword_ptr[k.StartInfoPointer]);
            k.mov(rdi, __qword_ptr[rdi + StartInfo.PageTableBase]);
        }

        k.Call(k.FrameOf());
        k.mov(__qword_ptr[calls.Argument], rax);
        k.mov(__dword_ptr[calls.Argument + 8], offset);
        k.mov(__dword_ptr[calls.Argument + 12], 0);
        k.Hypercall(Hypercall.EventChannelOp, command, calls.Argument);
    });

    /// <summary>A trial of an event word: its flags, and the port it is linked to.</summary>
    private void State(string what, ulong port, uint flags, ulong link) => trials.Value(what, flags, () =>
    {
        k.mov(rcx, __qword_ptr[port]);
        k.mov(eax, __dword_ptr[rcx * 4 + (long)_words]);
        if (link == 0) return;
        k.mov(rcx, __qword_ptr[link]);
        k.xor(eax, ecx);
    });

    private void Head(string what, int queue, ulong port) => trials.Result(what, 0, () =>
    {
        k.mov(eax, __dword_ptr[_control + Block + 8 + (ulong)queue * 4]);
        k.sub(rax, __qword_ptr[port]);
    });

    private void Ready(string what, int expected) => trials.Value(what, (ulong)expected, () => k.mov(eax, __dword_ptr[_control + Block]));

    private void MaskOthers()
    {
        k.mov(eax, Masked);
        k.mov(__dword_ptr[_words + 4], eax);
        k.mov(__dword_ptr[_words + 8], eax);
    }

    /// <summary>Takes everything out of the queues, as a guest's upcall does: all words and the ready bits become 0.</summary>
    private void Clear()
    {
        k.xor(eax, eax);
        k.mov(__dword_ptr[_control + Block], eax);
        k.Load(rdi, _words);
        k.mov(ecx, 512);
        k.cld();
        k.rep.stosq();
        MaskOthers();
    }
}
