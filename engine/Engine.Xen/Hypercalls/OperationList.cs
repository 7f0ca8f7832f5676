using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>Handles one element of a list; 0 or a negated <see cref="Errno"/>.</summary>
internal delegate long OperationHandler(in HypercallContext call, ReadOnlySpan<byte> element);

/// <summary>Whose memory an operation is about.</summary>
internal enum MemoryOwner
{
    Self,

    /// <summary>Memory of devices, which is nobody's (DOMID_IO).</summary>
    Devices,

    /// <summary>Xen's, and the control domain's.</summary>
    Others,
    None,
}

/// <summary>What mmu_update and mmuext_op share: a list of requests, a count of those done, a domain number.</summary>
internal static class OperationList
{
    /// <summary>Continuation mark of the count, which Xen sets for itself.</summary>
    private const uint Preempted = 0x8000_0000;

    /// <summary>Elements handled before the guest has a chance to be interrupted.</summary>
    private const uint Stretch = 1 << 14;

    /// <summary>Runs a list up to its first error. What the domain number means is the caller's affair, but for numbers that name none.</summary>
    /// <param name="call">rdi list, rsi count, rdx address for the number done or 0, r10 domain.</param>
    /// <param name="size">Bytes of one element.</param>
    public static long Run(in HypercallContext call, int size, OperationHandler handler)
    {
        uint count = (uint)call.Arg1 & ~Preempted;
        uint before = 0;
        if (((uint)call.Arg1 & Preempted) != 0 && call.Arg2 != 0)
            call.Guest.TryRead32(call.Arg2, out before);
        if (!VirtualLayout.IsGuestRange(call.Arg0, 1))
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

        // Nobody is told if the number cannot be written.
        if (call.Arg2 != 0)
            call.Guest.TryWrite32(call.Arg2, before + done);
        if (result < 0 || done == count)
            return result;
        return Continuation.Create(call, call.Arg0 + ((ulong)done * (ulong)size), (count - done) | Preempted);
    }

    /// <summary>The owner of memory that an operation names: the caller, or one of those over whose memory it has no rights.</summary>
    public static MemoryOwner OwnerOf(ushort domain) => domain switch
    {
        DomainId.Self => MemoryOwner.Self,
        DomainId.Io => MemoryOwner.Devices,
        DomainId.Xen or DomainId.Control => MemoryOwner.Others,

        // One's own number is none here, as there is no other guest that could have it.
        _ => MemoryOwner.None,
    };

    public static ulong Word(ReadOnlySpan<byte> element, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(element[offset..]);
}
