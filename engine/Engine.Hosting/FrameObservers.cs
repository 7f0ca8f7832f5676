using Rebound.Engine.Xen.Trampoline;

namespace Rebound.Engine.Hosting;

/// <summary>Tells several observers of each frame.</summary>
internal sealed class FrameObservers(IReadOnlyList<IFrameObserver> observers) : IFrameObserver
{
    /// <summary>One observer for all that are not null; null if there is none.</summary>
    public static IFrameObserver? Combine(params IReadOnlyList<IFrameObserver?> observers)
    {
        List<IFrameObserver> present = [.. observers.OfType<IFrameObserver>()];
        return present.Count switch { 0 => null, 1 => present[0], _ => new FrameObservers(present) };
    }

    public void OnFrame(FrameReport report)
    {
        foreach (IFrameObserver observer in observers)
            observer.OnFrame(report);
    }
}
