using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Locked read-modify-writes. Within one host cache line they are atomic on the host; an operand that crosses a line or a page
/// (a split lock on hardware) is written by plain accesses, after both pages have been checked.
/// </summary>
public static unsafe class Atomics
{
    [MicroOpMethod(MicroOpCode.AtomicExchange)]
    public static bool Exchange(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, operand, size);
        old = size switch
        {
            8 => Interlocked.Exchange(ref *(ulong*)host, operand),
            4 => Interlocked.Exchange(ref *(uint*)host, (uint)operand),
            2 => Interlocked.Exchange(ref *(ushort*)host, (ushort)operand),
            _ => Interlocked.Exchange(ref *host, (byte)operand),
        };
        return true;
    }

    [MicroOpMethod(MicroOpCode.AtomicAdd)]
    public static bool Add(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, old + operand, size);
        switch (size)
        {
            case 8:
                old = Interlocked.Add(ref *(ulong*)host, operand) - operand;
                return true;
            case 4:
                old = Interlocked.Add(ref *(uint*)host, (uint)operand) - (uint)operand;
                return true;
            default:
                do
                    old = CpuContext.ReadHost(host, size);
                while (HostCompareExchange(host, old, old + operand, size) != old);
                return true;
        }
    }

    [MicroOpMethod(MicroOpCode.AtomicAnd)]
    public static bool And(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, old & operand, size);
        do
            old = CpuContext.ReadHost(host, size);
        while (HostCompareExchange(host, old, old & operand, size) != old);
        return true;
    }

    [MicroOpMethod(MicroOpCode.AtomicOr)]
    public static bool Or(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, old | operand, size);
        do
            old = CpuContext.ReadHost(host, size);
        while (HostCompareExchange(host, old, old | operand, size) != old);
        return true;
    }

    [MicroOpMethod(MicroOpCode.AtomicXor)]
    public static bool Xor(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, old ^ operand, size);
        do
            old = CpuContext.ReadHost(host, size);
        while (HostCompareExchange(host, old, old ^ operand, size) != old);
        return true;
    }

    /// <summary>LOCK NEG; the operand is not used.</summary>
    [MicroOpMethod(MicroOpCode.AtomicNegate)]
    public static bool Negate(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        if (host == null)
            return context.TryStore(address, 0 - old, size);
        do
            old = CpuContext.ReadHost(host, size);
        while (HostCompareExchange(host, old, 0 - old, size) != old);
        return true;
    }

    /// <summary>CMPXCHG: writes the operand if memory equals the accumulator. A page that is not writable faults either way.</summary>
    [MicroOpMethod(MicroOpCode.AtomicCompareExchange)]
    public static bool CompareExchange(CpuContext context, ulong address, ulong operand, int size, out ulong old)
    {
        if (!TryResolve(context, address, size, out byte* host, out old))
            return false;
        ulong comparand = Widths.Truncate(context.State->Gpr[Operand.Rax], size);
        if (host == null)
            return old != comparand || context.TryStore(address, operand, size);
        old = HostCompareExchange(host, comparand, operand, size);
        return true;
    }

    /// <summary>
    /// CMPXCHG8B/16B at the address in A. ZF tells; the other flags are kept. The 16-byte form is not atomic against other host threads:
    /// processors that share memory run by turns.
    /// </summary>
    [MicroOpMethod(MicroOpCode.CompareExchangeWide)]
    public static bool CompareExchangeWide(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        bool equal;
        if (op->Size == 8)
        {
            if (!TryResolve(context, address, 8, out byte* host, out ulong old))
                return false;
            ulong comparand = Pair(state, Operand.Rdx, Operand.Rax);
            ulong replacement = Pair(state, Operand.Rcx, Operand.Rbx);
            if (host != null)
                old = HostCompareExchange(host, comparand, replacement, 8);
            else if (old == comparand && !context.TryStore(address, replacement, 8))
                return false;
            equal = old == comparand;
            if (!equal)
            {
                state->Gpr[Operand.Rax] = (uint)old;
                state->Gpr[Operand.Rdx] = old >> 32;
            }
        }
        else
        {
            if ((address & 15) != 0)
            {
                state->RaiseGeneralProtection();
                return false;
            }

            ulong* host = (ulong*)context.TryPointer(address, 16, AccessKind.Write);
            if (host == null)
                return false;
            equal = host[0] == state->Gpr[Operand.Rax] && host[1] == state->Gpr[Operand.Rdx];
            if (equal)
            {
                host[0] = state->Gpr[Operand.Rbx];
                host[1] = state->Gpr[Operand.Rcx];
            }
            else
            {
                state->Gpr[Operand.Rax] = host[0];
                state->Gpr[Operand.Rdx] = host[1];
            }
        }

        state->ArithmeticFlags = (state->ArithmeticFlags & ~Rflags.ZF) | (equal ? Rflags.ZF : 0);
        return true;
    }

    private static ulong Pair(CpuState* state, int high, int low) => (state->Gpr[high] << 32) | (uint)state->Gpr[low];

    /// <summary>
    /// Finds the operand for writing. On success either <paramref name="host"/> points to it and a host atomic may be used, or host is null,
    /// <paramref name="old"/> holds it, and a store to it cannot fail any more.
    /// </summary>
    private static bool TryResolve(CpuContext context, ulong address, int size, out byte* host, out ulong old)
    {
        old = 0;
        TlbEntry* entry = context.State->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->WriteTag == ((address + (uint)size - 1) & ~GuestMemory.FrameMask))
        {
            host = (byte*)((nint)address + entry->Addend);
        }
        else
        {
            host = null;
            if (!context.CheckAlignment(address, size))
                return false;
            if ((address & GuestMemory.FrameMask) + (uint)size > GuestMemory.FrameSize)
            {
                if (!context.TryProbeWrite(address, size) || !context.TryLoadForWrite(address, size, out old))
                    return false;
                // Whether or not a comparison fails afterwards.
                context.NoteAccess(address, size, write: true);
                return true;
            }

            host = context.TryPointer(address, size, AccessKind.Write);
            if (host == null)
                return false;
        }

        if ((address & (HostLine - 1)) + (uint)size > HostLine)
        {
            // Hosts may trap split locks.
            old = CpuContext.ReadHost(host, size);
            host = null;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HostCompareExchange(byte* host, ulong comparand, ulong value, int size) => size switch
    {
        8 => Interlocked.CompareExchange(ref *(ulong*)host, value, comparand),
        4 => Interlocked.CompareExchange(ref *(uint*)host, (uint)value, (uint)comparand),
        2 => Interlocked.CompareExchange(ref *(ushort*)host, (ushort)value, (ushort)comparand),
        _ => Interlocked.CompareExchange(ref *host, (byte)value, (byte)comparand),
    };

    private const ulong HostLine = 64;
}
