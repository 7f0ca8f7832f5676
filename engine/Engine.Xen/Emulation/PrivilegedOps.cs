using Iced.Intel;
using Rebound.Engine.Xen.Exits;
using Rebound.Jit.Cpu;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// Privileged instructions that a guest executes at ring 3 and Xen carries out for it. What is not here stays the #GP(0) it was.
/// </summary>
internal static unsafe class PrivilegedOps
{
    /// <summary>True if the instruction at RIP was carried out (RIP is behind it) or a different exception was delivered.</summary>
    public static bool TryEmulate(Vcpu vcpu)
    {
        if (!GuestOperands.TryDecode(vcpu, out Instruction instruction))
            return false;
        ulong rip = vcpu.State->Rip;
        Outcome outcome = vcpu.InKernel ? Kernel(vcpu, instruction) : User(vcpu, instruction);
        switch (outcome)
        {
            case Outcome.Done:
                // Frames pushed meanwhile would have moved RIP; none of these instructions does.
                vcpu.State->Rip = rip + (ulong)instruction.Length;
                TrapDispatch.Complete(vcpu, MeetsPortBreakpoint(vcpu, instruction));
                return true;
            case Outcome.InvalidOpcode:
                TrapDispatch.InjectFault(vcpu, ExceptionVector.InvalidOpcode, null);
                return true;
            default:
                return outcome == Outcome.Settled;
        }
    }

    private static Outcome Kernel(Vcpu vcpu, in Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Mov when IsSpecial(instruction.Op1Register):
                return ReadSpecial(vcpu, instruction.Op1Register, instruction.Op0Register);
            case Mnemonic.Mov when IsSpecial(instruction.Op0Register):
                return WriteSpecial(vcpu, instruction.Op0Register, instruction.Op1Register);
            case Mnemonic.Clts:
                vcpu.TaskSwitched = false;
                return Outcome.Done;
            case Mnemonic.Rdmsr:
                return ReadMsr(vcpu);
            case Mnemonic.Wrmsr:
                return Msrs.TryWrite(vcpu, (uint)vcpu.State->Gpr[CpuRegister.Rcx], Pair(vcpu)) ? Outcome.Done : Outcome.Fault;
            case Mnemonic.Rdtsc or Mnemonic.Rdtscp:
                return ReadTimestamp(vcpu, instruction.Mnemonic == Mnemonic.Rdtscp);
            case Mnemonic.Xsetbv:
                return WriteExtendedControl(vcpu);
            case Mnemonic.Wbinvd:
                return Outcome.Done;
            case Mnemonic.Cli or Mnemonic.Sti:
                return vcpu.VirtualIopl >= 1 ? Outcome.Done : Outcome.Fault;
            default:
                return PortAccess(vcpu, instruction);
        }
    }

    private static Outcome User(Vcpu vcpu, in Instruction instruction) => PortAccess(vcpu, instruction);

    private static bool IsSpecial(Iced.Intel.Register register) => register.IsCR() || register.IsDR();

    private static Outcome ReadSpecial(Vcpu vcpu, Iced.Intel.Register source, Iced.Intel.Register target)
    {
        ulong? value;
        if (source.IsDR())
        {
            int number = GuestDebugRegisters.Resolve(vcpu, source.GetNumber());
            if (number < 0)
                return Outcome.InvalidOpcode;
            value = vcpu.DebugRegisters[number];
        }
        else
        {
            value = source.GetNumber() switch
            {
                0 => CpuModelBits.Cr0 | (vcpu.TaskSwitched ? CpuModelBits.Cr0TaskSwitched : 0),
                2 => vcpu.State->Cr2,
                3 => vcpu.KernelRoot.Address.Value,
                4 => CpuModelBits.Cr4 | vcpu.GuestCr4,
                _ => null,
            };
        }

        if (value is not ulong read)
            return Outcome.Fault;
        GuestOperands.TryWrite(vcpu, target, read);
        return Outcome.Done;
    }

    private static Outcome WriteSpecial(Vcpu vcpu, Iced.Intel.Register target, Iced.Intel.Register source)
    {
        GuestOperands.TryRead(vcpu, source, out ulong value);
        if (target.IsDR())
        {
            int number = GuestDebugRegisters.Resolve(vcpu, target.GetNumber());
            if (number < 0)
                return Outcome.InvalidOpcode;
            return GuestDebugRegisters.Set(vcpu, number, value) == 0 ? Outcome.Done : Outcome.Fault;
        }

        switch (target.GetNumber())
        {
            case 0:
                if (((value ^ CpuModelBits.Cr0) & ~CpuModelBits.Cr0TaskSwitched) != 0)
                    return Outcome.Fault;
                vcpu.TaskSwitched = (value & CpuModelBits.Cr0TaskSwitched) != 0;
                return Outcome.Done;
            case 2:
                vcpu.State->Cr2 = value;
                vcpu.Info.Cr2 = value;
                return Outcome.Done;
            case 3:
                return vcpu.Domain.PageTypes.LoadKernelRoot(vcpu, new MachineAddress(value).Frame) < 0 ? Outcome.Fault : Outcome.Done;
            case 4:
                vcpu.GuestCr4 = value;
                return Outcome.Done;
            default:
                return Outcome.Fault;
        }
    }

    private static Outcome ReadMsr(Vcpu vcpu)
    {
        bool known = Msrs.TryRead(vcpu, (uint)vcpu.State->Gpr[CpuRegister.Rcx], out ulong value);

        // A guest without a #GP handler yet would not survive a probe.
        if (!known && vcpu.TrapTable[ExceptionVector.GeneralProtection].Address != 0)
            return Outcome.Fault;
        SetPair(vcpu, known ? value : 0);
        return Outcome.Done;
    }

    private static Outcome ReadTimestamp(Vcpu vcpu, bool withProcessor)
    {
        SetPair(vcpu, vcpu.Cpu.Environment.ReadTimestampCounter(vcpu.Cpu.Retired));
        if (withProcessor)
            vcpu.State->Gpr[CpuRegister.Rcx] = (uint)vcpu.State->TscAux;
        return Outcome.Done;
    }

    /// <summary>XSETBV: needs the guest's own CR4.OSXSAVE, and a value that the processor would take.</summary>
    private static Outcome WriteExtendedControl(Vcpu vcpu)
    {
        if ((vcpu.GuestCr4 & CpuContext.Cr4OsXsave) == 0)
            return Outcome.InvalidOpcode;
        if ((uint)vcpu.State->Gpr[CpuRegister.Rcx] != 0 || !ExtendedState.IsValid(vcpu.Cpu.Model, Pair(vcpu)))
            return Outcome.Fault;
        vcpu.State->Xcr0 = Pair(vcpu);
        return Outcome.Done;
    }

    /// <summary>I/O: with the right virtual IOPL, or the bitmap's permission, a domain without devices reads all ones and writes to nobody.</summary>
    private static Outcome PortAccess(Vcpu vcpu, in Instruction instruction)
    {
        if (!GuestPorts.TryDecode(vcpu, instruction, out ushort port, out int size) || !GuestPorts.IsAllowed(vcpu, port, size))
            return Outcome.Fault;
        if (instruction.Mnemonic == Mnemonic.In)
            GuestOperands.TryWrite(vcpu, instruction.Op0Register, ulong.MaxValue);
        return instruction.IsStringInstruction && !GuestPorts.TryString(vcpu, instruction, size) ? Outcome.Settled : Outcome.Done;
    }

    private static bool MeetsPortBreakpoint(Vcpu vcpu, in Instruction instruction) =>
        GuestPorts.TryDecode(vcpu, instruction, out ushort port, out int size) && GuestDebugRegisters.ReportPortAccess(vcpu, port, size);

    private static ulong Pair(Vcpu vcpu) => (uint)vcpu.State->Gpr[CpuRegister.Rax] | (vcpu.State->Gpr[CpuRegister.Rdx] << 32);

    private static void SetPair(Vcpu vcpu, ulong value)
    {
        vcpu.State->Gpr[CpuRegister.Rax] = (uint)value;
        vcpu.State->Gpr[CpuRegister.Rdx] = value >> 32;
    }

    private enum Outcome
    {
        Done,

        /// <summary>The #GP is the guest's.</summary>
        Fault,
        InvalidOpcode,

        /// <summary>Registers are as they have to be: another exception was delivered, or the instruction is to go on.</summary>
        Settled,
    }
}
