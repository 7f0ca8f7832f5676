namespace Rebound.Jit.Semantics;

/// <summary>How two floating-point numbers relate.</summary>
public enum FloatRelation : byte
{
    Less,
    Equal,
    Greater,

    /// <summary>At least one is not a number.</summary>
    Unordered,
}
