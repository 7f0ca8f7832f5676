using Iced.Intel;
using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>The grant table mapped into the kernel, and what the trials share: operations with their arguments, entries, the domain's own number.</summary>
internal sealed class GrantArea(KernelBuilder k, Trials trials)
{
    public const int Fine = 0, Self = 0x7ff0, Invalidate = 2, Writable = 0x63, ReadOnlyPage = 0x61;
    public const int PermitAccess = 1, AcceptTransfer = 2, ReadOnly = 4, SubPage = 0x100;
    public const int GeneralError = -1, BadDomain = -2, BadReference = -3, BadHandle = -4, Permission = -8, BadPage = -9, BadCopy = -10, Again = -12;
    public const int HostMap = 2, DeviceMap = 1, MapReadOnly = 4, ContainsEntry = 16;
    public const int Map = 0, Unmap = 1, Setup = 2, Transfer = 4, Copy = 5, Query = 6, UnmapAndReplace = 7, SetVersion = 8, StatusFrames = 9,
        GetVersion = 10, Swap = 11, CacheFlush = 12;

    private readonly ulong _list = k.Zero.Reserve(16);

    /// <summary>The first page of the table.</summary>
    public ulong Table { get; } = k.Zero.Pages();

    /// <summary>An argument of up to 64 bytes.</summary>
    public ulong Argument { get; } = k.Zero.Reserve(64);

    /// <summary>A word with the number of the domain.</summary>
    public ulong OwnNumber { get; } = k.Zero.Reserve(8);

    public void Emit()
    {
        const int allocate = 6, status = 5, close = 3;
        trials.Result("the table has one frame", Fine, () => Setup1());
        trials.Result("map it", Fine, () =>
        {
            k.mov(rsi, __qword_ptr[_list]);
            k.shl(rsi, 12);
            k.or(rsi, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, Table, rsi, Invalidate);
        });

        // A port that waits for the domain itself tells the domain's number.
        trials.Result("a port for oneself", Fine, () =>
        {
            k.mov(__dword_ptr[Argument], Self | Self << 16);
            k.Hypercall(Hypercall.EventChannelOp, allocate, Argument);
        });
        trials.Result("its status", Fine, () =>
        {
            k.mov(__word_ptr[Argument], Self);
            k.Hypercall(Hypercall.EventChannelOp, status, Argument);
            k.movzx(ecx, __word_ptr[Argument + 16]);
            k.mov(__qword_ptr[OwnNumber], rcx);
        });
        trials.Result("close it", Fine, () => k.Hypercall(Hypercall.EventChannelOp, close, Argument + 4));
    }

    /// <summary>rax := what the operation on one argument returns.</summary>
    public void Call(int command, int count = 1) => k.Hypercall(Hypercall.GrantTableOp, command, Argument, count);

    /// <summary>A trial of an operation that Xen carries out or refuses by its status, a signed word of the argument.</summary>
    public void Status(string what, int expected, int command, int statusAt, Action prepare) => trials.Result(what, expected, () =>
    {
        Label refused = k.CreateLabel();
        prepare();
        k.mov(__word_ptr[Argument + (ulong)statusAt], 99);
        Call(command);
        k.test(rax, rax);
        k.jnz(refused);
        k.movsx(rax, __word_ptr[Argument + (ulong)statusAt]);
        k.Label(ref refused);
    });

    /// <summary>Writes an entry of version 1 that grants a page of the kernel's to the domain itself.</summary>
    public void Grant(int reference, int flags, ulong page)
    {
        ulong entry = Table + (ulong)reference * 8;
        Frame(page);
        k.mov(__dword_ptr[entry + 4], eax);
        k.mov(rax, __qword_ptr[OwnNumber]);
        k.mov(__word_ptr[entry + 2], ax);
        k.mov(__word_ptr[entry], flags);
    }

    /// <summary>A trial of the flags of an entry.</summary>
    public void Flags(string what, int expected, int reference) =>
        trials.Value(what, (ulong)expected, () => k.movzx(eax, __word_ptr[Table + (ulong)reference * 8]));

    /// <summary>rax := the frame of a page of the kernel's.</summary>
    public void Frame(ulong page)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
    }

    /// <summary>Maps a page of the kernel's where it belongs.</summary>
    public void Restore(ulong page) => trials.Result("the page as it was", Fine, () =>
    {
        Frame(page);
        k.shl(rax, 12);
        k.or(rax, Writable);
        k.Hypercall(Hypercall.UpdateVaMapping, page, rax, Invalidate);
    });

    public void PutQuad(int offset, ulong value)
    {
        k.Load(rax, value);
        k.mov(__qword_ptr[Argument + (ulong)offset], rax);
    }

    public void PutDouble(int offset, int value) => k.mov(__dword_ptr[Argument + (ulong)offset], value);

    public void PutWord(int offset, int value) => k.mov(__word_ptr[Argument + (ulong)offset], value);

    /// <summary>Puts the domain's own number into the argument.</summary>
    public void PutOwnNumber(int offset)
    {
        k.mov(rax, __qword_ptr[OwnNumber]);
        k.mov(__word_ptr[Argument + (ulong)offset], ax);
    }

    private void Setup1()
    {
        k.mov(__dword_ptr[Argument], Self);
        k.mov(__dword_ptr[Argument + 4], 1);
        k.Load(rax, _list);
        k.mov(__qword_ptr[Argument + 16], rax);
        Call(Setup);
    }
}
