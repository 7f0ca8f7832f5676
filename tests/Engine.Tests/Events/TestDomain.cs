using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Events;

/// <summary>A domain with processors and no memory of its own, for tests of what Xen keeps for it.</summary>
internal sealed class TestDomain : IDisposable
{
    private readonly List<CpuContext> _processors = [];

    public TestDomain(int vcpus = 1, ulong pages = 64)
    {
        Machine = new MachineMemory(MachineMemory.FramesFor(pages));
        Domain = new Domain(1, Machine, ReleaseCatalog.Find(ReleaseCatalog.DefaultName)!);
        for (int i = 0; i < vcpus; i++)
        {
            var processor = new CpuContext(Machine.Memory, new VcpuEnvironment());
            _processors.Add(processor);
            Domain.AddVcpu(processor).Run();
        }
    }

    public MachineMemory Machine { get; }

    public Domain Domain { get; }

    public Vcpu Vcpu => Domain.Vcpus[0];

    public void Dispose()
    {
        foreach (CpuContext processor in _processors)
            processor.Dispose();
        Machine.Dispose();
    }
}
