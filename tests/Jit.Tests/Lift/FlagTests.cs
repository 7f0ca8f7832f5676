using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>
/// Which flags an instruction's micro-ops read and write, found by executing them, against what the decoder's tables state.
/// An independent list: a forgotten or needless flag shows in either direction.
/// </summary>
[TestFixture]
public sealed unsafe class FlagTests
{
    private const ulong Data = 0x60_0000;
    private const int Pages = 4;
    private static readonly ulong[] Flags = [Rflags.CF, Rflags.PF, Rflags.AF, Rflags.ZF, Rflags.SF, Rflags.OF];

    private readonly MicroInterpreter _interpreter = new();
    private readonly Random _random = new(20071015);
    private readonly byte[] _memory = new byte[Pages * GuestMemory.FrameSize];
    private FlatProcessor _machine = null!;
    private MachineFrame _frame;

    [OneTimeSetUp]
    public void SetUp()
    {
        _machine = new FlatProcessor(64);
        _frame = _machine.Map(Data - 0x1000, Pages);
        _random.NextBytes(_memory);
    }

    [OneTimeTearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Flags_read_and_written_are_those_of_the_decoders_tables()
    {
        int forms = 0;
        Assert.Multiple(() =>
        {
            foreach (InstructionForm form in InstructionForms.All(3))
            {
                if (!Executes(form.Instruction))
                    continue;
                forms++;
                Check(form);
            }
        });
        Assert.That(forms, Is.GreaterThan(1000));
    }

    /// <summary>Goes on to the next instruction with random registers. (Divisions by random numbers mostly fault.)</summary>
    private static bool Executes(in Instruction instruction) =>
        instruction.FlowControl is FlowControl.Next or FlowControl.ConditionalBranch
        && instruction.Mnemonic is not (Mnemonic.Popf or Mnemonic.Popfq or Mnemonic.Div or Mnemonic.Idiv)
        && !instruction.IsPrivileged
        // Other numbers each time.
        && instruction.Mnemonic is not (Mnemonic.Rdrand or Mnemonic.Rdseed)
        // RBP holds no address here.
        && instruction.Mnemonic is not (Mnemonic.Leave or Mnemonic.Enter);

    private void Check(in InstructionForm form)
    {
        MicroBlock? block = LiftHelper.TryLift(form.Bytes, int.MaxValue, BlockMode.None, 1);
        Assert.That(block, Is.Not.Null, form.ToString());
        ulong modified = FlagWords.Of(form.Instruction.RflagsModified);
        ulong read = FlagWords.Of(form.Instruction.RflagsRead);
        // A count of zero keeps the flags: they pass through, which Iced does not count as reading.
        ulong passed = MayKeepFlags(form.Instruction) ? modified : 0;
        ulong changed = 0;
        for (int round = 0; round < 4; round++)
        {
            ulong[] seed = new ulong[16];
            for (int i = 0; i < 16; i++)
                seed[i] = (ulong)_random.NextInt64() << (_random.Next() & 1);
            ulong old = (ulong)_random.NextInt64() & Rflags.Arithmetic;
            if (!TryRun(block!, seed, old, out ulong[] registers, out ulong flags))
                return;
            changed |= flags ^ old;
            foreach (ulong flag in Flags)
            {
                if (!TryRun(block!, seed, old ^ flag, out ulong[] others, out ulong otherFlags))
                    return;
                ulong influence = flags ^ otherFlags;
                if ((modified & flag) == 0)
                    Assert.That(influence & flag, Is.EqualTo(flag), $"{form}: does not keep flag 0x{flag:x}");
                else if ((read & flag) == 0 && (passed & flag) == 0)
                    Assert.That(influence & flag, Is.Zero, $"{form}: flag 0x{flag:x} passes through");
                if ((read & flag) == 0)
                {
                    Assert.That(others, Is.EqualTo(registers), $"{form}: registers depend on flag 0x{flag:x}");
                    Assert.That(influence & ~flag, Is.Zero, $"{form}: flags depend on flag 0x{flag:x}");
                }
            }
        }

        Assert.That(changed & ~modified, Is.Zero, $"{form}: changes flags that it should keep");
    }

    private static bool MayKeepFlags(in Instruction instruction) => instruction.Mnemonic
        is Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr
        or Mnemonic.Shld or Mnemonic.Shrd || instruction.HasRepPrefix || instruction.HasRepnePrefix;

    private bool TryRun(MicroBlock block, ulong[] values, ulong flags, out ulong[] registers, out ulong flagsAfter)
    {
        CpuState* state = _machine.State;
        for (int i = 0; i < 16; i++)
            state->Gpr[i] = values[i];
        state->Gpr[Operand.Rcx] &= 0xff;
        state->Gpr[Operand.Rsp] = Data;
        state->Gpr[Operand.Rsi] = Data + 0x100;
        state->Gpr[Operand.Rdi] = Data + 0x300;
        _memory.CopyTo(new Span<byte>(_machine.Memory.FramePointer(_frame), _memory.Length));
        state->Flags = flags | Rflags.Fixed;
        state->Exit = ExitReason.None;
        state->Budget = 1000;
        _interpreter.Execute(_machine.Context, block);
        registers = new ReadOnlySpan<ulong>(state->Gpr, 16).ToArray();
        flagsAfter = state->ArithmeticFlags;
        return state->Exit == ExitReason.None;
    }
}
