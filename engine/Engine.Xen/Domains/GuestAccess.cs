using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>
/// Copies between the hypervisor and guest virtual memory with the guest kernel's rights (copy_from_guest, copy_to_guest).
/// Every method returns false where Xen would return -EFAULT: unmapped, read-only for writes, or in Xen's own part.
/// </summary>
public sealed unsafe class GuestAccess(Vcpu vcpu)
{
    /// <summary>Copies in; on false the destination's content is undefined.</summary>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        if (!VirtualLayout.IsGuestRange(address, (ulong)destination.Length))
            return false;
        while (!destination.IsEmpty)
        {
            int chunk = ChunkAt(address, destination.Length);
            if (!TryTranslate(address, AccessKind.Read, out MachineAddress machine))
                return false;
            vcpu.Domain.Memory.Span(machine.Frame).Slice(machine.Offset, chunk).CopyTo(destination);
            destination = destination[chunk..];
            address += (ulong)chunk;
        }

        return true;
    }

    /// <summary>Copies out; on false a leading part may have been written.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> source)
    {
        if (!VirtualLayout.IsGuestRange(address, (ulong)source.Length))
            return false;
        while (!source.IsEmpty)
        {
            int chunk = ChunkAt(address, source.Length);
            if (!TryTranslate(address, AccessKind.Write, out MachineAddress machine))
                return false;
            source[..chunk].CopyTo(vcpu.Domain.Memory.WritableSpan(machine.Frame, machine.Offset, chunk));
            source = source[chunk..];
            address += (ulong)chunk;
        }

        return true;
    }

    public bool TryRead16(ulong address, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        bool done = TryRead(address, bytes);
        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return done;
    }

    public bool TryRead32(ulong address, out uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        bool done = TryRead(address, bytes);
        value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return done;
    }

    public bool TryRead64(ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        bool done = TryRead(address, bytes);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return done;
    }

    public bool TryWrite32(ulong address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return TryWrite(address, bytes);
    }

    public bool TryWrite64(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return TryWrite(address, bytes);
    }

    /// <summary>Translates through the guest kernel's root; false if that access would fault.</summary>
    public bool TryTranslate(ulong address, AccessKind access, out MachineAddress machine)
    {
        machine = default;
        if (!new VirtualAddress(address).IsCanonical || vcpu.KernelRoot == MachineFrame.Invalid)
            return false;
        Translation translation = PageWalker.Walk(vcpu.Domain.Memory, vcpu.KernelRoot, new VirtualAddress(address), access, user: true);
        if (!translation.Success)
            return false;
        machine = translation.Frame.Address + (address & GuestMemory.FrameMask);
        return true;
    }

    private static int ChunkAt(ulong address, int length) => (int)Math.Min((ulong)length, GuestMemory.FrameSize - (address & GuestMemory.FrameMask));
}
