namespace Rebound.Engine.Xen.Devices;

/// <summary>
/// The engine's half of a device, as the machine's loop sees it. All of it runs on the thread that runs the guest, and nothing of it happens at
/// another time than the guest's: so a run repeats.
/// </summary>
public interface IBackEnd
{
    /// <summary>The guest time, in ns, at which <see cref="Fire"/> has something to do; null if only the guest can cause anything.</summary>
    ulong? NextDeadline { get; }

    /// <summary>Does what is due.</summary>
    /// <param name="now">Guest time, in ns.</param>
    void Fire(ulong now);

    /// <summary>The guest has ended: what it wrote is to be kept.</summary>
    void End();
}
