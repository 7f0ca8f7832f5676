namespace Rebound.Engine.Abi;

/// <summary>A Xen release number, for what was offered since when.</summary>
public readonly record struct XenRelease(int Major, int Minor, int Patch = 0) : IComparable<XenRelease>
{
    public int CompareTo(XenRelease other) =>
        (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public static bool operator <(XenRelease a, XenRelease b) => a.CompareTo(b) < 0;

    public static bool operator >(XenRelease a, XenRelease b) => a.CompareTo(b) > 0;

    public static bool operator <=(XenRelease a, XenRelease b) => a.CompareTo(b) <= 0;

    public static bool operator >=(XenRelease a, XenRelease b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
