namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>Told of every hypercall after it was made, entries of multicalls included.</summary>
public interface IHypercallObserver
{
    void OnHypercall(in HypercallContext call, string name, long result);
}
