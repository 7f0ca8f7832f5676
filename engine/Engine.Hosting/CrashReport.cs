using System.Globalization;
using System.Text;
using Iced.Intel;
using Rebound.Engine.Loading.Symbols;

namespace Rebound.Engine.Hosting;

/// <summary>Writes the end of a run for people: reason, registers, flags by name, the code at RIP, the stack, the last blocks, page walks.</summary>
public static class CrashReport
{
    private static readonly string[] GeneralNames =
        ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    private static readonly string[] SelectorNames = ["cs", "ss", "ds", "es", "fs", "gs"];

    private static readonly (int Bit, string Name)[] FlagNames =
    [
        (0, "CF"), (2, "PF"), (4, "AF"), (6, "ZF"), (7, "SF"), (8, "TF"), (9, "IF"), (10, "DF"), (11, "OF"), (14, "NT"), (16, "RF"), (18, "AC"), (21, "ID"),
    ];

    /// <summary>Several lines, without a line end behind the last.</summary>
    /// <param name="result">The end of the run.</param>
    /// <param name="symbols">Names for addresses of the kernel; null for none.</param>
    public static string Format(RunResult result, SymbolTable? symbols = null)
    {
        var text = new StringBuilder();
        RegisterSnapshot registers = result.Registers;
        text.Append(CultureInfo.InvariantCulture, $"{Title(result.Outcome)}: {result.Reason}\n");
        text.Append(CultureInfo.InvariantCulture, $"  guest {(registers.InKernel ? "kernel" : "user")} mode, {result.Counters.Instructions} instructions retired\n");
        for (int i = 0; i < GeneralNames.Length; i += 4)
        {
            for (int j = i; j < i + 4; j++)
                text.Append(CultureInfo.InvariantCulture, $"  {GeneralNames[j],-3} {registers.General[j]:x16}");
            text.Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"  rip {registers.Rip:x16}  rflags {registers.Rflags:x} ({FlagText(registers.Rflags)})\n ");
        for (int i = 0; i < SelectorNames.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $" {SelectorNames[i]} {registers.Selectors[i]:x4}");
        text.Append(CultureInfo.InvariantCulture, $"  fs base {registers.FsBase:x}  gs base {registers.GsBase:x}\n");
        string root = registers.RootFrame is { } frame ? $"mfn 0x{frame:x}" : "none";
        text.Append(CultureInfo.InvariantCulture, $"  cr2 {registers.Cr2:x16}  root {root}\n");
        text.Append(CultureInfo.InvariantCulture, $"  code at rip: {CodeText(registers)}\n");
        if (symbols?.Describe(registers.Rip) is { } name)
            text.Append(CultureInfo.InvariantCulture, $"  rip is {name}\n");
        Walk(text, "rip", registers.Rip, registers.WalkToRip);
        if (registers.Cr2 != registers.Rip)
            Walk(text, "cr2", registers.Cr2, registers.WalkToCr2);
        Stack(text, registers, symbols);
        text.Append("  last blocks, newest first:");
        Addresses(text, registers.Trail, symbols);
        if (registers.Trail.Count == 0)
            text.Append(" none");
        if (result.InternalError is { } error)
            text.Append(CultureInfo.InvariantCulture, $"\n  inside the engine: {error}");
        return text.ToString();
    }

    /// <summary>Names of the flags that are set, for example "ZF IF AC".</summary>
    public static string FlagText(ulong rflags)
    {
        IEnumerable<string> names = FlagNames.Where(flag => (rflags >> flag.Bit & 1) != 0).Select(flag => flag.Name);
        ulong level = (rflags >> 12) & 3;
        return string.Join(' ', level == 0 ? names : names.Append($"IOPL={level}"));
    }

    private static void Walk(StringBuilder text, string what, ulong address, IReadOnlyList<PageWalkStep> steps)
    {
        if (steps.Count != 0)
            text.Append(CultureInfo.InvariantCulture, $"  page walk of {what} {address:x}: {string.Join(", ", steps)}\n");
    }

    private static void Stack(StringBuilder text, RegisterSnapshot registers, SymbolTable? symbols)
    {
        const int perLine = 4;
        text.Append("  stack:");
        for (int i = 0; i < registers.Stack.Count; i++)
        {
            if (i % perLine == 0)
                text.Append(CultureInfo.InvariantCulture, $"\n    {registers.General[4] + ((ulong)i * sizeof(ulong)):x16} ");
            text.Append(CultureInfo.InvariantCulture, $" {registers.Stack[i]:x16}");
        }

        text.Append(registers.Stack.Count == 0 ? " not readable\n" : "\n");
        // Return addresses and what else looks like one: a guess, but the way to here is among them.
        ulong[] named = [.. registers.Stack.Where(word => symbols is not null && symbols.IsCode(word))];
        if (named.Length == 0)
            return;
        text.Append("  code addresses on the stack:");
        Addresses(text, named, symbols);
        text.Append('\n');
    }

    /// <summary>Four addresses to a line, or one with its name.</summary>
    private static void Addresses(StringBuilder text, IReadOnlyList<ulong> addresses, SymbolTable? symbols)
    {
        int perLine = symbols is null || symbols.Count == 0 ? 4 : 1;
        for (int i = 0; i < addresses.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i % perLine == 0 ? "\n   " : "")} {addresses[i]:x16}");
            if (symbols?.Describe(addresses[i]) is { } name)
                text.Append(CultureInfo.InvariantCulture, $" {name}");
        }
    }

    private static string Title(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Crash => "guest crashed",
        RunOutcome.BlockedForever => "guest blocked forever",
        RunOutcome.Timeout => "timeout",
        RunOutcome.InstructionLimit => "instruction limit",
        RunOutcome.Stopped => "stopped",
        _ => "guest ended",
    };

    private static string CodeText(RegisterSnapshot registers)
    {
        if (registers.Code.Count == 0)
            return "not readable";
        byte[] code = [.. registers.Code];
        var decoder = Iced.Intel.Decoder.Create(64, code, registers.Rip);
        decoder.Decode(out Instruction instruction);
        string bytes = Convert.ToHexStringLower(code);
        return instruction.IsInvalid ? $"{bytes} (no valid instruction)" : $"{bytes} ({instruction})";
    }
}
