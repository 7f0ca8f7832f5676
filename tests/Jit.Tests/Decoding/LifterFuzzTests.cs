using System.Diagnostics;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>Whatever the bytes are, the lifter gives a block that ends cleanly: it does not throw, does not read beyond what it was given, and comes back.</summary>
[TestFixture]
public sealed unsafe class LifterFuzzTests
{
    private const ulong Rip = 0x40_0000;
    private const int MostInstructions = 8;

    /// <summary>Every how many strings the block is verified and lifted again with other bytes behind it.</summary>
    private const int SampleEvery = 32;

    private readonly BlockLifter _lifter = new();
    private readonly Dictionary<(TerminalKind Kind, ExitReason Exit, byte Vector), long> _ends = [];
    private readonly HashSet<Code> _unsupported = [];
    private readonly HashSet<Code> _unsupportedAtCpl0 = [];
    private long _incomplete;

    [Test]
    public void Any_bytes_become_a_block_or_need_more_bytes()
    {
        long count = FuzzSettings.Count(1_500_000);
        ulong seed = FuzzSettings.Seed;
        List<byte[]> instructions = [.. InstructionForms.All(_ => true).Select(form => form.Bytes)];
        RandomCode code = new(seed, instructions);
        BlockMode all = Enum.GetValues<BlockMode>().Aggregate((a, b) => a | b);
        long lifted = 0;
        long sampled = 0;
        Stopwatch clock = Stopwatch.StartNew();
        for (long i = 0; i < count; i++)
        {
            code.Next();
            BlockMode mode = (BlockMode)code.Bits() & all;
            // The end of what is readable, and before it the end of the page; half of the strings are whole.
            int available = code.Below(2) == 0 ? RandomCode.Length : 1 + code.Below(RandomCode.Length);
            int page = code.Below(2) == 0 ? available : 1 + code.Below(available);
            MicroBlock? block;
            try
            {
                block = Lift(code.Bytes, available, page, mode);
                Check(block, code.Bytes, available, page, mode);
            }
            catch (Exception error) when (error is not ResultStateException)
            {
                throw new InvalidOperationException($"string {i} of seed {seed}: {Convert.ToHexString(code.Bytes)}, {available} available, {page} to the page's end, {mode}", error);
            }

            lifted += block?.InstructionCount ?? 0;
            if (i % SampleEvery != 0)
                continue;
            sampled++;
            if (block != null)
                Verify(block, code.Bytes);
            CheckAgain(block, code, available, page, mode);
        }

        TestContext.Out.WriteLine($"{count} strings of seed {seed}, {instructions.Count} real instructions to mutate: {lifted} instructions lifted, {sampled} blocks verified, in {clock.Elapsed.TotalSeconds:F1} s");
        TestContext.Out.WriteLine($"{_incomplete,12} need more bytes");
        foreach (((TerminalKind kind, ExitReason exit, byte vector), long times) in _ends.OrderByDescending(pair => pair.Value))
            TestContext.Out.WriteLine($"{times,12} end with {kind}{(kind is TerminalKind.Fault or TerminalKind.Exit ? $" {exit}" : "")}{(exit == ExitReason.Exception ? $" {vector}" : "")}");
        TestContext.Out.WriteLine($"{_unsupported.Count} instructions unsupported: {string.Join(", ", _unsupported.Order().Take(20))}");
        TestContext.Out.WriteLine($"{_unsupportedAtCpl0.Count} at CPL 0 only: {string.Join(", ", _unsupportedAtCpl0.Order().Take(20))}");
        Assert.That(lifted, Is.GreaterThan(count), "hardly any string was code");
        Assert.That(_unsupported, Is.Empty, "valid instructions that the lifter does not know, or not for programs");
    }

    private MicroBlock? Lift(byte[] bytes, int available, int page, BlockMode mode)
    {
        fixed (byte* start = bytes)
            return _lifter.Lift(start, available, page, Rip, mode, MostInstructions);
    }

    private void Check(MicroBlock? block, byte[] bytes, int available, int page, BlockMode mode)
    {
        if (block == null)
        {
            _incomplete++;
            if (available >= BlockLifter.MaxInstructionLength)
                Assert.Fail($"{Convert.ToHexString(bytes)}: no instruction needs more than {available} bytes");
            return;
        }

        Terminal terminal = block.Terminal;
        if (block.ByteLength > available || (block.InstructionCount > 1 && block.ByteLength > page) || block.InstructionCount > MostInstructions)
            Assert.Fail($"{Convert.ToHexString(bytes)}: {block.InstructionCount} instructions in {block.ByteLength} bytes of {available}, {page} to the page's end");
        if (terminal.Kind == TerminalKind.Fault)
            CheckFault(block, bytes, mode);
        byte vector = terminal.Exit == ExitReason.Exception ? terminal.Vector : (byte)0;
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_ends, (terminal.Kind, terminal.Exit, vector), out _)++;
    }

    /// <summary>A fault is one that decoding may find, and "unsupported" is said only of a valid instruction that is really not there.</summary>
    private void CheckFault(MicroBlock block, byte[] bytes, BlockMode mode)
    {
        Terminal terminal = block.Terminal;
        GuestInstruction last = block.Instructions[^1];
        if (terminal.Next != Rip + last.Offset)
            Assert.Fail($"{Convert.ToHexString(bytes)}: the fault is at {terminal.Next:x}, the instruction at {Rip + last.Offset:x}");
        switch (terminal.Exit)
        {
            case ExitReason.Exception when terminal.Vector is ExceptionVector.InvalidOpcode or ExceptionVector.DeviceNotAvailable && !terminal.HasErrorCode:
            case ExitReason.Exception when terminal.Vector == ExceptionVector.GeneralProtection && terminal.HasErrorCode && terminal.ErrorCode == 0:
            case ExitReason.Sysenter:
                return;
            case ExitReason.Unsupported:
                Instruction instruction = Decoder.Create(64, bytes[last.Offset..], BlockLifter.Options).Decode();
                if (instruction.IsInvalid)
                    Assert.Fail($"{Convert.ToHexString(bytes)}: bytes that are no instruction are called unsupported");
                if (InstructionTable.Find(instruction.Code) == null || (mode & BlockMode.Supervisor) == 0)
                    _unsupported.Add(instruction.Code);
                else
                    _unsupportedAtCpl0.Add(instruction.Code);
                return;
            default:
                Assert.Fail($"{Convert.ToHexString(bytes)}: ends with {terminal}");
                return;
        }
    }

    private static void Verify(MicroBlock block, byte[] bytes)
    {
        if (MicroVerifier.Verify(block) is { Count: > 0 } errors)
            Assert.Fail($"{Convert.ToHexString(bytes)}\n{string.Join('\n', errors)}\n{MicroPrinter.Print(block)}");
    }

    /// <summary>Bytes behind the readable ones do not matter, and only a first instruction that reaches into them is refused.</summary>
    private void CheckAgain(MicroBlock? block, RandomCode code, int available, int page, BlockMode mode)
    {
        byte[] other = (byte[])code.Bytes.Clone();
        for (int i = available; i < other.Length; i++)
            other[i] = (byte)code.Bits();
        MicroBlock? again = Lift(other, available, page, mode);
        bool same = block == null
            ? again == null
            : again != null && block.Terminal == again.Terminal && block.OpSpan.SequenceEqual(again.OpSpan) && block.Instructions.AsSpan().SequenceEqual(again.Instructions);
        if (!same)
            Assert.Fail($"{Convert.ToHexString(code.Bytes)}: what is behind {available} bytes changes the block");
        MicroBlock whole = Lift(code.Bytes, RandomCode.Length, RandomCode.Length, mode)!;
        int needed = whole.Instructions[0].Length;
        // How far an undefined instruction goes is nobody's to say.
        if (whole.InstructionCount == 1 && whole.Terminal.Kind == TerminalKind.Fault && whole.Terminal.Vector == ExceptionVector.InvalidOpcode)
            same = block == null || (block.InstructionCount == 1 && block.Terminal == whole.Terminal);
        else
            same = block == null ? needed > available : needed == block.Instructions[0].Length;
        if (!same)
            Assert.Fail($"{Convert.ToHexString(code.Bytes)}: an instruction of {needed} bytes, {available} available, gave {(block == null ? "nothing" : "another one")}");
    }
}
