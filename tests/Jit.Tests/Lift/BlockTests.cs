using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>Where blocks begin and end.</summary>
[TestFixture]
public sealed class BlockTests
{
    private const string AddRaxRbx = "4801d8";

    [Test]
    public void Block_ends_at_a_control_transfer()
    {
        MicroBlock block = LiftHelper.Lift("4801d8 90 ebfe 90");
        Assert.Multiple(() =>
        {
            Assert.That(block.Instructions, Is.EqualTo(new GuestInstruction[] { new(0, 3, 0), new(3, 1, 2), new(4, 2, 2) }));
            Assert.That(block.ByteLength, Is.EqualTo(6));
            Assert.That(block.Terminal, Is.EqualTo(Terminal.Jump(LiftHelper.Start + 4)));
            Assert.That(block.RetiredCount, Is.EqualTo(3));
        });
    }

    [Test]
    public void Block_ends_at_the_instruction_limit()
    {
        MicroBlock block = LiftHelper.TryLift("909090", maxInstructions: 2)!;
        Assert.That(block.InstructionCount, Is.EqualTo(2));
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Jump(LiftHelper.Start + 2)));
    }

    [Test]
    public void Block_ends_with_the_page()
    {
        MicroBlock block = LiftHelper.TryLift(LiftHelper.Bytes("90 4801d8 90"), pageRemaining: 4)!;
        Assert.That(block.ByteLength, Is.EqualTo(4));
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Jump(LiftHelper.Start + 4)));
    }

    [Test]
    public void Instruction_that_crosses_the_page_is_left_to_the_next_block()
    {
        MicroBlock block = LiftHelper.TryLift(LiftHelper.Bytes("90 4801d8 90"), pageRemaining: 3)!;
        Assert.That(block.ByteLength, Is.EqualTo(1));
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Jump(LiftHelper.Start + 1)));
    }

    [Test]
    public void Instruction_that_crosses_the_page_is_a_block_of_its_own()
    {
        MicroBlock block = LiftHelper.TryLift(LiftHelper.Bytes("4801d8 90"), pageRemaining: 2)!;
        Assert.That(block.InstructionCount, Is.EqualTo(1));
        Assert.That(block.ByteLength, Is.EqualTo(3));
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Jump(LiftHelper.Start + 3)));
    }

    [TestCase("48")]
    [TestCase("4801")]
    [TestCase("488b0425000000")]
    [TestCase("66666666666666666666666666")]
    public void First_instruction_with_missing_bytes_gives_no_block(string hex) =>
        Assert.That(LiftHelper.TryLift(LiftHelper.Bytes(hex), Math.Max(1, hex.Length / 2)), Is.Null);

    [Test]
    public void Later_instruction_with_missing_bytes_ends_the_block_before_it()
    {
        MicroBlock block = LiftHelper.TryLift(LiftHelper.Bytes("90 48"), pageRemaining: 2)!;
        Assert.That(block.ByteLength, Is.EqualTo(1));
    }

    // Undefined without looking further: whatever follows on the page that is not there.
    [TestCase("06")]
    [TestCase("6648ea")]
    public void Undefined_opcode_at_the_end_needs_no_further_bytes(string hex)
    {
        MicroBlock block = LiftHelper.TryLift(LiftHelper.Bytes(hex), pageRemaining: hex.Length / 2)!;
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Fault(ExceptionVector.InvalidOpcode, LiftHelper.Start)));
        Assert.That(block.ByteLength, Is.EqualTo(hex.Length / 2));
    }

    [Test]
    public void Fault_keeps_the_instructions_before_it()
    {
        MicroBlock block = LiftHelper.Lift(AddRaxRbx + "06");
        Assert.Multiple(() =>
        {
            Assert.That(block.InstructionCount, Is.EqualTo(2));
            Assert.That(block.OpCount, Is.EqualTo(2));
            Assert.That(block.RetiredCount, Is.EqualTo(1));
            Assert.That(block.Terminal, Is.EqualTo(Terminal.Fault(ExceptionVector.InvalidOpcode, LiftHelper.Start + 3)));
        });
    }

    [Test]
    public void Unsupported_instruction_keeps_the_instructions_before_it()
    {
        MicroBlock block = LiftHelper.Lift(AddRaxRbx + "480f07", BlockMode.Supervisor);
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Unsupported(LiftHelper.Start + 3)));
        Assert.That(block.InstructionCount, Is.EqualTo(2));
        Assert.That(LiftHelper.Lift("480f07", BlockMode.Supervisor).OpCount, Is.Zero);
    }

    [Test]
    public void Instruction_of_more_than_15_bytes_is_a_general_protection_fault()
    {
        MicroBlock block = LiftHelper.Lift("66666666666666666666666666666601d8");
        Assert.That(block.Terminal, Is.EqualTo(Terminal.Fault(ExceptionVector.GeneralProtection, LiftHelper.Start, 0)));
        Assert.That(LiftHelper.Lift("6666666666666666666666666601d8").Terminal.Kind, Is.EqualTo(TerminalKind.Jump));
    }

    // Lockable operation with a register, operation that is not lockable, comparison.
    [TestCase("f001d8")]
    [TestCase("f08907")]
    [TestCase("f03907")]
    [TestCase("f00fa308")]
    [TestCase("f090")]
    [TestCase("f0c3")]
    [TestCase("f0d307")]
    public void Lock_where_it_is_not_allowed_is_undefined(string hex) =>
        Assert.That(LiftHelper.Lift(hex).Terminal, Is.EqualTo(Terminal.Fault(ExceptionVector.InvalidOpcode, LiftHelper.Start)));

    [Test]
    public void Timestamp_knows_what_has_not_retired()
    {
        MicroBlock block = LiftHelper.Lift("90 0f31 90 90 0f01f9 ebfe");
        Assert.That(block.OpSpan.ToArray().Select(o => o.Imm), Is.EqualTo(new long[] { 5, 2 }));
        // An instruction that faults was not charged.
        Assert.That(LiftHelper.Lift("0f31 90 0f0b").OpSpan[0].Imm, Is.EqualTo(2));
    }

    [Test]
    public void One_lifter_lifts_many_blocks()
    {
        BlockLifter lifter = new();
        for (int i = 0; i < 3; i++)
            Assert.That(Lift(lifter, "4801d8 ebfe").OpCount, Is.EqualTo(2));
    }

    private static unsafe MicroBlock Lift(BlockLifter lifter, string hex)
    {
        byte[] bytes = LiftHelper.Bytes(hex);
        fixed (byte* code = bytes)
            return lifter.Lift(code, bytes.Length, int.MaxValue, LiftHelper.Start, BlockMode.None, 64)!;
    }
}
