using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>Value methods against the host processor's own instructions.</summary>
[TestFixture]
public sealed unsafe class ValueMethodTests
{
    private const int Rounds = 3000;
    private static readonly int[] AllSizes = [1, 2, 4, 8];
    private static readonly int[] WideSizes = [2, 4, 8];

    private static readonly TestCaseData[] Binary =
    [
        Case(MicroOpCode.Add, 0x01, 0xc8), Case(MicroOpCode.Sub, 0x29, 0xc8), Case(MicroOpCode.And, 0x21, 0xc8),
        Case(MicroOpCode.Or, 0x09, 0xc8), Case(MicroOpCode.Xor, 0x31, 0xc8), Case(MicroOpCode.MultiplyLow, 0x0faf, 0xc1),
        Case(MicroOpCode.ShiftLeft, 0xd3, 0xe0), Case(MicroOpCode.ShiftRight, 0xd3, 0xe8), Case(MicroOpCode.ShiftArithmetic, 0xd3, 0xf8),
        Case(MicroOpCode.RotateLeft, 0xd3, 0xc0), Case(MicroOpCode.RotateRight, 0xd3, 0xc8),
        Case(MicroOpCode.BitSet, 0x0fab, 0xc8), Case(MicroOpCode.BitReset, 0x0fb3, 0xc8), Case(MicroOpCode.BitComplement, 0x0fbb, 0xc8),
    ];

    private static readonly TestCaseData[] Unary =
    [
        Case(MicroOpCode.Not, 0xf7, 0xd0), Case(MicroOpCode.Negate, 0xf7, 0xd8),
        Case(MicroOpCode.PopCount, 0xf30fb8, 0xc0), Case(MicroOpCode.LeadingZeros, 0xf30fbd, 0xc0), Case(MicroOpCode.TrailingZeros, 0xf30fbc, 0xc0),
        Case(MicroOpCode.BitScanReverse, 0x0fbd, 0xc0),
    ];

    private static readonly TestCaseData[] Carrying =
    [
        Case(MicroOpCode.AddCarry, 0x11, 0xc8), Case(MicroOpCode.SubBorrow, 0x19, 0xc8),
        Case(MicroOpCode.RotateCarryLeft, 0xd3, 0xd0), Case(MicroOpCode.RotateCarryRight, 0xd3, 0xd8),
    ];

    private static readonly TestCaseData[] RotateFlags =
    [
        new(MicroOpCode.RotateLeft, MicroOpCode.RotateLeftFlags, (byte)0xc0), new(MicroOpCode.RotateRight, MicroOpCode.RotateRightFlags, (byte)0xc8),
        new(MicroOpCode.RotateCarryLeft, MicroOpCode.RotateCarryLeftFlags, (byte)0xd0),
        new(MicroOpCode.RotateCarryRight, MicroOpCode.RotateCarryRightFlags, (byte)0xd8),
    ];

    [TestCaseSource(nameof(Binary))]
    public void Binary_value_is_the_hosts(MicroOpCode code, int opcode, byte modRm)
    {
        using HostCpu host = new();
        foreach (int size in Sizes(opcode))
        {
            host.Load(Encode(size, opcode, modRm));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = Operand(random, size);
                ulong b = IsShift(code) ? (ulong)random.Next(size == 8 ? 64 : 32) : Operand(random, size);
                HostFrame frame = new() { Rax = a, Rcx = b };
                host.Run(ref frame);
                Assert.That(Low(MicroOpMethods.Value2(code)(a, b, size), size), Is.EqualTo(Low(frame.Rax, size)), $"{code} {size}: {a:x}, {b:x}");
            }
        }
    }

    [TestCaseSource(nameof(Unary))]
    public void Unary_value_is_the_hosts(MicroOpCode code, int opcode, byte modRm)
    {
        using HostCpu host = new();
        foreach (int size in Sizes(opcode))
        {
            host.Load(Encode(size, opcode, modRm));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = i == 0 && code != MicroOpCode.BitScanReverse ? 0 : Operand(random, size);
                if (a == 0 && code == MicroOpCode.BitScanReverse)
                    continue;
                HostFrame frame = new() { Rax = a };
                host.Run(ref frame);
                Assert.That(Low(MicroOpMethods.Value1(code)(a, size), size), Is.EqualTo(Low(frame.Rax, size)), $"{code} {size}: {a:x}");
            }
        }
    }

    [TestCaseSource(nameof(Carrying))]
    public void Value_with_carry_is_the_hosts(MicroOpCode code, int opcode, byte modRm)
    {
        using HostCpu host = new();
        foreach (int size in Sizes(opcode))
        {
            host.Load(Encode(size, opcode, modRm));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = Operand(random, size);
                ulong b = opcode == 0xd3 ? (ulong)random.Next(size == 8 ? 64 : 32) : Operand(random, size);
                ulong c = (ulong)random.Next(2);
                HostFrame frame = new() { Rax = a, Rcx = b, Flags = c };
                host.Run(ref frame);
                Assert.That(Low(MicroOpMethods.Value3(code)(a, b, c, size), size), Is.EqualTo(Low(frame.Rax, size)), $"{code} {size}: {a:x}, {b:x}, {c}");
            }
        }
    }

    [TestCaseSource(nameof(RotateFlags))]
    public void Rotate_leaves_the_hosts_flags(MicroOpCode value, MicroOpCode flags, byte modRm)
    {
        using HostCpu host = new();
        bool throughCarry = MicroOpTable.Shape(value) == MicroOpShape.Value3;
        foreach (int size in AllSizes)
        {
            host.Load(Encode(size, 0xd3, modRm));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = Operand(random, size);
                ulong b = (ulong)random.Next(size == 8 ? 64 : 32);
                ulong old = (ulong)random.NextInt64() & Rflags.Arithmetic;
                ulong first = throughCarry ? a : Low(MicroOpMethods.Value2(value)(a, b, size), size);
                HostFrame frame = new() { Rax = a, Rcx = b, Flags = old };
                host.Run(ref frame);
                ulong undefined = b > 1 ? Rflags.OF : 0;
                Assert.That(
                    (MicroOpMethods.Value3(flags)(first, b, old, size) & Rflags.Arithmetic) | undefined,
                    Is.EqualTo(frame.Flags | undefined),
                    $"{value} {size}: {a:x}, {b}, {old:x}");
            }
        }
    }

    [TestCase(MicroOpCode.ShiftLeftDouble, MicroOpCode.ShiftLeftDoubleFlags, 0x0fa5)]
    [TestCase(MicroOpCode.ShiftRightDouble, MicroOpCode.ShiftRightDoubleFlags, 0x0fad)]
    public void Double_shift_is_the_hosts(MicroOpCode value, MicroOpCode flags, int opcode)
    {
        using HostCpu host = new();
        foreach (int size in WideSizes)
        {
            host.Load(Encode(size, opcode, 0xd0));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = Operand(random, size);
                ulong b = Operand(random, size);
                ulong count = (ulong)random.Next((size * 8) + (size == 2 ? 1 : 0));
                HostFrame frame = new() { Rax = a, Rdx = b, Rcx = count };
                host.Run(ref frame);
                ulong result = Low(MicroOpMethods.Value3(value)(a, b, count, size), size);
                Assert.That(result, Is.EqualTo(Low(frame.Rax, size)), $"{value} {size}: {a:x}, {b:x}, {count}");
                if (count == 0)
                    continue;
                ulong undefined = Rflags.AF | (count > 1 ? Rflags.OF : 0);
                Assert.That(
                    MicroOpMethods.Value3(flags)(a, count, result, size) | undefined,
                    Is.EqualTo(frame.Flags | undefined),
                    $"flags of {value} {size}: {a:x}, {b:x}, {count}");
            }
        }
    }

    [TestCase(MicroOpCode.MultiplyHighUnsigned, MicroOpCode.MultiplyOverflowUnsigned, 0xe1)]
    [TestCase(MicroOpCode.MultiplyHighSigned, MicroOpCode.MultiplyOverflowSigned, 0xe9)]
    public void High_product_and_overflow_are_the_hosts(MicroOpCode high, MicroOpCode overflow, byte modRm)
    {
        using HostCpu host = new();
        foreach (int size in AllSizes)
        {
            host.Load(Encode(size, 0xf7, modRm));
            Random random = new(size);
            for (int i = 0; i < Rounds; i++)
            {
                ulong a = Operand(random, size);
                ulong b = Operand(random, size);
                HostFrame frame = new() { Rax = a, Rcx = b };
                host.Run(ref frame);
                ulong upper = size == 1 ? frame.Rax >> 8 : frame.Rdx;
                Assert.That(Low(MicroOpMethods.Value2(high)(a, b, size), size), Is.EqualTo(Low(upper, size)), $"{high} {size}: {a:x}, {b:x}");
                Assert.That(MicroOpMethods.Value2(overflow)(a, b, size), Is.EqualTo(frame.Flags & Rflags.CF), $"{overflow} {size}: {a:x}, {b:x}");
            }
        }
    }

    [Test]
    public void Bit_test_reads_the_bit_modulo_the_width([Values(2, 4, 8)] int size)
    {
        using HostCpu host = new();
        host.Load(Encode(size, 0x0fa3, 0xc8));
        Random random = new(size);
        for (int i = 0; i < Rounds; i++)
        {
            HostFrame frame = new() { Rax = Operand(random, size), Rcx = Operand(random, size) };
            ulong mine = MicroOpMethods.Value2(MicroOpCode.BitTest)(frame.Rax, frame.Rcx, size);
            host.Run(ref frame);
            Assert.That(mine, Is.EqualTo(frame.Flags & Rflags.CF));
        }
    }

    [Test]
    public void Deposit_and_extract_move_bit_by_bit([Values(4, 8)] int size)
    {
        Random random = new(size);
        for (int i = 0; i < Rounds; i++)
        {
            ulong a = Operand(random, size);
            ulong mask = Operand(random, size);
            ulong deposited = 0;
            ulong extracted = 0;
            int next = 0;
            for (int bit = 0; bit < size * 8; bit++)
            {
                if (((mask >> bit) & 1) == 0)
                    continue;
                deposited |= ((a >> next) & 1) << bit;
                extracted |= ((a >> bit) & 1) << next;
                next++;
            }

            Assert.That(MicroOpMethods.Value2(MicroOpCode.DepositBits)(a, mask, size), Is.EqualTo(deposited));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.ExtractBits)(a, mask, size), Is.EqualTo(extracted));
        }
    }

    [Test]
    public void Bit_field_extract_and_zero_high_bits_count_bit_by_bit([Values(4, 8)] int size)
    {
        Random random = new(size);
        for (int i = 0; i < Rounds; i++)
        {
            ulong a = Operand(random, size);
            int start = random.Next(3) == 0 ? random.Next(256) : random.Next(72);
            int length = random.Next(3) == 0 ? random.Next(256) : random.Next(72);
            ulong field = 0;
            ulong low = 0;
            for (int bit = 0; bit < size * 8; bit++)
            {
                if (bit >= start && bit - start < length)
                    field |= ((a >> bit) & 1) << (bit - start);
                if (bit < start)
                    low |= a & (1UL << bit);
            }

            ulong control = (uint)(start | (length << 8));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.BitFieldExtract)(a, control | 0x70000, size), Is.EqualTo(field), $"{a:x} from {start}, {length} bits");
            Assert.That(MicroOpMethods.Value2(MicroOpCode.ZeroHighBits)(a, (uint)start | 0x500u, size), Is.EqualTo(low));
        }
    }

    [Test]
    public void Parts_of_registers_move_as_bytes()
    {
        const ulong Register = 0x1122334455667788;
        const ulong Other = 0xaabbccddeeff0199;
        Assert.Multiple(() =>
        {
            Assert.That(MicroOpMethods.Value2(MicroOpCode.InsertLow)(Register, Other, 1), Is.EqualTo(0x1122334455667799));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.InsertLow)(Register, Other, 2), Is.EqualTo(0x1122334455660199));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.InsertLow)(Register, Other, 4), Is.EqualTo(0x11223344eeff0199));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.InsertLow)(Register, Other, 8), Is.EqualTo(Other));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.InsertHigh)(Register, Other, 1), Is.EqualTo(0x1122334455669988));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.ExtractHigh)(Register, 2), Is.EqualTo(0x77));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.SignExtend)(0x80, 1), Is.EqualTo(0xffff_ffff_ffff_ff80));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.SignExtend)(0x8000_0001, 4), Is.EqualTo(0xffff_ffff_8000_0001));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.ByteSwap)(0x1122, 2), Is.EqualTo(0x2211));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.ByteSwap)(0x11223344, 4), Is.EqualTo(0x44332211));
            Assert.That(MicroOpMethods.Value1(MicroOpCode.ByteSwap)(Register, 8), Is.EqualTo(0x8877665544332211));
            Assert.That(MicroOpMethods.Value3(MicroOpCode.Select)(1, 2, 5, 8), Is.EqualTo(1));
            Assert.That(MicroOpMethods.Value3(MicroOpCode.Select)(1, 2, 0, 8), Is.EqualTo(2));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.AndNot)(0xf0, 0xff, 8), Is.EqualTo(0x0f));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.Equal)(7, 7, 8), Is.EqualTo(1));
            Assert.That(MicroOpMethods.Value2(MicroOpCode.Equal)(7, 8, 8), Is.Zero);
        });
    }

    /// <summary>Operands that find the corners: all bits, none, single bits, small and random values.</summary>
    internal static ulong Operand(Random random, int size) => Low(
        random.Next(6) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => 1UL << random.Next(64),
            3 => (1UL << ((size * 8) - 1)) - (ulong)random.Next(2),
            4 => (ulong)random.Next(256),
            _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        },
        size);

    private static TestCaseData Case(MicroOpCode code, int opcode, byte modRm) => new(code, opcode, modRm);

    private static int[] Sizes(int opcode) => opcode > 0xff ? WideSizes : AllSizes;

    private static bool IsShift(MicroOpCode code) => code is MicroOpCode.ShiftLeft or MicroOpCode.ShiftRight or MicroOpCode.ShiftArithmetic
        or MicroOpCode.RotateLeft or MicroOpCode.RotateRight;

    private static ulong Low(ulong value, int size) => size == 8 ? value : value & ((1UL << (size * 8)) - 1);

    private static byte[] Encode(int size, int opcode, byte modRm) => opcode switch
    {
        > 0xffff => HostCpu.Encode(size, [(byte)(opcode >> 8), (byte)opcode], modRm, (byte)(opcode >> 16)),
        > 0xff => HostCpu.Encode(size, [(byte)(opcode >> 8), (byte)opcode], modRm),
        _ => HostCpu.Encode(size, [(byte)opcode], modRm),
    };
}
