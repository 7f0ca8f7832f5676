using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// Compiles a region to one <see cref="DynamicMethod"/>. Any thread may use it.
/// </summary>
/// <param name="portable">True to keep to what every host can do: floating point by the methods that state it, not by host instructions.</param>
/// <param name="exactNaNs">True to keep the order of NaNs that RyuJIT does not: <see cref="ExecutionOptions.ExactNaNs"/>.</param>
public sealed class RegionCompiler(bool portable = false, bool exactNaNs = false)
{
    /// <summary>IL instructions from which on RyuJIT keeps all locals in memory (20,000), less a margin.</summary>
    private const int MostOptimized = 19_900;

    private readonly PreparedTypes _prepared = new();
    private readonly bool _hostFloats = !portable && HostFloats.IsSupported;

    /// <param name="plan">Blocks and entries.</param>
    /// <param name="recordIl">True to keep the IL as text (<see cref="RegionCode.IlText"/>).</param>
    /// <exception cref="InvalidProgramException">RyuJIT refused the IL.</exception>
    public RegionCode Compile(RegionPlan plan, bool recordIl = false) => Compile(plan, recordIl, isSmall: false);

    private RegionCode Compile(RegionPlan plan, bool recordIl, bool isSmall)
    {
        // The guest address in the name makes profiles and stack traces readable.
        DynamicMethod method = HostCode.Create($"guest_{plan.Blocks[0].Rip:x}");
        bool hostFloats = _hostFloats && (plan.Blocks[0].Mode & BlockMode.FloatTraps) == 0;
        RegionAnalysis analysis = new(plan, hostFloats, isSmall);
        NativeTables tables = new(CountLinks(analysis), CountFaultPoints(analysis), plan.Entries.Count);
        hostFloats &= analysis.UsesFloats;
        IlWriter il = new(method.GetILGenerator(plan.InstructionCount * 96), recordIl, hostFloats ? _prepared : null);
        long[] budgets = new RegionEmitter(plan, analysis, tables, il, hostFloats, exactNaNs).Emit();
        if (il.Count > MostOptimized && !isSmall)
        {
            tables.Dispose();
            return Compile(plan, recordIl, isSmall: true);
        }

        (RegionEntry entry, nint pointer) = HostCode.Compile(method);
        return new RegionCode(plan, entry, pointer, budgets, tables, il.Text);
    }

    private static int CountLinks(RegionAnalysis analysis)
    {
        int count = 0;
        foreach (RegionNode node in analysis.Nodes)
        {
            Terminal terminal = node.Block.Terminal;
            if (terminal.Kind is TerminalKind.Jump or TerminalKind.Branch or TerminalKind.BranchNonZero)
                count += (analysis.IndexOf(terminal.Target) < 0 ? 1 : 0) + (analysis.IndexOf(terminal.Next) < 0 ? 1 : 0);
        }

        return count;
    }

    private static int CountFaultPoints(RegionAnalysis analysis)
    {
        int count = 0;
        foreach (RegionNode node in analysis.Nodes)
        {
            foreach (ref readonly MicroOp op in node.Block.OpSpan)
            {
                // Twice, because accesses in groups are written twice.
                if (MicroOpTable.Row(op.Code).MayExit)
                    count += 2;
            }
        }

        return count;
    }
}
