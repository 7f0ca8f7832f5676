using Core = Rebound.Jit.Semantics.BinaryFloat<Rebound.Jit.Semantics.Binary32Format>;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The operations of the SSE unit on binary32 numbers given as bits: results to the bit, exceptions added to <see cref="FloatStatus.Raised"/>.
/// Results are those under masked exceptions; the caller drops them where an unmasked one was raised.
/// </summary>
public static class Float32
{
    /// <summary>The NaN that invalid operations give.</summary>
    public const uint Indefinite = 0xffc0_0000;

    public static bool IsNaN(uint a) => Core.IsNaN(a);

    public static bool IsSignalingNaN(uint a) => Core.IsSignaling(a);

    public static uint Add(uint a, uint b, ref FloatStatus status) => (uint)Core.Add(a, b, ref status);

    public static uint Subtract(uint a, uint b, ref FloatStatus status) => (uint)Core.Subtract(a, b, ref status);

    public static uint Multiply(uint a, uint b, ref FloatStatus status) => (uint)Core.Multiply(a, b, ref status);

    /// <summary>a / b.</summary>
    public static uint Divide(uint a, uint b, ref FloatStatus status) => (uint)Core.Divide(a, b, ref status);

    public static uint SquareRoot(uint a, ref FloatStatus status) => (uint)Core.SquareRoot(a, ref status);

    /// <summary>a * b + c with one rounding. Of NaNs the first in the order a, b, c is the result.</summary>
    public static uint FusedMultiplyAdd(uint a, uint b, uint c, ref FloatStatus status) => (uint)Core.FusedMultiplyAdd(a, b, c, ref status);

    /// <summary>As MINPS: b unless a is less, b also where either is a NaN (invalid, quiet or not).</summary>
    public static uint Minimum(uint a, uint b, ref FloatStatus status) => (uint)Core.Minimum(a, b, ref status);

    /// <summary>As MAXPS: b unless a is greater, b also where either is a NaN (invalid, quiet or not).</summary>
    public static uint Maximum(uint a, uint b, ref FloatStatus status) => (uint)Core.Maximum(a, b, ref status);

    /// <summary>How a relates to b.</summary>
    /// <param name="signalQuietNaN">True: any NaN is invalid; false: signaling ones only.</param>
    public static FloatRelation Compare(uint a, uint b, bool signalQuietNaN, ref FloatStatus status) => Core.Compare(a, b, signalQuietNaN, ref status);

    /// <summary>As ROUNDPS: to a whole number in the same format.</summary>
    /// <param name="suppressPrecision">True: an inexact result raises nothing.</param>
    public static uint RoundToIntegral(uint a, FloatRounding rounding, bool suppressPrecision, ref FloatStatus status) =>
        (uint)Core.RoundToIntegral(a, rounding, suppressPrecision, ref status);

    /// <summary>What does not fit gives int.MinValue and is invalid.</summary>
    public static int ToInt32(uint a, FloatRounding rounding, ref FloatStatus status) => (int)Core.ToInteger(a, 32, rounding, ref status);

    /// <summary>What does not fit gives long.MinValue and is invalid.</summary>
    public static long ToInt64(uint a, FloatRounding rounding, ref FloatStatus status) => (long)Core.ToInteger(a, 64, rounding, ref status);

    public static uint FromInt32(int value, ref FloatStatus status) => FromInt64(value, ref status);

    public static uint FromInt64(long value, ref FloatStatus status) =>
        (uint)Core.FromInteger(value < 0 ? 0 - (ulong)value : (ulong)value, value < 0, ref status);

    public static uint FromFloat64(ulong a, ref FloatStatus status) => (uint)Core.ConvertFrom<Binary64Format>(a, true, ref status);
}
