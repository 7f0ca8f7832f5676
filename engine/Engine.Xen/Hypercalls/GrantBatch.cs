using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// One element of an array of grant operations. What it answers goes into the element, which is written back; an error that it returns ends the
/// whole call.
/// </summary>
internal delegate long GrantOperation(in HypercallContext call, Span<byte> element);

/// <summary>What all commands with arrays share.</summary>
internal static class GrantBatch
{
    private const int LongestElement = 40;

    /// <summary>Elements handled before the guest has a chance to be interrupted.</summary>
    private const uint Stretch = 1024;

    public static long Run(in HypercallContext call, int size, GrantOperation operation)
    {
        uint count = (uint)call.Arg2;
        ulong address = call.Arg1;
        Span<byte> element = stackalloc byte[LongestElement];
        element = element[..size];
        if (!VirtualLayout.IsGuestRange(address, 1))
            return -Errno.EFAULT;
        for (uint i = 0; i < count && !call.Domain.IsDown; i++)
        {
            if (i == Stretch)
                return Continuation.Create(call, call.Arg0, address, count - i);
            if (!call.Guest.TryRead(address, element))
                return -Errno.EFAULT;
            long result = operation(call, element);
            if (result < 0)
                return result;
            if (!call.Guest.TryWrite(address, element))
                return -Errno.EFAULT;
            address += (ulong)size;
        }

        return 0;
    }
}
