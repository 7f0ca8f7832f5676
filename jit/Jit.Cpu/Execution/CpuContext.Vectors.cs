using System.Runtime.CompilerServices;

namespace Rebound.Jit.Cpu;

/// <content>Vector registers to and from guest memory, where the fast path does not serve.</content>
public sealed unsafe partial class CpuContext
{
    /// <summary>The low 128 bits of a vector register, in the state.</summary>
    public Span<byte> Vector(int register) => new((byte*)_state->Vectors + (register * CpuState.VectorStride), 16);

    /// <summary>
    /// Loads 1 to 32 bytes into a vector register, zeroing the rest of its low 128 bits. False: exit recorded, register unchanged.
    /// </summary>
    /// <param name="aligned">Not 0: misaligned is #GP.</param>
    /// <param name="zeroUpper">Bits 128 and up become zero too.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool LoadVectorSlow(ulong address, int register, int size, int aligned, bool zeroUpper)
    {
        if (!CheckVectorAlignment(address, size, aligned))
            return false;
        Span<byte> value = stackalloc byte[CpuState.VectorStride];
        value.Clear();
        if (!TryReadBytes(address, value[..size]))
            return false;
        value[..(zeroUpper ? CpuState.VectorStride : Math.Max(size, 16))].CopyTo(WholeVector(register));
        return true;
    }

    /// <summary>Stores the low 1 to 32 bytes of a vector register; all or nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool StoreVectorSlow(ulong address, int register, int size, int aligned) =>
        CheckVectorAlignment(address, size, aligned) && TryWriteBytes(address, WholeVector(register)[..size]);

    private Span<byte> WholeVector(int register) => new((byte*)_state->Vectors + (register * CpuState.VectorStride), CpuState.VectorStride);

    private bool CheckVectorAlignment(ulong address, int size, int aligned)
    {
        if (aligned == 0)
        {
            // Unaligned 16-byte forms are exempt from #AC only where the processor says so; it checks 8 bytes at most here.
            return CheckAlignment(address, Math.Min(size, 8));
        }

        if ((address & ((uint)size - 1)) == 0)
            return true;
        _state->RaiseGeneralProtection();
        return false;
    }
}
