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
            { InMulticall = true };
            long result = call.Domain.Hypercalls.Dispatch(inner);
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

    private static ulong Word(ReadOnlySpan<byte> entry, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(entry[offset..]);
}
