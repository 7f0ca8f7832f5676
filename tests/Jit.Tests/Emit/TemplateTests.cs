using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Emit;

/// <summary>
/// What the emitter writes for a micro-op, template or call, against the method that states its meaning: a template is an optimisation,
/// not a second truth.
/// </summary>
[TestFixture]
public sealed unsafe class TemplateTests
{
    private static readonly ulong[] Edges =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
        0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff, 0x0123_4567_89ab_cdef, 0xdead_beef_8421_7fc0,
    ];

    private static readonly MicroOpShape[] ValueShapes =
        [MicroOpShape.Value1, MicroOpShape.Value2, MicroOpShape.Value3, MicroOpShape.Word3, MicroOpShape.Extend, MicroOpShape.Insert];

    public static IEnumerable<MicroOpCode> ValueCodes() => MicroOpTable.All.Where(r => ValueShapes.Contains(r.Shape)).Select(r => r.Code);

    [TestCaseSource(nameof(ValueCodes))]
    public void Emitted_value_equals_the_method(MicroOpCode code)
    {
        using EmitterBench bench = new();
        MicroOpShape shape = MicroOpTable.Shape(code);
        Random random = new(1);
        foreach (int size in Sizes(code))
        {
            foreach (byte aux in shape == MicroOpShape.Extend ? [(byte)2, 4, 8] : new byte[] { 0 })
            {
                MicroOp op = new() { Code = code, Size = (byte)size, Dst = Operand.Rdx, A = Operand.Rax, B = Operand.Rbx, C = Operand.Rcx, Aux = aux };
                RegionCode region = EmitterBench.Compile(EmitterBench.Block(op));
                for (int i = 0; i < 600; i++)
                {
                    ulong a = Edges[random.Next(Edges.Length)];
                    ulong b = Operand2(code, size, Edges[random.Next(Edges.Length)]);
                    ulong c = code is MicroOpCode.AddCarry or MicroOpCode.SubBorrow or MicroOpCode.RotateCarryLeft or MicroOpCode.RotateCarryRight
                        ? (ulong)random.Next(2)
                        : Operand3(code, size, Edges[random.Next(Edges.Length)]);
                    CpuState* state = bench.Context.State;
                    state->Gpr[Operand.Rax] = a;
                    state->Gpr[Operand.Rbx] = b;
                    state->Gpr[Operand.Rcx] = c;
                    bench.Run(region);
                    ulong expected = Reference(code, shape, size, aux, a, b, c);
                    Assert.That(state->Gpr[Operand.Rdx], Is.EqualTo(expected), $"{code} size {size} aux {aux} a=0x{a:x} b=0x{b:x} c=0x{c:x}");
                }
            }
        }
    }

    [Test]
    public void Emitted_conditions_equal_the_flag_rules([Values] FlagKind kind)
    {
        using EmitterBench bench = new();
        Random random = new(2);
        foreach (int size in (int[])[1, 2, 4, 8])
        {
            for (int condition = 0; condition < 16; condition++)
            {
                MicroOp set = new() { Code = MicroOpCode.SetFlags, Size = (byte)size, Aux = (byte)kind, A = Operand.Rax, B = Operand.Rbx, C = Operand.Rcx };
                MicroOp get = new() { Code = MicroOpCode.Condition, Dst = Operand.Rdx, Aux = (byte)condition };
                RegionCode region = EmitterBench.Compile(EmitterBench.Block(set, get));
                for (int i = 0; i < 200; i++)
                {
                    ulong a = Edges[random.Next(Edges.Length)];
                    ulong b = kind is FlagKind.Shl or FlagKind.Shr or FlagKind.Sar ? (ulong)random.Next(1, size == 8 ? 64 : 32) : Edges[random.Next(Edges.Length)];
                    ulong c = (ulong)random.Next(2);
                    if (kind == FlagKind.BitTest)
                        a &= 1;
                    if (kind == FlagKind.Mul)
                        b &= 1;
                    CpuState* state = bench.Context.State;
                    state->Gpr[Operand.Rax] = a;
                    state->Gpr[Operand.Rbx] = b;
                    state->Gpr[Operand.Rcx] = c;
                    bench.Run(region);
                    ulong mask = size == 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
                    int operation = LazyFlags.Operation(kind, size);
                    ulong word = LazyFlags.Materialize(operation, a & mask, b & mask, c & mask);
                    bool expected = LazyFlags.EvaluateWord(word, (Condition)condition);
                    string text = $"{kind} size {size} {(Condition)condition} a=0x{a:x} b=0x{b:x} c={c}";
                    Assert.That(state->Gpr[Operand.Rdx], Is.EqualTo(expected ? 1UL : 0UL), text);
                    Assert.That(state->ArithmeticFlags, Is.EqualTo(word), text);
                    Assert.That(LazyFlags.Evaluate(operation, a & mask, b & mask, c & mask, (Condition)condition), Is.EqualTo(expected), text);
                }
            }
        }
    }

    private static int[] Sizes(MicroOpCode code) => code switch
    {
        MicroOpCode.ExtractHigh => [2],
        MicroOpCode.InsertHigh => [1],
        MicroOpCode.SignExtend => [1, 2, 4],
        MicroOpCode.ByteSwap => [2, 4, 8],
        _ => [1, 2, 4, 8],
    };

    private static bool TakesCount(MicroOpCode code) => code is MicroOpCode.ShiftLeft or MicroOpCode.ShiftRight or MicroOpCode.ShiftArithmetic
        or MicroOpCode.RotateLeft or MicroOpCode.RotateRight or MicroOpCode.RotateCarryLeft or MicroOpCode.RotateCarryRight
        or MicroOpCode.RotateLeftFlags or MicroOpCode.RotateRightFlags or MicroOpCode.RotateCarryLeftFlags or MicroOpCode.RotateCarryRightFlags
        or MicroOpCode.ShiftLeftDoubleFlags or MicroOpCode.ShiftRightDoubleFlags;

    private static ulong Operand2(MicroOpCode code, int size, ulong value) => TakesCount(code) ? Count(size, value) : value;

    private static ulong Operand3(MicroOpCode code, int size, ulong value) =>
        code is MicroOpCode.ShiftLeftDouble or MicroOpCode.ShiftRightDouble ? Count(size, value) : value;

    private static ulong Count(int size, ulong value) => value & (size == 8 ? 63UL : 31UL);

    private static ulong Reference(MicroOpCode code, MicroOpShape shape, int size, int aux, ulong a, ulong b, ulong c)
    {
        ulong mask = Mask(size);
        return shape switch
        {
            MicroOpShape.Value1 => MicroOpMethods.Value1(code)(a & mask, size) & mask,
            MicroOpShape.Extend => MicroOpMethods.Value1(code)(a & mask, size) & Mask(aux),
            MicroOpShape.Value2 => MicroOpMethods.Value2(code)(a & mask, b & mask, size) & mask,
            MicroOpShape.Insert => MicroOpMethods.Value2(code)(a, b, size),
            MicroOpShape.Value3 => MicroOpMethods.Value3(code)(a & mask, b & mask, c & mask, size) & mask,
            _ => MicroOpMethods.Value3(code)(a, b, c, size),
        };
    }

    private static ulong Mask(int size) => size == 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
}
