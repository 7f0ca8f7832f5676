using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Meaning;

[TestFixture]
public sealed unsafe class AtomicTests
{
    private static readonly MicroOpCode[] Codes =
    [
        MicroOpCode.AtomicExchange, MicroOpCode.AtomicAdd, MicroOpCode.AtomicAnd, MicroOpCode.AtomicOr, MicroOpCode.AtomicXor,
        MicroOpCode.AtomicNegate, MicroOpCode.AtomicCompareExchange,
    ];

    [Test]
    public void Atomic_is_a_load_and_a_store_wherever_the_operand_lies([ValueSource(nameof(Codes))] MicroOpCode code, [Values(1, 2, 4, 8)] int size)
    {
        using TestMachine machine = new();
        Random random = new(size);
        random.NextBytes(machine.Bytes);
        ModelMemory model = new(machine.Bytes.ToArray());
        for (int i = 0; i < 4000; i++)
        {
            ulong page = (ulong)random.Next(TestMachine.WritablePages - 1, TestMachine.WritablePages + 3);
            ulong address = TestMachine.Base + (page << 12) + (ulong)(random.Next(3) == 0 ? random.Next(4088, 4096) : random.Next(4096));
            ulong operand = ValueMethodTests.Operand(random, size);
            machine.State->Exit = ExitReason.None;
            machine.State->Gpr[Operand.Rax] = ValueMethodTests.Operand(random, 8);
            ulong? fault = ModelMemory.FaultOf(address, size, write: true);
            ulong before = fault == null ? model.Read(address, size) : 0;
            if (random.Next(2) == 0)
                machine.State->Gpr[Operand.Rax] = before | (size == 8 ? 0 : 0x77UL << 56);
            bool done = MicroOpMethods.Atomic(code)(machine.Context, address, operand, size, out ulong old);
            if (fault is { } at)
            {
                Assert.That(done, Is.False);
                Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.PageFault));
                Assert.That(machine.State->FaultAddress, Is.EqualTo(at));
                Assert.That(machine.State->ExitErrorCode & PageFaultCode.Write, Is.Not.Zero);
            }
            else
            {
                Assert.That(done);
                Assert.That(old & Mask(size), Is.EqualTo(before), $"{address:x}");
                model.Write(address, After(code, before, operand, machine.State->Gpr[Operand.Rax], size), size);
            }
        }

        Assert.That(machine.Bytes.SequenceEqual(model.Bytes));
    }

    [Test]
    public void Atomic_on_translated_code_asks_for_a_retry_unless_stepping([ValueSource(nameof(Codes))] MicroOpCode code)
    {
        using TestMachine machine = new();
        machine.AddCode(TestMachine.Base + 4096, 64);
        CodeWrites listener = new();
        machine.Memory.AddListener(listener);
        foreach (ulong address in new[] { TestMachine.Base + 4096, TestMachine.Base + 4094 })
        {
            machine.State->Exit = ExitReason.None;
            machine.Context.AllowCodeWrites = false;
            Assert.That(MicroOpMethods.Atomic(code)(machine.Context, address, 1, 4, out _), Is.False);
            Assert.That(machine.State->Exit, Is.EqualTo(ExitReason.Retry));
            Assert.That(listener.Count, Is.Zero);
            machine.State->Exit = ExitReason.None;
            machine.Context.AllowCodeWrites = true;
            Assert.That(MicroOpMethods.Atomic(code)(machine.Context, address, 1, 4, out _));
            Assert.That(listener.Count, Is.Not.Zero);
            listener.Count = 0;
        }
    }

    [Test]
    public void Misaligned_atomic_raises_AC_when_checked()
    {
        using TestMachine machine = new();
        machine.State->Cr0 = CpuContext.Cr0Am;
        machine.State->SystemFlags |= Rflags.AC;
        machine.Context.UpdateMode();
        Assert.That(MicroOpMethods.Atomic(MicroOpCode.AtomicAdd)(machine.Context, TestMachine.Base + 2, 1, 4, out _), Is.False);
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.AlignmentCheck));
        machine.State->Exit = ExitReason.None;
        Assert.That(MicroOpMethods.Atomic(MicroOpCode.AtomicAdd)(machine.Context, TestMachine.Base + 4, 1, 4, out _));
    }

    [Test]
    public void Threads_lose_no_additions([Values(1, 2, 4, 8)] int size)
    {
        const int Threads = 2;
        const int Additions = 20000;
        using TestMachine machine = new();
        byte* host = machine.Context.TryPointer(TestMachine.Base, 8, AccessKind.Write);
        Task other = Task.Run(() =>
        {
            for (int i = 0; i < Additions; i++)
                AddOnHost(host, size);
        });
        for (int i = 0; i < Additions; i++)
            _ = MicroOpMethods.Atomic(MicroOpCode.AtomicAdd)(machine.Context, TestMachine.Base, 1, size, out _);
        other.Wait();
        Assert.That(CpuContext.ReadHost(host, size), Is.EqualTo(Threads * Additions & Mask(size)));
    }

    [Test]
    public void Wide_compare_exchange_compares_a_pair([Values(8, 16)] int size, [Values] bool equal)
    {
        using TestMachine machine = new();
        CpuState* state = machine.State;
        const ulong Address = TestMachine.Base + 0x40;
        Span<byte> memory = machine.Bytes.Slice(0x40, 16);
        for (byte i = 0; i < 16; i++)
            memory[i] = (byte)(0xa0 + i);
        state->Gpr[Operand.Rax] = size == 8 ? 0x77777777_a3a2a1a0 : 0xa7a6a5a4a3a2a1a0;
        state->Gpr[Operand.Rdx] = size == 8 ? 0x77777777_a7a6a5a4 : 0xafaeadacabaaa9a8;
        if (!equal)
            state->Gpr[Operand.Rdx] ^= 1;
        state->Gpr[Operand.Rbx] = 0x1111111122222222;
        state->Gpr[Operand.Rcx] = 0x3333333344444444;
        state->Gpr[8] = Address;
        ulong rdx = state->Gpr[Operand.Rdx];
        ulong rax = state->Gpr[Operand.Rax];
        state->Flags = Rflags.CF | Rflags.OF | Rflags.SF | (equal ? 0 : Rflags.ZF);
        byte[] before = memory.ToArray();
        Assert.That(machine.Call(MicroOpCode.CompareExchangeWide, size, a: 8));
        Assert.That(state->ArithmeticFlags, Is.EqualTo(Rflags.CF | Rflags.OF | Rflags.SF | (equal ? Rflags.ZF : 0)));
        if (equal)
        {
            ulong low = size == 8 ? 0x4444444422222222UL : 0x1111111122222222UL;
            ulong high = size == 8 ? 0xafaeadacabaaa9a8 : 0x3333333344444444;
            Assert.That(BitConverter.ToUInt64(memory), Is.EqualTo(low));
            Assert.That(BitConverter.ToUInt64(memory[8..]), Is.EqualTo(high));
            Assert.That((state->Gpr[Operand.Rax], state->Gpr[Operand.Rdx]), Is.EqualTo((rax, rdx)));
        }
        else
        {
            Assert.That(memory.SequenceEqual(before));
            Assert.That(state->Gpr[Operand.Rax], Is.EqualTo(size == 8 ? 0xa3a2a1a0 : 0xa7a6a5a4a3a2a1a0));
            Assert.That(state->Gpr[Operand.Rdx], Is.EqualTo(size == 8 ? 0xa7a6a5a4 : 0xafaeadacabaaa9a8));
        }
    }

    [Test]
    public void Wide_compare_exchange_of_16_bytes_must_be_aligned()
    {
        using TestMachine machine = new();
        machine.State->Gpr[8] = TestMachine.Base + 8;
        Assert.That(machine.Call(MicroOpCode.CompareExchangeWide, 16, a: 8), Is.False);
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
    }

    private static void AddOnHost(byte* host, int size)
    {
        switch (size)
        {
            case 8:
                _ = Interlocked.Increment(ref *(ulong*)host);
                break;
            case 4:
                _ = Interlocked.Increment(ref *(uint*)host);
                break;
            case 2:
                ushort word;
                do
                    word = Volatile.Read(ref *(ushort*)host);
                while (Interlocked.CompareExchange(ref *(ushort*)host, (ushort)(word + 1), word) != word);
                break;
            default:
                byte value;
                do
                    value = Volatile.Read(ref *host);
                while (Interlocked.CompareExchange(ref *host, (byte)(value + 1), value) != value);
                break;
        }
    }

    private static ulong After(MicroOpCode code, ulong before, ulong operand, ulong rax, int size) => code switch
    {
        MicroOpCode.AtomicExchange => operand,
        MicroOpCode.AtomicAdd => before + operand,
        MicroOpCode.AtomicAnd => before & operand,
        MicroOpCode.AtomicOr => before | operand,
        MicroOpCode.AtomicXor => before ^ operand,
        MicroOpCode.AtomicNegate => 0 - before,
        _ => (rax & Mask(size)) == before ? operand : before,
    };

    private static ulong Mask(int size) => ulong.MaxValue >> (64 - (size * 8));

    private sealed class CodeWrites : ICodeListener
    {
        public int Count { get; set; }

        public void OnCodeWrite(MachineFrame frame, int offset, int length) => Count++;

        public void OnCodeFrame(MachineFrame frame)
        {
        }

        public ulong CodeMask(MachineFrame frame) => 0;

        public bool CoversCode(MachineFrame frame, int offset, int length) => true;
    }
}
