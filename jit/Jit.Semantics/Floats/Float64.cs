using Core = Rebound.Jit.Semantics.BinaryFloat<Rebound.Jit.Semantics.Binary64Format>;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The operations of the SSE unit on binary64 numbers given as bits: results to the bit, exceptions added to <see cref="FloatStatus.Raised"/>.
/// Results are those under masked exceptions; the caller drops them where an unmasked one was raised.
/// </summary>
public static class Float64
{
    /// <summary>The NaN that invalid operations give.</summary>
    public const ulong Indefinite = 0xfff8_0000_0000_0000;

    public static bool IsNaN(ulong a) => Core.IsNaN(a);

    public static bool IsSignalingNaN(ulong a) => Core.IsSignaling(a);

    public static ulong Add(ulong a, ulong b, ref FloatStatus status) => Core.Add(a, b, ref status);

    public static ulong Subtract(ulong a, ulong b, ref FloatStatus status) => Core.Subtract(a, b, ref status);

    public static ulong Multiply(ulong a, ulong b, ref FloatStatus status) => Core.Multiply(a, b, ref status);

    /// <summary>a / b.</summary>
    public static ulong Divide(ulong a, ulong b, ref FloatStatus status) => Core.Divide(a, b, ref status);

    public static ulong SquareRoot(ulong a, ref FloatStatus status) => Core.SquareRoot(a, ref status);

    /// <summary>a * b + c with one rounding. Of NaNs the first in the order a, b, c is the result.</summary>
    public static ulong FusedMultiplyAdd(ulong a, ulong b, ulong c, ref FloatStatus status) => Core.FusedMultiplyAdd(a, b, c, ref status);

    /// <summary>As MINPS: b unless a is less, b also where either is a NaN (invalid, quiet or not).</summary>
    public static ulong Minimum(ulong a, ulong b, ref FloatStatus status) => Core.Minimum(a, b, ref status);

    /// <summary>As MAXPS: b unless a is greater, b also where either is a NaN (invalid, quiet or not).</summary>
    public static ulong Maximum(ulong a, ulong b, ref FloatStatus status) => Core.Maximum(a, b, ref status);

    /// <summary>How a relates to b.</summary>
    /// <param name="signalQuietNaN">True: any NaN is invalid; false: signaling ones only.</param>
    public static FloatRelation Compare(ulong a, ulong b, bool signalQuietNaN, ref FloatStatus status) => Core.Compare(a, b, signalQuietNaN, ref status);

    /// <summary>As ROUNDPS: to a whole number in the same format.</summary>
    /// <param name="suppressPrecision">True: an inexact result raises nothing.</param>
    public static ulong RoundToIntegral(ulong a, FloatRounding rounding, bool suppressPrecision, ref FloatStatus status) =>
        Core.RoundToIntegral(a, rounding, suppressPrecision, ref status);

    /// <summary>What does not fit gives int.MinValue and is invalid.</summary>
    public static int ToInt32(ulong a, FloatRounding rounding, ref FloatStatus status) => (int)Core.ToInteger(a, 32, rounding, ref status);

    /// <summary>What does not fit gives long.MinValue and is invalid.</summary>
    public static long ToInt64(ulong a, FloatRounding rounding, ref FloatStatus status) => (long)Core.ToInteger(a, 64, rounding, ref status);

    public static ulong FromInt32(int value, ref FloatStatus status) => FromInt64(value, ref status);

    public static ulong FromInt64(long value, ref FloatStatus status) =>
        Core.FromInteger(value < 0 ? 0 - (ulong)value : (ulong)value, value < 0, ref status);

    public static ulong FromFloat32(uint a, ref FloatStatus status) => Core.ConvertFrom<Binary32Format>(a, true, ref status);
}
