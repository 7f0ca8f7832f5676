using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>Handles one element of a list; 0 or a negated <see cref="Errno"/>.</summary>
internal delegate long OperationHandler(in HypercallContext call, ReadOnlySpan<byte> element);

/// <summary>What mmu_update and mmuext_op share: a list of requests, a count of those done, a domain number.</summary>
internal static class OperationList
{
    /// <summary>Continuation mark of the count, which Xen sets for itself.</summary>
    private const uint Preempted = 0x8000_0000;

    /// <summary>Elements handled before the guest has a chance to be interrupted.</summary>
    private const uint Stretch = 1 << 14;

    /// <summary>Runs a list up to its first error.</summary>
    /// <param name="call">rdi list, rsi count, rdx address for the number done or 0, r10 domain.</param>
    /// <param name="size">Bytes of one element.</param>
    public static long Run(in HypercallContext call, int size, OperationHandler handler)
    {
        ushort target = (ushort)call.Arg3;
        if (target == DomainId.Io)
            return -Errno.EPERM;
        if (target != DomainId.Self)
            return -Errno.ESRCH;
        uint count = (uint)call.Arg1 & ~Preempted;
        uint before = 0;
        if (((uint)call.Arg1 & Preempted) != 0 && call.Arg2 != 0 && !call.Guest.TryRead32(call.Arg2, out before))
            return -Errno.EFAULT;
        Span<byte> element = stackalloc byte[size];
        long result = 0;
        uint done = 0;
        for (; done < Math.Min(count, Stretch) && !call.Domain.IsDown; done++)
        {
            result = call.Guest.TryRead(call.Arg0 + ((ulong)done * (ulong)size), element) ? handler(call, element) : -Errno.EFAULT;
            if (result < 0)
                break;
        }

        if (call.Arg2 != 0 && !call.Guest.TryWrite32(call.Arg2, before + done) && result == 0)
            result = -Errno.EFAULT;
        if (result < 0 || done == count)
            return result;
        return Continuation.Create(call, call.Arg0 + ((ulong)done * (ulong)size), (count - done) | Preempted);
    }

    public static ulong Word(ReadOnlySpan<byte> element, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(element[offset..]);
}
