using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>Model-specific registers as a PV domain sees them. Everything not listed is #GP.</summary>
internal static class Msrs
{
    private const uint Tsc = 0x10;
    private const uint PlatformId = 0x17;
    private const uint ApicBase = 0x1b;
    private const uint MicrocodeRevision = 0x8b;
    private const uint MachineCheckCapabilities = 0x179;
    private const uint MachineCheckStatus = 0x17a;
    private const uint MiscEnable = 0x1a0;
    private const uint Pat = 0x277;
    private const uint Efer = 0xc000_0080;
    private const uint FsBase = 0xc000_0100;
    private const uint GsBase = 0xc000_0101;
    private const uint KernelGsBase = 0xc000_0102;
    private const uint TscAux = 0xc000_0103;
    private const uint HwConfiguration = 0xc001_0015;
    private const uint NorthBridgeConfiguration = 0xc001_001f;

    /// <summary>WB WT UC- UC WC WP UC UC.</summary>
    private const ulong PatValue = 0x0000_0501_0007_0406;

    private const ulong ApicBaseValue = 0xfee0_0800;
    private const ulong ApicBaseBootProcessor = 0x100;

    public static unsafe bool TryRead(Vcpu vcpu, uint number, out ulong value)
    {
        ulong? read = number switch
        {
            Tsc => vcpu.Cpu.Environment.ReadTimestampCounter(vcpu.Cpu.Retired),
            PlatformId or MicrocodeRevision or MachineCheckCapabilities or MachineCheckStatus or MiscEnable => 0,
            ApicBase => ApicBaseValue | (vcpu.Id == 0 ? ApicBaseBootProcessor : 0),
            Pat => PatValue,
            Efer => CpuModelBits.Efer,
            FsBase => vcpu.State->FsBase,
            GsBase => vcpu.GsBaseKernel,
            KernelGsBase => vcpu.GsBaseUser,
            TscAux when HasProcessorId(vcpu) => vcpu.State->TscAux,
            HwConfiguration or NorthBridgeConfiguration => 0,
            _ => null,
        };
        value = read ?? 0;
        return read is not null;
    }

    public static unsafe bool TryWrite(Vcpu vcpu, uint number, ulong value)
    {
        bool canonical = new VirtualAddress(value).IsCanonical;
        switch (number)
        {
            case FsBase when canonical:
                vcpu.State->FsBase = value;
                return true;
            case GsBase when canonical:
                vcpu.GsBaseKernel = value;
                return true;
            case KernelGsBase when canonical:
                vcpu.GsBaseUser = value;
                return true;
            case TscAux when HasProcessorId(vcpu) && value <= uint.MaxValue:
                vcpu.State->TscAux = value;
                return true;
            case Efer:
                return value == CpuModelBits.Efer;
            case MicrocodeRevision:
                return value == 0;
            case MiscEnable or HwConfiguration or NorthBridgeConfiguration:
                return true;
            case MsrNumbers.HypercallPage when vcpu.Domain.Interfaces.Offers(XenLeaves.Since):
                return TryInstallHypercallPage(vcpu.Domain, value);
            default:
                return false;
        }
    }

    private static bool HasProcessorId(Vcpu vcpu) => (vcpu.Cpu.Model.Features & (CpuFeatures.Rdtscp | CpuFeatures.Rdpid)) != 0;

    private static bool TryInstallHypercallPage(Domain domain, ulong value)
    {
        MachineFrame frame = new MachineAddress(value).Frame;
        if ((value & GuestMemory.FrameMask) != 0 || domain.PageTypes.Take(frame, domain, PageType.Writable) < 0)
            return false;
        HypercallPage.Fill(domain.Memory.WritableSpan(frame));
        domain.PageTypes.Drop(frame);
        return true;
    }
}
