using System.Runtime.CompilerServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// A memory access that compiled code could not do inline, packed into one integer, so that all slow accesses of a region share one call:
/// bits 0-7 size, 8-15 vector register, 16 vector, 17 store, 18 write intent, 19 must be aligned, 20 upper half becomes zero.
/// </summary>
public static class SlowAccess
{
    private const int VectorBit = 1 << 16;
    private const int StoreBit = 1 << 17;
    private const int IntentBit = 1 << 18;
    private const int AlignedBit = 1 << 19;
    private const int ZeroUpperBit = 1 << 20;

    public static int Load(int size, bool writeIntent) => size | (writeIntent ? IntentBit : 0);

    public static int Store(int size) => size | StoreBit;

    public static int VectorLoad(int size, int register, bool aligned, bool zeroUpper) =>
        size | (register << 8) | VectorBit | (aligned ? AlignedBit : 0) | (zeroUpper ? ZeroUpperBit : 0);

    public static int VectorStore(int size, int register, bool aligned) => VectorLoad(size, register, aligned, zeroUpper: false) | StoreBit;

    /// <summary>Does the access. Returns what a value load loaded, else 0; a fault is an exit in the state.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Perform(CpuContext context, ulong address, ulong value, int access)
    {
        int size = access & 0xff;
        if ((access & VectorBit) != 0)
        {
            int register = (access >> 8) & 0xff;
            int aligned = access & AlignedBit;
            if ((access & StoreBit) != 0)
                context.StoreVectorSlow(address, register, size, aligned);
            else
                context.LoadVectorSlow(address, register, size, aligned, (access & ZeroUpperBit) != 0);
            return 0;
        }

        if ((access & StoreBit) != 0)
        {
            context.StoreSlow(address, value, size);
            return 0;
        }

        return context.LoadSlow(address, size, (access & IntentBit) != 0 ? AccessKind.Write : AccessKind.Read);
    }
}
