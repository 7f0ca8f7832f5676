using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>Registers and operand addresses of a decoded guest instruction, for the few that Xen executes in the guest's place.</summary>
internal static unsafe class GuestOperands
{
    /// <summary>Decodes the instruction at RIP; false if it cannot be read or is none.</summary>
    public static bool TryDecode(Vcpu vcpu, out Instruction instruction)
    {
        Span<byte> bytes = stackalloc byte[15];
        ulong rip = vcpu.State->Rip;
        int count = Exits.GuestCode.Read(vcpu, rip, bytes);
        Decoder decoder = Decoder.Create(64, bytes[..count].ToArray(), rip);
        decoder.Decode(out instruction);
        return count > 0 && !instruction.IsInvalid;
    }

    /// <summary>A general register, zero-extended from its width; false for what is not one.</summary>
    public static bool TryRead(Vcpu vcpu, IcedRegister register, out ulong value)
    {
        value = 0;
        if (!register.IsGPR())
            return false;
        ulong full = vcpu.State->Gpr[register.GetFullRegister().GetNumber()];
        value = IsHighByte(register) ? (full >> 8) & 0xff : full & Mask(register.GetSize());
        return true;
    }

    /// <summary>Writes a general register as an instruction of that width does; 32-bit writes clear the upper half.</summary>
    public static bool TryWrite(Vcpu vcpu, IcedRegister register, ulong value)
    {
        if (!register.IsGPR())
            return false;
        ref ulong target = ref vcpu.State->Gpr[register.GetFullRegister().GetNumber()];
        if (IsHighByte(register))
        {
            target = (target & ~0xff00UL) | ((value & 0xff) << 8);
            return true;
        }

        int size = register.GetSize();
        ulong mask = Mask(size);
        target = size == 4 ? value & mask : (target & ~mask) | (value & mask);
        return true;
    }

    /// <summary>Address of the memory operand.</summary>
    public static ulong Address(Vcpu vcpu, in Instruction instruction, int operand) =>
        instruction.GetVirtualAddress(operand, 0, (register, _, _) => register switch
        {
            IcedRegister.FS => vcpu.State->FsBase,
            IcedRegister.GS => vcpu.State->GsBase,
            _ when register.IsSegmentRegister() => 0,
            _ => vcpu.State->Gpr[register.GetNumber()] & Mask(register.GetSize()),
        });

    /// <summary>All ones in the low <paramref name="size"/> bytes.</summary>
    public static ulong Mask(int size) => size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;

    private static bool IsHighByte(IcedRegister register) =>
        register is IcedRegister.AH or IcedRegister.BH or IcedRegister.CH or IcedRegister.DH;
}
