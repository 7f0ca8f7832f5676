using System.Runtime.InteropServices;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Emit;

/// <summary>The signature of compiled regions.</summary>
internal unsafe delegate void RegionEntry(CpuContext context, CpuState* state, nint entry);

/// <summary>
/// A compiled region: the method and the native tables its code refers to. Whoever keeps its pointer (link slots, jump caches) must keep this
/// object too; when nothing does, the runtime's collector frees the code.
/// </summary>
public sealed unsafe class RegionCode
{
    private readonly object _keepAlive;
    private readonly NativeTables _tables;

    internal RegionCode(RegionPlan plan, RegionEntry method, nint pointer, long[] entryBudgets, NativeTables tables, string? il)
    {
        Plan = plan;
        Pointer = pointer;
        EntryBudgets = entryBudgets;
        IlText = il;
        _tables = tables;
        _keepAlive = method;
    }

    public RegionPlan Plan { get; }

    /// <summary>Function pointer <c>delegate*&lt;CpuContext, CpuState*, nint, void&gt;</c>.</summary>
    public nint Pointer { get; }

    /// <summary>Per entry of the plan: the budget below which the code returns at once.</summary>
    public IReadOnlyList<long> EntryBudgets { get; }

    /// <summary>The IL, if it was asked for.</summary>
    public string? IlText { get; }

    /// <summary>Direct exits to other blocks of the page.</summary>
    public LinkSlot* Links => _tables.Links;

    public int LinkCount => _tables.LinkCount;

    /// <summary>Runs the region from an entry.</summary>
    public void Invoke(CpuContext context, int entry)
    {
        ((delegate*<CpuContext, CpuState*, nint, void>)Pointer)(context, context.State, entry);
        GC.KeepAlive(_keepAlive);
    }
}

/// <summary>Where an instruction of a region can stop, and what must be put right then.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FaultPoint
{
    public ulong Rip;

    /// <summary>Instructions of the block that were charged to the budget and did not retire.</summary>
    public long Refund;

    /// <summary>The lazy-flag operation in force, or -1 if the local holds it.</summary>
    public int FlagOp;

    /// <summary>What kind of access it is, if it is one that has a slow path (<see cref="SlowAccess"/>).</summary>
    public int Access;
}

/// <summary>Native memory that compiled code addresses by constants.</summary>
internal sealed unsafe class NativeTables : IDisposable
{
    public NativeTables(int links, int faults, int entries)
    {
        EntryRips = (ulong*)NativeMemory.AllocZeroed((nuint)entries, sizeof(ulong));
        LinkCount = links;
        Links = (LinkSlot*)NativeMemory.AllocZeroed((nuint)Math.Max(1, links), (nuint)sizeof(LinkSlot));
        Faults = (FaultPoint*)NativeMemory.AllocZeroed((nuint)Math.Max(1, faults), (nuint)sizeof(FaultPoint));
    }

    ~NativeTables() => Free();

    public int LinkCount { get; }

    public LinkSlot* Links { get; private set; }

    public FaultPoint* Faults { get; private set; }

    /// <summary>Guest address of each entry.</summary>
    public ulong* EntryRips { get; private set; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(Links);
        NativeMemory.Free(Faults);
        NativeMemory.Free(EntryRips);
        EntryRips = null;
        Links = null;
        Faults = null;
    }
}
