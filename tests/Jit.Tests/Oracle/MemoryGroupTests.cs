using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Accesses side by side, which compiled code serves with one look into the TLB: within a page, across its end, into pages that are read-only or not there, in every order.
/// </summary>
[TestFixture(Tier.Jit)]
[TestFixture(Tier.Auto)]
[Category("Oracle")]
public sealed class MemoryGroupTests(Tier tier)
{
    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, HotThreshold = 2, WarmThreshold = 1 });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Accesses_side_by_side([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        List<OracleGroup> groups = [];
        for (int i = 0; i < 60; i++)
            groups.Add(Loop(random, i));
        _session.Check(groups);
    }

    /// <summary>A loop of three rounds over two pointers, each with accesses at constants near it; the pointers move by constants in between.</summary>
    private static OracleGroup Loop(Random random, int number)
    {
        Assembler code = new(64);
        Label again = code.CreateLabel();
        code.mov(ebp, 3);
        code.Label(ref again);
        int count = random.Next(3, 12);
        for (int i = 0; i < count; i++)
            Access(code, random);
        code.dec(ebp);
        code.jnz(again);
        OracleGroup group = new() { Name = $"side by side {number}", Code = code.ToBytes(OracleLayout.Code), UndefinedFlags = 0 };
        FormStates states = new(number);
        ulong[] bases = [OracleLayout.Data + 0x1000, OracleLayout.ReadOnly, OracleLayout.Hole, OracleLayout.Data, OracleLayout.Data + 0x1800];
        for (int i = 0; i < 25; i++)
        {
            StartState state = states.Any();
            state.Gpr[3] = bases[random.Next(bases.Length)] + (ulong)random.Next(-160, 100);
            state.Gpr[6] = bases[random.Next(bases.Length)] + (ulong)(random.Next(-10, 10) * 16);
            group.Cases.Add(state);
        }

        return group;
    }

    private static void Access(Assembler code, Random random)
    {
        AssemblerRegister64 pointer = random.Next(2) == 0 ? rbx : rsi;
        AssemblerMemoryOperand where = __[pointer + random.Next(-70, 70)];
        AssemblerMemoryOperand aligned = __[pointer + (16 * random.Next(-4, 4))];
        switch (random.Next(10))
        {
            case 0:
                code.mov(r9, where);
                break;
            case 1:
                code.mov(where, r10);
                break;
            case 2:
                code.mov(__word_ptr[pointer + random.Next(-70, 70)], r11w);
                break;
            case 3:
                code.movzx(r12d, __byte_ptr[pointer + random.Next(-70, 70)]);
                break;
            case 4:
                code.add(__dword_ptr[pointer + random.Next(-70, 70)], r9d);
                break;
            case 5:
                code.movdqu(xmm1, where);
                break;
            case 6:
                code.movdqu(where, xmm2);
                break;
            case 7:
                code.movaps(xmm3, aligned);
                break;
            case 8:
                code.paddd(xmm4, aligned);
                break;
            default:
                code.lea(pointer, __[pointer + random.Next(-8, 24)]);
                break;
        }
    }
}
