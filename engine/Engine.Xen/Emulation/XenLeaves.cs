using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>Since when Xen's CPUID leaves exist.</summary>
internal static class XenLeaves
{
    /// <summary>The leaves at 0x40000000.</summary>
    public static XenRelease Since => new(3, 3);

    /// <summary>Leaf 5, the width of machine addresses.</summary>
    public static XenRelease AddressWidthSince => new(4, 10);
}

/// <summary>Numbers of model-specific registers.</summary>
internal static class MsrNumbers
{
    /// <summary>Writing a machine address here makes that page a hypercall page.</summary>
    public const uint HypercallPage = 0x4000_0000;
}
