using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Ir.Passes;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>What the dead-flags pass takes away, and what it must leave.</summary>
[TestFixture]
public sealed class DeadFlagsTests
{
    // Only the last of three additions sets flags.
    [TestCase("4801d8 4801d9 4801da", "add.8 rax = rax, rbx|add.8 rcx = rcx, rbx|setFlags.8 add rdx, rbx|add.8 rdx = rdx, rbx")]

    // A load may fault, and the handler sees the flags.
    [TestCase("4801d8 8b0e 4801da", "setFlags.8 add rax, rbx|add.8 rax = rax, rbx|load.4 rcx = [rsi]|setFlags.8 add rdx, rbx|add.8 rdx = rdx, rbx")]

    // INC keeps CF, so the carry of the addition lives on; the micro-ops that compute it too.
    [TestCase("01d8 ffc1", "setFlags.4 add rax, rbx|add.4 rax = rax, rbx|condition t0 = b|setFlags.4 inc rcx, -, t0|add.4 rcx = rcx, 1")]

    // CF after INC is not read before the next addition overwrites it: JE style use of the rest remains.
    [TestCase("ffc1 0f94c2 01d8", "setFlags.4 inc rcx|add.4 rcx = rcx, 1|condition t0 = e|insertLow.1 rdx = rdx, t0|setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]
    [TestCase("ffc1 01d8", "add.4 rcx = rcx, 1|setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]

    // A shift by CL may keep the flags, so those before it stay; it goes itself if nobody looks.
    [TestCase("01d8 d3e2", "setFlags.4 add rax, rbx|add.4 rax = rax, rbx|and.1 t0 = rcx, 0x1f|setFlagsIfCount.4 shl rdx, t0|shiftLeft.4 rdx = rdx, t0")]
    [TestCase("d3e2 01d8", "and.1 t0 = rcx, 0x1f|shiftLeft.4 rdx = rdx, t0|setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]

    // A chain of temporaries that only fed flags goes with them.
    [TestCase("c1c205 01d8", "rotateLeft.4 rdx = rdx, 5|setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]
    [TestCase("85c0 01d8", "setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]
    [TestCase("f7c10f000000 01d8", "setFlags.4 add rax, rbx|add.4 rax = rax, rbx")]

    // Temporaries that a store or the terminal uses stay.
    [TestCase("ffe0", "checkTarget.8 rax|jump to rax")]
    [TestCase("01d8 c3", "setFlags.4 add rax, rbx|add.4 rax = rax, rbx|load.8 t0 = [rsp]|checkTarget.8 t0|add.8 rsp = rsp, 8|jump to t0")]
    public void Block_becomes(string hex, string expected)
    {
        MicroBlock block = LiftHelper.Lift(hex);
        List<string> lines = [.. block.OpSpan.ToArray().Select(op => MicroPrinter.Print(op))];
        if (block.Terminal.Kind == TerminalKind.Indirect)
            lines.Add(MicroPrinter.Print(block.Terminal));
        Assert.That(string.Join('|', lines), Is.EqualTo(expected));
    }

    [Test]
    public void Instructions_keep_their_places()
    {
        MicroBlock block = LiftHelper.Lift("4801d8 85c0 4801d9 c3");
        Assert.That(block.Instructions.Select(i => (int)i.FirstOp), Is.EqualTo(new[] { 0, 1, 1, 3 }));
    }

    [Test]
    public void Bit_test_need_not_keep_a_zero_flag_that_is_dead()
    {
        // BT, then a condition on CF alone, then an instruction that sets all flags.
        MicroBlock block = LiftHelper.Lift("0fa3c8 0f92c2 01d8");
        Assert.That(MicroPrinter.Print(block.OpSpan[1]), Is.EqualTo("setFlags.8 bitTest t0"));
    }

    [Test]
    public void A_helper_that_writes_all_flags_kills_those_before_unless_it_may_exit()
    {
        MicroOp set = new() { Code = MicroOpCode.SetFlags, Size = 8, Dst = Operand.None, A = 0, B = 1, C = Operand.None, Aux = (byte)FlagKind.Add };
        MicroOp store = new() { Code = MicroOpCode.WriteRflags, Size = 8, Dst = Operand.None, A = 0, B = Operand.None, C = Operand.None };
        MicroOp[] ops = [set, store];
        GuestInstruction[] instructions = [new(0, 1, 0)];
        Assert.That(DeadFlags.Run(ops, instructions, Terminal.Dispatch(1)), Is.EqualTo(2));
    }
}
