using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>
/// A block does the same as its instructions lifted one at a time, where no pass sees across instructions: registers, flags, memory and the place
/// of a fault. Proves that what the dead-flags pass removes is dead, on the way into a fault handler too.
/// </summary>
[TestFixture]
public sealed unsafe class WholeBlockTests
{
    private const ulong Data = 0x60_0000;
    private const int Pages = 2;
    private const int Length = 10;
    private const int Sequences = 4000;

    private readonly MicroInterpreter _interpreter = new();
    private readonly BlockLifter _lifter = new();
    private readonly Random _random = new(1234567);
    private readonly byte[] _memory = new byte[Pages * GuestMemory.FrameSize];
    private FlatProcessor _machine = null!;
    private MachineFrame _frame;

    [OneTimeSetUp]
    public void SetUp()
    {
        _machine = new FlatProcessor(64);
        _frame = _machine.Map(Data, Pages);
        _random.NextBytes(_memory);
    }

    [OneTimeTearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Block_does_what_its_instructions_do_one_by_one()
    {
        InstructionForm[] forms = [.. InstructionForms.All(0, 1, 3).Where(f => IsUsable(f.Instruction))];
        int faults = 0;
        for (int i = 0; i < Sequences; i++)
        {
            InstructionForm[] chosen = [.. Enumerable.Range(0, Length).Select(_ => forms[_random.Next(forms.Length)])];
            byte[] code = [.. chosen.SelectMany(f => f.Bytes)];
            ulong[] registers = new ulong[16];
            for (int r = 0; r < 16; r++)
                registers[r] = (ulong)_random.NextInt64();
            registers[Operand.Rsp] = Data + 0x800;
            registers[Operand.Rsi] = Data + 0x400;
            registers[Operand.Rdi] = Data + 0xc00;
            ulong flags = (ulong)_random.NextInt64() & Rflags.Arithmetic;
            _machine.Context.Random.Seed((ulong)i + 1);
            string whole = Run(code, registers, flags, Length);
            _machine.Context.Random.Seed((ulong)i + 1);
            string single = Run(code, registers, flags, 1);
            if (whole != single)
                Assert.Fail($"{string.Join(", ", chosen)}\nblock: {whole}\nsteps: {single}");
            if (whole.Contains("exit Exception", StringComparison.Ordinal))
                faults++;
        }

        // Both ways out occurred often enough to mean something.
        Assert.That(faults, Is.InRange(Sequences / 20, Sequences * 19 / 20));
    }

    private static bool IsUsable(in Instruction instruction) =>
        instruction.FlowControl == FlowControl.Next && !instruction.IsPrivileged && !instruction.IsStringInstruction
        && instruction.Mnemonic is not (Mnemonic.Rdpmc or Mnemonic.Sti or Mnemonic.Cli);

    /// <summary>Runs the code in blocks of at most <paramref name="maxInstructions"/>; everything that can be seen afterwards, as text.</summary>
    private string Run(byte[] code, ulong[] registers, ulong flags, int maxInstructions)
    {
        CpuState* state = _machine.State;
        _machine.Context.Reset();
        state->Cpl = 3;
        state->Cs = FlatProcessor.UserCode;
        state->Ss = FlatProcessor.UserData;
        for (int i = 0; i < 16; i++)
            state->Gpr[i] = registers[i];
        state->Flags = flags | Rflags.Fixed;
        state->Budget = 1000;
        state->Rip = LiftHelper.Start;
        Span<byte> memory = new(_machine.Memory.FramePointer(_frame), _memory.Length);
        _memory.CopyTo(memory);
        while (state->Exit == ExitReason.None && state->Rip < LiftHelper.Start + (uint)code.Length)
        {
            int offset = (int)(state->Rip - LiftHelper.Start);
            fixed (byte* bytes = code)
            {
                MicroBlock block = _lifter.Lift(bytes + offset, code.Length - offset, code.Length - offset, state->Rip, BlockMode.None, maxInstructions)!;
                _interpreter.Execute(_machine.Context, block);
            }
        }

        HashCode vectors = default;
        vectors.AddBytes(new ReadOnlySpan<byte>((byte*)state->Vectors, CpuState.VectorCount * CpuState.VectorStride));
        HashCode contents = default;
        contents.AddBytes(memory);
        return $"rip {state->Rip:x} exit {state->Exit} {state->ExitVector} {state->FaultAddress:x} budget {state->Budget} flags {state->Flags:x} "
            + $"registers {string.Join(' ', new ReadOnlySpan<ulong>(state->Gpr, 16).ToArray().Select(v => v.ToString("x")))} "
            + $"vectors {vectors.ToHashCode():x} memory {contents.ToHashCode():x}";
    }
}
