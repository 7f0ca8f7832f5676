using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Floats;

/// <summary>
/// The transcendental functions against the host's: results within one unit in the last place of each other (either may be off by less than one from the
/// truth), special cases, exceptions and C2 exactly. C1 and the last bit are the processor's own.
/// </summary>
[TestFixture]
public sealed unsafe class X87FunctionTests
{
    private const int RandomCases = 20_000;
    private const int C2 = 0x400;

    private struct Outcome
    {
        public Float80 First;
        public Float80 Second;
        public bool OutOfRange;
    }

    private delegate Outcome Function(Float80 st0, Float80 st1, ref X87Status status);

    /// <param name="Pushes">The second result is pushed onto the first.</param>
    private sealed record Case(string Name, byte Code, int Operands, Function Function, Func<Random, Float80[], (Float80 St0, Float80 St1)> Pick, bool Pushes = false);

    private static readonly Case[] Cases =
    [
        new("f2xm1", 0xf0, 1, (Float80 a, Float80 b, ref X87Status s) => One(Float80.PowerOf2Less1(a, ref s)), (r, e) => (Within(r, e, -70, -1), default)),
        new("fyl2x", 0xf1, 2, (Float80 a, Float80 b, ref X87Status s) => One(Float80.Logarithm(a, b, ref s)), (r, e) => (r.Next(3) == 0 ? Within(r, e, -3, 3).Absolute : Any(r, e), Any(r, e))),
        new("fyl2xp1", 0xf9, 2, (Float80 a, Float80 b, ref X87Status s) => One(Float80.LogarithmOf1Plus(a, b, ref s)), (r, e) => (Within(r, e, -70, -3), Any(r, e))),
        new("fpatan", 0xf3, 2, (Float80 a, Float80 b, ref X87Status s) => One(Float80.Angle(b, a, ref s)), (r, e) => (Any(r, e), r.Next(2) == 0 ? Any(r, e) : Within(r, e, -5, 5))),
        new("fsin", 0xfe, 1, (Float80 a, Float80 b, ref X87Status s) => Ranged(Float80.Sine(a, out bool o, ref s), o), (r, e) => (Within(r, e, -70, 64), default)),
        new("fcos", 0xff, 1, (Float80 a, Float80 b, ref X87Status s) => Ranged(Float80.Cosine(a, out bool o, ref s), o), (r, e) => (Within(r, e, -70, 64), default)),
        new("fptan", 0xf2, 1, (Float80 a, Float80 b, ref X87Status s) => Tangent(a, ref s), (r, e) => (Within(r, e, -70, 64), default), Pushes: true),
        new("fsincos", 0xfb, 1, SineAndCosine, (r, e) => (Within(r, e, -70, 64), default), Pushes: true),
    ];

    public static IEnumerable<string> Names => Cases.Select(c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Results_are_the_hosts_but_for_the_last_place(string name)
    {
        Case test = Cases.Single(c => c.Name == name);
        Float80[] edges = X87Operands.Edges();
        using HostFloats host = new();
        host.LoadX87(test.Operands, 0xd9, test.Code);
        Random random = new(11);
        int equal = 0;
        foreach (Float80 a in edges)
        {
            if (test.Operands == 1)
                equal += Check(host, test, a, default, random);
        }

        for (int i = 0; i < RandomCases; i++)
        {
            (Float80 a, Float80 b) = test.Pick(random, edges);
            equal += Check(host, test, a, b, random);
        }

        TestContext.Out.WriteLine($"{equal} of {RandomCases} are equal to the last bit");
        Assert.That(equal, Is.GreaterThan(RandomCases / 2), "only rounding may differ, and that seldom");
    }

    private static Outcome One(Float80 result) => new() { First = result };

    private static Outcome Ranged(Float80 result, bool outOfRange) => new() { First = result, OutOfRange = outOfRange };

    private static Outcome Tangent(Float80 a, ref X87Status status)
    {
        Float80 tangent = Float80.Tangent(a, out bool outOfRange, ref status);
        return new Outcome { First = tangent, Second = tangent.IsNaN ? tangent : Float80.One, OutOfRange = outOfRange };
    }

    private static Outcome SineAndCosine(Float80 a, Float80 b, ref X87Status status)
    {
        Float80 sine = Float80.Sine(a, out bool outOfRange, ref status);
        return new Outcome { First = sine, Second = Float80.Cosine(a, out _, ref status), OutOfRange = outOfRange };
    }

    private static Float80 Any(Random random, Float80[] edges) => X87Operands.Next(random, edges, edges[random.Next(edges.Length)]);

    /// <summary>A number with an exponent in a range, or now and then a special one (zero, infinity, NaN, unsupported).</summary>
    private static Float80 Within(Random random, Float80[] edges, int from, int to)
    {
        if (random.Next(20) == 0 && edges[random.Next(edges.Length)] is { } special && (special.IsZero || special.IsInfinity || special.IsNaN || special.IsUnsupported))
            return special;
        ulong bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & (ulong.MaxValue << (random.Next(3) * 20));
        return new Float80((ushort)((16383 + random.Next(from, to + 1)) | (random.Next(2) << 15)), bits | (1UL << 63));
    }

    /// <summary>1 if equal, 0 if within the tolerance.</summary>
    private static int Check(HostFloats host, Case test, Float80 a, Float80 b, Random random)
    {
        int masks = random.Next(4) == 0 ? random.Next(64) : 63;
        FloatFrame frame = default;
        frame.Control = (ushort)(masks | 0x340);
        frame.St0[0] = a.Significand;
        frame.St0[1] = a.SignExponent;
        frame.St1[0] = b.Significand;
        frame.St1[1] = b.SignExponent;
        host.Run(ref frame);
        X87Status status = X87Status.FromControl(frame.Control);
        Outcome ours = test.Function(a, b, ref status);
        bool written = status.HasResult && !ours.OutOfRange;
        bool pushed = test.Pushes && written;
        Float80 first = St(frame, pushed ? 1 : 0);
        Float80 expected = written ? ours.First : a;
        bool same = expected == first && (!pushed || ours.Second == St(frame, 0));
        bool near = IsNear(expected, first) && (!pushed || IsNear(ours.Second, St(frame, 0)));
        if (!near || (frame.Status & 63) != (int)status.Raised || ((frame.Status & C2) != 0) != ours.OutOfRange)
        {
            Assert.Fail($"{test.Name} ST0 {a}, ST1 {b}, control {frame.Control:x3}: {ours.First} {ours.Second} {status.Raised} out of range {ours.OutOfRange}; "
                + $"the host has {St(frame, 0)} {St(frame, 1)} {(FloatExceptions)(frame.Status & 63)} status {frame.Status:x4}");
        }

        return same ? 1 : 0;
    }

    /// <summary>The same, or numbers one unit in the last place apart.</summary>
    private static bool IsNear(Float80 a, Float80 b)
    {
        if (a == b)
            return true;
        if (a.IsNaN || b.IsNaN || a.IsNegative != b.IsNegative)
            return false;
        Int128 distance = (Int128)Order(a) - (Int128)Order(b);
        return distance >= -1 && distance <= 1;
    }

    private static UInt128 Order(Float80 a) => ((UInt128)(a.SignExponent & 0x7fff) << 63) + (a.Significand & (ulong.MaxValue >> 1));

    private static Float80 St(in FloatFrame frame, int index)
    {
        fixed (byte* saved = frame.Saved)
        {
            ReadOnlySpan<byte> bytes = new(saved + 28 + (10 * index), 10);
            return new Float80(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
    }
}
