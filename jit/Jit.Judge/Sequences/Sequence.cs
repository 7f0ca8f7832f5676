using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>One instruction of a <see cref="Sequence"/>.</summary>
/// <param name="Instruction">A branch's target is set when the sequence is encoded.</param>
/// <param name="Target">Label that a branch goes to, or 0.</param>
/// <param name="Label">Label that stands before this instruction, or 0.</param>
public sealed record SequenceItem(Instruction Instruction, int Target = 0, int Label = 0);

/// <summary>A piece of code from which instructions can be taken away.</summary>
public sealed record Sequence(IReadOnlyList<SequenceItem> Items)
{
    public int Count => Items.Count;

    /// <summary>The sequence that code at <see cref="OracleLayout.Code"/> is; branches go to its instructions or behind it.</summary>
    public static Sequence Decode(byte[] code)
    {
        Decoder decoder = Decoder.Create(64, code, DecoderOptions.ForceReservedNop);
        decoder.IP = OracleLayout.Code;
        List<Instruction> instructions = [];
        while (decoder.IP < OracleLayout.Code + (ulong)code.Length)
            instructions.Add(decoder.Decode());
        // A label is the number of its instruction, counted from 1.
        List<SequenceItem> items = [];
        for (int i = 0; i < instructions.Count; i++)
        {
            Instruction instruction = instructions[i];
            bool branches = instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch;
            int target = branches ? instructions.FindIndex(other => other.IP == instruction.NearBranchTarget) + 1 : 0;
            items.Add(new SequenceItem(instruction, branches && target == 0 ? instructions.Count + 1 : target, i + 1));
        }

        return new Sequence(items);
    }

    /// <summary>Without one instruction; a label on it moves to the next.</summary>
    public Sequence Without(int index)
    {
        List<SequenceItem> items = [.. Items];
        int label = items[index].Label;
        items.RemoveAt(index);
        if (label != 0 && index < items.Count)
        {
            int other = items[index].Label;
            if (other == 0)
                items[index] = items[index] with { Label = label };
            else
                items = [.. items.Select(i => i.Target == label ? i with { Target = other } : i)];
        }

        return new Sequence(items);
    }

    /// <summary>
    /// Encodes the sequence and an INT3 behind it as a group; null if something in it reads a flag that may be undefined.
    /// A branch whose label is gone goes to the INT3.
    /// </summary>
    public OracleGroup? ToGroup(string name)
    {
        if (UndefinedFlags() is not { } undefinedFlags)
            return null;
        // BlockEncoder finds targets by the addresses instructions claim to have.
        List<Instruction> block = [];
        Dictionary<int, ulong> labels = [];
        for (int i = 0; i < Items.Count; i++)
        {
            if (Items[i].Label != 0)
                labels[Items[i].Label] = AddressOf(i);
        }

        for (int i = 0; i < Items.Count; i++)
        {
            Instruction instruction = Items[i].Instruction;
            instruction.IP = AddressOf(i);
            if (Items[i].Target != 0)
                instruction.NearBranch64 = labels.TryGetValue(Items[i].Target, out ulong target) ? target : AddressOf(Items.Count);
            block.Add(instruction);
        }

        Instruction end = Instruction.Create(Code.Int3);
        end.IP = AddressOf(Items.Count);
        block.Add(end);
        Writer writer = new();
        if (!BlockEncoder.TryEncode(64, new InstructionBlock(writer, block, OracleLayout.Code), out _, out BlockEncoderResult result, BlockEncoderOptions.ReturnNewInstructionOffsets))
            return null;
        Dictionary<ulong, ulong> undefined = [];
        HashSet<ulong> open = [];
        for (int i = 0; i <= Items.Count; i++)
        {
            ulong rip = OracleLayout.Code + result.NewInstructionOffsets[i];
            undefined[rip] = undefinedFlags[i];
            if (i == Items.Count)
                continue;
            // Execution ends at an instruction in front of the last only by its fault.
            undefined[rip] |= KnownDifferences.FlagsAtFault(Items[i].Instruction);
            if (KnownDifferences.IsFaultOrderOpen(Items[i].Instruction))
                open.Add(rip);
        }

        return new OracleGroup { Name = name, Code = [.. writer.Bytes], UndefinedFlagsByRip = undefined, FaultOrderOpenAt = open };
    }

    /// <summary>Flags that may be undefined before each instruction and at the end, over all paths; null if one of those is read.</summary>
    private ulong[]? UndefinedFlags()
    {
        ulong[] before = new ulong[Items.Count + 1];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = 0; i < Items.Count; i++)
            {
                Instruction instruction = Items[i].Instruction;
                if ((FlagRules.Read(instruction) & before[i]) != 0)
                    return null;
                ulong after = (before[i] & ~FlagRules.Defined(instruction)) | FlagRules.Undefined(instruction);
                changed |= Join(i + 1, after);
                if (Items[i].Target != 0)
                    changed |= Join(IndexOf(Items[i].Target), after);
            }
        }

        return before;

        bool Join(int index, ulong flags)
        {
            ulong old = before[index];
            before[index] |= flags;
            return before[index] != old;
        }
    }

    private int IndexOf(int label)
    {
        for (int i = 0; i < Items.Count; i++)
        {
            if (Items[i].Label == label)
                return i;
        }

        return Items.Count;
    }

    /// <summary>No instruction is at such an address, and no operand refers to one.</summary>
    private static ulong AddressOf(int index) => 0x7000_0000 + (16 * (ulong)index);

    private sealed class Writer : CodeWriter
    {
        public List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
