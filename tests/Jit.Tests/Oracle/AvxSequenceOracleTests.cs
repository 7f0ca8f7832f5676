using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// What one instruction alone does not show: upper halves through loops, branches and faults, whose registers compiled code keeps in locals of
/// 128 or 256 bits; restarts of gathers; masked moves at the ends of memory.
/// </summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[TestFixture(Tier.Auto)]
[Category("Oracle")]
public sealed class AvxSequenceOracleTests(Tier tier)
{
    private const int CasesPerGroup = 40;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, HotThreshold = 8 });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Upper_halves_in_loops() => _session.Check(
    [
        Loop("vex.128 alone", c =>
        {
            c.vpaddd(xmm0, xmm1, xmm2);
            c.vpxor(xmm3, xmm0, xmm1);
            c.vmovdqu(xmm4, __xmmword_ptr[rbx + 0x20]);
        }),
        Loop("vex.128 behind legacy", c =>
        {
            c.paddd(xmm0, xmm1);
            c.vpaddd(xmm1, xmm0, xmm2);
            c.pxor(xmm3, xmm1);
        }),
        Loop("vex.128 on one way of two", c =>
        {
            Label skip = c.CreateLabel();
            c.test(ecx, 1);
            c.je(skip);
            c.vpaddb(xmm0, xmm0, xmm1);
            c.Label(ref skip);
            c.paddb(xmm2, xmm0);
        }),
        Loop("vex.256 beside vex.128 and legacy", c =>
        {
            c.vpaddw(ymm0, ymm1, ymm2);
            c.vpaddw(xmm3, xmm0, xmm3);
            c.paddw(xmm0, xmm3);
            c.vextracti128(xmm4, ymm0, 1);
            c.vperm2i128(ymm5, ymm0, ymm3, 0x21);
        }),
        Loop("vzeroupper", c =>
        {
            c.vpaddq(ymm0, ymm1, ymm2);
            c.paddq(xmm3, xmm0);
            c.vpor(xmm4, xmm0, xmm1);
            c.vzeroupper();
            c.pxor(xmm5, xmm0);
        }),
        Loop("vzeroall on one way", c =>
        {
            Label skip = c.CreateLabel();
            c.cmp(ecx, 3);
            c.jne(skip);
            c.vzeroall();
            c.Label(ref skip);
            c.vpaddd(xmm0, xmm0, xmm1);
            c.vpsubd(ymm2, ymm2, ymm3);
        }),
        Loop("scalars", c =>
        {
            c.vmovd(xmm0, ecx);
            c.vmovq(xmm1, __qword_ptr[rbx]);
            c.vmovss(xmm2, xmm3, xmm0);
            c.vpinsrd(xmm3, xmm3, eax, 2);
            c.vmovhps(xmm4, xmm2, __qword_ptr[rbx + 8]);
        }),
    ]);

    [Test]
    public void Faults_between_upper_halves() => _session.Check(
    [
        Loop("a load that faults in the end", c =>
        {
            c.vpaddd(xmm0, xmm0, xmm1);
            c.vmovdqu(xmm2, __xmmword_ptr[rsi]);
            c.vpaddd(xmm3, xmm2, xmm0);
            c.add(rsi, 0x40);
        }, s => s.Gpr[6] = OracleLayout.Hole - 0x88),
        Loop("an aligned load that is not", c =>
        {
            c.vpaddd(ymm0, ymm0, ymm1);
            c.vmovdqa(ymm2, __ymmword_ptr[rsi]);
            c.paddd(xmm2, xmm0);
            c.add(rsi, 0x30);
        }, s => s.Gpr[6] = OracleLayout.Data + 0x400),
        Loop("a store that faults in the end", c =>
        {
            c.vpaddd(xmm0, xmm0, xmm1);
            c.vmovdqu(__ymmword_ptr[rsi], ymm0);
            c.vpand(xmm4, xmm0, xmm3);
            c.add(rsi, 0x40);
        }, s => s.Gpr[6] = OracleLayout.ReadOnly - 0x90),
    ]);

    [Test]
    public void Gathers_with_equal_registers_are_undefined() => _session.Check(
    [
        // vpgatherdd with mask = destination, index = mask, index = destination.
        Bytes("destination is mask", [0xc4, 0xe2, 0x71, 0x90, 0x0c, 0x13]),
        Bytes("index is mask", [0xc4, 0xe2, 0x69, 0x90, 0x0c, 0x13]),
        Bytes("index is destination", [0xc4, 0xe2, 0x61, 0x90, 0x14, 0x13]),
        Bytes("with a length bit", [0xc4, 0xe2, 0x75, 0x92, 0x0c, 0x13]),
    ]);

    [Test]
    public void Gathers_stop_in_the_middle_and_go_on() => _session.Check(
    [
        Case("vpgatherdd", c => c.vpgatherdd(ymm0, __[rbx + ymm1 * 4], ymm2), AimGather),
        Case("vpgatherqd", c => c.vpgatherqd(xmm0, __[rbx + ymm1 * 8], xmm2), AimGather),
        Case("vgatherdpd", c => c.vgatherdpd(ymm0, __[rbx + xmm1 * 2], ymm2), AimGather),
        Case("vgatherqpd", c => c.vgatherqpd(xmm0, __[rbx + xmm1], xmm2), AimGather),
        Case("the same again", c =>
        {
            c.vpgatherdd(ymm0, __[rbx + ymm1 * 4], ymm2);
            c.vpgatherdd(ymm3, __[rbx + ymm1 * 4], ymm2);
            c.vpaddd(ymm4, ymm0, ymm3);
        }, AimGather),
    ]);

    [Test]
    public void Masked_moves_at_the_ends_of_memory() => _session.Check(
    [
        Case("vmaskmovps load", c => c.vmaskmovps(ymm0, ymm1, __ymmword_ptr[rsi]), AimMask),
        Case("vmaskmovpd load", c => c.vmaskmovpd(xmm0, xmm1, __xmmword_ptr[rsi]), AimMask),
        Case("vpmaskmovd store", c => c.vpmaskmovd(__ymmword_ptr[rsi], ymm1, ymm0), AimMask),
        Case("vpmaskmovq store", c => c.vpmaskmovq(__ymmword_ptr[rsi], ymm1, ymm0), AimMask),
        Case("vmaskmovps store", c => c.vmaskmovps(__xmmword_ptr[rsi], xmm1, xmm0), AimMask),
    ]);

    private static void AimGather(StartState state, FormStates source)
    {
        state.Gpr[3] = OracleLayout.Data + 0x800;
        for (int i = 0; i < 8; i++)
        {
            int index = source.Next(6) == 0 ? 0x100_0000 : source.Next(0x200) - 0x100;
            BitConverter.TryWriteBytes(state.Floating.Vectors.AsSpan(32 + (4 * i)), source.Next(4) == 0 && i % 2 == 1 ? 0 : index);
        }
    }

    private static void AimMask(StartState state, FormStates source) =>
        state.Gpr[6] = source.Next(4) switch
        {
            0 => OracleLayout.Hole - (ulong)source.Next(33),
            1 => OracleLayout.ReadOnly - (ulong)source.Next(33),
            2 => OracleLayout.Data - (ulong)source.Next(33),
            _ => OracleLayout.Data + 0x400 + (ulong)source.Next(64),
        };

    /// <summary>The code, thirteen times over.</summary>
    private static OracleGroup Loop(string name, Action<Assembler> body, Action<StartState>? prepare = null) => Case(name, c =>
    {
        Label again = c.CreateLabel();
        c.mov(ecx, 13);
        c.Label(ref again);
        body(c);
        c.dec(ecx);
        c.jne(again);
    }, (state, _) =>
    {
        state.Gpr[3] = OracleLayout.Data + 0x400;
        prepare?.Invoke(state);
    });

    private static OracleGroup Case(string name, Action<Assembler> write, Action<StartState, FormStates> prepare)
    {
        Assembler assembler = new(64);
        write(assembler);
        return Group(name, assembler.ToBytes(OracleLayout.Code), prepare);
    }

    private static OracleGroup Bytes(string name, byte[] code) => Group(name, code, AimGather);

    private static OracleGroup Group(string name, byte[] code, Action<StartState, FormStates> prepare)
    {
        OracleGroup group = new() { Name = name, Code = [.. code, 0xcc] };
        FormStates source = new(77);
        for (int i = 0; i < CasesPerGroup; i++)
        {
            StartState state = source.Any();
            prepare(state, source);
            group.Cases.Add(state);
        }

        return group;
    }
}
