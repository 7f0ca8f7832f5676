using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <content>Addition, multiplication, division, square root, multiply-add.</content>
internal static partial class BinaryFloat<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreNormal(ulong a, ulong b) => IsNormal(a) && IsNormal(b);

    public static ulong Add(ulong a, ulong b, ref FloatStatus status)
    {
        if (!AreNormal(a, b))
        {
            if (IsNaN(a) || IsNaN(b))
                return PropagateNaN(a, b, ref status);
            if (IsInfinity(a) && IsInfinity(b) && a != b)
                return Invalid(ref status);
            a = Operand(a, ref status);
            b = Operand(b, ref status);
            if (IsInfinity(a))
                return a;
            if (IsInfinity(b))
                return b;
            if (IsZero(a))
                return IsZero(b) ? (a == b ? a : CancelledZero(status)) : Round(Unrounded.Exact(Unpack(b)), ref status);
            if (IsZero(b))
                return Round(Unrounded.Exact(Unpack(a)), ref status);
        }

        Unrounded sum = Unrounded.Add(Unpack(a), Unpack(b));
        return sum.IsZero ? CancelledZero(status) : Round(sum, ref status);
    }

    public static ulong Subtract(ulong a, ulong b, ref FloatStatus status) =>
        IsNaN(b) ? Add(a, b, ref status) : Add(a, b ^ SignBit, ref status);

    public static ulong Multiply(ulong a, ulong b, ref FloatStatus status)
    {
        if (!AreNormal(a, b))
        {
            if (IsNaN(a) || IsNaN(b))
                return PropagateNaN(a, b, ref status);
            if ((IsInfinity(a) && CountsAsZero(b, status)) || (IsInfinity(b) && CountsAsZero(a, status)))
                return Invalid(ref status);
            a = Operand(a, ref status);
            b = Operand(b, ref status);
            ulong sign = (a ^ b) & SignBit;
            if (IsInfinity(a) || IsInfinity(b))
                return sign | Infinity;
            if (IsZero(a) || IsZero(b))
                return sign;
        }

        return Round(Unrounded.Multiply(Unpack(a), Unpack(b)), ref status);
    }

    public static ulong Divide(ulong a, ulong b, ref FloatStatus status)
    {
        if (!AreNormal(a, b))
        {
            if (IsNaN(a) || IsNaN(b))
                return PropagateNaN(a, b, ref status);
            ulong sign = (a ^ b) & SignBit;
            if ((IsInfinity(a) && IsInfinity(b)) || (CountsAsZero(a, status) && CountsAsZero(b, status)))
                return Invalid(ref status);
            if (CountsAsZero(b, status) && !IsInfinity(a))
            {
                status.Raised |= FloatExceptions.ZeroDivide;
                return sign | Infinity;
            }

            a = Operand(a, ref status);
            b = Operand(b, ref status);
            if (IsInfinity(a))
                return sign | Infinity;
            if (IsInfinity(b) || IsZero(a))
                return sign;
        }

        return Round(Unrounded.Divide(Unpack(a), Unpack(b)), ref status);
    }

    public static ulong SquareRoot(ulong a, ref FloatStatus status)
    {
        if (!IsNormal(a) || IsNegative(a))
        {
            if (IsNaN(a))
                return PropagateNaN(a, a, ref status);
            if (CountsAsZero(a, status))
                return a & SignBit;
            if (IsNegative(a))
                return Invalid(ref status);
            a = Operand(a, ref status);
            if (IsInfinity(a))
                return a;
        }

        return Round(Unrounded.SquareRoot(Unpack(a)), ref status);
    }

    /// <summary>a * b + c with one rounding. Of NaNs the first in the order a, b, c is the result.</summary>
    public static ulong FusedMultiplyAdd(ulong a, ulong b, ulong c, ref FloatStatus status)
    {
        if (!AreNormal(a, b) || !IsNormal(c))
        {
            if (IsNaN(a) || IsNaN(b) || IsNaN(c))
            {
                if (IsSignaling(a) || IsSignaling(b) || IsSignaling(c))
                    status.Raised |= FloatExceptions.Invalid;
                return (IsNaN(a) ? a : IsNaN(b) ? b : c) | QuietBit;
            }

            bool infiniteProduct = IsInfinity(a) || IsInfinity(b);
            bool negative = IsNegative(a) != IsNegative(b);
            if (infiniteProduct && (CountsAsZero(a, status) || CountsAsZero(b, status) || (IsInfinity(c) && IsNegative(c) != negative)))
                return Invalid(ref status);
            a = Operand(a, ref status);
            b = Operand(b, ref status);
            c = Operand(c, ref status);
            if (infiniteProduct)
                return Zero(negative) | Infinity;
            if (IsInfinity(c))
                return c;
            if (IsZero(a) || IsZero(b))
            {
                if (!IsZero(c))
                    return Round(Unrounded.Exact(Unpack(c)), ref status);
                return IsNegative(c) == negative ? c : CancelledZero(status);
            }

            if (IsZero(c))
                return Round(Unrounded.Multiply(Unpack(a), Unpack(b)), ref status);
        }

        Unrounded sum = Unrounded.FusedMultiplyAdd(Unpack(a), Unpack(b), Unpack(c));
        return sum.IsZero ? CancelledZero(status) : Round(sum, ref status);
    }

    /// <summary>True for zeros and for what is taken as one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CountsAsZero(ulong a, in FloatStatus status) => IsZero(a) || (status.DenormalsAreZero && IsDenormal(a));
}
