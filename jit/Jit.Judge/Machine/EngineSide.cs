using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>Runs cases on one tier of the engine, in the same address space as the native side's.</summary>
public sealed unsafe class EngineSide : IDisposable
{
    /// <summary>Far more than any case needs; a case that uses it up is an endless loop.</summary>
    public const long Budget = 200_000;

    private const int Line = 64;

    private readonly OracleLayout _layout;
    private readonly MachineFrame[] _frames;
    private readonly byte[] _code;
    private ulong _retiredBefore;

    public EngineSide(OracleLayout layout, ExecutionOptions options)
    {
        _layout = layout;
        Machine = new FlatMachine(options);
        _frames = new MachineFrame[layout.Regions.Length];
        for (int i = 0; i < layout.Regions.Length; i++)
        {
            OracleRegion region = layout.Regions[i];
            _frames[i] = Machine.Map(region.Address, region.Pages, region.Writable, (region.Protection & 4) != 0);
            Machine.Store(region.Address, region.Pristine);
        }

        _code = (byte[])layout.Regions[0].Pristine.Clone();
        Machine.State->GsBase = OracleLayout.GsBase;
    }

    public FlatMachine Machine { get; }

    /// <summary>Puts a group's code into place.</summary>
    public void Load(OracleGroup group)
    {
        _code.AsSpan().Fill(0xcc);
        group.Code.CopyTo(_code, group.Offset);
        Machine.Store(OracleLayout.Code, _code);
    }

    /// <summary>Runs one case of the group that was loaded last and puts memory back.</summary>
    public EndState Run(OracleGroup group, StartState start, long budget = Budget)
    {
        Enter(group, start);
        return Leave(Machine.Run(budget));
    }

    /// <summary>The same in slices of as many instructions as <paramref name="slice"/> gives each time.</summary>
    public EndState Run(OracleGroup group, StartState start, Func<long> slice)
    {
        Enter(group, start);
        ExitReason exit;
        do
            exit = Machine.Run(slice());
        while (exit == ExitReason.Budget && (long)(Machine.Context.Retired - _retiredBefore) < Budget);
        return Leave(exit);
    }

    public void Dispose() => Machine.Dispose();

    private void Enter(OracleGroup group, StartState start)
    {
        CpuState* state = Machine.State;
        for (int i = 0; i < 16; i++)
            state->Gpr[i] = start.Gpr[i];
        state->Flags = start.Rflags;
        LoadFloating(state, start.Floating);
        state->Rip = OracleLayout.Code + (ulong)group.Offset;
        foreach (MemoryPatch patch in start.Patches)
            Machine.Store(patch.Address, patch.Bytes);
        _retiredBefore = Machine.Context.Retired;
    }

    private EndState Leave(ExitReason exit)
    {
        CpuState* state = Machine.State;
        EndState end = new()
        {
            Trap = exit switch
            {
                ExitReason.Exception or ExitReason.SoftwareInterrupt => state->ExitVector,
                ExitReason.Budget => EndState.EndlessLoop,
                _ => EndState.NoException,
            },
            ErrorCode = exit == ExitReason.Exception && state->ExitHasErrorCode ? state->ExitErrorCode : 0,
            FaultAddress = state->FaultAddress,
            Rip = state->Rip,
            Rflags = state->Flags,
            Remark = exit.ToString(),
            Retired = (long)(Machine.Context.Retired - _retiredBefore),
        };
        for (int i = 0; i < 16; i++)
            end.Gpr[i] = state->Gpr[i];
        StoreFloating(end.Floating, state);
        CollectChanges(end);
        return end;
    }

    private static void LoadFloating(CpuState* state, FloatingState from)
    {
        from.Vectors.CopyTo(new Span<byte>(state->Vectors, from.Vectors.Length));
        state->Mxcsr = from.Mxcsr;
        state->Fcw = from.Fcw;
        state->Fsw = from.Fsw;
        int tags = 0;
        for (int i = 0; i < 8; i++)
        {
            int physical = (from.Top + i) & 7;
            byte* register = (byte*)(state->X87 + (2 * physical));
            from.St(i).CopyTo(new Span<byte>(register, 10));
            tags |= FullTag(register, from.IsEmpty(i)) << (2 * physical);
        }

        state->Ftw = (ushort)tags;
    }

    private static void StoreFloating(FloatingState to, CpuState* state)
    {
        new ReadOnlySpan<byte>(state->Vectors, to.Vectors.Length).CopyTo(to.Vectors);
        to.Mxcsr = state->Mxcsr;
        to.Fcw = state->Fcw;
        to.Fsw = state->Fsw;
        int tags = 0;
        for (int i = 0; i < 8; i++)
        {
            int physical = (to.Top + i) & 7;
            new ReadOnlySpan<byte>(state->X87 + (2 * physical), 10).CopyTo(to.St(i));
            if ((state->Ftw >> (2 * physical) & 3) != 3)
                tags |= 1 << physical;
        }

        to.Tags = (byte)tags;
    }

    /// <summary>The two bits that the full tag word has for a register: 0 valid, 1 zero, 2 special, 3 empty.</summary>
    private static int FullTag(byte* register, bool empty)
    {
        ulong significand = *(ulong*)register;
        int exponent = *(ushort*)(register + 8) & 0x7fff;
        if (empty)
            return 3;
        if (exponent == 0 && significand == 0)
            return 1;
        return exponent is 0 or 0x7fff || (long)significand >= 0 ? 2 : 0;
    }

    private void CollectChanges(EndState end)
    {
        for (int i = 0; i < _frames.Length; i++)
        {
            OracleRegion region = _layout.Regions[i];
            if (!region.Writable)
                continue;
            byte[] pristine = i == 0 ? _code : region.Pristine;
            for (int page = 0; page < region.Pages; page++)
            {
                ReadOnlySpan<byte> now = Machine.Memory.Span(new MachineFrame(_frames[i].Number + (ulong)page));
                ReadOnlySpan<byte> before = pristine.AsSpan(page * 4096, 4096);
                if (now.SequenceEqual(before))
                    continue;
                for (int line = 0; line < 4096; line += Line)
                {
                    if (now.Slice(line, Line).SequenceEqual(before.Slice(line, Line)))
                        continue;
                    ulong address = region.Address + (ulong)((page * 4096) + line);
                    end.Changes.Add(new ChangedLine(address, now.Slice(line, Line).ToArray()));
                    Machine.Store(address, before.Slice(line, Line));
                }
            }
        }
    }
}
