using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>
/// One guest: its memory, its virtual processors, the release it sees and how it ended. Parts with a life of their own
/// (events, grants, time) add themselves in other files of this partial class.
/// </summary>
public sealed partial class Domain
{
    private readonly List<Vcpu> _vcpus = [];
    private readonly HashSet<(string, ulong)> _logged = [];

    /// <param name="id">Domain number, above 0 for a domU.</param>
    /// <param name="machine">Machine memory; the domain takes its shared_info frame from it at once.</param>
    /// <param name="profile">How the hypervisor behaves.</param>
    /// <param name="interfaces">What it offers; everything current if null.</param>
    /// <param name="hypercalls">The calls there are; <see cref="HypercallTable.Default"/> if null.</param>
    public Domain(
        ushort id, MachineMemory machine, ReleaseProfile profile, InterfaceSet? interfaces = null, HypercallTable? hypercalls = null)
    {
        Id = id;
        Machine = machine;
        Profile = profile;
        Interfaces = interfaces ?? InterfaceSet.Current;
        Hypercalls = hypercalls ?? HypercallTable.Default;
        PageTypes = new PageTypes(machine);
        SharedInfoFrame = machine.AllocateShared(this);
        for (int i = 0; i < SharedInfoLayout.LegacyVcpus; i++)
            machine.Memory.WritableSpan(SharedInfoFrame)[(i * VcpuInfoLayout.Size) + VcpuInfoLayout.UpcallMask] = 1;
    }

    public ushort Id { get; }

    public MachineMemory Machine { get; }

    public GuestMemory Memory => Machine.Memory;

    public ReleaseProfile Profile { get; }

    public InterfaceSet Interfaces { get; }

    public HypercallTable Hypercalls { get; }

    /// <summary>Type and reference rules for the machine's frames.</summary>
    public PageTypes PageTypes { get; }

    public MachineFrame SharedInfoFrame { get; }

    /// <summary>Pseudo-physical to machine frames.</summary>
    public PhysicalMap PhysicalMap { get; } = new();

    /// <summary>Ordinary frames the domain holds now.</summary>
    public ulong Pages { get; private set; }

    /// <summary>Most frames the domain may hold; set by the builder. 0: as many as the machine has.</summary>
    public ulong MaximumPages { get; set; }

    /// <summary>Bit n: assist n of vm_assist is on.</summary>
    public ulong VmAssists { get; set; }

    public IReadOnlyList<Vcpu> Vcpus => _vcpus;

    /// <summary>Where the hypervisor's log lines go, one line without line end each.</summary>
    public Action<string> Log { get; set; } = static _ => { };

    /// <summary>Told of every frame built; null if nobody listens.</summary>
    public IFrameObserver? FrameObserver { get; set; }

    /// <summary>Told of every hypercall; null if nobody listens.</summary>
    public IHypercallObserver? HypercallObserver { get; set; }

    /// <summary>Why the domain stopped; null while it lives.</summary>
    public ShutdownReason? ShutdownReason { get; private set; }

    /// <summary>What went wrong, if Xen crashed the domain: one sentence. Null otherwise.</summary>
    public string? CrashReason { get; private set; }

    /// <summary>The virtual processor that was running at the crash.</summary>
    public Vcpu? CrashedVcpu { get; private set; }

    public bool IsDown => ShutdownReason is not null;

    /// <summary>16 bytes that xen_version's guest handle returns.</summary>
    public Guid Handle { get; init; }

    /// <summary>Adds the next virtual processor.</summary>
    /// <param name="context">Its CPU, with view 0 for the guest kernel and view 1 for guest user mode.</param>
    public Vcpu AddVcpu(CpuContext context)
    {
        var vcpu = new Vcpu(this, _vcpus.Count, context);
        _vcpus.Add(vcpu);
        return vcpu;
    }

    public bool Assists(VmAssistType type) => (VmAssists & (1UL << (int)type)) != 0;

    /// <summary>
    /// Gives the domain a zeroed machine frame, at <paramref name="pfn"/> or for now without a number; false if the machine or the
    /// domain's limit is exhausted.
    /// </summary>
    public bool TryPopulate(PseudoPhysicalFrame? pfn, out MachineFrame frame)
    {
        frame = MachineFrame.Invalid;
        if ((MaximumPages != 0 && Pages >= MaximumPages) || !Machine.TryAllocate(this, out frame))
            return false;
        Pages++;
        if (pfn is PseudoPhysicalFrame place)
            Place(frame, place);
        return true;
    }

    /// <summary>
    /// Gives the domain zeroed machine frames with consecutive numbers, for now without pseudo-physical ones; false if the machine or
    /// the domain's limit is exhausted.
    /// </summary>
    public bool TryPopulateRun(ulong count, out MachineFrame first)
    {
        first = MachineFrame.Invalid;
        if ((MaximumPages != 0 && count > MaximumPages - Pages) || !Machine.TryAllocateRun(this, count, out first))
            return false;
        Pages += count;
        return true;
    }

    /// <summary>As <see cref="TryPopulateRun"/>, for 2^order frames that begin at a multiple of their number, used before or not.</summary>
    public bool TryPopulateExtent(int order, out MachineFrame first)
    {
        first = MachineFrame.Invalid;
        ulong count = 1UL << order;
        if ((MaximumPages != 0 && Pages + count > MaximumPages) || !Machine.TryAllocateExtent(this, order, out first))
            return false;
        Adopt(count);
        return true;
    }

    /// <summary>Counts frames that were allocated for the domain apart from its limit.</summary>
    internal void Adopt(ulong count) => Pages += count;

    /// <summary>Gives back frames that nothing has ever referred to.</summary>
    internal void ReleaseExtent(MachineFrame first, int order)
    {
        for (ulong i = 0; i < 1UL << order; i++)
            PageTypes.DropReference(new MachineFrame(first.Number + i));
    }

    /// <summary>Gives a machine frame of the domain a pseudo-physical number, in both directions.</summary>
    public void Place(MachineFrame frame, PseudoPhysicalFrame pfn)
    {
        PhysicalMap[pfn] = frame;
        Machine.MachineToPhysical.Set(frame, pfn);
    }

    /// <summary>Gives a frame's allocation reference back; the frame is free once nothing else refers to it.</summary>
    public void Depopulate(MachineFrame frame)
    {
        ref PageInfo page = ref Machine[frame];
        page.Allocated = false;
        ulong pfn = Machine.MachineToPhysical[frame];
        if (pfn < PhysicalMap.Length && PhysicalMap[new PseudoPhysicalFrame(pfn)] == frame)
            PhysicalMap[new PseudoPhysicalFrame(pfn)] = MachineFrame.Invalid;
        PageTypes.DropReference(frame);
    }

    /// <summary>Puts a frame of the domain at another pseudo-physical number, as far as Xen keeps track of that.</summary>
    /// <param name="number">Any number: the guest's own affair.</param>
    public void Move(MachineFrame frame, ulong number)
    {
        ulong before = Machine.MachineToPhysical[frame];
        if (before < PhysicalMap.Length && PhysicalMap[new PseudoPhysicalFrame(before)] == frame)
            PhysicalMap[new PseudoPhysicalFrame(before)] = MachineFrame.Invalid;
        Machine.MachineToPhysical[frame] = number;
        if (number < Machine.FrameCount)
            PhysicalMap[new PseudoPhysicalFrame(number)] = frame;
    }

    /// <summary>A frame of the domain has lost its last reference: only now it no longer counts as the domain's.</summary>
    internal void OnReleased(FrameUse use)
    {
        if (use == FrameUse.Domain)
            Pages--;
        FlushTlb();
    }

    /// <summary>Forgets every translation on every virtual processor.</summary>
    public void FlushTlb()
    {
        foreach (Vcpu vcpu in _vcpus)
            vcpu.Cpu.FlushTlb();
    }

    /// <summary>What the domain wants its end to be called, whatever ends it (SCHEDOP_shutdown_code); null if it has not said.</summary>
    public ShutdownReason? ShutdownCode { get; set; }

    /// <summary>Ends the domain for a reason of its own. The first reason stays.</summary>
    public void Shutdown(ShutdownReason reason) => ShutdownReason ??= ShutdownCode ?? reason;

    /// <summary>Ends the domain because it broke a rule.</summary>
    /// <param name="reason">One sentence that names what happened and where.</param>
    public void Crash(Vcpu? vcpu, string reason)
    {
        if (IsDown)
            return;
        CrashReason = reason;
        CrashedVcpu = vcpu;
        ShutdownReason = Abi.ShutdownReason.Crash;
    }

    /// <summary>Logs a line the first time this kind meets this number.</summary>
    public void LogOnce(string kind, ulong number, string line)
    {
        if (_logged.Add((kind, number)))
            Log(line);
    }
}
