namespace Rebound.Engine.Abi;

/// <summary>A Xen release number, for what was offered since when.</summary>
public readonly record struct XenRelease(int Major, int Minor, int Patch = 0) : IComparable<XenRelease>
{
    public int CompareTo(XenRelease other) => Order.CompareTo(other.Order);

    public static bool operator <(XenRelease a, XenRelease b) => a.Order < b.Order;

    public static bool operator >(XenRelease a, XenRelease b) => a.Order > b.Order;

    public static bool operator <=(XenRelease a, XenRelease b) => a.Order <= b.Order;

    public static bool operator >=(XenRelease a, XenRelease b) => a.Order >= b.Order;

    /// <summary>One number to compare: each part has room for 1024.</summary>
    private int Order => (Major << 20) | (Minor << 10) | Patch;

    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
