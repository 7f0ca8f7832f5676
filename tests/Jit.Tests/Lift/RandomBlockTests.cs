using NUnit.Framework;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>Bytes that nobody meant as code must neither stop the lifter nor make it break the rules of micro-ops.</summary>
[TestFixture]
public sealed unsafe class RandomBlockTests
{
    private static readonly BlockMode[] Modes = [BlockMode.None, BlockMode.Supervisor, BlockMode.Supervisor | BlockMode.ArchitecturalSyscall];

    [Test]
    public void Random_bytes_give_well_formed_blocks_or_none()
    {
        const int blocks = 20_000;
        Random random = new(4711);
        BlockLifter lifter = new();
        byte[] bytes = new byte[96];
        int instructions = 0;
        for (int i = 0; i < blocks; i++)
        {
            random.NextBytes(bytes);
            // Every other block consists of bytes that are opcodes more often: the maps, prefixes, the ALU rows.
            if ((i & 1) != 0)
                Bias(random, bytes);
            int available = random.Next(1, bytes.Length + 1);
            int page = random.Next(1, available + 1);
            MicroBlock? block = Check(lifter, bytes, available, page, Modes[i % Modes.Length]);
            instructions += block?.InstructionCount ?? 0;
        }

        Assert.That(instructions, Is.GreaterThan(blocks));
    }

    [Test]
    public void Every_form_of_the_table_is_well_formed()
    {
        BlockLifter lifter = new();
        foreach (InstructionForm form in InstructionForms.All(0, 4, 5))
        {
            foreach (BlockMode mode in Modes)
                Assert.That(Check(lifter, form.Bytes, form.Bytes.Length, form.Bytes.Length, mode), Is.Not.Null, form.ToString());
        }
    }

    private static void Bias(Random random, byte[] bytes)
    {
        byte[] common = [0x0f, 0x48, 0x66, 0xf0, 0xf3, 0xf2, 0x64, 0x65, 0x67, 0x83, 0x8b, 0x89, 0xc4, 0xd3, 0xf7, 0xff, 0x41, 0xab, 0xba];
        for (int i = 0; i < bytes.Length; i += random.Next(1, 5))
            bytes[i] = common[random.Next(common.Length)];
    }

    private static MicroBlock? Check(BlockLifter lifter, byte[] bytes, int available, int page, BlockMode mode)
    {
        MicroBlock? block;
        fixed (byte* code = bytes)
            block = lifter.Lift(code, available, page, LiftHelper.Start, mode, 16);
        if (block == null)
        {
            // Only an instruction that reaches beyond what there is.
            Assert.That(available, Is.LessThan(BlockLifter.MaxInstructionLength));
            return null;
        }

        if (MicroVerifier.Verify(block) is { Count: > 0 } errors)
            Assert.Fail($"{Convert.ToHexString(bytes)}\n{string.Join('\n', errors)}\n{MicroPrinter.Print(block)}");
        if (block.InstructionCount > 1)
            Assert.That(block.ByteLength, Is.LessThanOrEqualTo(page));
        Assert.That(block.ByteLength, Is.LessThanOrEqualTo(available));
        Assert.That(block.Mode, Is.EqualTo(mode));
        return block;
    }
}
