using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Emit;

/// <summary>Every micro-op on vectors as the emitter writes it, template or call, against its method on the registers in the state.</summary>
[TestFixture]
public sealed unsafe class VectorTemplateTests
{
    private const int Runs = 40;
    private const int StateBytes = CpuState.VectorCount * CpuState.VectorStride;

    private static readonly long[] Immediates = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 0x4e, 0x88, 0xb1, 0xe4, 0xff];

    private static readonly byte[] Edges = [0, 1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x81, 0xfe, 0xff];

    private static readonly MicroOpShape[] Shapes =
    [
        MicroOpShape.Vector, MicroOpShape.Vector3, MicroOpShape.VectorWide, MicroOpShape.VectorToValue, MicroOpShape.VectorsToValue,
        MicroOpShape.WideToValue, MicroOpShape.ValueToVector,
    ];

    public static IEnumerable<MicroOpCode> Codes() => MicroOpTable.All.Where(r => Shapes.Contains(r.Shape)).Select(r => r.Code);

    [TestCaseSource(nameof(Codes))]
    public void Emitted_vector_equals_the_method(MicroOpCode code)
    {
        using EmitterBench bench = new();
        CpuState* state = bench.Context.State;
        Random random = new((int)code);
        foreach (MicroOp op in Variants(code))
        {
            MicroBlock block = EmitterBench.Block(op);
            RegionCode region = EmitterBench.Compile(block);
            for (int i = 0; i < Runs; i++)
            {
                Fill(state, random);
                // A count in a vector is the same for both halves.
                if (op.Imm < 0)
                    new Span<ulong>(state->Vectors + 12, 2).CopyTo(new Span<ulong>(state->Vectors + 14, 2));
                CpuState expected = *state;
                MicroOp copy = op;
                Assert.That(VectorExecutor.Execute(&expected, &copy), Is.True);
                bench.Run(region);
                string text = $"{MicroPrinter.Print(op)}, run {i}";
                ReadOnlySpan<byte> wanted = new(expected.Vectors, StateBytes);
                ReadOnlySpan<byte> found = new(state->Vectors, StateBytes);
                int at = wanted.CommonPrefixLength(found);
                if (at != StateBytes)
                    Assert.Fail($"{text}: register {at / 32} is {Convert.ToHexString(found[(at & ~31)..][..32])}, not {Convert.ToHexString(wanted[(at & ~31)..][..32])}");
                Assert.That(state->Gpr[Operand.Rdx], Is.EqualTo(expected.Gpr[Operand.Rdx]), text);
            }
        }
    }

    [Test]
    public void Every_integer_operation_that_the_host_has_is_a_template()
    {
        // What is put together from methods that RyuJIT makes one or two instructions of, and what .NET has no intrinsic for.
        string[] without =
        [
            "VectorMove", "VectorZeroHigh64", "VectorFromValue", "VectorInsert", "VectorExtract", "VectorTest", "WideTest", "Sha1", "Sha256",
        ];
        IEnumerable<MicroOpCode> missing = Codes()
            .Except(VectorTemplates.All.Select(t => t.Code))
            .Where(c => !without.Any(w => c.ToString().StartsWith(w, StringComparison.Ordinal)));
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported || !System.Runtime.Intrinsics.X86.Gfni.IsSupported)
            Assert.Ignore("the host lacks AVX2 or GFNI");
        Assert.That(missing, Is.Empty);
    }

    private static IEnumerable<MicroOp> Variants(MicroOpCode code)
    {
        MicroOpShape shape = MicroOpTable.Shape(code);
        int[] sizes = shape switch
        {
            MicroOpShape.Vector or MicroOpShape.Vector3 => [16, 32],
            MicroOpShape.VectorWide => [32],
            _ => [4, 8],
        };
        bool toValue = shape is MicroOpShape.VectorToValue or MicroOpShape.VectorsToValue or MicroOpShape.WideToValue;
        foreach (int size in sizes)
        {
            // Shifts by a vector have an immediate of -1.
            IEnumerable<long> immediates = VectorTemplates.All.Any(t => t.Code == code && t.Immediate == -1) ? Immediates.Append(-1) : Immediates;
            foreach (long immediate in immediates)
            {
                byte[] auxes = toValue ? [0] : size == 32 ? [0, VectorAux.ShiftImmediate(1), VectorAux.ShiftImmediate(2), VectorAux.ShiftImmediate(3), VectorAux.ShiftImmediate(4)]
                    : [0, VectorAux.ZeroUpper];
                foreach (byte aux in immediate < 0 ? auxes[..1] : auxes)
                {
                    yield return new MicroOp
                    {
                        Code = code,
                        Size = (byte)size,
                        Dst = toValue ? Operand.Rdx : immediate % 3 == 0 ? (byte)2 : (byte)1,
                        A = 2,
                        B = shape == MicroOpShape.ValueToVector ? Operand.Rax : (byte)3,
                        C = 4,
                        Aux = aux,
                        Imm = immediate,
                    };
                }
            }
        }
    }

    private static void Fill(CpuState* state, Random random)
    {
        Span<byte> bytes = new(state->Vectors, StateBytes);
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (random.Next(4) == 0)
                bytes[i] = Edges[random.Next(Edges.Length)];
        }

        // Counts of shifts, most of them below the width.
        for (int i = 0; i < 8; i++)
        {
            if (random.Next(2) == 0)
                new Span<ulong>(state->Vectors + 12, 4)[i / 2] &= 0x7f;
        }

        // Equal registers, and complements, for tests and comparisons.
        if (random.Next(6) == 0)
            bytes.Slice(64, 32).CopyTo(bytes[96..]);
        if (random.Next(8) == 0)
            bytes.Slice(64, 32).Clear();
        state->Gpr[Operand.Rax] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        state->Gpr[Operand.Rdx] = 0x1111_1111_1111_1111;
    }
}
