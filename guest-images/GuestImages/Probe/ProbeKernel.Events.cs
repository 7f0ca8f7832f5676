using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

internal sealed partial class ProbeKernel
{
    private const int BindVirq = 1, CloseChannel = 3, SendEvent = 4, BindIpi = 7;
    private const int TimerVirq = 0;
    private const int VirqPort = 8, IpiPort = 4; // where the result stands in the arguments
    private const ulong TimerDelay = 20_000_000; // ns

    // vcpu_info's clock
    private const int TscStamp = 0x28, SystemTime = 0x30, TscMultiplier = 0x38, TscShift = 0x3c;

    /// <summary>Emits: a channel from this vCPU to itself, unmasked; gives the address of a word with its port.</summary>
    public ulong BindSelf()
    {
        ulong argument = K.Zero.Reserve(16), port = K.Zero.Reserve(16);
        K.RequiredHypercall("binding an IPI channel", Hypercall.EventChannelOp, BindIpi, argument);
        K.mov(eax, __dword_ptr[argument + IpiPort]);
        K.mov(__qword_ptr[port], rax);
        Unmask();
        return port;
    }

    /// <summary>Emits: the channel's event is raised.</summary>
    public void Send(ulong port) => K.RequiredHypercall("sending an event", Hypercall.EventChannelOp, SendEvent, port);

    /// <summary>Emits: nothing is pending any more.</summary>
    public void ClearEvents(ulong port)
    {
        K.mov(rax, __qword_ptr[port]);
        K.@lock.btr(__qword_ptr[K.SharedInfoPage + SharedInfo.EventPending], rax);
        K.mov(__qword_ptr[K.SharedInfoPage + SharedInfo.PendingSelector], 0);
        K.mov(__byte_ptr[K.SharedInfoPage + SharedInfo.UpcallPending], 0);
    }

    /// <summary>Emits: the timer's channel, unmasked, and the timer set to fire soon; gives the address of a word with the port.</summary>
    public ulong StartTimer()
    {
        ulong argument = K.Zero.Reserve(16), port = K.Zero.Reserve(16);
        K.mov(__dword_ptr[argument], TimerVirq);
        K.RequiredHypercall("binding the timer", Hypercall.EventChannelOp, BindVirq, argument);
        K.mov(eax, __dword_ptr[argument + VirqPort]);
        K.mov(__qword_ptr[port], rax);
        Unmask();
        K.Call(K.Routine("now", EmitNow));
        K.add(rax, (int)TimerDelay);
        K.RequiredHypercall("setting the timer", Hypercall.SetTimerOp, rax);
        return port;
    }

    /// <summary>Emits: the timer is off, its channel closed and nothing pending.</summary>
    public void StopTimer(ulong port)
    {
        K.RequiredHypercall("stopping the timer", Hypercall.SetTimerOp, 0);
        K.RequiredHypercall("closing a channel", Hypercall.EventChannelOp, CloseChannel, port);
        K.MaskAllEvents();
        ClearEvents(port);
    }

    /// <summary>
    /// Emits: RF is taken out of the rflags word of the last frame. A processor stores it as 0 when an interrupt comes between
    /// two instructions, QEMU's TCG as 1, so a transcript with it would depend on what runs Xen.
    /// </summary>
    public void DropResumeFlag()
    {
        LoadFrame(rdx);
        K.and(__qword_ptr[rdx + OffsetOf(FrameWord.Rflags, false)], ~(1 << 16));
    }

    /// <summary>The port in rax is unmasked.</summary>
    private void Unmask() => K.@lock.btr(__qword_ptr[K.SharedInfoPage + SharedInfo.EventMask], rax);

    /// <summary>The system time in rax, in nanoseconds, from the processor's counter and vcpu_info's scale.</summary>
    private void EmitNow()
    {
        Label right = K.CreateLabel(), scale = K.CreateLabel();
        ulong info = K.SharedInfoPage;
        K.rdtsc();
        K.shl(rdx, 32);
        K.or(rax, rdx);
        K.sub(rax, __qword_ptr[info + TscStamp]);
        K.movsx(ecx, __byte_ptr[info + TscShift]);
        K.test(ecx, ecx);
        K.js(right);
        K.shl(rax, cl);
        K.jmp(scale);
        K.Label(ref right);
        K.neg(ecx);
        K.shr(rax, cl);
        K.Label(ref scale);
        K.mov(edx, __dword_ptr[info + TscMultiplier]);
        K.mul(rdx);
        K.shrd(rax, rdx, 32);
        K.add(rax, __qword_ptr[info + SystemTime]);
        K.ret();
    }
}
