using System.Runtime.InteropServices;


namespace Rebound.Jit.Cpu;

/// <summary>
/// One processor's state, TLB views and way to memory. Executors use the fast path through <see cref="CpuState.Tlb"/>;
/// everything that misses it comes here. A method that returns false has recorded an exit in the state
/// (a fault, or <see cref="ExitReason.Retry"/>) and changed nothing else.
/// </summary>
public sealed unsafe partial class CpuContext : IDisposable
{
    private readonly SoftTlb[] _views;
    private readonly SoftTlb _unfilled = new(fills: false);
    private CpuState* _state;
    private int _view;
    private int _unfilledFor;

    /// <param name="memory">Machine memory, shared with other processors.</param>
    /// <param name="environment">The machine around the processor.</param>
    /// <param name="viewCount">Address-space views, for example 2: guest kernel and guest user.</param>
    /// <param name="model">What the processor can do; null for everything.</param>
    public CpuContext(GuestMemory memory, ICpuEnvironment environment, int viewCount = 2, CpuModel? model = null)
    {
        Memory = memory;
        Environment = environment;
        Model = model ?? CpuModelCatalog.Everything;
        _views = new SoftTlb[viewCount];
        for (int i = 0; i < viewCount; i++)
            _views[i] = new SoftTlb();
        _state = (CpuState*)NativeMemory.AlignedAlloc((nuint)sizeof(CpuState), 64);
        NativeMemory.Clear(_state, (nuint)sizeof(CpuState));
        Reset();
    }

    public GuestMemory Memory { get; }

    public ICpuEnvironment Environment { get; }

    /// <summary>What the processor can do. Execution cores lift by it.</summary>
    public CpuModel Model { get; }

    /// <summary>What RDRAND and RDSEED read.</summary>
    public RandomNumbers Random { get; } = new();

    /// <summary>The state, in native memory, valid until <see cref="Dispose"/>.</summary>
    public CpuState* State => _state;

    public ExecutionStatistics Statistics { get; } = new();

    /// <summary>Set while exactly one instruction is interpreted: only then may a store change translated code.</summary>
    public bool AllowCodeWrites { get; set; }

    /// <summary>Set by compiled code that left through an unlinked slot: the slot's address, for the dispatcher to link.</summary>
    public nint PendingLink { get; set; }

    /// <summary>Instructions retired before the run in progress.</summary>
    public ulong RetiredBefore { get; set; }

    /// <summary>Budget that the run in progress began with.</summary>
    public long RunBudget { get; set; }

    /// <summary>Instructions retired so far, exact whenever the state is.</summary>
    public ulong Retired => RetiredBefore + (ulong)(RunBudget - _state->Budget);

    public int ViewIndex => _view;

    public SoftTlb ActiveView => _views[_view];

    public SoftTlb View(int index) => _views[index];

    public int ViewCount => _views.Length;

    /// <summary>The state after processor reset as far as a flat 64-bit guest sees it: all zero, FPU initialised.</summary>
    public void Reset()
    {
        *_state = default;
        _state->Flags = Rflags.Fixed;
        _state->Fcw = 0x37f;
        _state->Ftw = 0xffff;
        _state->Mxcsr = 0x1f80;
        _state->Xcr0 = ExtendedState.X87;
        _state->Debug[6] = DebugRegisters.Dr6Reset;
        _state->Debug[7] = DebugRegisters.Dr7Reset;
        _state->GdtLimit = _state->IdtLimit = ushort.MaxValue;
        _debugShadow = _interruptShadow = Never;
        BreakpointsMet = 0;
        StepsByNewFlags = null;
        SelectView(_view);
    }

    /// <summary>Makes a view the one that accesses translate through.</summary>
    public void SelectView(int index)
    {
        _view = index;
        UpdateMode();
    }

    /// <summary>
    /// Points the state at the TLB that fits its flags. While alignment checks are on (CPL 3, AC, CR0.AM) or a data breakpoint is enabled that is a view
    /// which never fills, so that every access comes to the slow path, where alignment is checked and breakpoints are looked for.
    /// To be called after AC, CPL, CR0 or DR7 may have changed; <see cref="IExecutionCore.Run"/> does it on entry.
    /// </summary>
    public void UpdateMode()
    {
        SoftTlb view = JumpView;
        if (view == _unfilled && _unfilledFor != _view)
        {
            _unfilled.FlushJumps();
            _unfilledFor = _view;
        }

        _state->Tlb = view.Entries;
        _state->JumpCache = view.Jumps;
    }

    /// <summary>True if VEX-encoded vector instructions may execute: CR4.OSXSAVE and the SSE and AVX bits of XCR0.</summary>
    public bool AvxEnabled => (_state->Cr4 & Cr4OsXsave) != 0 && (_state->Xcr0 & Xcr0Avx) == Xcr0Avx;

    /// <summary>True if misaligned data accesses raise #AC now.</summary>
    public bool AlignmentChecked => _state->Cpl == 3 && (_state->SystemFlags & Rflags.AC) != 0 && (_state->Cr0 & Cr0Am) != 0;

    /// <summary>The view compiled code of the present mode is entered in: <see cref="ActiveView"/>, or the unfilled one under alignment checks and data breakpoints.</summary>
    public SoftTlb JumpView => AlignmentChecked || DataWatched ? _unfilled : _views[_view];

    /// <summary>Forgets all translations of all views.</summary>
    public void FlushTlb()
    {
        Statistics.TlbFlushes++;
        foreach (SoftTlb view in _views)
            view.Flush();
        _unfilled.FlushJumps();
    }

    public void FlushPage(VirtualAddress address)
    {
        foreach (SoftTlb view in _views)
            view.FlushPage(address);
        _unfilled.FlushJumps();
    }

    /// <summary>Forgets every pointer to compiled code.</summary>
    public void FlushJumps()
    {
        foreach (SoftTlb view in _views)
            view.FlushJumps();
        _unfilled.FlushJumps();
    }

    public void SetRoot(int view, MachineFrame root)
    {
        Statistics.TlbFlushes++;
        _views[view].SetRoot(root);
        _unfilled.FlushJumps();
    }

    /// <summary>Stops fast-path writes to a frame in every view.</summary>
    public void RevokeWrites(MachineFrame frame)
    {
        byte* host = Memory.FramePointer(frame);
        foreach (SoftTlb view in _views)
            view.RevokeWrites(host);
    }

    public void Dispose()
    {
        if (_state == null)
            return;
        NativeMemory.AlignedFree(_state);
        _state = null;
        foreach (SoftTlb view in _views)
            view.Dispose();
        _unfilled.Dispose();
    }

    /// <summary>CR0.EM.</summary>
    public const ulong Cr0Em = 1UL << 2;

    /// <summary>CR0.TS: instructions of the x87 and of vector registers raise #NM.</summary>
    public const ulong Cr0Ts = 1UL << 3;

    /// <summary>CR4.OSXSAVE: XSAVE, XGETBV and XSETBV exist.</summary>
    public const ulong Cr4OsXsave = 1UL << 18;

    /// <summary>The SSE and AVX bits of XCR0.</summary>
    private const ulong Xcr0Avx = ExtendedState.Sse | ExtendedState.Avx;

    /// <summary>CR0.AM.</summary>
    public const ulong Cr0Am = 1UL << 18;

    /// <summary>CR4.TSD: RDTSC and RDTSCP are CPL 0's.</summary>
    public const ulong Cr4Tsd = 1UL << 2;

    /// <summary>CR4.DE.</summary>
    public const ulong Cr4De = 1UL << 3;

    /// <summary>CR4.FSGSBASE.</summary>
    public const ulong Cr4FsGsBase = 1UL << 16;
}
