using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>Runs cases on the engine and does at a #DB what Linux does for a traced process, so that traces can be compared.</summary>
public static unsafe class EngineDebugger
{
    private const int MaxStops = 200;

    /// <param name="test">What to run.</param>
    /// <param name="options">The tier.</param>
    /// <param name="slice">Instructions per run.</param>
    public static DebugTrace Run(DebugCase test, ExecutionOptions options, long slice)
    {
        using FlatMachine machine = new(options);
        machine.Map(OracleLayout.Code, 2, executable: true);
        machine.Map(OracleLayout.Data, OracleLayout.DataBytes / 4096);
        machine.Map(OracleLayout.Stack, OracleLayout.StackBytes / 4096);
        byte[] code = new byte[2 * 4096];
        code.AsSpan().Fill(0xcc);
        test.Code.CopyTo(code, 0);
        machine.Store(OracleLayout.Code, code);
        CpuState* state = machine.State;
        test.Gpr.CopyTo(new Span<ulong>(state->Gpr, 16));
        state->Flags = test.Rflags;
        state->Rip = OracleLayout.Code;
        for (int i = 0; i < test.Breakpoints.Count; i++)
            machine.Context.SetDebugRegister(i, test.Breakpoints[i].Address);
        machine.Context.SetDebugRegister(7, test.Dr7);

        List<DebugStop> stops = [];
        while (stops.Count < MaxStops)
        {
            ExitReason exit;
            long left = EngineSide.Budget;
            do
                exit = machine.Run(Math.Min(slice, left));
            while (exit == ExitReason.Budget && (left -= slice) > 0);
            bool debug = exit == ExitReason.Exception && state->ExitVector == ExceptionVector.Debug;
            if (debug && HasInstructionBreakpoint(test, state->Debug[6]))
                state->SystemFlags |= Rflags.RF;
            stops.Add(new DebugStop(SignalOf(exit, state->ExitVector), debug, state->Rip, state->Flags, state->Debug[6], new Span<ulong>(state->Gpr, 16).ToArray()));
            if (!debug)
                break;
            machine.Context.SetDebugRegister(6, 0);
        }

        return new DebugTrace(stops, Hash([.. machine.Load(OracleLayout.Data, OracleLayout.DataBytes), .. machine.Load(OracleLayout.Stack, OracleLayout.StackBytes)]));
    }

    private static bool HasInstructionBreakpoint(DebugCase test, ulong dr6) =>
        test.Breakpoints.Where((b, i) => (dr6 >> i & 1) != 0 && b.Kind == BreakpointKind.Execute).Any();

    /// <summary>What Linux sends.</summary>
    private static int SignalOf(ExitReason exit, byte vector) => exit is not (ExitReason.Exception or ExitReason.SoftwareInterrupt) ? 0 : vector switch
    {
        ExceptionVector.Debug or ExceptionVector.Breakpoint => 5,
        ExceptionVector.InvalidOpcode => 4,
        ExceptionVector.DivideError or ExceptionVector.FloatingPoint or ExceptionVector.SimdFloatingPoint => 8,
        ExceptionVector.StackFault or ExceptionVector.AlignmentCheck => 7,
        _ => 11,
    };

    /// <summary>FNV-1a.</summary>
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 0x100_0000_01b3;
        return hash;
    }
}
