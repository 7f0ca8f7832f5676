using Rebound.Engine.Xen.Hypercalls;

namespace Rebound.Engine.Hosting;

/// <summary>Tells several observers of each hypercall.</summary>
internal sealed class HypercallObservers(IReadOnlyList<IHypercallObserver> observers) : IHypercallObserver
{
    /// <summary>One observer for all that are not null; null if there is none.</summary>
    public static IHypercallObserver? Combine(params IReadOnlyList<IHypercallObserver?> observers)
    {
        List<IHypercallObserver> present = [.. observers.OfType<IHypercallObserver>()];
        return present.Count switch { 0 => null, 1 => present[0], _ => new HypercallObservers(present) };
    }

    public void OnHypercall(in HypercallContext call, string name, long result, long ticks)
    {
        foreach (IHypercallObserver observer in observers)
            observer.OnHypercall(call, name, result, ticks);
    }
}
