using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>The guest's debug registers: stored, checked as Xen checks them. Breakpoints do not fire.</summary>
internal static class DebugRegisters
{
    private const ulong Cr4DebugExtensions = 1 << 3;
    private const ulong Dr7GeneralDetect = 1 << 13;
    private const ulong Dr6Ones = 0xffff0ff0;
    private const ulong Dr7One = 0x400;
    private const ulong Dr7Zeros = 0xd800;

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
                if (!VirtualLayout.IsGuestRange(value, 8) || !new Jit.Cpu.VirtualAddress(value).IsCanonical)
                    return -Errno.EPERM;
                break;
            case 6:
                if (value >> 32 != 0)
                    return -Errno.EINVAL;
                value |= Dr6Ones;
                break;
            case 7:
                if (value >> 32 != 0)
                    return -Errno.EINVAL;
                if ((value & Dr7GeneralDetect) != 0)
                    return -Errno.EPERM;
                if (HasIoBreakpoint(value) && (vcpu.GuestCr4 & Cr4DebugExtensions) == 0)
                    return -Errno.EPERM;
                value = (value & ~Dr7Zeros) | Dr7One;
                break;
            default:
                return -Errno.ENODEV;
        }

        vcpu.DebugRegisters[number] = value;
        return 0;
    }

    private static bool HasIoBreakpoint(ulong dr7)
    {
        for (int i = 0; i < 4; i++)
        {
            if (((dr7 >> (2 * i)) & 3) != 0 && ((dr7 >> (16 + (4 * i))) & 3) == 2)
                return true;
        }

        return false;
    }
}
