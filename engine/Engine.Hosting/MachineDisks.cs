using Rebound.Engine.Disks;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Devices.Block;
using Rebound.Engine.Xen.Store;

namespace Rebound.Engine.Hosting;

/// <summary>The disks of one machine: opened before anything else, so that a wrong file is told at once.</summary>
internal sealed class MachineDisks : IDisposable
{
    private readonly List<IDisk> _disks = [];

    /// <exception cref="DiskException">One of them cannot be used, or there are too many.</exception>
    public MachineDisks(IReadOnlyList<DiskOptions> options)
    {
        if (options.Count > BlockBackEnd.MostDisks)
            throw new DiskException($"{options.Count} disks are more than the {BlockBackEnd.MostDisks} that have names");
        try
        {
            foreach (DiskOptions disk in options)
                _disks.Add(DiskImage.Open(disk));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gives them to the domain, the first as xvda.</summary>
    public void Attach(Domain domain, XenstoreServer store)
    {
        for (int i = 0; i < _disks.Count; i++)
            domain.BackEnds.Add(new BlockBackEnd(domain, store, _disks[i], i));
    }

    public void Dispose()
    {
        foreach (IDisk disk in _disks)
            disk.Dispose();
    }
}
