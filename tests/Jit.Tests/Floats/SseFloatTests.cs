using NUnit.Framework;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Floats;

/// <summary>Software floating point against the host's SSE unit: results and flags, all roundings, with and without FTZ and DAZ.</summary>
[TestFixture]
public sealed unsafe class SseFloatTests
{
    private const int RandomCases = 60_000;

    private delegate ulong Operation(ulong a, ulong b, ulong c, ref FloatStatus status);

    /// <summary>An instruction: xmm0 = f(xmm0, xmm1, xmm2), or eax/rax = f(xmm1).</summary>
    private sealed record Case(string Name, byte[] Code, int Bits, int Operands, Operation Operation, int ResultBits = 0, bool InRax = false, bool FromRax = false);

    private static readonly Case[] Cases =
    [
        new("addss", [0xf3, 0x0f, 0x58, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Add((uint)a, (uint)b, ref s)),
        new("subss", [0xf3, 0x0f, 0x5c, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Subtract((uint)a, (uint)b, ref s)),
        new("mulss", [0xf3, 0x0f, 0x59, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Multiply((uint)a, (uint)b, ref s)),
        new("divss", [0xf3, 0x0f, 0x5e, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Divide((uint)a, (uint)b, ref s)),
        new("minss", [0xf3, 0x0f, 0x5d, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Minimum((uint)a, (uint)b, ref s)),
        new("maxss", [0xf3, 0x0f, 0x5f, 0xc1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.Maximum((uint)a, (uint)b, ref s)),
        new("sqrtss", [0xf3, 0x0f, 0x51, 0xc0], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.SquareRoot((uint)a, ref s)),
        new("addsd", [0xf2, 0x0f, 0x58, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Add(a, b, ref s)),
        new("subsd", [0xf2, 0x0f, 0x5c, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Subtract(a, b, ref s)),
        new("mulsd", [0xf2, 0x0f, 0x59, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Multiply(a, b, ref s)),
        new("divsd", [0xf2, 0x0f, 0x5e, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Divide(a, b, ref s)),
        new("minsd", [0xf2, 0x0f, 0x5d, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Minimum(a, b, ref s)),
        new("maxsd", [0xf2, 0x0f, 0x5f, 0xc1], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.Maximum(a, b, ref s)),
        new("sqrtsd", [0xf2, 0x0f, 0x51, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.SquareRoot(a, ref s)),

        // xmm0 = xmm1 * xmm0 + xmm2; the 132 and 231 forms differ in which NaN comes first only.
        new("vfmadd213ss", [0xc4, 0xe2, 0x71, 0xa9, 0xc2], 32, 3, (ulong a, ulong b, ulong c, ref FloatStatus s) => Float32.FusedMultiplyAdd((uint)b, (uint)a, (uint)c, ref s)),
        new("vfmadd213sd", [0xc4, 0xe2, 0xf1, 0xa9, 0xc2], 64, 3, (ulong a, ulong b, ulong c, ref FloatStatus s) => Float64.FusedMultiplyAdd(b, a, c, ref s)),
        new("vfmadd132sd", [0xc4, 0xe2, 0xf1, 0x99, 0xc2], 64, 3, (ulong a, ulong b, ulong c, ref FloatStatus s) => Float64.FusedMultiplyAdd(a, c, b, ref s)),
        new("vfmadd231sd", [0xc4, 0xe2, 0xf1, 0xb9, 0xc2], 64, 3, (ulong a, ulong b, ulong c, ref FloatStatus s) => Float64.FusedMultiplyAdd(b, c, a, ref s)),

        new("cmpltss", [0xf3, 0x0f, 0xc2, 0xc1, 1], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => All(Float32.Compare((uint)a, (uint)b, true, ref s) == FloatRelation.Less, 32)),
        new("cmpeqss", [0xf3, 0x0f, 0xc2, 0xc1, 0], 32, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => All(Float32.Compare((uint)a, (uint)b, false, ref s) == FloatRelation.Equal, 32)),
        new("cmpnlesd", [0xf2, 0x0f, 0xc2, 0xc1, 6], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => All(Float64.Compare(a, b, true, ref s) is FloatRelation.Greater or FloatRelation.Unordered, 64)),
        new("cmpunordsd", [0xf2, 0x0f, 0xc2, 0xc1, 3], 64, 2, (ulong a, ulong b, ulong _, ref FloatStatus s) => All(Float64.Compare(a, b, false, ref s) == FloatRelation.Unordered, 64)),

        new("roundss mxcsr", [0x66, 0x0f, 0x3a, 0x0a, 0xc0, 4], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.RoundToIntegral((uint)a, s.Rounding, false, ref s)),
        new("roundsd mxcsr", [0x66, 0x0f, 0x3a, 0x0b, 0xc0, 4], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.RoundToIntegral(a, s.Rounding, false, ref s)),
        new("roundsd up, quietly", [0x66, 0x0f, 0x3a, 0x0b, 0xc0, 10], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.RoundToIntegral(a, FloatRounding.Up, true, ref s)),

        new("cvtss2sd", [0xf3, 0x0f, 0x5a, 0xc0], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.FromFloat32((uint)a, ref s), 64),
        new("cvtsd2ss", [0xf2, 0x0f, 0x5a, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.FromFloat64(a, ref s), 32),
        new("cvtss2si32", [0xf3, 0x0f, 0x2d, 0xc0], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => (uint)Float32.ToInt32((uint)a, s.Rounding, ref s), 64, InRax: true),
        new("cvtss2si64", [0xf3, 0x48, 0x0f, 0x2d, 0xc0], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => (ulong)Float32.ToInt64((uint)a, s.Rounding, ref s), 64, InRax: true),
        new("cvtsd2si32", [0xf2, 0x0f, 0x2d, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => (uint)Float64.ToInt32(a, s.Rounding, ref s), 64, InRax: true),
        new("cvtsd2si64", [0xf2, 0x48, 0x0f, 0x2d, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => (ulong)Float64.ToInt64(a, s.Rounding, ref s), 64, InRax: true),
        new("cvttsd2si64", [0xf2, 0x48, 0x0f, 0x2c, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => (ulong)Float64.ToInt64(a, FloatRounding.Zero, ref s), 64, InRax: true),
        new("cvtsi2ss32", [0xf3, 0x0f, 0x2a, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.FromInt32((int)a, ref s), 32, FromRax: true),
        new("cvtsi2ss64", [0xf3, 0x48, 0x0f, 0x2a, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float32.FromInt64((long)a, ref s), 32, FromRax: true),
        new("cvtsi2sd64", [0xf2, 0x48, 0x0f, 0x2a, 0xc0], 64, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float64.FromInt64((long)a, ref s), 64, FromRax: true),
        new("vcvtph2ps", [0xc4, 0xe2, 0x79, 0x13, 0xc0], 16, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float16.ToFloat32((ushort)a, ref s), 32),
        new("vcvtps2ph mxcsr", [0xc4, 0xe3, 0x79, 0x1d, 0xc0, 4], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float16.FromFloat32((uint)a, s.Rounding, ref s), 16),
        new("vcvtps2ph down", [0xc4, 0xe3, 0x79, 0x1d, 0xc0, 1], 32, 1, (ulong a, ulong b, ulong _, ref FloatStatus s) => Float16.FromFloat32((uint)a, FloatRounding.Down, ref s), 16),
    ];

    public static IEnumerable<string> Names => Cases.Select(c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Results_and_flags_are_the_hosts(string name)
    {
        Case test = Cases.Single(c => c.Name == name);
        (int fraction, int exponent) = test.Bits switch { 16 => (10, 5), 32 => (23, 8), _ => (52, 11) };
        ulong[] edges = FloatOperands.Edges(fraction, exponent);
        using HostFloats host = new();
        host.LoadSse(test.Code);
        Random random = new(7);
        if (test.Bits == 16)
        {
            for (uint a = 0; a < 0x10000; a++)
                Check(host, test, a, 0, 0, random.Next(16));
        }

        foreach (ulong a in edges)
        {
            foreach (ulong b in test.Operands > 1 ? edges : [0])
            {
                for (int mode = 0; mode < 16; mode++)
                    Check(host, test, a, b, edges[random.Next(edges.Length)], mode);
            }
        }

        for (int i = 0; i < RandomCases; i++)
        {
            ulong a = FloatOperands.Next(random, edges, edges[random.Next(edges.Length)], fraction, exponent);
            ulong b = FloatOperands.Next(random, edges, a, fraction, exponent);
            ulong c = FloatOperands.Next(random, edges, i % 2 == 0 ? b : Product(a, b, test.Bits), fraction, exponent);
            if (test.FromRax)
                a >>= random.Next(64);
            Check(host, test, a, b, c, random.Next(16));
        }
    }

    private static ulong All(bool condition, int bits) => condition ? ulong.MaxValue >> (64 - bits) : 0;

    /// <summary>-a * b: a third operand of a multiply-add that cancels.</summary>
    private static ulong Product(ulong a, ulong b, int bits)
    {
        FloatStatus status = default;
        return bits == 32 ? Float32.Multiply((uint)a, (uint)b, ref status) ^ 0x8000_0000 : Float64.Multiply(a, b, ref status) ^ (1UL << 63);
    }

    private static void Check(HostFloats host, Case test, ulong a, ulong b, ulong c, int mode)
    {
        uint mxcsr = 0x1f80u | ((uint)(mode & 3) << 13) | ((mode & 4) != 0 ? 0x8000u : 0) | ((mode & 8) != 0 ? 0x40u : 0);
        FloatFrame frame = default;
        frame.Mxcsr = mxcsr;
        frame.Rax = a;
        frame.Xmm0[0] = a;
        frame.Xmm1[0] = b;
        frame.Xmm2[0] = c;
        host.Run(ref frame);
        int resultBits = test.ResultBits == 0 ? test.Bits : test.ResultBits;
        ulong expected = (test.InRax ? frame.Rax : frame.Xmm0[0]) & (ulong.MaxValue >> (64 - resultBits));
        FloatStatus status = FloatStatus.FromMxcsr(mxcsr);
        ulong result = test.Operation(a, b, c, ref status);
        FloatExceptions raised = (FloatExceptions)(frame.Mxcsr & 63);
        if (result != expected || status.Raised != raised)
        {
            Assert.Fail($"{test.Name} {a:x} {b:x} {c:x}, {status.Rounding}, FTZ {status.FlushToZero}, DAZ {status.DenormalsAreZero}: "
                + $"{result:x} {status.Raised}, the host has {expected:x} {raised}");
        }
    }
}
