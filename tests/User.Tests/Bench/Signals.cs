using Rebound.Jit.Cpu;

namespace Rebound.User.Tests.Bench;

/// <summary>What a program asked to happen at a signal: struct sigaction of the kernel.</summary>
internal readonly record struct SignalAction(ulong Handler, ulong Flags, ulong Restorer, ulong Mask);

/// <summary>A signal on its way.</summary>
internal readonly record struct SignalInfo(int Number, int Code, ulong Address, byte Vector, ulong ErrorCode);

/// <summary>Signals of one program: exceptions of its processor, and what it sends itself.</summary>
/// <param name="process">The program.</param>
internal sealed unsafe class Signals(UserProcess process)
{
    public const int Illegal = 4;
    public const int Trap = 5;
    public const int Bus = 7;
    public const int FloatingPoint = 8;
    public const int Kill = 9;
    public const int Segment = 11;
    public const int Child = 17;
    public const int Continue = 18;
    public const int Urgent = 23;
    public const int WindowSize = 28;
    public const int Highest = 64;

    private const ulong Default = 0;
    private const ulong Ignore = 1;
    private const ulong NoDefer = 0x4000_0000;
    private const ulong ResetHand = 0x8000_0000;
    private const int FromKernel = 0x80;

    private readonly SignalAction[] _actions = new SignalAction[Highest + 1];
    private readonly List<SignalInfo> _pending = [];

    /// <summary>Bit n-1 is set while signal n waits.</summary>
    public ulong Blocked { get; set; }

    /// <summary>Base of the alternate stack; meaningful while <see cref="AlternateSize"/> is not 0.</summary>
    public ulong AlternateBase { get; set; }

    public ulong AlternateSize { get; set; }

    public SignalAction this[int signal]
    {
        get => _actions[signal];
        set => _actions[signal] = value;
    }

    /// <summary>Sends a signal to the program itself; it arrives at the end of the system call in progress.</summary>
    /// <param name="code">SI_USER (0), SI_TKILL (-6).</param>
    public void Send(int signal, int code) => _pending.Add(new SignalInfo(signal, code, 0, 0, 0));

    /// <summary>Delivers what <see cref="Send"/> left, but for what is blocked.</summary>
    public void DeliverPending()
    {
        for (int i = 0; i < _pending.Count; i++)
        {
            SignalInfo info = _pending[i];
            if ((Blocked & Bit(info.Number)) != 0)
                continue;
            _pending.RemoveAt(i--);
            Deliver(info);
        }
    }

    /// <summary>Turns the exception in the state into the signal that Linux makes of it.</summary>
    public void RaiseException(byte vector)
    {
        CpuState* state = process.State;
        ulong rip = state->Rip;
        SignalInfo info = vector switch
        {
            ExceptionVector.DivideError => new SignalInfo(FloatingPoint, 1, rip, vector, 0),
            ExceptionVector.FloatingPoint => new SignalInfo(FloatingPoint, FloatCode(state->Fsw, state->Fcw), rip, vector, 0),
            ExceptionVector.SimdFloatingPoint => new SignalInfo(FloatingPoint, FloatCode(state->Mxcsr, state->Mxcsr >> 7), rip, vector, 0),
            ExceptionVector.InvalidOpcode => new SignalInfo(Illegal, 2, rip, vector, 0),
            ExceptionVector.Breakpoint => new SignalInfo(Trap, FromKernel, 0, vector, 0),
            ExceptionVector.Debug => new SignalInfo(Trap, 2, rip, vector, 0),
            ExceptionVector.AlignmentCheck => new SignalInfo(Bus, 1, 0, vector, 0),
            ExceptionVector.StackFault => new SignalInfo(Bus, FromKernel, 0, vector, 0),
            ExceptionVector.PageFault => new SignalInfo(
                Segment, process.Memory.IsMapped(state->FaultAddress) ? 2 : 1, state->FaultAddress, vector, state->ExitErrorCode),
            _ => new SignalInfo(Segment, FromKernel, 0, vector, state->ExitErrorCode),
        };
        bool deaf = (Blocked & Bit(info.Number)) != 0 || _actions[info.Number].Handler == Ignore;
        if (deaf)
            Die(info);
        else
            Deliver(info);
    }

    /// <summary>rt_sigreturn: back to what the signal interrupted.</summary>
    public void Return()
    {
        if (!SignalFrame.TryPop(process, out ulong blocked))
        {
            Die(new SignalInfo(Segment, FromKernel, 0, 0, 0));
            return;
        }

        Blocked = blocked;
    }

    private static ulong Bit(int signal) => 1UL << (signal - 1);

    private void Deliver(SignalInfo info)
    {
        SignalAction action = _actions[info.Number];
        if (action.Handler == Ignore || (action.Handler == Default && info.Number is Child or Continue or Urgent or WindowSize))
            return;
        if (action.Handler == Default || !SignalFrame.TryPush(process, action, info))
        {
            Die(info);
            return;
        }

        Blocked |= action.Mask | ((action.Flags & NoDefer) == 0 ? Bit(info.Number) : 0);
        if ((action.Flags & ResetHand) != 0)
            _actions[info.Number] = action with { Handler = Default };
    }

    private void Die(SignalInfo info)
    {
        string note = $"signal {info.Number} at {process.Where()}";
        if (info.Code > 0)
            note += $", {ExceptionVector.Name(info.Vector)} address 0x{info.Address:x}";
        process.End(128 + info.Number, note);
    }

    /// <summary>si_code of a SIGFPE, from status bits and mask bits in the order of MXCSR and the x87.</summary>
    private static int FloatCode(uint status, uint masks)
    {
        uint unmasked = status & ~masks & 0x3f;
        return (unmasked & 1) != 0 ? 7
            : (unmasked & 4) != 0 ? 3
            : (unmasked & 0x12) != 0 ? 5
            : (unmasked & 8) != 0 ? 4
            : (unmasked & 0x20) != 0 ? 6 : 0;
    }
}
