using System.Runtime.InteropServices;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Emit;

/// <summary>
/// A direct exit of a compiled region, in native memory. Compiled code tail-calls <see cref="Code"/>; as long as the slot is not linked
/// that is <see cref="Unlinked"/>, which tells the dispatcher which slot was taken.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct LinkSlot
{
    /// <summary>A region's function pointer: <c>void (CpuContext, CpuState*, nint entry)</c>.</summary>
    public nint Code;

    /// <summary>Its argument: an entry index, or the slot's own address while unlinked.</summary>
    public nint Entry;

    /// <summary>Where the exit goes, a virtual address in the region's own page.</summary>
    public ulong TargetRip;

    public static void Reset(LinkSlot* slot)
    {
        slot->Entry = (nint)slot;
        slot->Code = (nint)(delegate*<CpuContext, CpuState*, nint, void>)&Unlinked;
    }

    private static void Unlinked(CpuContext context, CpuState* state, nint slot) => context.PendingLink = slot;
}
