using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>event_channel_op with arguments of 32-bit words, and ports kept for later.</summary>
internal sealed class EventCalls(KernelBuilder k, Trials trials)
{
    public const int Fine = 0, NoEntry = -2, Exists = -17, Invalid = -22, NoSuchCall = -38, Access = -13, NotSupported = -95;
    public const int Self = 0x7ff0;
    public const int BindInterdomain = 0, BindVirq = 1, BindPirq = 2, Close = 3, Send = 4, Status = 5, Allocate = 6, BindIpi = 7, BindVcpu = 8,
        Unmask = 9, Reset = 10, InitControl = 11, ExpandArray = 12, SetPriority = 13;

    public ulong Argument { get; } = k.Zero.Reserve(64);

    /// <summary>A trial of a command with constant words.</summary>
    public void Try(string what, int expected, int command, params int[] words) => trials.Result(what, expected, () =>
    {
        for (int i = 0; i < words.Length; i++) k.mov(__dword_ptr[Argument + (ulong)i * 4], words[i]);
        k.Hypercall(Hypercall.EventChannelOp, command, Argument);
    });

    /// <summary>A trial of a command with a kept port as its first word.</summary>
    public void TryPort(string what, int expected, int command, ulong port, int second = 0) => trials.Result(what, expected, () =>
    {
        k.mov(rax, __qword_ptr[port]);
        k.mov(__dword_ptr[Argument], eax);
        k.mov(__dword_ptr[Argument + 4], second);
        k.Hypercall(Hypercall.EventChannelOp, command, Argument);
    });

    /// <summary>Binds an IPI and keeps its port.</summary>
    public ulong Ipi(string what)
    {
        ulong port = k.Zero.Reserve(8);
        Try(what, Fine, BindIpi, 0, 0);
        k.mov(eax, __dword_ptr[Argument + 4]);
        k.mov(__qword_ptr[port], rax);
        return port;
    }

    /// <summary>A trial of what the status of a kept port says.</summary>
    public void TryStatus(string what, int expected, ulong port, int word) => trials.Result(what, expected, () =>
    {
        k.mov(__dword_ptr[Argument], Self);
        k.mov(rax, __qword_ptr[port]);
        k.mov(__dword_ptr[Argument + 4], eax);
        k.mov(__qword_ptr[Argument + 16], 0);
        k.Hypercall(Hypercall.EventChannelOp, Status, Argument);
        k.mov(eax, __dword_ptr[Argument + (ulong)word * 4]);
    });
}
