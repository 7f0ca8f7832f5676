using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

[TestFixture]
public sealed unsafe class FpuTests
{
    private const ulong Image = TestMachine.Base + 0xf80;
    private const int X87Words = 16;
    private const int VectorWords = CpuState.VectorCount * CpuState.VectorStride / 8;

    [Test]
    public void Restored_state_is_the_saved_one([Range(0, 7)] int top)
    {
        using TestMachine machine = new();
        CpuState* state = machine.State;
        Random random = new(top);
        Fill(state, random, top);
        state->Gpr[8] = Image;
        ulong[] x87 = new Span<ulong>(state->X87, X87Words).ToArray();
        ulong[] vectors = new Span<ulong>(state->Vectors, VectorWords).ToArray();
        CpuState saved = *state;
        machine.Bytes.Slice(0xf80 + 416, 96).Fill(0xee);
        Assert.That(machine.Call(MicroOpCode.FxSave, 8, a: 8));
        Assert.That(machine.Bytes.Slice(0xf80 + 416, 96).IndexOfAnyExcept((byte)0xee), Is.EqualTo(-1), "bytes for software stay");

        Fill(state, random, 3);
        Assert.That(machine.Call(MicroOpCode.FxRestore, 8, a: 8));
        Assert.That((state->Fcw, state->Fsw, state->Ftw, state->Mxcsr), Is.EqualTo((saved.Fcw, saved.Fsw, saved.Ftw, saved.Mxcsr)));
        for (int i = 0; i < 8; i++)
        {
            Assert.That(state->X87[2 * i], Is.EqualTo(x87[2 * i]));
            Assert.That(state->X87[(2 * i) + 1] & 0xffff, Is.EqualTo(x87[(2 * i) + 1] & 0xffff));
        }

        for (int i = 0; i < CpuState.VectorCount; i++)
            Assert.That((state->Vectors[4 * i], state->Vectors[(4 * i) + 1]), Is.EqualTo((vectors[4 * i], vectors[(4 * i) + 1])));
    }

    [Test]
    public void Image_has_the_manuals_layout()
    {
        using TestMachine machine = new();
        CpuState* state = machine.State;
        Fill(state, new Random(1), top: 6);
        state->X87[12] = 0x1122334455667788;
        state->X87[13] = 0x4001;
        state->Vectors[4 * 15] = 0x99aabbccddeeff00;
        state->Gpr[8] = Image;
        Assert.That(machine.Call(MicroOpCode.FxSave, 4, a: 8));
        ReadOnlySpan<byte> image = machine.Bytes.Slice(0xf80, 512);
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian(image), Is.EqualTo(state->Fcw));
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian(image[2..]), Is.EqualTo(state->Fsw));
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(image[24..]), Is.EqualTo(state->Mxcsr));
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(image[28..]), Is.EqualTo(0xffff));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(image[32..]), Is.EqualTo(0x1122334455667788), "ST(0) is physical register 6");
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian(image[40..]), Is.EqualTo(0x4001));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(image[(160 + 240)..]), Is.EqualTo(0x99aabbccddeeff00));
        for (int i = 0; i < 8; i++)
            Assert.That((image[4] >> i) & 1, Is.EqualTo(((state->Ftw >> (2 * i)) & 3) == 3 ? 0 : 1));
    }

    [Test]
    public void Bad_images_and_addresses_fault_and_change_nothing()
    {
        using TestMachine machine = new();
        CpuState* state = machine.State;
        state->Gpr[8] = Image + 8;
        ExpectFault(machine, MicroOpCode.FxSave, ExceptionVector.GeneralProtection);
        ExpectFault(machine, MicroOpCode.FxRestore, ExceptionVector.GeneralProtection);
        state->Gpr[8] = TestMachine.ReadOnly - 0x100;
        Span<byte> before = machine.Bytes;
        byte[] copy = before.ToArray();
        ExpectFault(machine, MicroOpCode.FxSave, ExceptionVector.PageFault);
        Assert.That(state->FaultAddress, Is.EqualTo(TestMachine.ReadOnly));
        Assert.That(machine.Bytes.SequenceEqual(copy), "the first page is not written");
        state->Gpr[8] = Image;
        machine.Bytes[0xf80 + 26] = 1;
        state->Fcw = 0x123;
        ExpectFault(machine, MicroOpCode.FxRestore, ExceptionVector.GeneralProtection);
        Assert.That(state->Fcw, Is.EqualTo(0x123));
        state->Gpr[8] = 0x1_0000;
        ExpectFault(machine, MicroOpCode.LoadMxcsr, ExceptionVector.GeneralProtection);
        state->Cr0 |= 8;
        state->Gpr[8] = Image;
        ExpectFault(machine, MicroOpCode.FxSave, ExceptionVector.DeviceNotAvailable);
    }

    [Test]
    public void Mxcsr_is_loaded_and_read()
    {
        using TestMachine machine = new();
        machine.State->Gpr[8] = 0x7fa0;
        Assert.That(machine.Call(MicroOpCode.LoadMxcsr, 4, a: 8) && machine.Call(MicroOpCode.ReadMxcsr, 4, dst: 9));
        Assert.That(machine.State->Gpr[9], Is.EqualTo(0x7fa0));
    }

    [Test]
    public void X87_words_are_initialised_cleared_and_moved()
    {
        using TestMachine machine = new();
        CpuState* state = machine.State;
        state->Fsw = 0xffff;
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.ClearExceptions));
        Assert.That(state->Fsw, Is.EqualTo(0x7f00));
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.ReadStatus, dst: 9));
        Assert.That(state->Gpr[9], Is.EqualTo(0x7f00));
        state->Gpr[8] = 0x27f;
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.WriteControl, a: 8));
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.ReadControl, dst: 9));
        Assert.That(state->Gpr[9], Is.EqualTo(0x27f));
        state->Ftw = 0;
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.EmptyMmx));
        Assert.That(state->Ftw, Is.EqualTo(0xffff));
        state->Ftw = 0;
        Assert.That(machine.Call(MicroOpCode.X87Control, aux: (int)X87Operation.Initialize));
        Assert.That((state->Fcw, state->Fsw, state->Ftw), Is.EqualTo(((ushort)0x37f, (ushort)0, (ushort)0xffff)));
    }

    private static void ExpectFault(TestMachine machine, MicroOpCode code, byte vector)
    {
        Assert.That(machine.Call(code, 8, a: 8), Is.False);
        Assert.That(machine.State->Exit, Is.EqualTo(ExitReason.Exception));
        Assert.That(machine.State->ExitVector, Is.EqualTo(vector));
    }

    /// <summary>Random contents with the tags that fit them.</summary>
    private static void Fill(CpuState* state, Random random, int top)
    {
        for (int i = 0; i < VectorWords; i++)
            state->Vectors[i] = (ulong)random.NextInt64();
        int tags = 0;
        for (int i = 0; i < 8; i++)
        {
            int tag = random.Next(4);
            (ulong significand, ulong exponent) = tag switch
            {
                0 => (0x8000_0000_0000_0000 | (ulong)random.NextInt64(), (ulong)random.Next(1, 0x7fff)),
                1 => (0UL, 0x8000UL),
                2 => (0x8000_0000_0000_0000, 0x7fffUL),
                _ => ((ulong)random.NextInt64(), (ulong)random.Next(0x10000)),
            };
            state->X87[2 * i] = significand;
            state->X87[(2 * i) + 1] = exponent;
            tags |= tag << (2 * i);
        }

        state->Ftw = (ushort)tags;
        // What these words can hold: bits that exist, and the summary of unmasked exceptions in two places.
        state->Fcw = (ushort)((random.Next(0x10000) & 0x1f3f) | 0x40);
        int status = (random.Next(0x10000) & 0x477f) | (top << 11);
        state->Fsw = (ushort)((status & ~state->Fcw & 63) != 0 ? status | 0x8080 : status);
        state->Mxcsr = (uint)random.Next(0x10000);
    }
}
