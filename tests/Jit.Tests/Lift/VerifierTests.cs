using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>The verifier finds what it is there to find.</summary>
[TestFixture]
public sealed class VerifierTests
{
    private const byte T0 = Operand.FirstTemporary;
    private const byte T1 = Operand.FirstTemporary + 1;

    [Test]
    public void Accepts_a_good_block() => Assert.That(Verify(Op(MicroOpCode.Add, Operand.Rax, Operand.Rax, Operand.Immediate)), Is.Empty);

    [Test]
    public void Temporary_before_its_definition() =>
        Assert.That(Verify(Op(MicroOpCode.Add, Operand.Rax, T0, Operand.Rcx)), Has.Some.Contains("t0 not defined"));

    [Test]
    public void Temporary_of_another_instruction()
    {
        MicroOp[] ops = [Op(MicroOpCode.Move, T0, Operand.Rax), Op(MicroOpCode.Move, Operand.Rax, T0)];
        MicroBlock block = new(0, BlockMode.None, 2, ops, [new(0, 1, 0), new(1, 1, 1)], Terminal.Jump(2));
        Assert.That(MicroVerifier.Verify(block), Has.Some.Contains("t0 not defined"));
    }

    [Test]
    public void Load_after_a_register_changed() => Assert.That(
        Verify(Op(MicroOpCode.Move, Operand.Rax, Operand.Rcx), Op(MicroOpCode.Load, T0, Operand.Rbx)),
        Has.Some.Contains("may exit after"));

    [Test]
    public void Store_after_flags_changed() => Assert.That(
        Verify(
            new MicroOp { Code = MicroOpCode.SetFlags, Size = 8, A = 0, B = 1, C = Operand.None, Aux = (byte)FlagKind.Add },
            new MicroOp { Code = MicroOpCode.Store, Size = 8, A = 3, B = Operand.None, C = 0 }),
        Has.Some.Contains("may exit after"));

    [Test]
    public void Immediate_in_a_store() => Assert.That(
        Verify(new MicroOp { Code = MicroOpCode.Store, Size = 8, A = 3, B = Operand.None, C = Operand.Immediate }), Has.Some.Contains("operand C"));

    [Test]
    public void Register_out_of_range() =>
        Assert.That(Verify(Op(MicroOpCode.Move, Operand.FirstTemporary + CpuState.TemporaryCount, Operand.Rax)), Has.Some.Contains("operand Dst"));

    [Test]
    public void Missing_operand() => Assert.That(Verify(Op(MicroOpCode.Add, Operand.Rax, Operand.Rax)), Has.Some.Contains("operand B"));

    [Test]
    public void Bad_size()
    {
        MicroOp op = Op(MicroOpCode.Move, Operand.Rax, Operand.Rcx) with { Size = 3 };
        Assert.That(Verify(op), Has.Some.Contains("bad size"));
    }

    [Test]
    public void Terminal_on_an_undefined_temporary()
    {
        MicroBlock block = new(0, BlockMode.None, 1, [], [new(0, 1, 0)], Terminal.Indirect(T1));
        Assert.That(MicroVerifier.Verify(block), Has.Some.Contains("terminal"));
    }

    [Test]
    public void Instructions_that_leave_a_gap()
    {
        MicroBlock block = new(0, BlockMode.None, 4, [], [new(0, 1, 0), new(2, 2, 0)], Terminal.Jump(4));
        Assert.That(MicroVerifier.Verify(block), Has.Some.Contains("expected 1"));
    }

    private static IReadOnlyList<string> Verify(params MicroOp[] ops) =>
        MicroVerifier.Verify(new MicroBlock(0, BlockMode.None, 1, ops, [new(0, 1, 0)], Terminal.Jump(1)));

    private static MicroOp Op(MicroOpCode code, byte dst, byte a, byte b = Operand.None) =>
        new() { Code = code, Size = 8, Dst = dst, A = a, B = b, C = Operand.None };
}
