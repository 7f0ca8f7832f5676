using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Interpret;

[TestFixture]
public sealed unsafe class MicroInterpreterTests
{
    private const ulong Data = 0x60_0000;
    private const byte T0 = Operand.FirstTemporary;
    private const byte Imm = Operand.Immediate;

    private readonly MicroInterpreter _interpreter = new();
    private FlatProcessor _machine = null!;
    private CpuState* _state;

    [SetUp]
    public void SetUp()
    {
        _machine = new FlatProcessor(64);
        _machine.Map(Data, 2);
        _machine.Map(Data + 0x2000, 1, writable: false);
        _state = _machine.State;
        _state->Budget = 1000;
    }

    [TearDown]
    public void TearDown() => _machine.Dispose();

    [TestCase(1, 0x1_11UL, 0x22UL, 0x33UL)]
    [TestCase(1, 0xffUL, 0x01UL, 0x00UL)]
    [TestCase(2, 0xfff_ffffUL, 0x01UL, 0x00UL)]
    [TestCase(4, 0xffff_ffff_ffff_ffffUL, 0x03UL, 0x02UL)]
    [TestCase(8, 0xffff_ffff_ffff_ffffUL, 0x03UL, 0x02UL)]
    public void Value_operations_truncate_operands_and_result(int size, ulong a, ulong b, ulong sum)
    {
        _state->Gpr[Operand.Rax] = a;
        _state->Gpr[Operand.Rcx] = b;
        Run(new MicroCode().Op(MicroOpCode.Add, size, T0, Operand.Rax, Operand.Rcx));
        Assert.That(_state->Gpr[T0], Is.EqualTo(sum));
    }

    [Test]
    public void Every_method_of_the_table_gives_in_the_interpreter_what_it_states()
    {
        // Both ways of execution, the switch and the table by shape, against the method itself.
        ulong[] values = [0, 1, 0x7f, 0x80, 0x1234_5678_9abc_def0, 0xffff_ffff_8000_0000, ulong.MaxValue];
        Assert.Multiple(() =>
        {
            foreach (MicroOpRow row in MicroOpTable.All.Where(r => r.Shape is MicroOpShape.Value1 or MicroOpShape.Value2 or MicroOpShape.Value3))
            {
                foreach (int size in (int[])[1, 2, 4, 8])
                {
                    foreach (ulong a in values)
                        CheckAgainstMethod(row, size, a, values[(size + (int)(a & 7)) % values.Length] & 15, a & 1);
                }
            }
        });
    }

    [Test]
    public void Immediates_stand_for_any_operand()
    {
        _state->Gpr[Operand.Rdx] = 100;
        Run(new MicroCode()
            .Op(MicroOpCode.Sub, 8, Operand.Rax, Operand.Rdx, Imm, imm: 58)
            .Op(MicroOpCode.Sub, 4, Operand.Rcx, Imm, Operand.Rdx, imm: 1)
            .Op(MicroOpCode.Select, 8, Operand.Rbx, Operand.Rax, Operand.Rcx, Imm, imm: 0));
        Assert.That(_state->Gpr[Operand.Rax], Is.EqualTo(42UL));
        Assert.That(_state->Gpr[Operand.Rcx], Is.EqualTo(0xffff_ff9dUL));
        Assert.That(_state->Gpr[Operand.Rbx], Is.EqualTo(0xffff_ff9dUL));
    }

    [Test]
    public void Inserting_and_extending_keep_the_rest_as_their_shapes_tell()
    {
        _state->Gpr[Operand.Rax] = 0x1122_3344_5566_7788;
        _state->Gpr[Operand.Rcx] = 0xffff_ffff_ffff_ff80;
        Run(new MicroCode()
            .Op(MicroOpCode.InsertLow, 1, T0, Operand.Rax, Operand.Rcx)
            .Op(MicroOpCode.InsertHigh, 1, T0 + 1, Operand.Rax, Operand.Rcx)
            .Op(MicroOpCode.SignExtend, 1, T0 + 2, Operand.Rcx, aux: 2)
            .Op(MicroOpCode.ExtractHigh, 2, T0 + 3, Operand.Rax));
        Assert.That(_state->Gpr[T0], Is.EqualTo(0x1122_3344_5566_7780UL));
        Assert.That(_state->Gpr[T0 + 1], Is.EqualTo(0x1122_3344_5566_8088UL));
        Assert.That(_state->Gpr[T0 + 2], Is.EqualTo(0xff80UL));
        Assert.That(_state->Gpr[T0 + 3], Is.EqualTo(0x77UL));
    }

    [Test]
    public void Flags_are_stored_truncated_and_evaluated_on_demand()
    {
        _state->Gpr[Operand.Rax] = 0xf_ff;
        Run(new MicroCode()
            .SetFlags(FlagKind.Add, 1, Operand.Rax, Imm, imm: 1)
            .Op(MicroOpCode.Condition, 1, T0, aux: (byte)Condition.B)
            .Op(MicroOpCode.Condition, 1, T0 + 1, aux: (byte)Condition.NE)
            .Op(MicroOpCode.ReadFlags, 8, T0 + 2));
        Assert.That(_state->FlagA, Is.EqualTo(0xffUL));
        Assert.That(_state->FlagC, Is.Zero);
        Assert.That(_state->Gpr[T0], Is.EqualTo(1UL));
        Assert.That(_state->Gpr[T0 + 1], Is.Zero);
        Assert.That(_state->Gpr[T0 + 2], Is.EqualTo(Rflags.CF | Rflags.ZF | Rflags.PF | Rflags.AF));
    }

    [TestCase(0UL, Rflags.SF)]
    [TestCase(1UL, Rflags.CF | Rflags.ZF | Rflags.PF | Rflags.OF)]
    public void A_count_of_zero_keeps_the_flags(ulong count, ulong expected)
    {
        _state->ArithmeticFlags = Rflags.SF;
        _state->Gpr[Operand.Rax] = 0x80;
        _state->Gpr[Operand.Rcx] = count;
        Run(new MicroCode().Op(MicroOpCode.SetFlagsIfCount, 1, a: Operand.Rax, b: Operand.Rcx, aux: (byte)FlagKind.Shl));
        Assert.That(_state->ArithmeticFlags, Is.EqualTo(expected));
    }

    [Test]
    public void Addresses_are_computed_from_all_their_parts()
    {
        _machine.Store(Data + 0x128, BitConverter.GetBytes(0x8877_6655_4433_2211));
        _state->Gpr[Operand.Rbx] = Data;
        _state->Gpr[Operand.Rsi] = 0x20;
        _state->GsBase = 0x100;
        Run(new MicroCode()
            .Op(MicroOpCode.Load, 8, T0, Operand.Rbx, Operand.Rsi, aux: 3, imm: 0x28)
            .Op(MicroOpCode.Load, 4, T0 + 1, Operand.Rbx, aux: MemoryAux.Gs, imm: 0x28)
            .Op(MicroOpCode.Load, 2, T0 + 2, aux: MemoryAux.Gs | MemoryAux.Address32, imm: 0x1_0000_0000 + (long)Data + 0x28)
            .Op(MicroOpCode.LoadAddress, 4, T0 + 3, Operand.Rbx, Operand.Rsi, aux: 2 | MemoryAux.Gs, imm: -1));
        Assert.That(_state->Gpr[T0], Is.EqualTo(0x8877_6655_4433_2211UL));
        Assert.That(_state->Gpr[T0 + 1], Is.EqualTo(0x4433_2211UL));
        Assert.That(_state->Gpr[T0 + 2], Is.EqualTo(0x2211UL));
        Assert.That(_state->Gpr[T0 + 3], Is.EqualTo(Data + 0x7f));
    }

    [Test]
    public void Stores_write_their_size_alone_and_cross_pages()
    {
        _state->Gpr[Operand.Rax] = 0x1122_3344_5566_7788;
        _state->Gpr[Operand.Rbx] = Data + 0xffe;
        // Twice: the second time through the filled TLB.
        for (int i = 0; i < 2; i++)
        {
            _machine.Store(Data + 0xff0, new byte[32]);
            Run(new MicroCode()
                .Op(MicroOpCode.Store, 4, a: Operand.Rbx, c: Operand.Rax)
                .Op(MicroOpCode.Store, 1, a: Operand.Rbx, c: Operand.Rax, imm: -8));
            Assert.That(_machine.Load64(Data + 0xff6), Is.EqualTo(0x88UL));
            Assert.That(_machine.Load64(Data + 0xffe), Is.EqualTo(0x5566_7788UL));
        }
    }

    [Test]
    public void A_fault_gives_back_the_instructions_that_did_not_retire()
    {
        _state->Gpr[Operand.Rbx] = Data + 0x1ffc;
        _state->Gpr[Operand.Rax] = ulong.MaxValue;
        byte[] before = _machine.Load(Data + 0x1ff0, 16);
        MicroBlock block = new MicroCode()
            .Instruction().Op(MicroOpCode.Move, 8, Operand.Rcx, Imm, imm: 7)
            .Instruction()
            .Instruction().Op(MicroOpCode.Move, 8, T0, Imm, imm: 1).Op(MicroOpCode.Store, 8, a: Operand.Rbx, c: Operand.Rax)
            .Instruction().Op(MicroOpCode.Move, 8, Operand.Rcx, Imm, imm: 8)
            .Block();
        BlockResult result = _interpreter.Execute(_machine.Context, block);
        Assert.That(result, Is.EqualTo(BlockResult.Exit));
        Assert.That(_state->Exit, Is.EqualTo(ExitReason.Exception));
        Assert.That(_state->ExitVector, Is.EqualTo(ExceptionVector.PageFault));
        Assert.That(_state->FaultAddress, Is.EqualTo(Data + 0x2000));
        Assert.That(_state->Rip, Is.EqualTo(MicroCode.Rip + 8));
        Assert.That(_state->Budget, Is.EqualTo(998));
        Assert.That(_state->Gpr[Operand.Rcx], Is.EqualTo(7UL));
        Assert.That(_machine.Load(Data + 0x1ff0, 16), Is.EqualTo(before));
        Assert.That(_machine.Context.Statistics.InstructionsInterpreted, Is.EqualTo(2));
    }

    [Test]
    public void The_load_of_a_read_modify_write_faults_as_a_write()
    {
        _state->Gpr[Operand.Rbx] = Data + 0x2000;
        Run(new MicroCode().Op(MicroOpCode.Load, 4, T0, Operand.Rbx));
        MicroBlock block = new MicroCode().Op(MicroOpCode.Load, 4, T0, Operand.Rbx, aux: MemoryAux.WriteIntent).Block();
        Assert.That(_interpreter.Execute(_machine.Context, block), Is.EqualTo(BlockResult.Exit));
        Assert.That(_state->ExitErrorCode, Is.EqualTo(PageFaultCode.Present | PageFaultCode.Write | PageFaultCode.User));
        Assert.That(_state->Budget, Is.EqualTo(999));
    }

    [Test]
    public void Vectors_load_with_zeros_above_and_store_their_low_part()
    {
        _machine.Store(Data + 0xff8, Convert.FromHexString("000102030405060708090a0b0c0d0e0f"));
        _state->Gpr[Operand.Rbx] = Data;
        byte* vectors = (byte*)_state->Vectors;
        new Span<byte>(vectors, 3 * CpuState.VectorStride).Fill(0xee);
        Run(new MicroCode()
            .Op(MicroOpCode.VectorLoad, 16, 0, Operand.Rbx, imm: 0xff8)
            .Op(MicroOpCode.VectorLoad, 8, 1, Operand.Rbx, imm: 0xff8)
            .Op(MicroOpCode.VectorLoad, 4, 2, Operand.Rbx, imm: 0xff9)
            .Op(MicroOpCode.VectorStore, 16, a: Operand.Rbx, c: 0, imm: 0x10)
            .Op(MicroOpCode.VectorStore, 4, a: Operand.Rbx, c: 0, imm: 0x30));
        Assert.That(Hex(vectors), Is.EqualTo("000102030405060708090A0B0C0D0E0FEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"));
        Assert.That(Hex(vectors + 32), Is.EqualTo("00010203040506070000000000000000EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"));
        Assert.That(Hex(vectors + 64), Is.EqualTo("01020304000000000000000000000000EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"));
        Assert.That(Convert.ToHexString(_machine.Load(Data + 0x10, 17)), Is.EqualTo("000102030405060708090A0B0C0D0E0F00"));
        Assert.That(_machine.Load64(Data + 0x30), Is.EqualTo(0x0302_0100UL));
    }

    [Test]
    public void An_aligned_vector_move_wants_alignment()
    {
        _state->Gpr[Operand.Rbx] = Data + 8;
        MicroBlock block = new MicroCode().Op(MicroOpCode.VectorLoad, 16, 0, Operand.Rbx, aux: MemoryAux.Aligned).Block();
        Assert.That(_interpreter.Execute(_machine.Context, block), Is.EqualTo(BlockResult.Exit));
        Assert.That(_state->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
        Assert.That(_state->ExitHasErrorCode, Is.True);
    }

    [Test]
    public void Atomics_exchange_with_memory()
    {
        _machine.Store(Data, BitConverter.GetBytes(40UL));
        _state->Gpr[Operand.Rbx] = Data;
        _state->Gpr[Operand.Rax] = 42;
        _state->Gpr[Operand.Rdx] = 99;
        Run(new MicroCode()
            .Op(MicroOpCode.AtomicAdd, 8, T0, Operand.Rbx, c: Imm, imm: 0)
            .Op(MicroOpCode.AtomicExchange, 8, T0 + 1, Operand.Rbx, c: Operand.Rax)
            .Op(MicroOpCode.AtomicCompareExchange, 8, T0 + 2, Operand.Rbx, c: Operand.Rdx));
        Assert.That(_state->Gpr[T0], Is.EqualTo(40UL));
        Assert.That(_state->Gpr[T0 + 1], Is.EqualTo(40UL));
        Assert.That(_state->Gpr[T0 + 2], Is.EqualTo(42UL));
        Assert.That(_machine.Load64(Data), Is.EqualTo(99UL));
    }

    [Test]
    public void Helpers_see_the_state_and_may_leave()
    {
        _state->Gpr[Operand.Rax] = 100;
        _state->Gpr[Operand.Rcx] = 7;
        Run(new MicroCode().Op(MicroOpCode.DivideUnsigned, 4, a: Operand.Rcx));
        Assert.That(_state->Gpr[Operand.Rax], Is.EqualTo(14UL));
        Assert.That(_state->Gpr[Operand.Rdx], Is.EqualTo(2UL));
        _state->Gpr[Operand.Rcx] = 0;
        BlockResult result = _interpreter.Execute(_machine.Context, new MicroCode().Op(MicroOpCode.DivideUnsigned, 4, a: Operand.Rcx).Block());
        Assert.That(result, Is.EqualTo(BlockResult.Exit));
        Assert.That(_state->ExitVector, Is.EqualTo(ExceptionVector.DivideError));
        Assert.That(_state->Rip, Is.EqualTo(MicroCode.Rip));
    }

    [Test]
    public void Terminals_choose_where_to_go()
    {
        _state->Gpr[Operand.Rax] = 5;
        MicroCode compare = new MicroCode().SetFlags(FlagKind.Sub, 8, Operand.Rax, Imm, imm: 5);
        Assert.Multiple(() =>
        {
            Expect(compare.Block(Terminal.Branch(Condition.E, 0x1000, 0x2000)), BlockResult.Target, 0x1000);
            Expect(compare.Block(Terminal.Branch(Condition.L, 0x1000, 0x2000)), BlockResult.Next, 0x2000);
            Expect(compare.Block(Terminal.BranchNonZero(Operand.Rax, 0x1000, 0x2000)), BlockResult.Target, 0x1000);
            Expect(compare.Block(Terminal.BranchNonZero(Operand.Rsi, 0x1000, 0x2000)), BlockResult.Next, 0x2000);
            Expect(compare.Block(Terminal.Indirect(Operand.Rax)), BlockResult.Elsewhere, 5);
            Expect(compare.Block(Terminal.Dispatch(0x3000)), BlockResult.Dispatch, 0x3000);
            Expect(compare.Block(Terminal.Dispatch(0)), BlockResult.Dispatch, 0x3000);
            Expect(compare.Block(Terminal.Leave(ExitReason.SoftwareInterrupt, 0x4000, 3)), BlockResult.Exit, 0x4000);
        });
        Assert.That(_state->Exit, Is.EqualTo(ExitReason.SoftwareInterrupt));
        Assert.That(_state->ExitVector, Is.EqualTo(3));
        Assert.That(_state->Budget, Is.EqualTo(992));
    }

    [Test]
    public void A_fault_at_the_end_does_not_retire()
    {
        MicroBlock block = new MicroCode()
            .Instruction().Op(MicroOpCode.Move, 8, Operand.Rcx, Imm, imm: 7)
            .Instruction()
            .Block(Terminal.Fault(ExceptionVector.GeneralProtection, MicroCode.Rip + 4, 0x50));
        Expect(block, BlockResult.Exit, MicroCode.Rip + 4);
        Assert.That(_state->Exit, Is.EqualTo(ExitReason.Exception));
        Assert.That(_state->ExitErrorCode, Is.EqualTo(0x50));
        Assert.That(_state->ExitHasErrorCode, Is.True);
        Assert.That(_state->Budget, Is.EqualTo(999));
        Assert.That(_state->Gpr[Operand.Rcx], Is.EqualTo(7UL));
    }

    private static string Hex(byte* vector) => Convert.ToHexString(new ReadOnlySpan<byte>(vector, CpuState.VectorStride));

    private void Run(MicroCode code)
    {
        MicroBlock block = code.Block();
        Assert.That(_interpreter.Execute(_machine.Context, block), Is.EqualTo(BlockResult.Target), _state->Exit.ToString());
        Assert.That(_state->Rip, Is.EqualTo(block.Terminal.Target));
    }

    private void Expect(MicroBlock block, BlockResult result, ulong rip)
    {
        Assert.That(_interpreter.Execute(_machine.Context, block), Is.EqualTo(result));
        Assert.That(_state->Rip, Is.EqualTo(rip));
    }

    private void CheckAgainstMethod(MicroOpRow row, int size, ulong a, ulong b, ulong c)
    {
        ulong mask = ulong.MaxValue >> (64 - (8 * size));
        _state->Gpr[Operand.Rax] = a;
        _state->Gpr[Operand.Rcx] = b;
        _state->Gpr[Operand.Rdx] = c;
        object[] operands = row.Shape switch
        {
            MicroOpShape.Value1 => [a & mask, size],
            MicroOpShape.Value2 => [a & mask, b & mask, size],
            _ => [a & mask, b & mask, c & mask, size],
        };
        ulong expected = (ulong)MicroOpMethods.Method(row.Code).Invoke(null, operands)! & mask;
        Run(new MicroCode().Op(row.Code, size, T0, Operand.Rax, Operand.Rcx, Operand.Rdx));
        Assert.That(_state->Gpr[T0], Is.EqualTo(expected), $"{row.Code} of {size} bytes, 0x{a:x}, 0x{b:x}, 0x{c:x}");
    }
}
