using System.Diagnostics.CodeAnalysis;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// A block that branches to itself and whose accesses all go to addresses that move by a constant from turn to turn. How many turns stay within the pages where the
/// accesses are, and within the budget, is computed before the first of them; none of these turns needs a look into the TLB, and nothing in them can stop.
/// </summary>
internal sealed class CountedLoop
{
    /// <summary>Bytes that an access may move in one turn: with longer steps a page is done after a few turns, and counting them does not pay.</summary>
    private const long MaxStep = 256;

    /// <summary>Micro-ops from which on a loop without vectors is worth what it costs to begin a counted one.</summary>
    private const int LongTurn = 20;

    private readonly Dictionary<int, LoopStream> _streamOf = [];

    private CountedLoop(List<LoopStream> streams, RegisterSets uses, RegisterSets writes, ulong zeroedUppers)
    {
        Streams = streams;
        Uses = uses;
        Writes = writes;
        ZeroedUppers = zeroedUppers;
    }

    public IReadOnlyList<LoopStream> Streams { get; }

    /// <summary>Registers that a turn reads or writes.</summary>
    public RegisterSets Uses { get; }

    /// <summary>Registers that a turn writes.</summary>
    public RegisterSets Writes { get; }

    /// <summary>Vector registers whose upper half a turn makes zero.</summary>
    public ulong ZeroedUppers { get; }

    /// <summary>The entry of the plan at which the same block is written once more, for whatever the counted form cannot do.</summary>
    public int Entry { get; set; }

    /// <summary>The stream that a micro-op's access belongs to.</summary>
    public LoopStream StreamOf(int op) => _streamOf[op];

    /// <summary>Looks at a block that branches to itself.</summary>
    /// <param name="block">The block.</param>
    /// <param name="hostFloats">True if floating point cannot stop.</param>
    /// <param name="loop">The loop; null if the result is false.</param>
    public static bool TryFind(MicroBlock block, bool hostFloats, [NotNullWhen(true)] out CountedLoop? loop)
    {
        loop = null;
        if (block.Terminal.Kind != TerminalKind.Branch || block.Terminal.Target != block.Rip || block.Terminal.Next == block.Rip || !IsPlain(block, hostFloats))
            return false;
        RegisterSets uses = default, writes = default;
        ulong zeroed = 0;
        SymbolicRegisters registers = new();
        Dictionary<LoopStream.Key, LoopStream> open = [];
        List<LoopStream> streams = [];
        Dictionary<int, LoopStream> streamOf = [];
        ReadOnlySpan<MicroOp> ops = block.OpSpan;
        for (int k = 0; k < ops.Length; k++)
        {
            ref readonly MicroOp op = ref ops[k];
            if (LoopStream.IsAccess(op))
            {
                if (LoopStream.Place(op, registers, open, streams) is not { } stream)
                    return false;
                streamOf[k] = stream;
            }

            writes |= RegisterSets.WrittenBy(op);
            uses |= RegisterSets.ReadBy(op) | RegisterSets.WrittenBy(op);
            zeroed |= MicroOpOperands.ZeroedUppers(op);
            registers.After(op);
        }

        if (streams.Count == 0)
            return false;
        foreach (LoopStream stream in streams)
        {
            if (!stream.FindStep(registers) || Math.Abs(stream.Step) > MaxStep)
                return false;
        }

        loop = new CountedLoop(streams, uses & RegisterSets.Guest, writes & RegisterSets.Guest, zeroed);
        foreach ((int op, LoopStream stream) in streamOf)
            loop._streamOf[op] = stream;
        return true;
    }

    /// <summary>
    /// True if nothing but an access can stop, there are vectors or much else to do in a turn, and flags are overwritten before anybody reads them.
    /// </summary>
    private static bool IsPlain(MicroBlock block, bool hostFloats)
    {
        bool vectors = false;
        ulong known = 0;
        foreach (ref readonly MicroOp op in block.OpSpan)
        {
            MicroOpShape shape = MicroOpTable.Shape(op.Code);
            if (shape is MicroOpShape.Helper or MicroOpShape.Atomic || op.Code is MicroOpCode.SetFlagsIfCount or MicroOpCode.ReadFlags)
                return false;
            if (MicroOpTable.IsFloat(shape) && !hostFloats)
                return false;
            if (op.Code == MicroOpCode.Condition && (MicroOpTable.FlagsRead((Condition)op.Aux) & ~known) != 0)
                return false;
            vectors |= shape is MicroOpShape.VectorLoad or MicroOpShape.VectorStore;
            known |= MicroOpTable.FlagsWritten(op);
        }

        return (vectors || block.OpCount >= LongTurn) && known == Rflags.Arithmetic;
    }
}
