namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>Told of every hypercall after it was made, entries of multicalls included.</summary>
public interface IHypercallObserver
{
    /// <param name="call">The call.</param>
    /// <param name="name">Its name.</param>
    /// <param name="result">What the guest gets in rax.</param>
    /// <param name="ticks">How long it took, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; for a multicall with its entries.</param>
    void OnHypercall(in HypercallContext call, string name, long result, long ticks);
}
