using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;
using Rebound.Jit.Tests.Meaning;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>
/// Every integer instruction of the table that works on the first four registers and on memory at [rsi], lifted and interpreted,
/// against the processor that runs the tests.
/// </summary>
[TestFixture]
public sealed unsafe class HostComparisonTests
{
    private const ulong Data = 0x60_0000;
    private const int Window = 64;
    private const int Center = 32;
    private const ulong Edge = 0x8000_0000_8000_8080;

    private readonly MicroInterpreter _interpreter = new();
    private readonly InstructionInfoFactory _information = new();
    private readonly Random _random = new(31415926);
    private FlatProcessor _machine = null!;
    private MachineFrame _frame;

    [OneTimeSetUp]
    public void SetUp()
    {
        _machine = new FlatProcessor(64);
        _frame = _machine.Map(Data, 1);
    }

    [OneTimeTearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Integer_instructions_do_what_the_host_does()
    {
        using HostCpu host = new();
        int forms = 0;
        HashSet<Mnemonic> mnemonics = [];
        Assert.Multiple(() =>
        {
            foreach (InstructionForm form in InstructionForms.All([0, 1, 3, 4]))
            {
                if (!IsComparable(form.Instruction))
                    continue;
                forms++;
                mnemonics.Add(form.Instruction.Mnemonic);
                Compare(host, form);
            }
        });
        Assert.That(forms, Is.GreaterThan(2000));
        Assert.That(mnemonics, Has.Count.GreaterThan(90));
    }

    private void Compare(HostCpu host, in InstructionForm form)
    {
        MicroBlock block = LiftHelper.TryLift(form.Bytes, int.MaxValue, BlockMode.None, 1)!;
        host.Load(form.Bytes);
        ulong defined = Rflags.Arithmetic & ~FlagWords.Of(form.Instruction.RflagsUndefined);
        Span<byte> hostMemory = stackalloc byte[Window];
        Span<byte> guestMemory = new(_machine.Memory.FramePointer(_frame), Window);
        for (int round = 0; round < 8; round++)
        {
            HostFrame frame = new() { Rax = Value(), Rcx = Value(), Rdx = Value(), Rbx = Value(), Flags = Value() & Rflags.Arithmetic };
            for (int i = 0; i < Window; i += 8)
                BitConverter.TryWriteBytes(guestMemory[i..], Value());
            if (round == 7)
                guestMemory.Clear();
            // Comparisons with the accumulator should also succeed.
            if (round >= 5)
                frame.Rax = BitConverter.ToUInt64(guestMemory[Center..]);
            Restrict(form.Instruction, ref frame);
            guestMemory.CopyTo(hostMemory);
            HostFrame before = frame;
            RunGuest(block, frame, out HostFrame guest);
            fixed (byte* memory = hostMemory)
            {
                frame.Rsi = memory + Center;
                host.Run(ref frame);
            }

            bool same = _machine.State->Exit == ExitReason.None
                && (guest.Rax, guest.Rcx, guest.Rdx, guest.Rbx) == (frame.Rax, frame.Rcx, frame.Rdx, frame.Rbx)
                && ((guest.Flags ^ frame.Flags) & defined) == 0
                && guestMemory.SequenceEqual(hostMemory);
            if (!same)
            {
                Assert.Fail($"{form} on {Registers(before, Rflags.Arithmetic)}: host {Registers(frame, defined)}, lifted {Registers(guest, defined)}, "
                    + $"exit {_machine.State->Exit}, same memory: {guestMemory.SequenceEqual(hostMemory)}");
            }
        }
    }

    private static string Registers(in HostFrame frame, ulong flags) =>
        $"rax={frame.Rax:x} rcx={frame.Rcx:x} rdx={frame.Rdx:x} rbx={frame.Rbx:x} flags={frame.Flags & flags:x}";

    private void RunGuest(MicroBlock block, in HostFrame frame, out HostFrame after)
    {
        CpuState* state = _machine.State;
        state->Gpr[Operand.Rax] = frame.Rax;
        state->Gpr[Operand.Rcx] = frame.Rcx;
        state->Gpr[Operand.Rdx] = frame.Rdx;
        state->Gpr[Operand.Rbx] = frame.Rbx;
        state->Gpr[Operand.Rsi] = Data + Center;
        state->Flags = frame.Flags | Rflags.Fixed;
        state->Exit = ExitReason.None;
        state->Budget = 1000;
        _interpreter.Execute(_machine.Context, block);
        after = new HostFrame
        {
            Rax = state->Gpr[Operand.Rax],
            Rcx = state->Gpr[Operand.Rcx],
            Rdx = state->Gpr[Operand.Rdx],
            Rbx = state->Gpr[Operand.Rbx],
            Flags = state->ArithmeticFlags,
        };
    }

    /// <summary>Random, with small numbers, edges and zero more frequent than chance would have them.</summary>
    private ulong Value() => _random.Next(8) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => (ulong)_random.Next(70),
        3 => Edge,
        4 => Edge - 1,
        _ => (ulong)_random.NextInt64() << (_random.Next() & 1),
    };

    /// <summary>Keeps operands out of what the manuals leave undefined, and bit strings inside the window.</summary>
    private static void Restrict(in Instruction instruction, ref HostFrame frame)
    {
        if (instruction.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd)
        {
            // 16-bit operands: counts above 16.
            frame.Rcx &= ~0x10UL;
        }
        else if (instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc && instruction.Op0Kind == OpKind.Memory)
        {
            frame.Rax &= 0x7f;
            frame.Rcx = (ulong)-(long)(frame.Rcx & 0x7f);
            frame.Rdx &= 0x7f;
            frame.Rbx &= 0x7f;
        }
    }

    private bool IsComparable(in Instruction instruction)
    {
        if (instruction.FlowControl != FlowControl.Next || instruction.IsPrivileged || instruction.IsStringInstruction || !HostHas(instruction))
            return false;
        switch (instruction.Mnemonic)
        {
            // Random operands would end the test's process.
            case Mnemonic.Div or Mnemonic.Idiv or Mnemonic.Cmpxchg16b or Mnemonic.Ldmxcsr or Mnemonic.Fldcw or Mnemonic.Xlatb:
            // What they do depends on more than registers and memory.
            case Mnemonic.Cpuid or Mnemonic.Rdtsc or Mnemonic.Rdtscp or Mnemonic.Wait or Mnemonic.Cld or Mnemonic.Std:
            case Mnemonic.Reservednop or Mnemonic.Rdpmc or Mnemonic.Rdrand or Mnemonic.Rdseed or Mnemonic.Rdpid or Mnemonic.Xgetbv:
            case Mnemonic.Rdfsbase or Mnemonic.Rdgsbase or Mnemonic.Wrfsbase or Mnemonic.Wrgsbase:
            case Mnemonic.Sgdt or Mnemonic.Sidt or Mnemonic.Sldt or Mnemonic.Str or Mnemonic.Smsw:
            case Mnemonic.Lar or Mnemonic.Lsl or Mnemonic.Verr or Mnemonic.Verw:
            case Mnemonic.Xsave or Mnemonic.Xsave64 or Mnemonic.Xsaveopt or Mnemonic.Xsaveopt64 or Mnemonic.Xsavec or Mnemonic.Xsavec64:
            case Mnemonic.Xrstor or Mnemonic.Xrstor64 or Mnemonic.Clwb or Mnemonic.Serialize:
            case Mnemonic.Lss or Mnemonic.Lfs or Mnemonic.Lgs:
            case Mnemonic.Fxsave or Mnemonic.Fxsave64 or Mnemonic.Fxrstor or Mnemonic.Fxrstor64:
            case Mnemonic.Fninit or Mnemonic.Fnclex or Mnemonic.Emms or Mnemonic.Fnstsw or Mnemonic.Fnstcw or Mnemonic.Stmxcsr:
            // Undefined result.
            case Mnemonic.Bswap when instruction.Op0Register.GetSize() == 2:
                return false;
        }

        foreach (UsedRegister used in _information.GetInfo(instruction).GetUsedRegisters())
        {
            Register register = used.Register;
            bool general = register.GetFullRegister() is Register.RAX or Register.RCX or Register.RDX or Register.RBX;
            bool base64 = register.GetFullRegister() == Register.RSI && used.Access == OpAccess.Read;
            bool segment = register.IsSegmentRegister() && instruction.Op0Kind == OpKind.Memory | instruction.Op1Kind == OpKind.Memory;
            if (!general && !base64 && !segment)
                return false;
        }

        // RSI may be a base only: the host's is another address.
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Register
                && (instruction.GetOpRegister(i).GetFullRegister() == Register.RSI || instruction.GetOpRegister(i).IsSegmentRegister()))
            {
                return false;
            }

            if (instruction.GetOpKind(i) == OpKind.Memory && instruction.MemoryBase != Register.RSI)
                return false;
        }

        return instruction.Mnemonic != Mnemonic.Lea;
    }

    private static bool HostHas(in Instruction instruction)
    {
        foreach (CpuidFeature feature in instruction.Code.CpuidFeatures())
        {
            bool present = feature switch
            {
                CpuidFeature.BMI1 => Bmi1.IsSupported,
                CpuidFeature.BMI2 => Bmi2.IsSupported,
                CpuidFeature.LZCNT => Lzcnt.IsSupported,
                CpuidFeature.POPCNT => Popcnt.IsSupported,
                CpuidFeature.ADX => (X86Base.CpuId(7, 0).Ebx & (1 << 19)) != 0,
                CpuidFeature.MOVBE => (X86Base.CpuId(1, 0).Ecx & (1 << 22)) != 0,
                _ => true,
            };
            if (!present)
                return false;
        }

        return true;
    }
}
