using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// The machine around one processor as its CPU asks for it: time stamps, CPUID, descriptors. It exists before the virtual processor,
/// because the CPU is built first: the owner sets <see cref="Vcpu"/> before the first run.
/// </summary>
public sealed class VcpuEnvironment : ICpuEnvironment
{
    /// <summary>The virtual processor served.</summary>
    public Vcpu? Vcpu { get; set; }

    /// <summary>Time-stamp counter as a function of the instructions retired.</summary>
    public Func<ulong, ulong> TimestampCounter { get; set; } = static retired => retired;

    public ulong ReadTimestampCounter(ulong retired) => TimestampCounter(retired);

    public CpuidResult Cpuid(uint leaf, uint subleaf) => Vcpu is null ? default : CpuidModel.Read(Vcpu, leaf, subleaf);

    public bool TryReadDescriptor(ushort selector, out ulong descriptor)
    {
        descriptor = 0;
        return Vcpu is not null && DescriptorTables.TryRead(Vcpu, selector, out descriptor);
    }
}
