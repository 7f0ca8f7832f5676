using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>The GDT and LDT that a guest's selectors index: its own pages, and Xen's flat segments in the reserved part.</summary>
public static class DescriptorTables
{
    // Base 0, limit 4 GiB, present, DPL 3: 32-bit code, data, 64-bit code.
    private const ulong FlatCode32 = 0x00cf_fb00_0000_ffff;
    private const ulong FlatData = 0x00cf_f300_0000_ffff;
    private const ulong FlatCode64 = 0x00af_fb00_0000_ffff;

    /// <summary>Reads the descriptor a selector names; false if the table's limit excludes it.</summary>
    public static bool TryRead(Vcpu vcpu, ushort selector, out ulong descriptor)
    {
        int index = selector >> 3;
        return (selector & 4) != 0 ? TryReadLocal(vcpu, index, out descriptor) : TryReadGlobal(vcpu, index, out descriptor);
    }

    private static bool TryReadGlobal(Vcpu vcpu, int index, out ulong descriptor)
    {
        descriptor = (index << 3) switch
        {
            Selectors.Code32 & ~7 => FlatCode32,
            Selectors.Stack & ~7 => FlatData,
            Selectors.Code64 & ~7 => FlatCode64,
            _ => 0,
        };
        if (index < Selectors.FirstReservedEntry && index < vcpu.GdtEntries)
        {
            MachineFrame frame = vcpu.GdtFrames[index / 512];
            descriptor = vcpu.Domain.Memory.Read64(frame.Address + ((ulong)(index % 512) * 8));
        }

        // The limit covers the whole table with Xen's part; what nobody set reads as zero, that is, not present.
        return true;
    }

    private static bool TryReadLocal(Vcpu vcpu, int index, out ulong descriptor)
    {
        descriptor = 0;
        if (index >= vcpu.LdtEntries)
            return false;
        int page = index / 512;
        if (vcpu.LdtFrames[page].Number == 0)
        {
            Domain domain = vcpu.Domain;
            if (!vcpu.Guest.TryTranslate(vcpu.LdtBase + ((ulong)page << GuestMemory.FrameShift), AccessKind.Read, out MachineAddress machine)
                || domain.PageTypes.Take(machine.Frame, domain, Machine.PageType.SegmentDescriptors) < 0)
            {
                return false;
            }

            vcpu.LdtFrames[page] = machine.Frame;
        }

        descriptor = vcpu.Domain.Memory.Read64(vcpu.LdtFrames[page].Address + ((ulong)(index % 512) * 8));
        return true;
    }
}
