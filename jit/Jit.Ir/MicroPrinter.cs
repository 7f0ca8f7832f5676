using System.Globalization;
using System.Text;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Ir;

/// <summary>
/// Prints micro-ops for people: <c>add.4 rax = rax, 0x10</c>, <c>load.8 t0 = [fs:rbx+rcx*4+0x8] for write</c>. Registers have their 64-bit
/// names; temporaries are t0.. and vector temporaries vt0...; the number behind the dot is the operand size in bytes.
/// </summary>
public static class MicroPrinter
{
    private static readonly string[] Registers =
        ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    private static readonly string[] Segments = ["es", "cs", "ss", "ds", "fs", "gs"];

    private const string ZeroUpper = " zero upper";

    /// <summary>A whole block: a heading per guest instruction (address, length), its micro-ops, and the terminal.</summary>
    public static string Print(MicroBlock block) => Print(block, null);

    /// <summary>As <see cref="Print(MicroBlock)"/>, with a text (its assembly, say) behind each instruction's heading.</summary>
    public static string Print(MicroBlock block, Func<int, string>? describe)
    {
        StringBuilder text = new();
        for (int i = 0; i < block.InstructionCount; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{block.RipOf(i):x16}  {describe?.Invoke(i) ?? $"{block.Instructions[i].Length} bytes"}\n");
            int end = i + 1 < block.InstructionCount ? block.Instructions[i + 1].FirstOp : block.OpCount;
            for (int op = block.Instructions[i].FirstOp; op < end; op++)
                text.Append("    ").Append(Print(block.OpSpan[op])).Append('\n');
        }

        return text.Append("    ").Append(Print(block.Terminal)).Append('\n').ToString();
    }

    /// <summary>One micro-op on one line.</summary>
    public static string Print(in MicroOp op)
    {
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        string head = string.Create(CultureInfo.InvariantCulture, $"{Name(op.Code)}.{op.Size}");
        switch (shape)
        {
            case MicroOpShape.Load:
            case MicroOpShape.VectorLoad:
                string target = shape == MicroOpShape.Load ? Value(op.Dst, op) : Vector(op.Dst);
                return $"{head} {target} = {Memory(op)}{MemorySuffix(op)}";
            case MicroOpShape.Address:
                return $"{head} {Value(op.Dst, op)} = {Memory(op)}";
            case MicroOpShape.Store:
                return $"{head} {Memory(op)} = {Value(op.C, op)}";
            case MicroOpShape.VectorStore:
                return $"{head} {Memory(op)} = {Vector(op.C)}{MemorySuffix(op)}";
            case MicroOpShape.Atomic:
                return op.C == Operand.None ? $"{head} {Value(op.Dst, op)} = {Memory(op)}" : $"{head} {Value(op.Dst, op)} = {Memory(op)}, {Value(op.C, op)}";
            case MicroOpShape.SetFlags:
                return Join($"{head} {Name((FlagKind)op.Aux)}", ValueOperands(op));
            case MicroOpShape.GetFlags:
                return op.Code == MicroOpCode.Condition
                    ? $"condition {Value(op.Dst, op)} = {Name((Condition)op.Aux)}"
                    : $"{Name(op.Code)} {Value(op.Dst, op)}";
            case MicroOpShape.Extend:
                return string.Create(CultureInfo.InvariantCulture, $"{head}to{op.Aux} {Value(op.Dst, op)} = {Value(op.A, op)}");
            case MicroOpShape.Vector:
            case MicroOpShape.VectorWide:
            case MicroOpShape.Float:
            case MicroOpShape.FloatWide:
                return $"{head} {Vector(op.Dst)} = {Vector(op.A)}{OptionalVector(op.B)}{VectorImmediate(op)}{VectorSuffix(op)}";
            case MicroOpShape.Vector3:
            case MicroOpShape.Float3:
                return $"{head} {Vector(op.Dst)} = {Vector(op.A)}, {Vector(op.B)}, {Vector(op.C)}{VectorImmediate(op)}{VectorSuffix(op)}";
            case MicroOpShape.VectorToValue:
            case MicroOpShape.VectorsToValue:
            case MicroOpShape.WideToValue:
            case MicroOpShape.FloatToValue:
                return $"{head} {Value(op.Dst, op)} = {Vector(op.A)}{(shape == MicroOpShape.VectorToValue ? "" : OptionalVector(op.B))}{VectorImmediate(op)}";
            case MicroOpShape.ValueToVector:
            case MicroOpShape.ValueToFloat:
                return $"{head} {Vector(op.Dst)} = {Vector(op.A)}, {Value(op.B, op)}{VectorImmediate(op)}{VectorSuffix(op)}";
            case MicroOpShape.Helper:
                return Helper(op, head);
            default:
                return Join($"{head} {Value(op.Dst, op)} =", ValueOperands(op));
        }
    }

    /// <summary>A block's end on one line.</summary>
    public static string Print(in Terminal terminal)
    {
        string call = terminal.IsCall ? $"call, returns to {Hex(terminal.Next)}: " : "";
        switch (terminal.Kind)
        {
            case TerminalKind.Jump:
                return $"{call}jump {Hex(terminal.Target)}";
            case TerminalKind.Branch:
                return $"if {Name(terminal.Condition)} jump {Hex(terminal.Target)} else {Hex(terminal.Next)}";
            case TerminalKind.BranchNonZero:
                return $"if {Register(terminal.Register)} != 0 jump {Hex(terminal.Target)} else {Hex(terminal.Next)}";
            case TerminalKind.Indirect:
                return $"{call}jump to {Register(terminal.Register)}";
            case TerminalKind.Dispatch:
                return terminal.Next == 0 ? "dispatch" : $"dispatch {Hex(terminal.Next)}";
            default:
                string what = terminal.Exit switch
                {
                    ExitReason.Exception => ExceptionVector.Name(terminal.Vector) + (terminal.HasErrorCode ? $"({terminal.ErrorCode:x})" : ""),
                    ExitReason.SoftwareInterrupt => $"interrupt {Hex(terminal.Vector)}",
                    _ => terminal.Exit.ToString(),
                };
                return $"{(terminal.Kind == TerminalKind.Fault ? "fault" : "exit")} {Lower(what)} at {Hex(terminal.Next)}";
        }
    }

    private static string Helper(in MicroOp op, string head)
    {
        List<string> operands = ValueOperands(op);
        switch (op.Code)
        {
            case MicroOpCode.LoadSegment:
            case MicroOpCode.ReadSegment:
            case MicroOpCode.ReadSegmentBase:
                operands.Insert(0, op.Aux < Segments.Length ? Segments[op.Aux] : Hex(op.Aux));
                break;
            case MicroOpCode.X87Control:
                operands.Insert(0, Lower(((X87Operation)op.Aux).ToString()));
                break;
            case MicroOpCode.StringMove:
            case MicroOpCode.StringStore:
            case MicroOpCode.StringLoad:
            case MicroOpCode.StringCompare:
            case MicroOpCode.StringScan:
                AddString(operands, op.Aux);
                break;
            default:
                if (op.Aux != 0 || op.Code is MicroOpCode.SetDirection or MicroOpCode.SetInterrupt)
                    operands.Add(Hex(op.Aux));
                break;
        }

        if (op.Imm != 0 && op.A != Operand.Immediate && op.B != Operand.Immediate && op.C != Operand.Immediate)
            operands.Add(Hex((ulong)op.Imm));
        if (op.Dst == Operand.None)
            return Join(head, operands);
        string target = (MicroOpTable.Row(op.Code).VectorOperands & VectorOperand.Dst) != 0 ? Vector(op.Dst) : Value(op.Dst, op);
        return operands.Count == 0 ? $"{head} {target}" : Join($"{head} {target} =", operands);
    }

    private static void AddString(List<string> operands, int aux)
    {
        if ((aux & StringAux.Repeat) != 0)
            operands.Add("rep");
        if ((aux & StringAux.RepeatNotEqual) != 0)
            operands.Add("repne");
        if ((aux & StringAux.Fs) != 0)
            operands.Add("fs");
        if ((aux & StringAux.Gs) != 0)
            operands.Add("gs");
        if ((aux & StringAux.Address32) != 0)
            operands.Add("address32");
    }

    private static List<string> ValueOperands(in MicroOp op)
    {
        int last = op.C != Operand.None ? 3 : op.B != Operand.None ? 2 : op.A != Operand.None ? 1 : 0;
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        // Shapes with fewer operands leave the fields behind them alone.
        last = Math.Min(last, shape switch { MicroOpShape.Value1 => 1, MicroOpShape.Value2 or MicroOpShape.Insert => 2, _ => 3 });
        List<string> operands = [];
        int vectors = MicroOpTable.Row(op.Code).VectorOperands;
        for (int i = 0; i < last; i++)
        {
            byte operand = i == 0 ? op.A : i == 1 ? op.B : op.C;
            operands.Add((vectors & (VectorOperand.A << i)) != 0 ? Vector(operand) : Value(operand, op));
        }

        return operands;
    }

    private static string Memory(in MicroOp op)
    {
        StringBuilder text = new("[");
        if ((op.Aux & MemoryAux.Fs) != 0)
            text.Append("fs:");
        if ((op.Aux & MemoryAux.Gs) != 0)
            text.Append("gs:");
        bool any = false;
        if (op.A != Operand.None)
        {
            text.Append(Register(op.A));
            any = true;
        }

        if (op.B != Operand.None)
        {
            text.Append(any ? "+" : "").Append(Register(op.B));
            if ((op.Aux & MemoryAux.ScaleMask) != 0)
                text.Append('*').Append(1 << (op.Aux & MemoryAux.ScaleMask));
            any = true;
        }

        if (!any)
            text.Append(Hex((ulong)op.Imm));
        else if (op.Imm < 0 && op.Imm != long.MinValue)
            text.Append('-').Append(Hex((ulong)-op.Imm));
        else if (op.Imm != 0)
            text.Append('+').Append(Hex((ulong)op.Imm));
        return text.Append((op.Aux & MemoryAux.Address32) != 0 ? "] (32-bit address)" : "]").ToString();
    }

    private static string MemorySuffix(in MicroOp op) =>
        ((op.Aux & MemoryAux.WriteIntent) != 0 ? " for write" : "") + ((op.Aux & MemoryAux.Aligned) != 0 ? " aligned" : "")
        + ((op.Aux & MemoryAux.ZeroUpper) != 0 ? ZeroUpper : "");

    private static string VectorSuffix(in MicroOp op) => (op.Aux & VectorAux.ZeroUpper) != 0 ? ZeroUpper : "";

    private static string OptionalVector(byte operand) => operand == Operand.None ? "" : ", " + Vector(operand);

    private static string VectorImmediate(in MicroOp op) => op.Imm == 0 ? "" : ", " + Hex((ulong)op.Imm);

    private static string Value(byte operand, in MicroOp op) => operand == Operand.Immediate ? Immediate(op.Imm) : Register(operand);

    private static string Register(byte operand) => operand switch
    {
        < 16 => Registers[operand],
        Operand.None => "-",
        Operand.Immediate => "imm",
        _ => $"t{operand - Operand.FirstTemporary}",
    };

    private static string Vector(byte operand) => operand switch
    {
        < Operand.FirstVectorTemporary => $"xmm{operand}",
        Operand.None => "-",
        _ => $"vt{operand - Operand.FirstVectorTemporary}",
    };

    private static string Join(string head, List<string> operands) => operands.Count == 0 ? head : $"{head} {string.Join(", ", operands)}";

    private static string Name<T>(T value)
        where T : struct, Enum => Lower(value.ToString());

    private static string Lower(string name) => name.StartsWith('#') ? name : char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>Small negative numbers with a sign; addresses of the upper half as they are.</summary>
    private static string Immediate(long value) => value is < 0 and > int.MinValue / 2 ? "-" + Hex((ulong)-value) : Hex((ulong)value);

    private static string Hex(ulong value) => value < 10 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";
}
