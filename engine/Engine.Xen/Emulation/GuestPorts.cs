using Iced.Intel;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>I/O ports as a domain without devices has them: who may use them, and IN, OUT, INS and OUTS on them.</summary>
internal static unsafe class GuestPorts
{
    /// <summary>Elements of a repeated instruction that are handled before the guest has a chance to be interrupted.</summary>
    private const ulong Stretch = 1024;

    /// <summary>Port and width of an I/O instruction; false for any other.</summary>
    public static bool TryDecode(Vcpu vcpu, in Instruction instruction, out ushort port, out int size)
    {
        port = (ushort)vcpu.State->Gpr[CpuRegister.Rdx];
        switch (instruction.Mnemonic)
        {
            case Mnemonic.In or Mnemonic.Out:
                int operand = instruction.Mnemonic == Mnemonic.In ? 1 : 0;
                size = instruction.GetOpRegister(1 - operand).GetSize();
                if (instruction.GetOpKind(operand) != OpKind.Register)
                    port = (byte)instruction.GetImmediate(operand);
                return true;
            case Mnemonic.Insb or Mnemonic.Insw or Mnemonic.Insd or Mnemonic.Outsb or Mnemonic.Outsw or Mnemonic.Outsd:
                size = instruction.MemorySize.GetSize();
                return true;
            default:
                size = 0;
                return false;
        }
    }

    /// <summary>True if the virtual IOPL or the bitmap that the guest has set permits.</summary>
    public static bool IsAllowed(Vcpu vcpu, ushort port, int size)
    {
        int needed = !vcpu.InKernel ? 3 : vcpu.Domain.Assists(VmAssistType.ArchitecturalIopl) ? 0 : 1;
        if (vcpu.VirtualIopl >= needed)
            return true;
        if (port + (uint)size > vcpu.PortBitmapLength)
            return false;

        // Two bytes hold the bits of any access.
        return vcpu.Guest.TryRead16(vcpu.PortBitmap + ((uint)port / 8), out ushort bits)
            && ((bits >> (port % 8)) & ((1 << size) - 1)) == 0;
    }

    /// <summary>INS and OUTS. False if they are not done: a page fault was delivered, or much is left.</summary>
    public static bool TryString(Vcpu vcpu, in Instruction instruction, int size)
    {
        bool isInput = instruction.Mnemonic is Mnemonic.Insb or Mnemonic.Insw or Mnemonic.Insd;
        bool isRepeated = instruction.HasRepPrefix || instruction.HasRepnePrefix;
        ref ulong count = ref vcpu.State->Gpr[CpuRegister.Rcx];
        ref ulong pointer = ref vcpu.State->Gpr[isInput ? CpuRegister.Rdi : CpuRegister.Rsi];
        ulong step = (vcpu.SavedFlags & Rflags.DF) != 0 ? (ulong)-size : (ulong)size;
        Span<byte> element = stackalloc byte[sizeof(uint)];
        for (ulong i = 0; !isRepeated || count != 0; i++)
        {
            if (i == Stretch)
                return false;
            element.Fill(0xff);
            bool done = isInput ? vcpu.Guest.TryWrite(pointer, element[..size]) : vcpu.Guest.TryRead(pointer, element[..size]);
            if (!done)
            {
                AccessKind kind = isInput ? AccessKind.Write : AccessKind.Read;
                bool isPresent = isInput && vcpu.Guest.TryTranslate(pointer, AccessKind.Read, out _);
                uint code = (kind == AccessKind.Write ? PageFaultCode.Write : 0) | (isPresent ? PageFaultCode.Present : 0);
                Exits.TrapDispatch.InjectPageFault(vcpu, pointer, code);
                return false;
            }

            pointer += step;
            if (!isRepeated)
                break;
            count--;
        }

        return true;
    }
}
