using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>
/// The host's processor as the judge of decoding: a string is put right before the end of the last executable page, 1 to 15 bytes of it, and run. A fault on fetching the next page
/// says that the instruction is longer; #UD says that it is none; anything else, that it is one. The lifter must say the same.
/// </summary>
[TestFixture]
public sealed unsafe class DecoderHostTests
{
    private const int BatchSize = 64;
    private const int Longest = BlockLifter.MaxInstructionLength;
    private const int GeneralProtection = ExceptionVector.GeneralProtection;

    private readonly OracleLayout _layout = new();
    private readonly BlockLifter _lifter = new(CpuModelCatalog.Find("host")!.Features);
    private readonly List<string> _different = [];
    private readonly SortedDictionary<string, long> _notJudged = [];
    private readonly bool _isAmd = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == BitConverter.ToInt32("Auth"u8);
    private NativeOracle _host = null!;
    private long _cases;

    private enum Verdict
    {
        /// <summary>There is an instruction, which may fault.</summary>
        Instruction,

        /// <summary>Bytes are missing.</summary>
        Longer,

        /// <summary>#UD.</summary>
        Undefined,

        /// <summary>#GP at the instruction: too long, or something that it does.</summary>
        Protection,
    }

    private ulong CodeEnd => OracleLayout.Code + (ulong)_layout.Regions[0].ByteCount;

    [OneTimeSetUp]
    public void Start()
    {
        if (!NativeOracle.TryStart(_layout, out NativeOracle? host, out string reason))
            Assert.Ignore(reason);
        _host = host!;
    }

    [OneTimeTearDown]
    public void Stop() => _host?.Dispose();

    [SetUp]
    public void Clear()
    {
        _different.Clear();
        _notJudged.Clear();
        _cases = 0;
    }

    [Test]
    public void Random_strings_of_random_lengths()
    {
        RandomCode code = new(FuzzSettings.Seed ^ 0x5555, [.. InstructionForms.All(_ => true).Select(form => form.Bytes)]);
        List<byte[]> strings = [];
        for (int i = 0; i < 60_000; i++)
        {
            code.Next();
            if (IsHarmless(code.Bytes))
                strings.Add(code.Bytes[..(code.Below(2) == 0 ? Longest : 1 + code.Below(Longest))]);
        }

        Judge(strings);
    }

    [Test]
    public void Strings_that_decoders_disagree_on()
    {
        // Every class, and within it every length: what Iced says is then confirmed byte by byte.
        const int perClass = 40;
        RandomCode code = new(FuzzSettings.Seed ^ 0xaaaa, [.. InstructionForms.All(_ => true).Select(form => form.Bytes)]);
        using Capstone capstone = new();
        Dictionary<string, int> taken = [];
        List<byte[]> strings = [];
        for (int i = 0; i < 1_500_000; i++)
        {
            code.Next();
            Instruction instruction = Decoder.Create(64, code.Bytes[..Longest], BlockLifter.Options).Decode();
            int length;
            fixed (byte* start = code.Bytes)
                length = capstone.Decode(start, Longest, 0x1000);
            if (length == (instruction.IsInvalid ? 0 : instruction.Length) || !IsHarmless(code.Bytes))
                continue;
            DecodedPair pair = new(code.Bytes, instruction, length, length == 0 ? "" : capstone.Mnemonic);
            string name = DecoderDisagreements.All.First(disagreement => disagreement.Covers(pair)).Name;
            if ((taken[name] = taken.GetValueOrDefault(name) + 1) > perClass)
                continue;
            for (int bytes = 1; bytes <= Longest; bytes++)
                strings.Add(code.Bytes[..bytes]);
        }

        foreach ((string name, int count) in taken.OrderBy(pair => pair.Key))
            TestContext.Out.WriteLine($"{Math.Min(count, perClass),4} of {count,6} strings: {name}");
        Judge(strings);
    }

    /// <summary>What leaves the sandbox of the host's runner, or takes its own state away, is not run.</summary>
    private static bool IsHarmless(byte[] bytes)
    {
        // Within the bytes that may become an instruction: SYSCALL, SYSENTER, INT, whatever the prefixes.
        for (int i = 0; i + 1 < Longest; i++)
        {
            if ((bytes[i] == 0x0f && bytes[i + 1] is 0x05 or 0x34) || bytes[i] == 0xcd)
                return false;
        }

        for (int length = 1; length <= Longest; length++)
        {
            Instruction instruction = Decoder.Create(64, bytes[..length], BlockLifter.Options).Decode();
            if (instruction.IsInvalid)
                continue;
            if (instruction.Mnemonic is Mnemonic.Wrfsbase or Mnemonic.Wrgsbase or Mnemonic.Wrpkru or Mnemonic.Xrstor or Mnemonic.Xrstor64 or Mnemonic.Int1
                or Mnemonic.Iretq or Mnemonic.Iretd or Mnemonic.Iret or Mnemonic.Retf or Mnemonic.Lfs or Mnemonic.Lgs or Mnemonic.Lss or Mnemonic.Popf or Mnemonic.Popfq
                or Mnemonic.Fxrstor or Mnemonic.Fxrstor64 or Mnemonic.Umwait or Mnemonic.Tpause or Mnemonic.Mwaitx or Mnemonic.Monitorx or Mnemonic.Rdsspq or Mnemonic.Rdsspd)
                return false;
            // Far branches and branches to where they stand.
            return instruction.FlowControl == FlowControl.Next || instruction.FlowControl == FlowControl.Exception;
        }

        return true;
    }

    private void Judge(List<byte[]> strings)
    {
        foreach (byte[][] batch in strings.Chunk(BatchSize))
        {
            List<EndState> ends = _host.Run([.. batch.Select(Group)]);
            for (int i = 0; i < batch.Length; i++)
                Compare(batch[i], ends[i]);
        }

        TestContext.Out.WriteLine($"{_cases} cases judged by the host");
        foreach ((string reason, long count) in _notJudged)
            TestContext.Out.WriteLine($"{count,9} not compared: {reason}");
        // Where the order is open, agreement is still the rule.
        Assert.That(_notJudged.Values.Sum(), Is.LessThan(_cases / 10));
        Assert.That(_different, Is.Empty, () => $"{_different.Count} differences:\n{string.Join('\n', _different.Take(60))}");
        Assert.That(_cases, Is.GreaterThan(1000), "hardly anything was judged");
    }

    private OracleGroup Group(byte[] bytes)
    {
        OracleGroup group = new() { Name = Convert.ToHexString(bytes), Code = bytes, Offset = _layout.Regions[0].ByteCount - bytes.Length };
        StartState start = new();
        // Good addresses, none of them a selector that exists: an index beyond the host's table, in the table.
        for (int i = 0; i < 16; i++)
            start.Gpr[i] = OracleLayout.Data + 0x400 + (ulong)(0x40 * i);
        start.Gpr[4] = OracleLayout.Stack + 0x800;
        group.Cases.Add(start);
        return group;
    }

    private void Compare(byte[] bytes, EndState end)
    {
        _cases++;
        ulong rip = CodeEnd - (ulong)bytes.Length;
        Verdict host = end switch
        {
            { Trap: ExceptionVector.PageFault } when end.Rip == rip && end.FaultAddress == CodeEnd => Verdict.Longer,
            { Trap: ExceptionVector.InvalidOpcode } when end.Rip == rip => Verdict.Undefined,
            { Trap: GeneralProtection } when end.Rip == rip => Verdict.Protection,
            _ => Verdict.Instruction,
        };
        MicroBlock? block;
        fixed (byte* start = bytes)
            block = _lifter.Lift(start, bytes.Length, bytes.Length, rip, BlockMode.Avx, 1);
        Verdict ours = block switch
        {
            null => Verdict.Longer,
            { Terminal: { Kind: TerminalKind.Fault, Exit: ExitReason.Exception, Vector: ExceptionVector.InvalidOpcode } } => Verdict.Undefined,
            { Terminal: { Kind: TerminalKind.Fault, Exit: ExitReason.Exception, Vector: GeneralProtection } } => Verdict.Protection,
            _ => Verdict.Instruction,
        };
        // An instruction may find a #GP when it runs.
        if (host == ours || (host == Verdict.Protection && ours == Verdict.Instruction))
            return;
        Instruction instruction = Decoder.Create(64, bytes, BlockLifter.Options).Decode();
        string? reason = Reason(bytes, instruction, host, ours);
        if (reason != null)
            _notJudged[reason] = _notJudged.GetValueOrDefault(reason) + 1;
        else
            _different.Add($"{Convert.ToHexString(bytes)}: host {host} (trap {end.Trap}), lifter {ours}; Iced: {(instruction.IsInvalid ? "invalid" : $"{instruction.Code} '{instruction}'")}");
    }

    /// <summary>Guests get AMD's reading of the few encodings in which makers differ.</summary>
    private static bool DiffersByMaker(byte[] bytes, in Instruction instruction)
    {
        Instruction other = Decoder.Create(64, bytes, BlockLifter.Options & ~DecoderOptions.AMD).Decode();
        return other.IsInvalid != instruction.IsInvalid || other.Length != instruction.Length;
    }

    /// <summary>EVEX, or the VEX opcodes of mask registers.</summary>
    private static bool IsAvx512(DecodedPair pair) =>
        pair.IsEvex || (pair.IsVex && pair.At(pair.At(0) == 0xc5 ? 2 : 3) is (>= 0x41 and <= 0x4b) or (>= 0x90 and <= 0x99));

    private string? Reason(byte[] bytes, in Instruction instruction, Verdict host, Verdict ours)
    {
        DecodedPair pair = new([.. bytes, .. new byte[Longest - bytes.Length]], default, 0, "");
        if (instruction.IsInvalid && ours == Verdict.Undefined && IsAvx512(pair))
            return "AVX-512 with a bit set that the host ignores; no model has it";
        // Found on Zen 4, whose microcode implements VERW.
        if (instruction.IsInvalid && pair.HasLock && pair.IsTwoByte && pair.At(1) == 0 && pair.RegField(2) == 5 && !pair.IsRegisterForm(2))
            return "LOCK VERW of memory: #UD to the manuals, VERW to the host";
        if (!_isAmd && DiffersByMaker(bytes, instruction))
            return "AMD's reading, and the host is another maker's";
        // Who is right about an instruction that does not exist? No manual says how long it is; processors of one maker differ in it.
        if (instruction.IsInvalid && host != Verdict.Instruction && ours != Verdict.Instruction)
            return host == Verdict.Longer || ours == Verdict.Longer ? "undefined: #UD or the missing bytes first" : "undefined: #UD or the length first";
        if (!instruction.IsInvalid && ours == Verdict.Undefined && ProcessorFeatures.Required(instruction.Code) == null)
            return "a feature of the host that no model has";
        return null;
    }
}
