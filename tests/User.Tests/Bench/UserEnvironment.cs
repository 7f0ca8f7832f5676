using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;

namespace Rebound.User.Tests.Bench;

/// <summary>The machine around a program's processor: a CPUID model, a counter of one tick per instruction, two flat user segments.</summary>
internal sealed class UserEnvironment(ProcessorModel model) : ICpuEnvironment
{
    public ulong ReadTimestampCounter(ulong retired) => retired;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => model.Leaf(leaf, subleaf);

    public bool TryReadDescriptor(ushort selector, out ulong descriptor)
    {
        descriptor = (selector & ~7) switch
        {
            FlatProcessor.UserCode & ~7 => 0x00af_fb00_0000_ffff,
            FlatProcessor.UserData & ~7 => 0x00cf_f300_0000_ffff,
            _ => 0,
        };
        return (selector & ~7) < 0x40;
    }
}
