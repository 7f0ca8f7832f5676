using System.Numerics;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>Division against the host's where that does not fault; faults against unbounded integers.</summary>
[TestFixture]
public sealed unsafe class DivideTests
{
    private const ulong Sentinel = 0x5a5a_1234_8765_a5a5;

    [Test]
    public void Division_is_the_hosts_and_faults_when_the_quotient_does_not_fit([Values(1, 2, 4, 8)] int size, [Values] bool signed)
    {
        using HostCpu host = new();
        using TestMachine machine = new();
        host.Load(HostCpu.Encode(size, [0xf7], (byte)(signed ? 0xf9 : 0xf1)));
        Random random = new(size);
        int faults = 0;
        int good = 0;
        for (int i = 0; i < 20000; i++)
        {
            ulong low = ValueMethodTests.Operand(random, 8);
            ulong divisor = ValueMethodTests.Operand(random, size);
            ulong high = random.Next(3) switch
            {
                0 => signed ? (ulong)((long)(low << (64 - (size * 8))) >> 63) : 0,
                1 => signed ? (ulong)random.Next(-40, 40) : (ulong)random.Next(40),
                _ => ValueMethodTests.Operand(random, 8),
            };
            if (size == 1)
                low = (low & 0xff) | ((high & 0xff) << 8) | 0xabcd_0000;
            machine.State->Gpr[Operand.Rax] = low;
            machine.State->Gpr[Operand.Rdx] = high;
            machine.State->Gpr[Operand.Rbx] = divisor ^ (size == 8 ? 0 : Sentinel << (size * 8));
            machine.State->Flags = 0x8d5;
            bool done = machine.Call(signed ? MicroOpCode.DivideSigned : MicroOpCode.DivideUnsigned, size, a: Operand.Rbx);
            if (!Fits(low, high, divisor, size, signed))
            {
                faults++;
                Assert.That(done, Is.False, $"{high:x}:{low:x} / {divisor:x}");
                Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.DivideError));
                Assert.That(machine.State->Gpr[Operand.Rax], Is.EqualTo(low));
                Assert.That(machine.State->Gpr[Operand.Rdx], Is.EqualTo(high));
                continue;
            }

            good++;
            HostFrame frame = new() { Rax = low, Rdx = high, Rcx = divisor };
            host.Run(ref frame);
            Assert.That(done, $"{high:x}:{low:x} / {divisor:x}");
            Assert.That(machine.State->Gpr[Operand.Rax], Is.EqualTo(frame.Rax), $"{high:x}:{low:x} / {divisor:x}");
            Assert.That(machine.State->Gpr[Operand.Rdx], Is.EqualTo(frame.Rdx), $"{high:x}:{low:x} / {divisor:x}");
            Assert.That(machine.State->ArithmeticFlags, Is.EqualTo(0x8d5 & Rflags.Arithmetic));
        }

        Assert.That(Math.Min(faults, good), Is.GreaterThan(100), "operands that fault and operands that do not");
    }

    private static bool Fits(ulong low, ulong high, ulong divisor, int size, bool signed)
    {
        int bits = size * 8;
        BigInteger dividend = size == 1
            ? low & 0xffff
            : (((BigInteger)high & Mask(bits)) << bits) | ((BigInteger)low & Mask(bits));
        BigInteger by = divisor;
        BigInteger top = Mask(bits);
        BigInteger bottom = 0;
        if (signed)
        {
            dividend = Signed(dividend, 2 * bits);
            by = Signed(by, bits);
            top >>= 1;
            bottom = -top - 1;
        }

        if (by.IsZero)
            return false;
        BigInteger quotient = BigInteger.Divide(dividend, by);
        return quotient >= bottom && quotient <= top;
    }

    private static BigInteger Mask(int bits) => (BigInteger.One << bits) - 1;

    private static BigInteger Signed(BigInteger value, int bits) => value >> (bits - 1) == 0 ? value : value - (BigInteger.One << bits);
}
