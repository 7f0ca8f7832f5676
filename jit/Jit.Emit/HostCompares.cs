using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mode = System.Runtime.Intrinsics.X86.FloatComparisonMode;

namespace Rebound.Jit.Emit;

/// <summary>
/// Comparisons of order that do not signal a quiet NaN (predicates LT_OQ and its kin). RyuJIT takes them for those that do, so NaNs are found first, by a comparison that is quiet, and
/// both operands of their elements made zero for the second. What the first raises for signalling NaNs and denormals is what the whole would.
/// </summary>
public static class HostCompares
{
    public static bool IsSupported => Avx.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LessThan(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LessThan(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LessThan(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LessThan(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LessThanScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LessThanScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LessThanOrEqual(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LessThanOrEqual(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LessThanOrEqual(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LessThanOrEqual(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LessThanOrEqualScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<float> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling);
        return Sse.MoveScalar(a, result & ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LessThanOrEqualScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<double> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedLessThanOrEqualSignaling);
        return Sse2.MoveScalar(a, result & ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotLessThan(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NotLessThan(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotLessThan(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NotLessThan(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotLessThanScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotLessThanScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotLessThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotLessThanOrEqual(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NotLessThanOrEqual(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotLessThanOrEqual(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NotLessThanOrEqual(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotLessThanOrEqualScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<float> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling);
        return Sse.MoveScalar(a, result | ~ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotLessThanOrEqualScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<double> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotLessThanOrEqualSignaling);
        return Sse2.MoveScalar(a, result | ~ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotGreaterThanOrEqual(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NotGreaterThanOrEqual(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotGreaterThanOrEqual(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NotGreaterThanOrEqual(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling) | ~ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotGreaterThanOrEqualScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<float> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling);
        return Sse.MoveScalar(a, result | ~ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotGreaterThanOrEqualScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<double> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanOrEqualSignaling);
        return Sse2.MoveScalar(a, result | ~ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotGreaterThan(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NotGreaterThan(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotGreaterThan(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NotGreaterThan(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NotGreaterThanScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NotGreaterThanScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.UnorderedNotGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> GreaterThanOrEqual(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> GreaterThanOrEqual(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> GreaterThanOrEqual(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> GreaterThanOrEqual(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling) & ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> GreaterThanOrEqualScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<float> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling);
        return Sse.MoveScalar(a, result & ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> GreaterThanOrEqualScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        Vector128<double> result = Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedGreaterThanOrEqualSignaling);
        return Sse2.MoveScalar(a, result & ordered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> GreaterThan(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> GreaterThan(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> GreaterThan(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> GreaterThan(Vector256<double> a, Vector256<double> b)
    {
        Vector256<double> ordered = Avx.Compare(a, b, Mode.OrderedNonSignaling);
        return Avx.Compare(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> GreaterThanScalar(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> GreaterThanScalar(Vector128<double> a, Vector128<double> b)
    {
        Vector128<double> ordered = Avx.CompareScalar(a, b, Mode.OrderedNonSignaling);
        return Avx.CompareScalar(a & ordered, b & ordered, Mode.OrderedGreaterThanSignaling);
    }
}
