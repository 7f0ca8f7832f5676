using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>A hypercall that exists and is always answered with the same error.</summary>
internal abstract class RefusedCall(int number, string name, long error, string reason) : IHypercall
{
    public int Number => number;

    public string Name => name;

    public HypercallGrade Grade => HypercallGrade.Refused;

    public string Note => reason;

    public virtual XenRelease Since => XenReleases.First;

    public long Execute(in HypercallContext call) => -error;
}
