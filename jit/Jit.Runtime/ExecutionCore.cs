using System.Diagnostics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Runtime;

/// <summary>
/// The dispatcher: finds or lifts the block at RIP, runs it in the interpreter or enters compiled code, and decides what is compiled.
/// See docs/architecture.md for the path of one instruction through it.
/// </summary>
public sealed unsafe partial class ExecutionCore : IExecutionCore, ICodeListener
{
    /// <summary>Instructions between two looks at <see cref="RequestStop"/>; a few milliseconds at most.</summary>
    private const long SliceLength = 1_000_000;

    /// <summary>Bytes of an x86 instruction at most.</summary>
    private const int MaxInstructionLength = 15;

    /// <summary>The six exception masks in MXCSR.</summary>
    private const uint MxcsrMasks = 0x1f80;

    private readonly CpuContext _context;
    private readonly CpuState* _state;
    private readonly ExecutionOptions _options;
    private readonly BlockLifter _lifter;
    private readonly MicroInterpreter _interpreter = new();
    private readonly BlockCache _cache;
    private readonly BlockLookup[] _lookups;
    private readonly RegionSelector _selector;
    private readonly RegionCompiler _compiler;
    private readonly CompileQueue? _queue;
    private readonly CompileCandidates _candidates;
    private readonly Action<ulong>? _onBlock;
    private readonly byte[] _fetchBuffer = new byte[2 * MaxInstructionLength];
    private BlockMode _mode;
    private volatile bool _stopRequested;

    /// <param name="context">The processor to run; the caller disposes it after this core.</param>
    /// <param name="options">Tier and thresholds.</param>
    public ExecutionCore(CpuContext context, ExecutionOptions options)
    {
        _context = context;
        _state = context.State;
        _options = options;
        _onBlock = options.BlockObserver;
        _lifter = new BlockLifter(context.Model.Features);
        _cache = new BlockCache(context.Memory);
        _lookups = new BlockLookup[context.ViewCount];
        for (int i = 0; i < _lookups.Length; i++)
            _lookups[i] = new BlockLookup();
        _selector = new RegionSelector(options);
        _compiler = new RegionCompiler(options.Portable, options.ExactNaNs);
        _candidates = new CompileCandidates(options.HotThreshold);
        if (options.Tier == Tier.Auto)
            _queue = new CompileQueue(_compiler);
        context.Memory.AddListener(this);
    }

    public CpuContext Context => _context;

    public ExecutionStatistics Statistics => _context.Statistics;

    public void RequestStop() => _stopRequested = true;

    public ExitReason Run(long budget)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        long remaining = budget;
        ExitReason exit;
        Statistics.Activity = HostActivity.Interpreting;
        do
        {
            long slice = Math.Min(remaining, SliceLength);
            exit = RunSlice(slice);
            remaining -= slice - _state->Budget;
            _context.RetiredBefore += (ulong)(slice - _state->Budget);
            _context.RunBudget = 0;
            _state->Budget = 0;
        }
        while (exit == ExitReason.Budget && remaining > 0);
        Statistics.Activity = HostActivity.Outside;
        if (exit == ExitReason.Stopped)
            _stopRequested = false;
        if (_context.NonCanonical is { } address)
            BlameStack(exit, address);
        // What a fault pushes. A #DB has its own rule, and its raiser has followed it.
        if (exit == ExitReason.Exception && _state->ExitVector != ExceptionVector.Debug)
            _state->SystemFlags |= Rflags.RF;
        return exit;
    }

    /// <summary>A non-canonical access was reported as #GP: it is #SS if it went through the stack's segment.</summary>
    private void BlameStack(ExitReason exit, ulong address)
    {
        _context.NonCanonical = null;
        if (exit != ExitReason.Exception || _state->ExitVector != ExceptionVector.GeneralProtection)
            return;
        byte[] code = new byte[MaxInstructionLength];
        int count = 0;
        while (count < code.Length && _context.TryTranslateFetch(_state->Rip + (uint)count, out MachineFrame frame))
        {
            code[count] = _context.Memory.Span(frame)[(int)((_state->Rip + (uint)count) & GuestMemory.FrameMask)];
            count++;
        }

        bool stack = StackSegment.Holds(code[..count], _state, address);
        _state->RaiseException(stack ? ExceptionVector.StackFault : ExceptionVector.GeneralProtection, 0, true);
    }

    /// <inheritdoc/>
    public void OnCodeWrite(MachineFrame frame, int offset, int length)
    {
        List<TranslatedBlock> dropped = _cache.Invalidate(frame, offset, length);
        if (dropped.Count == 0)
            return;
        Statistics.BlocksInvalidated += dropped.Count;
        foreach (TranslatedBlock block in dropped)
            DropRegions(block);
        _context.FlushJumps();
    }

    /// <inheritdoc/>
    public void OnCodeFrame(MachineFrame frame) => _context.RevokeWrites(frame);

    /// <inheritdoc/>
    public ulong CodeMask(MachineFrame frame) => _cache.CodeMask(frame);

    /// <inheritdoc/>
    public bool CoversCode(MachineFrame frame, int offset, int length) => _cache.Covers(frame, offset, length);

    public void Dispose()
    {
        _queue?.Dispose();
        _context.Memory.RemoveListener(this);
        foreach (BlockLookup lookup in _lookups)
            lookup.Clear();
        _context.FlushJumps();
        _cache.Clear();
    }

    private ExitReason RunSlice(long budget)
    {
        _state->Exit = ExitReason.None;
        _state->Budget = budget;
        _context.RunBudget = budget;
        _context.BreakpointsMet = 0;
        EnterMode();
        if (_cache.Count > _options.MaxBlocks)
            DropEverything();
        while (true)
        {
            Statistics.Dispatches++;
            // Here too and not only between slices: a repeated string instruction may go on for hours without retiring.
            if (_stopRequested)
                return ExitReason.Stopped;
            if (_state->Budget <= 0)
                return ExitReason.Budget;
            if (NeedsStepping)
            {
                if (StepDebugged())
                    continue;
                return _state->Exit;
            }

            // Without breakpoints it means nothing, and holds for one instruction.
            _state->SystemFlags &= ~Rflags.RF;
            if (_queue is { HasResults: true })
                InstallResults();
            TranslatedBlock? block = Find(_state->Rip);
            if (block == null)
            {
                // The fetch faulted, or this one instruction met something a fetch may fault on.
                return _state->Exit;
            }

            if (RunBlocks(block))
                continue;
            ExitReason exit = _state->Exit;
            switch (exit)
            {
                case ExitReason.None:
                    continue;
                case ExitReason.Retry:
                    _state->Exit = ExitReason.None;
                    if (!Step())
                        return _state->Exit;
                    continue;
                default:
                    return exit;
            }
        }
    }

    /// <summary>
    /// Runs from a block along known links. True: look afresh at RIP. False: <see cref="CpuState.Exit"/> says why
    /// (None after "start this instruction again").
    /// </summary>
    private bool RunBlocks(TranslatedBlock block)
    {
        while (true)
        {
            if (_options.Tier != Tier.Interpreter)
            {
                if (block.Region == null)
                    ConsiderCompiling(block);
                if (block.Region is { } region && _state->Budget >= block.EntryBudget)
                    return RunCompiled(region, block);
            }

            MicroBlock code = block.Block;
            if (_state->Budget < code.RetiredCount)
                return StepRemaining();
            _state->Trail[_state->TrailIndex++ & (CpuState.TrailLength - 1)] = code.Rip;
            TranslatedBlock? next;
            _onBlock?.Invoke(code.Rip);
            switch (_interpreter.Execute(_context, code))
            {
                case BlockResult.Target:
                    next = Follow(block, ref block.TargetLink);
                    break;
                case BlockResult.Next:
                    next = Follow(block, ref block.NextLink);
                    break;
                case BlockResult.Elsewhere:
                    next = Find(_state->Rip);
                    break;
                case BlockResult.Dispatch:
                    EnterMode();
                    return true;
                default:
                    return false;
            }

            if (next == null)
                return false;
            if (_state->Budget <= 0 || _queue is { HasResults: true })
                return true;
            block = next;
        }
    }

    /// <summary>The block at RIP, which <paramref name="link"/> leads to from <paramref name="block"/>; a link within the page is kept once found.</summary>
    private TranslatedBlock? Follow(TranslatedBlock block, ref TranslatedBlock? link)
    {
        if (link is { Valid: true })
            return link;
        TranslatedBlock? next = Find(_state->Rip);
        if (next != null && SamePage(block.Block.Rip, _state->Rip) && block.SecondFrame == MachineFrame.Invalid)
            link = next;
        return next;
    }

    private bool RunCompiled(CompiledRegion region, TranslatedBlock block)
    {
        _context.PendingLink = 0;
        _context.JumpView.FillJump(block.Block.Rip, region.Code.Pointer, block.EntryIndex);
        Statistics.Activity = HostActivity.RunningCompiled;
        region.Code.Invoke(_context, block.EntryIndex);
        Statistics.Activity = HostActivity.Interpreting;
        if (_state->Exit != ExitReason.None)
            return false;
        if (_context.PendingLink != 0)
            Link((LinkSlot*)_context.PendingLink);
        EnterMode();
        return true;
    }

    /// <summary>The budget ends within the block: its instructions are done one by one, so that the count is exact.</summary>
    private bool StepRemaining()
    {
        while (_state->Budget > 0)
        {
            if (!Step())
                return false;
            if (_stopRequested || NeedsStepping)
                return true;
        }

        _state->Exit = ExitReason.Budget;
        return false;
    }

    /// <summary>
    /// Interprets exactly one instruction, the only way in which a store may change translated code.
    /// False: it left with an exit other than None.
    /// </summary>
    private bool Step()
    {
        _state->Exit = ExitReason.None;
        MicroBlock? one = LiftAt(_state->Rip, 1, out _, out _);
        if (one == null)
            return false;
        ExecuteAlone(one);
        return _state->Exit == ExitReason.None;
    }

    private void ExecuteAlone(MicroBlock one)
    {
        _onBlock?.Invoke(one.Rip);
        _context.AllowCodeWrites = true;
        _interpreter.Execute(_context, one);
        _context.AllowCodeWrites = false;
        EnterMode();
    }

    /// <summary>The block at an address in the present mode; null with an exit in the state if its bytes cannot be fetched.</summary>
    private TranslatedBlock? Find(ulong rip)
    {
        SoftTlb view = _context.ActiveView;
        BlockLookup lookup = _lookups[_context.ViewIndex];
        TranslatedBlock? block = lookup.Find(rip, view.Epoch);
        if (block != null && block.Block.Mode == _mode)
            return block;
        if (!_context.TryTranslateFetch(rip, out MachineFrame frame))
            return null;
        if (!_cache.TryGet(new BlockKey(rip, frame.Number, _mode), out block) || !SecondPageHolds(block!))
        {
            if (_state->Exit != ExitReason.None)
                return null;
            long start = Stopwatch.GetTimestamp();
            int instructions = (_mode & BlockMode.Stepping) != 0 ? 1 : _options.MaxBlockInstructions;
            Statistics.Activity = HostActivity.Lifting;
            MicroBlock? lifted = LiftAt(rip, instructions, out frame, out MachineFrame second);
            Statistics.Activity = HostActivity.Interpreting;
            if (lifted == null)
                return null;
            block = _cache.Add(lifted, frame, second);
            Statistics.LiftTicks += Stopwatch.GetTimestamp() - start;
            Statistics.BlocksLifted++;
            Statistics.InstructionsLifted += lifted.InstructionCount;
        }

        lookup.Add(rip, view.Epoch, block!);
        return block;
    }

    private bool SecondPageHolds(TranslatedBlock block)
    {
        if (block.SecondFrame == MachineFrame.Invalid)
            return true;
        return _context.TryTranslateFetch((block.Block.Rip | GuestMemory.FrameMask) + 1, out MachineFrame second) && second == block.SecondFrame;
    }

    /// <summary>Lifts without caching. Null with a fault in the state if the first instruction's bytes cannot be fetched.</summary>
    private MicroBlock? LiftAt(ulong rip, int maxInstructions, out MachineFrame frame, out MachineFrame second)
    {
        second = MachineFrame.Invalid;
        if (!_context.TryTranslateFetch(rip, out frame))
            return null;
        int offset = (int)(rip & GuestMemory.FrameMask);
        int inPage = GuestMemory.FrameSize - offset;
        byte* code = _context.Memory.FramePointer(frame) + offset;
        MicroBlock? within = _lifter.Lift(code, inPage, inPage, rip, _mode, maxInstructions);
        if (within != null)
            return within;

        // The first instruction goes on in the next page: this page's bytes, then as many of the next as an instruction can have.
        if (!_context.TryTranslateFetch((rip | GuestMemory.FrameMask) + 1, out second))
            return null;
        new ReadOnlySpan<byte>(code, inPage).CopyTo(_fetchBuffer);
        _context.Memory.Span(second)[..MaxInstructionLength].CopyTo(_fetchBuffer.AsSpan(inPage));
        MicroBlock? crossing;
        fixed (byte* buffer = _fetchBuffer)
            crossing = _lifter.Lift(buffer, inPage + MaxInstructionLength, inPage, rip, _mode, 1);
        if (crossing == null)
            throw new InvalidOperationException($"the lifter refused {MaxInstructionLength} bytes at 0x{rip:x}");
        if (crossing.ByteLength <= inPage)
            second = MachineFrame.Invalid;
        return crossing;
    }

    private void EnterMode()
    {
        _context.UpdateMode();
        BlockMode mode = (_state->Cpl == 0 ? BlockMode.Supervisor : 0)
            | (_state->ArchitecturalSyscall ? BlockMode.ArchitecturalSyscall : 0)
            | ((_state->Cr0 & CpuContext.Cr0Ts) != 0 ? BlockMode.TaskSwitched : 0)
            | (_context.AvxEnabled ? BlockMode.Avx : 0)
            | ((_state->Mxcsr & MxcsrMasks) != MxcsrMasks ? BlockMode.FloatTraps : 0)
            | (NeedsStepping ? BlockMode.Stepping : 0);
        if (mode == _mode)
            return;
        // Jump caches know addresses only, and what they hold was lifted for the other mode. Stepping does not use them.
        if (((mode ^ _mode) & ~BlockMode.Stepping) != 0)
            _context.FlushJumps();
        _mode = mode;
    }

    private static bool SamePage(ulong a, ulong b) => ((a ^ b) & ~GuestMemory.FrameMask) == 0;
}
