using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Loops of one block with vectors, whose addresses move by constants: compiled code counts beforehand the turns that stay within the pages and the budget. Steps of every sign and size
/// up to a few lines, several pointers with and without an index, pages that are read-only or not there, and accesses that must be aligned.
/// </summary>
[TestFixture(Tier.Jit)]
[TestFixture(Tier.Auto)]
[Category("Oracle")]
public sealed class CountedLoopTests(Tier tier)
{
    private const int Budget = 100_000;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, HotThreshold = 2, WarmThreshold = 1 });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Loops_over_arrays([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        List<OracleGroup> groups = [];
        for (int i = 0; i < 60; i++)
        {
            OracleGroup group = new() { Name = $"arrays {i}", Code = Loop(random), UndefinedFlags = 0 };
            for (int k = 0; k < 12; k++)
                group.Cases.Add(State(random, new FormStates(i).Any()));
            groups.Add(group);
        }

        _session.Check(groups);
    }

    /// <summary>However the budget cuts the run into pieces, each ends with the same registers, flags and count as the interpreter's.</summary>
    [Test]
    public void Loops_in_pieces([Values(4, 5)] int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 20; i++)
        {
            byte[] code = [.. Loop(random), 0x0f, 0x0b];
            StartState state = State(random, new FormStates(i).Any());
            using FlatMachine interpreted = Machine(Tier.Interpreter, code, state), compiled = Machine(tier, code, state);
            int longest = random.Next(1, 600);
            ExitReason exit = ExitReason.Budget;
            for (int total = 0; total < Budget && exit == ExitReason.Budget;)
            {
                int piece = random.Next(longest);
                exit = interpreted.Run(piece);
                Assert.That(compiled.Run(piece), Is.EqualTo(exit));
                Assert.That(Registers(compiled), Is.EqualTo(Registers(interpreted)));
                total += piece + 1;
            }

            Assert.That(exit, Is.EqualTo(ExitReason.Exception));
            Assert.That(compiled.Load(OracleLayout.Data, OracleLayout.DataBytes), Is.EqualTo(interpreted.Load(OracleLayout.Data, OracleLayout.DataBytes)));
        }
    }

    private static unsafe FlatMachine Machine(Tier tier, byte[] code, StartState start)
    {
        FlatMachine machine = new(new ExecutionOptions { Tier = tier, HotThreshold = 2, WarmThreshold = 1 });
        machine.Map(OracleLayout.Code, 2, writable: false, executable: true);
        machine.Map(OracleLayout.Data, OracleLayout.DataBytes / 4096);
        machine.Map(OracleLayout.ReadOnly, 1, writable: false);
        machine.Store(OracleLayout.Code, code);
        byte[] data = new byte[OracleLayout.DataBytes];
        new Random(start.Gpr[3].GetHashCode()).NextBytes(data);
        machine.Store(OracleLayout.Data, data);
        machine.State->Rip = OracleLayout.Code;
        for (int i = 0; i < 16; i++)
            machine.State->Gpr[i] = start.Gpr[i];
        return machine;
    }

    private static unsafe string Registers(FlatMachine machine)
    {
        CpuState* state = machine.State;
        IEnumerable<string> values = new ReadOnlySpan<ulong>(state->Gpr, 16).ToArray().Select(r => $"{r:x}");
        string vectors = Convert.ToHexString(new ReadOnlySpan<byte>(state->Vectors, 16 * CpuState.VectorStride));
        return $"{state->Rip:x} {string.Join(' ', values)} {vectors} {state->Flags:x} {state->Mxcsr:x}";
    }

    private static StartState State(Random random, StartState state)
    {
        ulong[] ends = [OracleLayout.Data, OracleLayout.Data + 0x1000, OracleLayout.Data + 0x2000, OracleLayout.ReadOnly, OracleLayout.Hole];
        // RBX, RSI, RDI, R8 are pointers, R9 and RAX indices.
        foreach (int register in (int[])[3, 6, 7, 8])
            state.Gpr[register] = ends[random.Next(ends.Length)] + (ulong)(random.Next(-40, 20) * (random.Next(4) == 0 ? 5 : 16));
        state.Gpr[0] = (ulong)(16 * random.Next(-8, 8));
        state.Gpr[9] = (ulong)random.Next(-20, 20);
        return state;
    }

    private static byte[] Loop(Random random)
    {
        Assembler code = new(64);
        Label again = code.CreateLabel();
        code.mov(ecx, random.Next(1, 90));
        code.Label(ref again);
        int count = random.Next(3, 12);
        int stepAt = random.Next(count);
        for (int i = 0; i < count; i++)
        {
            Operation(code, random);
            if (i == stepAt)
                Step(code, random);
        }

        if (random.Next(3) == 0)
        {
            code.sub(ecx, 1);
            code.jnz(again);
        }
        else
        {
            code.lea(ecx, __[rcx - 1]);
            code.cmp(ecx, random.Next(2));
            code.jg(again);
        }

        return code.ToBytes(OracleLayout.Code);
    }

    private static void Step(Assembler code, Random random)
    {
        foreach (AssemblerRegister64 pointer in (AssemblerRegister64[])[rbx, rsi, rax])
        {
            int step = random.Next(5) switch { 0 => 0, 1 => -16, 2 => random.Next(-40, 40), 3 => 32, _ => 16 };
            if (random.Next(2) == 0)
                code.add(pointer, step);
            else
                code.lea(pointer, __[pointer + step]);
        }

        code.add(r9, random.Next(-3, 4));
    }

    private static AssemblerMemoryOperand Where(Random random) => random.Next(6) switch
    {
        0 => __[rbx + (16 * random.Next(-4, 4))],
        1 => __[rsi + random.Next(-70, 70)],
        2 => __[rdi + rax],
        3 => __[r8 + (r9 * 8) + (8 * random.Next(4))],
        4 => __[rdi + (16 * random.Next(4))],
        _ => __[rbx + rax],
    };

    private static void Operation(Assembler code, Random random)
    {
        AssemblerRegisterXMM a = Vector(random), b = Vector(random);
        switch (random.Next(13))
        {
            case 0:
                code.movups(a, Where(random));
                break;
            case 1:
                code.movups(Where(random), a);
                break;
            case 2:
                code.movaps(a, __[rbx + (16 * random.Next(-4, 4))]);
                break;
            case 3:
                code.paddd(a, __[rbx + (16 * random.Next(-4, 4))]);
                break;
            case 4:
                code.addps(a, b);
                break;
            case 5:
                code.cvtdq2ps(a, b);
                break;
            case 6:
                code.movsd(a, Where(random));
                break;
            case 7:
                code.movsd(Where(random), a);
                break;
            case 8:
                code.mov(r10, Where(random));
                break;
            case 9:
                code.mov(Where(random), r11d);
                break;
            case 10:
                code.vmovups(a, Where(random));
                break;
            case 11:
                code.vpaddd(new AssemblerRegisterYMM(Register.YMM0 + random.Next(4)), new AssemblerRegisterYMM(Register.YMM1), Where(random));
                break;
            default:
                Integers(code, random);
                break;
        }
    }

    /// <summary>Enough of them make a loop without vectors worth counting.</summary>
    private static void Integers(Assembler code, Random random)
    {
        for (int i = 0; i < 6; i++)
        {
            switch (random.Next(5))
            {
                case 0:
                    code.add(r11, r10);
                    break;
                case 1:
                    code.xor(r12d, r11d);
                    break;
                case 2:
                    code.mov(r10, Where(random));
                    break;
                case 3:
                    code.add(Where(random), r12d);
                    break;
                default:
                    code.rol(r12, 7);
                    break;
            }
        }
    }

    private static AssemblerRegisterXMM Vector(Random random) => new(Register.XMM0 + random.Next(6));
}
