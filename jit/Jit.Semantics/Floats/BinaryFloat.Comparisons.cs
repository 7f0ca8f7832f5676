namespace Rebound.Jit.Semantics;

/// <content>Comparison, minimum and maximum.</content>
internal static partial class BinaryFloat<T>
{
    /// <param name="signalQuiet">True: any NaN is invalid; false: signaling ones only.</param>
    public static FloatRelation Compare(ulong a, ulong b, bool signalQuiet, ref FloatStatus status)
    {
        if (IsNaN(a) || IsNaN(b))
        {
            if (signalQuiet || IsSignaling(a) || IsSignaling(b))
                status.Raised |= FloatExceptions.Invalid;
            return FloatRelation.Unordered;
        }

        a = Operand(a, ref status);
        b = Operand(b, ref status);
        if (a == b || (IsZero(a) && IsZero(b)))
            return FloatRelation.Equal;
        bool less = IsNegative(a) != IsNegative(b) ? IsNegative(a) : IsNegative(a) ? a > b : a < b;
        return less ? FloatRelation.Less : FloatRelation.Greater;
    }

    /// <summary>The second operand unless the first is less: so for zeros and NaNs too.</summary>
    public static ulong Minimum(ulong a, ulong b, ref FloatStatus status) =>
        Compare(a, b, true, ref status) == FloatRelation.Less ? QuietOperand(a, status) : QuietOperand(b, status);

    /// <summary>The second operand unless the first is greater: so for zeros and NaNs too.</summary>
    public static ulong Maximum(ulong a, ulong b, ref FloatStatus status) =>
        Compare(a, b, true, ref status) == FloatRelation.Greater ? QuietOperand(a, status) : QuietOperand(b, status);
}
