using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>iret: leaves the guest kernel by the frame on its stack, to user mode or to itself.</summary>
internal sealed unsafe class Iret : IHypercall
{
    private const int FrameSize = 72;
    private const int Rax = 0;
    private const int R11 = 8;
    private const int Rcx = 16;
    private const int Flags = 24;
    private const int Rip = 32;
    private const int Cs = 40;
    private const int RflagsWord = 48;
    private const int Rsp = 56;
    private const int Ss = 64;

    public int Number => HypercallNumber.Iret;

    public string Name => "iret";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Vcpu vcpu = call.Vcpu;
        Domain domain = call.Domain;
        CpuState* state = vcpu.State;
        Span<byte> frame = stackalloc byte[FrameSize];
        ulong stack = state->Gpr[Register.Rsp];
        if (!TryReadFrame(vcpu, stack, frame))
        {
            domain.Crash(vcpu, $"iret at RIP 0x{state->Rip:x}: the frame at 0x{stack:x} cannot be read");
            return -Errno.EFAULT;
        }

        ushort cs = BinaryPrimitives.ReadUInt16LittleEndian(frame[Cs..]);
        if ((cs & 3) == 3)
        {
            if (vcpu.UserRoot == MachineFrame.Invalid)
            {
                if (domain.Profile.IretWithoutUserRoot == IretWithoutUserRoot.ReturnFault)
                    return -Errno.EFAULT;
                domain.Crash(vcpu, $"iret to user mode at RIP 0x{state->Rip:x} without a user page table");
                return -Errno.EFAULT;
            }

            vcpu.ToggleMode();
        }

        ulong flags = Word(frame, RflagsWord);
        if (domain.Profile.VirtualIoplAssist && domain.Assists(VmAssistType.ArchitecturalIopl))
            vcpu.VirtualIopl = (int)(flags >> 12) & 3;
        state->Rip = Word(frame, Rip);
        state->Gpr[Register.Rsp] = Word(frame, Rsp);
        state->Cs = (ushort)(cs | 3);
        state->Ss = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(frame[Ss..]) | 3);
        vcpu.SavedFlags = (uint)(flags & ~(Rflags.Iopl | Rflags.VM)) | Rflags.IF;
        if ((Word(frame, Flags) & VcpuGuestContextFlags.InSyscall) == 0)
        {
            vcpu.ReturnsBySysret = false;
            state->Gpr[Register.R11] = Word(frame, R11);
            state->Gpr[Register.Rcx] = Word(frame, Rcx);
        }

        vcpu.Info.UpcallMasked = (flags & Rflags.IF) == 0;
        vcpu.NmiMasked = false;
        return (long)Word(frame, Rax);
    }

    private static ulong Word(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(frame[offset..]);

    private static bool TryReadFrame(Vcpu vcpu, ulong stack, Span<byte> frame)
    {
        if (!VirtualLayout.IsGuestRange(stack, FrameSize))
            return false;
        if (vcpu.Cpu.TryReadBytes(stack, frame))
            return true;
        vcpu.State->Exit = ExitReason.None;
        return false;
    }
}
