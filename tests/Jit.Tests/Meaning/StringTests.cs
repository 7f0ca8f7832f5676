using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>String instructions against a model that does one element, one byte at a time.</summary>
[TestFixture]
public sealed unsafe class StringTests
{
    private static readonly MicroOpCode[] Codes =
        [MicroOpCode.StringMove, MicroOpCode.StringStore, MicroOpCode.StringLoad, MicroOpCode.StringCompare, MicroOpCode.StringScan];

    [Test]
    public void String_instruction_is_the_models([ValueSource(nameof(Codes))] MicroOpCode code, [Values(1, 2, 4, 8)] int size)
    {
        using TestMachine machine = new();
        Random random = new(((int)code * 16) + size);
        int faults = 0;
        int overlaps = 0;
        for (int round = 0; round < 800; round++)
        {
            // Few distinct values, so that comparisons go on for a while.
            if (round % 50 == 0)
            {
                Span<byte> bytes = machine.Bytes;
                for (int i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)(random.Next(40) == 0 ? random.Next() : 7);
            }

            ulong destination = Address(random);
            ulong source = random.Next(2) == 0 ? Address(random) : destination + (ulong)(long)random.Next(-40, 40);
            ulong count = (ulong)(random.Next(8) == 0 ? random.Next(3) : random.Next(3000));
            int aux = random.Next(4) == 0 ? 0 : random.Next(2) == 0 ? StringAux.Repeat : StringAux.RepeatNotEqual;
            if (random.Next(3) == 0)
                aux |= StringAux.Address32;
            ulong sourceBase = 0;
            if (random.Next(3) == 0)
            {
                aux |= random.Next(2) == 0 ? StringAux.Fs : StringAux.Gs;
                sourceBase = (ulong)random.Next(0x8000);
            }

            overlaps += destination > source && destination < source + (count * (uint)size) ? 1 : 0;
            ulong junk = (aux & StringAux.Address32) != 0 ? 0xdead_0000_0000_0000 : 0;
            CpuState* state = machine.State;
            ulong rax = random.Next(2) == 0 ? 0x0707070707070707 : (ulong)random.NextInt64();
            state->Gpr[Operand.Rax] = rax;
            state->Gpr[Operand.Rcx] = count | junk;
            state->Gpr[Operand.Rsi] = (source - sourceBase) | junk;
            state->Gpr[Operand.Rdi] = destination | junk;
            state->FsBase = (aux & StringAux.Fs) != 0 ? sourceBase : 0x123;
            state->GsBase = (aux & StringAux.Gs) != 0 ? sourceBase : 0x456;
            ulong flags = (ulong)random.NextInt64() & (Rflags.Arithmetic | Rflags.DF);
            state->Flags = flags;
            StringModel model = new(code, size, aux, machine.Bytes.ToArray(), state, sourceBase);
            model.Run();

            bool done;
            do
                done = machine.Call(code, size, aux);
            while (!done && state->Exit == ExitReason.None);

            string what = $"{code} {size} aux {aux:x} from {source:x} to {destination:x}, {count} elements, flags {flags:x}";
            Assert.That(done, Is.EqualTo(model.Fault == null), what);
            if (model.Fault is { } address)
            {
                faults++;
                Assert.That(state->ExitVector, Is.EqualTo(ExceptionVector.PageFault), what);
                Assert.That(state->FaultAddress, Is.EqualTo(address), what);
            }

            Assert.That(state->Gpr[Operand.Rax], Is.EqualTo(model.Rax), what);
            Assert.That(state->Gpr[Operand.Rcx], Is.EqualTo(model.Rcx), what);
            Assert.That(state->Gpr[Operand.Rsi], Is.EqualTo(model.Rsi), what);
            Assert.That(state->Gpr[Operand.Rdi], Is.EqualTo(model.Rdi), what);
            Assert.That(state->Flags, Is.EqualTo(model.Flags | Rflags.Fixed), what);
            Assert.That(machine.Bytes.SequenceEqual(model.Memory.Bytes), what);
        }

        Assert.That(faults, Is.GreaterThan(20), "some rounds must run into missing pages");
        Assert.That(overlaps, Is.GreaterThan(20), "some destinations must begin inside their source");
    }

    [Test]
    public void Long_fill_is_left_between_portions()
    {
        using TestMachine machine = new();
        const ulong Count = (TestMachine.WritablePages * 4096) - 5;
        machine.State->Gpr[Operand.Rax] = 0xaa;
        machine.State->Gpr[Operand.Rcx] = Count;
        machine.State->Gpr[Operand.Rdi] = TestMachine.Base;
        int portions = 1;
        for (ulong left = Count; !machine.Call(MicroOpCode.StringStore, 1, StringAux.Repeat); portions++)
        {
            Assert.That(machine.State->Exit, Is.EqualTo(ExitReason.None));
            Assert.That(machine.State->Gpr[Operand.Rcx], Is.LessThan(left));
            left = machine.State->Gpr[Operand.Rcx];
            Assert.That(machine.State->Gpr[Operand.Rdi], Is.EqualTo(TestMachine.Base + Count - left));
        }

        Assert.That(portions, Is.EqualTo(3));
        Assert.That(machine.Bytes[..(int)Count].IndexOfAnyExcept((byte)0xaa), Is.EqualTo(-1));
        Assert.That(machine.Bytes[(int)Count], Is.Zero);
    }

    [Test]
    public void Copy_into_translated_code_stops_before_the_page_and_goes_on_when_stepping([Values(MicroOpCode.StringMove, MicroOpCode.StringStore)] MicroOpCode code)
    {
        using TestMachine machine = new();
        machine.AddCode(TestMachine.Base + 0x2080, 16);
        CpuState* state = machine.State;
        state->Gpr[Operand.Rax] = 0x55;
        state->Gpr[Operand.Rcx] = 0x1800;
        state->Gpr[Operand.Rsi] = TestMachine.Base + 0x8000;
        state->Gpr[Operand.Rdi] = TestMachine.Base + 0x1000;
        machine.Bytes.Slice(0x8000, 0x1800).Fill(0x55);
        Assert.That(machine.Call(code, 1, StringAux.Repeat), Is.False);
        Assert.That(state->Exit, Is.EqualTo(ExitReason.Retry));
        Assert.That(state->Gpr[Operand.Rdi], Is.EqualTo(TestMachine.Base + 0x2000));
        Assert.That(state->Gpr[Operand.Rcx], Is.EqualTo(0x800));
        Assert.That(machine.Bytes[0x1fff], Is.EqualTo(0x55));
        Assert.That(machine.Bytes[0x2000], Is.Zero);
        machine.Context.AllowCodeWrites = true;
        Assert.That(machine.Call(code, 1, StringAux.Repeat));
        Assert.That(state->Gpr[Operand.Rcx], Is.Zero);
        Assert.That(machine.Bytes[0x27ff], Is.EqualTo(0x55));
        Assert.That(machine.Bytes[0x2800], Is.Zero);
    }

    private static ulong Address(Random random)
    {
        // Pages 0 and 1, or the last writable page, the alias of page 0, the read-only and the absent page.
        int page = random.Next(3) == 0 ? random.Next(2) : random.Next(TestMachine.WritablePages - 1, TestMachine.WritablePages + 3);
        return TestMachine.Base + 0x100 + ((ulong)page << 12) + (ulong)random.Next(0x1000) - 0x100;
    }
}
