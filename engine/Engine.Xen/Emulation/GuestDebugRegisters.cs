using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// The guest's debug registers: checked as Xen checks them, then the processor's, which breaks where they say. DR6 is the guest's to clear: Xen only adds to it.
/// </summary>
internal static unsafe class GuestDebugRegisters
{
    private const ulong Cr4DebugExtensions = 1 << 3;
    private const ulong Dr7One = 0x400;

    /// <summary>Registers 4 and 5 name 6 and 7 unless CR4.DE is set. -1 then, and for numbers that do not exist.</summary>
    public static int Resolve(Vcpu vcpu, int number) => number switch
    {
        >= 0 and <= 3 or 6 or 7 => number,
        4 or 5 when (vcpu.GuestCr4 & Cr4DebugExtensions) == 0 => number + 2,
        _ => -1,
    };

    /// <summary>Sets a register.</summary>
    /// <returns>0 or a negated <see cref="Errno"/>.</returns>
    public static long Set(Vcpu vcpu, int number, ulong value)
    {
        number = Resolve(vcpu, number);
        switch (number)
        {
            case >= 0 and <= 3:
                if (!VirtualLayout.IsGuestRange(value, 8) || !new VirtualAddress(value).IsCanonical)
                    return -Errno.EPERM;
                vcpu.Cpu.SetDebugRegister(number, value);
                break;
            case 6:
                if (value >> 32 != 0)
                    return -Errno.EINVAL;
                value |= DebugRegisters.Dr6Reset;
                break;
            case 7:
                if (value >> 32 != 0)
                    return -Errno.EINVAL;
                if ((value & DebugRegisters.GeneralDetect) != 0)
                    return -Errno.EPERM;
                ulong ports = PortBreakpoints(value);
                if (ports != 0 && (vcpu.GuestCr4 & Cr4DebugExtensions) == 0)
                    return -Errno.EPERM;
                value = (value & ~DebugRegisters.Dr7Zeros) | Dr7One;
                // Ports are Xen's to emulate, and so are breakpoints on them.
                vcpu.Cpu.SetDebugRegister(7, value & ~ports);
                break;
            default:
                return -Errno.ENODEV;
        }

        vcpu.DebugRegisters[number] = value;
        return 0;
    }

    /// <summary>Takes over what the processor has put into DR6 for a #DB.</summary>
    public static void TakeStatus(Vcpu vcpu)
    {
        vcpu.DebugRegisters[6] |= vcpu.State->Debug[6];
        vcpu.Cpu.SetDebugRegister(6, DebugRegisters.Dr6Reset);
    }

    /// <summary>A step over an instruction that Xen carried out.</summary>
    public static void ReportStep(Vcpu vcpu) => vcpu.DebugRegisters[6] |= DebugRegisters.SingleStep;

    /// <summary>Enters the breakpoints on ports that an access meets into DR6; true if there are any.</summary>
    public static bool ReportPortAccess(Vcpu vcpu, ushort port, int size)
    {
        ulong dr7 = vcpu.DebugRegisters[7];
        ulong met = 0;
        for (int i = 0; i < DebugRegisters.BreakpointCount; i++)
        {
            if (!IsOnPort(dr7, i))
                continue;
            ulong length = DebugRegisters.LengthOf(dr7, i);
            ulong start = vcpu.DebugRegisters[i] & ~(length - 1);
            if (start < port + (ulong)size && port < start + length)
                met |= 1UL << i;
        }

        vcpu.DebugRegisters[6] |= met;
        return met != 0;
    }

    /// <summary>DR7's enable bits of the breakpoints on ports.</summary>
    private static ulong PortBreakpoints(ulong dr7)
    {
        ulong enables = 0;
        for (int i = 0; i < DebugRegisters.BreakpointCount; i++)
        {
            if (IsOnPort(dr7, i))
                enables |= dr7 & (3UL << (2 * i));
        }

        return enables;
    }

    private static bool IsOnPort(ulong dr7, int index) => DebugRegisters.IsEnabled(dr7, index) && DebugRegisters.KindOf(dr7, index) == BreakpointKind.Port;
}
