using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Floats;

/// <summary>80-bit software floating point against the host's x87: results, flags and C1, all roundings and precisions, masked and not.</summary>
[TestFixture]
public sealed unsafe class X87FloatTests
{
    private const int RandomCases = 150_000;
    private const int C0 = 0x100;
    private const int C1 = 0x200;
    private const int C2 = 0x400;
    private const int C3 = 0x4000;
    private const ulong Unwritten = 0xa5a5_a5a5_a5a5_a5a5;

    /// <summary>What an instruction left: ST(0), condition codes but C1, memory.</summary>
    private struct Outcome
    {
        public Float80 St0;
        public int Conditions;
        public ulong Memory;
        public ulong MemoryHigh;
    }

    private delegate void Operation(Float80 st0, Float80 st1, ref Outcome outcome, ref X87Status status);

    /// <param name="Compared">Condition codes that the instruction defines.</param>
    private sealed record Case(string Name, byte[] Code, int Operands, Operation Operation, int Compared = C1, int MemoryBits = 0, int StIndex = 0);

    private static readonly Case[] Cases =
    [
        new("fadd", [0xd8, 0xc1], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Add(a, b, ref s), ref o, s)),
        new("fmul", [0xd8, 0xc9], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Multiply(a, b, ref s), ref o, s)),
        new("fsub", [0xd8, 0xe1], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Subtract(a, b, ref s), ref o, s)),
        new("fsubr", [0xd8, 0xe9], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Subtract(b, a, ref s), ref o, s)),
        new("fdiv", [0xd8, 0xf1], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Divide(a, b, ref s), ref o, s)),
        new("fdivr", [0xd8, 0xf9], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Divide(b, a, ref s), ref o, s)),
        new("fsqrt", [0xd9, 0xfa], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.SquareRoot(a, ref s), ref o, s)),
        new("frndint", [0xd9, 0xfc], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.RoundToIntegral(a, ref s), ref o, s)),
        new("fscale", [0xd9, 0xfd], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Scale(a, b, ref s), ref o, s)),
        new("fcom", [0xd8, 0xd1], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => o.Conditions = Codes(Float80.Compare(a, b, true, ref s), s), C0 | C1 | C2 | C3),
        new("fucom", [0xdd, 0xe1], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => o.Conditions = Codes(Float80.Compare(a, b, false, ref s), s), C0 | C1 | C2 | C3),
        new("ftst", [0xd9, 0xe4], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => o.Conditions = Codes(Float80.Compare(a, default, true, ref s), s), C0 | C1 | C2 | C3),
        new("fprem", [0xd9, 0xf8], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Remainder(a, b, false, ref o, ref s), C0 | C1 | C2 | C3),
        new("fprem1", [0xd9, 0xf5], 2, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Remainder(a, b, true, ref o, ref s), C0 | C1 | C2 | C3),
        new("fxtract", [0xd9, 0xf4], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Keep(Float80.Extract(a, out _, ref s), ref o, s)),
        new("fxtract, exponent", [0xd9, 0xf4], 1, ExtractExponent, StIndex: 1),
        new("fst m32", [0xd9, 0x16], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store(Float80.ToFloat32(a, ref s), 32, ref o, s, true), MemoryBits: 32),
        new("fst m64", [0xdd, 0x16], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store(Float80.ToFloat64(a, ref s), 64, ref o, s, true), MemoryBits: 64),
        new("fist m16", [0xdf, 0x16], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store((ulong)Float80.ToInteger(a, 16, s.Rounding, ref s), 16, ref o, s, false), MemoryBits: 16),
        new("fist m32", [0xdb, 0x16], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store((ulong)Float80.ToInteger(a, 32, s.Rounding, ref s), 32, ref o, s, false), MemoryBits: 32),
        new("fistp m64", [0xd9, 0xc0, 0xdf, 0x3e], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store((ulong)Float80.ToInteger(a, 64, s.Rounding, ref s), 64, ref o, s, false), MemoryBits: 64),
        new("fisttp m16", [0xd9, 0xc0, 0xdf, 0x0e], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store((ulong)Float80.ToInteger(a, 16, FloatRounding.Zero, ref s), 16, ref o, s, false), MemoryBits: 16),
        new("fisttp m64", [0xd9, 0xc0, 0xdd, 0x0e], 1, (Float80 a, Float80 b, ref Outcome o, ref X87Status s) => Store((ulong)Float80.ToInteger(a, 64, FloatRounding.Zero, ref s), 64, ref o, s, false), MemoryBits: 64),
        new("fbstp", [0xd9, 0xc0, 0xdf, 0x36], 1, StoreDecimal, MemoryBits: 80),
    ];

    public static IEnumerable<string> Names => Cases.Select(c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Results_and_flags_are_the_hosts(string name)
    {
        Case test = Cases.Single(c => c.Name == name);
        Float80[] edges = X87Operands.Edges();
        using HostFloats host = new();
        host.LoadX87(test.Operands, test.Code);
        Random random = new(7);
        foreach (Float80 a in edges)
        {
            foreach (Float80 b in test.Operands > 1 ? edges : [default])
            {
                for (int i = 0; i < (test.Operands > 1 ? 4 : 64); i++)
                    Check(host, test, a, b, Control(random));
            }
        }

        for (int i = 0; i < RandomCases; i++)
        {
            Float80 a = X87Operands.Next(random, edges, edges[random.Next(edges.Length)]);
            Float80 b = X87Operands.Next(random, edges, a);
            Check(host, test, a, b, Control(random));
        }
    }

    [TestCase(32)]
    [TestCase(64)]
    public void Narrow_loads_are_the_hosts(int bits)
    {
        ulong[] edges = bits == 32 ? FloatOperands.Edges(23, 8) : FloatOperands.Edges(52, 11);
        using HostFloats host = new();
        host.LoadX87(0, bits == 32 ? [0xd9, 0x06] : [0xdd, 0x06]);
        Random random = new(3);
        for (int i = 0; i < RandomCases; i++)
        {
            ulong a = i < edges.Length ? edges[i] : bits == 32
                ? FloatOperands.Next(random, edges, edges[random.Next(edges.Length)], 23, 8)
                : FloatOperands.Next(random, edges, edges[random.Next(edges.Length)], 52, 11);
            FloatFrame frame = default;
            frame.Control = 0x37f;
            frame.Memory[0] = a;
            host.Run(ref frame);
            X87Status status = X87Status.FromControl(frame.Control);
            Float80 ours = bits == 32 ? Float80.FromFloat32((uint)a, ref status) : Float80.FromFloat64(a, ref status);
            Assert.That((ours, (int)status.Raised), Is.EqualTo((St(frame, 0), frame.Status & 63)), $"{a:x}");
        }
    }

    [TestCase(16, new byte[] { 0xdf, 0x06 })]
    [TestCase(32, new byte[] { 0xdb, 0x06 })]
    [TestCase(64, new byte[] { 0xdf, 0x2e })]
    [TestCase(80, new byte[] { 0xdf, 0x26 })]
    public void Integer_and_decimal_loads_are_the_hosts(int bits, byte[] code)
    {
        using HostFloats host = new();
        host.LoadX87(0, code);
        Random random = new(4);
        for (int i = 0; i < 20_000; i++)
        {
            ulong low = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            ushort high = (ushort)random.Next(0x10000);
            if (random.Next(2) == 0)
                low = 0 - low;
            // Digits above nine are undefined; the host's are compared in the decimal test of valid digits only.
            if (bits == 80)
                (low, high) = (Digits(low), (ushort)((high & 0x8000) | (int)(Digits(high) & 0xff)));
            FloatFrame frame = default;
            frame.Control = 0x37f;
            frame.Memory[0] = low;
            frame.Memory[1] = high;
            host.Run(ref frame);
            Float80 ours = bits switch
            {
                16 => Float80.FromInt64((short)low),
                32 => Float80.FromInt64((int)low),
                64 => Float80.FromInt64((long)low),
                _ => Float80.FromDecimal(low, high),
            };
            Assert.That((ours, 0), Is.EqualTo((St(frame, 0), frame.Status & 63)), $"{high:x4} {low:x}");
        }
    }

    private static ulong Digits(ulong value)
    {
        ulong digits = 0;
        for (int i = 0; i < 64; i += 4)
            digits |= ((value >> i) & 15) % 10 << i;
        return digits;
    }

    private static void Keep(Float80 result, ref Outcome outcome, in X87Status status)
    {
        if (status.HasResult)
            outcome.St0 = result;
    }

    private static void Store(ulong value, int bits, ref Outcome outcome, in X87Status status, bool isFloat)
    {
        FloatExceptions refusing = isFloat ? X87Status.BeforeResult | FloatExceptions.Overflow | FloatExceptions.Underflow : X87Status.BeforeResult;
        if ((status.Raised & ~status.Masked & refusing) == 0)
            outcome.Memory = bits == 64 ? value : (outcome.Memory & (ulong.MaxValue << bits)) | (value & ((1UL << bits) - 1));
    }

    private static void StoreDecimal(Float80 a, Float80 b, ref Outcome outcome, ref X87Status status)
    {
        Float80 digits = Float80.ToDecimal(a, ref status);
        if (!status.HasResult)
            return;
        outcome.Memory = digits.Significand;
        outcome.MemoryHigh = (outcome.MemoryHigh & ~0xffffUL) | digits.SignExponent;
    }

    private static void ExtractExponent(Float80 a, Float80 b, ref Outcome outcome, ref X87Status status)
    {
        _ = Float80.Extract(a, out Float80 exponent, ref status);
        if (status.HasResult)
            outcome.St0 = exponent;
    }

    private static void Remainder(Float80 a, Float80 b, bool toNearest, ref Outcome outcome, ref X87Status status)
    {
        Float80 result = Float80.Remainder(a, b, toNearest, out ulong quotient, out bool incomplete, ref status);
        Keep(result, ref outcome, status);
        if (!status.HasResult)
            return;
        outcome.Conditions = (incomplete ? C2 : 0) | ((quotient & 4) != 0 ? C0 : 0) | ((quotient & 2) != 0 ? C3 : 0) | ((quotient & 1) != 0 ? C1 : 0);
    }

    private static int Codes(FloatRelation relation, in X87Status status) => relation switch
    {
        FloatRelation.Less => C0,
        FloatRelation.Equal => C3,
        FloatRelation.Unordered => C0 | C2 | C3,
        _ => 0,
    };

    private static ushort Control(Random random)
    {
        int masks = random.Next(3) == 0 ? random.Next(64) : 63;
        int precision = (int[])[0, 2, 3, 3] is var all ? all[random.Next(4)] : 0;
        return (ushort)(masks | 0x40 | (precision << 8) | (random.Next(4) << 10));
    }

    private static Float80 St(in FloatFrame frame, int index)
    {
        fixed (byte* saved = frame.Saved)
        {
            ReadOnlySpan<byte> bytes = new(saved + 28 + (10 * index), 10);
            return new Float80(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
    }

    private static void Check(HostFloats host, Case test, Float80 a, Float80 b, ushort control)
    {
        FloatFrame frame = default;
        frame.Control = control;
        frame.St0[0] = a.Significand;
        frame.St0[1] = a.SignExponent;
        frame.St1[0] = b.Significand;
        frame.St1[1] = b.SignExponent;
        frame.Memory[0] = Unwritten;
        frame.Memory[1] = Unwritten;
        host.Run(ref frame);
        Outcome outcome = new() { St0 = a, Memory = Unwritten, MemoryHigh = Unwritten };
        X87Status status = X87Status.FromControl(control);
        test.Operation(a, b, ref outcome, ref status);
        if (status.RoundedUp)
            outcome.Conditions |= C1;
        bool popped = test.Code.Length == 4 && test.MemoryBits != 0;
        if (popped)
            outcome.St0 = a;
        // Without a result there is no second register.
        Float80 expected = St(frame, status.HasResult ? test.StIndex : 0);
        int conditions = frame.Status & test.Compared;
        int raised = frame.Status & 63;
        if (expected != outcome.St0 || conditions != (outcome.Conditions & test.Compared) || raised != (int)status.Raised
            || frame.Memory[0] != outcome.Memory || frame.Memory[1] != outcome.MemoryHigh)
        {
            Assert.Fail($"{test.Name} ST0 {a}, ST1 {b}, control {control:x3}: {outcome.St0} conditions {outcome.Conditions & test.Compared:x} {status.Raised} "
                + $"memory {outcome.MemoryHigh:x} {outcome.Memory:x}; the host has {expected} conditions {conditions:x} {(FloatExceptions)raised} "
                + $"memory {frame.Memory[1]:x} {frame.Memory[0]:x}");
        }
    }
}
