using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>multicall(entries, count): several hypercalls in one; each entry receives its own result.</summary>
internal sealed class Multicall : IHypercall
{
    private const int EntrySize = 64;
    private const int Result = 8;
    private const int Arguments = 16;

    /// <summary>Entries handled before the guest has a chance to be interrupted.</summary>
    private const uint Stretch = 1 << 10;

    public int Number => HypercallNumber.Multicall;

    public string Name => "multicall";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        if (call.InMulticall)
            return -Errno.EINVAL;
        Span<byte> entry = stackalloc byte[EntrySize];
        Span<byte> stored = stackalloc byte[sizeof(long)];
        uint count = (uint)call.Arg1;
        var restart = new MulticallRestart();
        for (uint i = 0; i < count && !call.Domain.IsDown; i++)
        {
            if (i == Stretch)
                return Continuation.Create(call, call.Arg0 + ((ulong)i * EntrySize), count - i);
            ulong address = call.Arg0 + ((ulong)i * EntrySize);
            if (!call.Guest.TryRead(address, entry))
                return -Errno.EFAULT;
            var inner = new HypercallContext(
                call.Vcpu,
                Word(entry, 0),
                Word(entry, Arguments),
                Word(entry, Arguments + 8),
                Word(entry, Arguments + 16),
                Word(entry, Arguments + 24),
                Word(entry, Arguments + 32),
                Word(entry, Arguments + 40))
            { Restart = restart };
            restart.Arguments = [];
            long result = call.Domain.Hypercalls.Dispatch(inner);
            if (restart.Arguments.Length != 0)
                return GoOn(call, address, restart.Arguments, count - i);
            BinaryPrimitives.WriteInt64LittleEndian(stored, result);
            bool written = call.Guest.TryWrite(address + Result, stored);

            // The registers are those of the frame now: nothing behind it may run.
            if (inner.Number == HypercallNumber.Iret)
                return result;
            if (!written)
                return -Errno.EFAULT;
        }

        return 0;
    }

    /// <summary>Leaves an entry that is not done where it is, with the arguments of what is left.</summary>
    private static long GoOn(in HypercallContext call, ulong entry, ulong[] arguments, uint count)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!call.Guest.TryWrite64(entry + Arguments + ((ulong)i * sizeof(ulong)), arguments[i]))
                return -Errno.EFAULT;
        }

        return Continuation.Create(call, entry, count);
    }

    private static ulong Word(ReadOnlySpan<byte> entry, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(entry[offset..]);
}
