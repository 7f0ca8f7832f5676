using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Judge;
using Rebound.Jit.Lift;

namespace Rebound.Engine.Cli.Instructions;

/// <summary>Every instruction that the decoder knows in 64-bit mode and what becomes of it, found by lifting forms of it: nothing here is written by hand.</summary>
public static class InstructionCatalog
{
    private const BlockMode User = BlockMode.Avx;
    private const BlockMode Kernel = BlockMode.Avx | BlockMode.Supervisor | BlockMode.ArchitecturalSyscall;

    /// <summary>All instructions in the decoder's order, on a processor with every feature that the engine knows.</summary>
    public static IReadOnlyList<InstructionEntry> Read()
    {
        BlockLifter lifter = new();
        return [.. Enum.GetValues<Code>().Where(IsInstruction).Select(code => Entry(lifter, code))];
    }

    private static bool IsInstruction(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return code != Code.INVALID && info.IsInstruction && info.Mode64;
    }

    private static InstructionEntry Entry(BlockLifter lifter, Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        string family = InstructionFamilies.NameOf(code);
        if (ProcessorFeatures.Required(code) == null)
            return new InstructionEntry(code, family, info.ToInstructionString(), info.ToOpCodeString(), InstructionKind.LeftOut, "#UD", false, "");
        List<byte[]> samples = Samples(code);
        List<MicroBlock> user = Lift(lifter, samples, User);
        List<MicroBlock> kernel = Lift(lifter, samples, Kernel);
        (InstructionKind kind, string details) = Describe(user);
        bool differs = false;
        if (kind == InstructionKind.Fault || user.Exists(IsFault))
        {
            // Not for programs: what it does at CPL 0 is what counts.
            (InstructionKind Kind, string Details) privileged = Describe(kernel);
            if (privileged.Details != details)
            {
                differs = true;
                details = $"{details} at CPL 3; {privileged.Details} at CPL 0";
                kind = privileged.Kind == InstructionKind.Missing ? kind : privileged.Kind;
            }
        }

        bool implemented = kind is not InstructionKind.Missing;
        string? reason = NotJudged.Reason(code);
        bool judged = implemented && reason == null && InstructionForms.OfCode(code).Any();
        string tested = !implemented ? "" : !judged ? $"engine tests; not on the host: {reason ?? "no form"}" : differs ? "host at CPL 3, engine tests at CPL 0" : "host, all forms";
        return new InstructionEntry(code, family, info.ToInstructionString(), info.ToOpCodeString(), kind, details, judged, tested);
    }

    /// <summary>Bytes of one register form and one memory form, as far as there are both.</summary>
    private static List<byte[]> Samples(Code code)
    {
        List<InstructionForm> forms = [.. InstructionForms.OfCode(code)];
        List<byte[]> samples = [];
        if (forms.Find(form => form.Addressing == Addressing.None) is { } register)
            samples.Add(register.Bytes);
        if (forms.Find(form => form.Addressing != Addressing.None) is { } memory)
            samples.Add(memory.Bytes);
        if (samples.Count == 0 && ShortBranch(code) is { } branch)
            samples.Add(branch);
        return samples.Count > 0 ? samples : throw new InvalidOperationException($"there is no form of {code}");
    }

    /// <summary>A branch with an operand-size prefix: the one kind of operand that forms leave out.</summary>
    private static byte[]? ShortBranch(Code code)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Kind = OpKind.NearBranch16;
        instruction.NearBranch16 = 0x40;
        ByteWriter writer = new();
        return Encoder.Create(64, writer).TryEncode(instruction, 0, out _, out _) ? [.. writer.Bytes] : null;
    }

    private static unsafe List<MicroBlock> Lift(BlockLifter lifter, List<byte[]> samples, BlockMode mode)
    {
        List<MicroBlock> blocks = [];
        foreach (byte[] sample in samples)
        {
            fixed (byte* bytes = sample)
                blocks.Add(lifter.Lift(bytes, sample.Length, sample.Length, OracleLayout.Code, mode, 1)!);
        }

        return blocks;
    }

    private static bool IsFault(MicroBlock block) => block.Terminal.Kind == TerminalKind.Fault;

    /// <summary>How the blocks of an instruction's forms execute. A form that faults while another does not (a memory operand where a register must be) says nothing.</summary>
    private static (InstructionKind Kind, string Details) Describe(List<MicroBlock> blocks)
    {
        List<MicroBlock> working = blocks.FindAll(block => !IsFault(block));
        if (working.Count == 0)
        {
            Jit.Ir.Terminal terminal = blocks[0].Terminal;
            return terminal.Exit switch
            {
                ExitReason.Unsupported => (InstructionKind.Missing, "unsupported"),
                ExitReason.Exception => (InstructionKind.Fault, ExceptionName(terminal)),
                _ => (InstructionKind.Exit, $"exit {terminal.Exit}"),
            };
        }

        List<MicroOp> ops = [.. working.SelectMany(block => block.OpSpan.ToArray())];
        List<string> names = [.. ops.Select(Name).Distinct()];
        foreach (Jit.Ir.Terminal terminal in working.Select(block => block.Terminal))
        {
            string? end = terminal.Kind switch
            {
                TerminalKind.Exit when terminal.Exit == ExitReason.Exception => ExceptionName(terminal),
                TerminalKind.Exit => $"exit {terminal.Exit}",
                TerminalKind.Branch or TerminalKind.BranchNonZero or TerminalKind.Indirect => terminal.Kind.ToString(),
                TerminalKind.Jump when terminal.Target != working[0].Rip + (ulong)working[0].ByteLength && working.Count == 1 => "Jump",
                _ => null,
            };
            if (end != null && !names.Contains(end))
                names.Add(end);
        }

        return (KindOf(ops, working), names.Count == 0 ? "nothing" : string.Join(", ", names));
    }

    private static InstructionKind KindOf(List<MicroOp> ops, List<MicroBlock> working)
    {
        // A branch's look at its target has its own code in both executors, and calls nothing.
        if (ops.Exists(op => MicroOpTable.Shape(op.Code) == MicroOpShape.Helper && op.Code != MicroOpCode.CheckTarget))
            return InstructionKind.Helper;
        if (ops.Count == 0)
        {
            return working[0].Terminal.Kind switch
            {
                TerminalKind.Exit => InstructionKind.Exit,
                TerminalKind.Jump when working[0].Terminal.Target == working[0].Rip + (ulong)working[0].ByteLength => InstructionKind.Nop,
                _ => InstructionKind.MicroOps,
            };
        }

        List<MicroOp> operations = ops.FindAll(IsVectorOperation);
        return operations.Count > 0 && operations.TrueForAll(op => HostInstructions.Find(op) != null) ? InstructionKind.Intrinsic : InstructionKind.MicroOps;
    }

    private static bool IsVectorOperation(MicroOp op) => op.Code != MicroOpCode.VectorMove && MicroOpTable.Shape(op.Code) is MicroOpShape.Vector or MicroOpShape.Vector3
        or MicroOpShape.VectorWide or MicroOpShape.VectorToValue or MicroOpShape.ValueToVector or MicroOpShape.Float or MicroOpShape.Float3
        or MicroOpShape.FloatWide or MicroOpShape.FloatToValue or MicroOpShape.ValueToFloat;

    private static string Name(MicroOp op) => HostInstructions.Find(op) is { } host ? $"{op.Code} [{host}]" : op.Code.ToString();

    private static string ExceptionName(in Jit.Ir.Terminal terminal) => terminal.Vector switch
    {
        ExceptionVector.InvalidOpcode => "#UD",
        ExceptionVector.GeneralProtection => "#GP(0)",
        ExceptionVector.Debug => "#DB",
        ExceptionVector.Breakpoint => "#BP",
        _ => $"exception {terminal.Vector}",
    };

    private sealed class ByteWriter : CodeWriter
    {
        public List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
