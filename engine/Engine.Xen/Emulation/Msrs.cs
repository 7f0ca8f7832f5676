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
    private const uint PlatformInformation = 0xce;
    private const uint MaximumClock = 0xe7;
    private const uint ActualClock = 0xe8;
    private const uint MiscFeatures = 0x140;
    private const uint MiscEnable = 0x1a0;
    private const uint PerformanceCapabilities = 0x345;
    private const uint Pat = 0x277;
    private const uint Efer = 0xc000_0080;
    private const uint FsBase = 0xc000_0100;
    private const uint GsBase = 0xc000_0101;
    private const uint KernelGsBase = 0xc000_0102;
    private const uint TscAux = 0xc000_0103;
    private const uint HwConfiguration = 0xc001_0015;
    private const uint DecodeConfiguration = 0xc001_1029;

    /// <summary>LFENCE waits for what is before it.</summary>
    private const ulong SerialisingFence = 1 << 1;
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
            PlatformId or MicrocodeRevision or MiscEnable or PlatformInformation or MiscFeatures or PerformanceCapabilities => 0,
            _ when IsMachineCheck(number) || IsPowerState(number) => 0,
            DecodeConfiguration => SerialisingFence,
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
            case MiscFeatures:
                return value == 0;
            case MiscEnable or HwConfiguration or NorthBridgeConfiguration or MaximumClock or ActualClock or DecodeConfiguration:
                return true;
            case var _ when IsMachineCheck(number) || IsPowerState(number):
                return true;
            case MsrNumbers.HypercallPage when vcpu.Domain.Interfaces.Offers(XenLeaves.Since):
                return TryInstallHypercallPage(vcpu.Domain, value);
            default:
                return false;
        }
    }

    /// <summary>Registers of machine checks: there are no banks, all of it reads as 0.</summary>
    private static bool IsMachineCheck(uint number) =>
        number is 0 or 1 or (>= 0x179 and <= 0x17a) or (>= 0x280 and <= 0x29f) or (>= 0x400 and <= 0x47f);

    /// <summary>Frequencies and voltages, which are not a guest's to choose.</summary>
    private static bool IsPowerState(uint number) => number is 0xc001_0041 or 0xc001_0042 or (>= 0xc001_0061 and <= 0xc001_006b);

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
