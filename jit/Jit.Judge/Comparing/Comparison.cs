using System.Globalization;
using System.Text;
using Iced.Intel;
using Rebound.Jit.Cpu;
using Decoder = Iced.Intel.Decoder;

namespace Rebound.Jit.Judge;

/// <summary>Compares what both sides ended in and tells the difference in words.</summary>
public static class Comparison
{
    private const int PrecisionAndRoundUp = 0x220;

    private static readonly string[] Names = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    /// <summary>Null if the states agree in everything that the architecture defines.</summary>
    public static string? Difference(OracleGroup group, EndState native, EndState ours)
    {
        if (IsSame(group, native, ours))
            return null;
        StringBuilder text = new();
        bool faultOpen = group.FaultOrderOpenAt.Contains(native.Rip)
            && native.Trap is (ExceptionVector.PageFault or ExceptionVector.GeneralProtection)
            && ours.Trap is (ExceptionVector.PageFault or ExceptionVector.GeneralProtection);
        if (!faultOpen && native.Trap != ours.Trap)
            Add(text, $"ends with {TrapName(native)}, ours with {TrapName(ours)}");
        else if (!faultOpen && ExceptionVector.HasErrorCode(native.Trap) && ((native.ErrorCode ^ ours.ErrorCode) & ~ErrorCodeOpen(native)) != 0)
            Add(text, $"error code 0x{native.ErrorCode:x}, ours 0x{ours.ErrorCode:x}");
        if (!faultOpen && native.Trap == ExceptionVector.PageFault && ours.Trap == native.Trap && !group.IsFaultAddressOpen && native.FaultAddress != ours.FaultAddress)
            Add(text, $"cr2 0x{native.FaultAddress:x}, ours 0x{ours.FaultAddress:x}");
        if (native.Rip != ours.Rip)
            Add(text, $"rip 0x{native.Rip:x}, ours 0x{ours.Rip:x}");
        for (int i = 0; i < 16; i++)
        {
            if (native.Gpr[i] != ours.Gpr[i])
                Add(text, $"{Names[i]} 0x{native.Gpr[i]:x16}, ours 0x{ours.Gpr[i]:x16}");
        }

        ulong flags = (native.Rflags ^ ours.Rflags) & FlagRules.Compared & ~group.UndefinedIn(native);
        if (flags != 0)
            Add(text, $"rflags 0x{native.Rflags:x}, ours 0x{ours.Rflags:x}, differ in 0x{flags:x}");
        CompareFloating(text, native.Floating, ours.Floating, group.ApproximateResults);
        CompareMemory(text, native, ours);
        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>The common case, without anything to put into words; false may also mean a difference that does not count.</summary>
    private static bool IsSame(OracleGroup group, EndState native, EndState ours)
    {
        FloatingState a = native.Floating;
        FloatingState b = ours.Floating;
        if (native.Trap != ours.Trap || native.Rip != ours.Rip || !native.Gpr.AsSpan().SequenceEqual(ours.Gpr)
            || ((native.Rflags ^ ours.Rflags) & FlagRules.Compared & ~group.UndefinedIn(native)) != 0
            || (ExceptionVector.HasErrorCode(native.Trap) && native.ErrorCode != ours.ErrorCode)
            || (native.Trap == ExceptionVector.PageFault && native.FaultAddress != ours.FaultAddress)
            || a.Mxcsr != b.Mxcsr || a.Fcw != b.Fcw || a.Fsw != b.Fsw || a.Tags != b.Tags
            || !a.Stack.AsSpan().SequenceEqual(b.Stack) || !a.Vectors.AsSpan().SequenceEqual(b.Vectors)
            || native.Changes.Count != ours.Changes.Count)
            return false;
        for (int i = 0; i < native.Changes.Count; i++)
        {
            if (native.Changes[i].Address != ours.Changes[i].Address || !native.Changes[i].Bytes.AsSpan().SequenceEqual(ours.Changes[i].Bytes))
                return false;
        }

        return true;
    }

    /// <summary>The code as assembly and the state it started from.</summary>
    public static string Describe(OracleGroup group, StartState start)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{group.Name}: {Convert.ToHexString(group.Code)}");
        Decoder decoder = Decoder.Create(64, group.Code);
        decoder.IP = OracleLayout.Code + (ulong)group.Offset;
        while (decoder.IP < OracleLayout.Code + (ulong)(group.Offset + group.Code.Length))
        {
            decoder.Decode(out Instruction instruction);
            text.AppendLine(CultureInfo.InvariantCulture, $"  {instruction.IP:x}  {instruction}");
        }

        for (int i = 0; i < 16; i++)
            text.Append(CultureInfo.InvariantCulture, $"{Names[i]}={start.Gpr[i]:x}{(i % 4 == 3 ? "\n" : " ")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"rflags={start.Rflags:x}");
        DescribeFloating(text, group, start.Floating);
        foreach (MemoryPatch patch in start.Patches)
            text.AppendLine(CultureInfo.InvariantCulture, $"[{patch.Address:x}]={Convert.ToHexString(patch.Bytes)}");
        return text.ToString();
    }

    private static void CompareFloating(StringBuilder text, FloatingState native, FloatingState ours, int units)
    {
        int open = units == 0 ? 0 : PrecisionAndRoundUp;
        if (native.Mxcsr != ours.Mxcsr)
            Add(text, $"mxcsr 0x{native.Mxcsr:x4}, ours 0x{ours.Mxcsr:x4}");
        if (native.Fcw != ours.Fcw)
            Add(text, $"fcw 0x{native.Fcw:x4}, ours 0x{ours.Fcw:x4}");
        if (((native.Fsw ^ ours.Fsw) & ~open) != 0)
            Add(text, $"fsw 0x{native.Fsw:x4}, ours 0x{ours.Fsw:x4}");
        if (native.Tags != ours.Tags)
            Add(text, $"x87 tags (1: not empty) 0x{native.Tags:x2}, ours 0x{ours.Tags:x2}");
        for (int i = 0; i < 8; i++)
        {
            if (!native.St(i).SequenceEqual(ours.St(i)) && !AreClose(native.St(i), ours.St(i), units))
                Add(text, $"st{i} {Number(native.St(i))}, ours {Number(ours.St(i))} (sign and exponent, then significand)");
        }

        for (int i = 0; i < 16; i++)
        {
            if (!native.Ymm(i).SequenceEqual(ours.Ymm(i)))
                Add(text, $"ymm{i} {Number(native.Ymm(i)[16..])}_{Number(native.Xmm(i))}, ours {Number(ours.Ymm(i)[16..])}_{Number(ours.Xmm(i))}");
        }
    }

    /// <summary>True if two 80-bit numbers are no more than so many units in the last place apart.</summary>
    private static bool AreClose(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int units)
    {
        if (units == 0 || (a[9] & 0x80) != (b[9] & 0x80))
            return false;
        return Int128.Abs(Position(a) - Position(b)) <= units;

        // Numbers in their order: the significand's integer bit is the exponent's lowest carry.
        static Int128 Position(ReadOnlySpan<byte> number) =>
            ((Int128)(BitConverter.ToUInt16(number[8..]) & 0x7fff) << 63) + (BitConverter.ToUInt64(number) & 0x7fff_ffff_ffff_ffff);
    }

    /// <summary>Hexadecimal, the highest byte first; that of an x87 register with its exponent apart.</summary>
    private static string Number(ReadOnlySpan<byte> bytes)
    {
        byte[] reversed = bytes.ToArray();
        Array.Reverse(reversed);
        string digits = Convert.ToHexStringLower(reversed);
        return reversed.Length == 10 ? $"{digits[..4]}_{digits[4..]}" : digits;
    }

    private static void DescribeFloating(StringBuilder text, OracleGroup group, FloatingState state)
    {
        Decoder decoder = Decoder.Create(64, group.Code);
        InstructionInfoFactory factory = new();
        SortedSet<int> vectors = [];
        bool x87 = false;
        while (decoder.IP < (ulong)group.Code.Length)
        {
            decoder.Decode(out Instruction instruction);
            foreach (UsedRegister used in factory.GetInfo(instruction).GetUsedRegisters())
            {
                if (used.Register.IsVectorRegister() && used.Register.GetNumber() < 16)
                    vectors.Add(used.Register.GetNumber());
                x87 |= used.Register.IsST() || used.Register.IsMM();
            }

            x87 |= instruction.Mnemonic.ToString().StartsWith('F');
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"mxcsr={state.Mxcsr:x4} fcw={state.Fcw:x4} fsw={state.Fsw:x4} tags={state.Tags:x2}");
        foreach (int i in vectors)
            text.AppendLine(CultureInfo.InvariantCulture, $"ymm{i}={Number(state.Ymm(i)[16..])}_{Number(state.Xmm(i))}");
        for (int i = 0; x87 && i < 8; i++)
            text.Append(CultureInfo.InvariantCulture, $"st{i}={Number(state.St(i))}{(i % 4 == 3 ? "\n" : " ")}");
    }

    private static void CompareMemory(StringBuilder text, EndState native, EndState ours)
    {
        Dictionary<ulong, byte[]> expected = native.Changes.ToDictionary(c => c.Address, c => c.Bytes);
        foreach (ChangedLine line in ours.Changes)
        {
            if (!expected.Remove(line.Address, out byte[]? bytes))
                Add(text, $"memory at 0x{line.Address:x} unchanged, ours {Convert.ToHexString(line.Bytes)}");
            else if (!bytes.AsSpan().SequenceEqual(line.Bytes))
                Add(text, $"memory at 0x{line.Address:x} {Convert.ToHexString(bytes)}\n    ours{new string(' ', 17)}{Convert.ToHexString(line.Bytes)}");
        }

        foreach ((ulong address, byte[] bytes) in expected)
            Add(text, $"memory at 0x{address:x} {Convert.ToHexString(bytes)}, ours unchanged");
    }

    private static void Add(StringBuilder text, FormattableString line) => text.Append("  native: ").AppendLine(FormattableString.Invariant(line));

    private static uint ErrorCodeOpen(EndState native) =>
        native.Trap == ExceptionVector.PageFault ? KnownDifferences.ErrorCodeOpen(native.FaultAddress) : 0;

    private static string TrapName(EndState state) => state.Trap switch
    {
        EndState.EndlessLoop => "an endless loop",
        EndState.NoException => $"exit {state.Remark}",
        _ => ExceptionVector.Name(state.Trap),
    };
}
