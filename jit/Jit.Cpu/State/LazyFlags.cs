using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// The only place that knows how the arithmetic flags follow from the last flag-setting operation.
/// A flag operation is an integer: <c>(kind &lt;&lt; 2) | log2(size)</c>; A, B are zero-extended to the operand size.
/// All methods are pure, so that both tiers and the tests share them.
/// </summary>
public static class LazyFlags
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Operation(FlagKind kind, int size) => ((int)kind << 2) | BitOperations.Log2((uint)size);

    public static FlagKind KindOf(int operation) => (FlagKind)(operation >> 2);

    /// <summary>Operand size in bytes: 1, 2, 4 or 8.</summary>
    public static int SizeOf(int operation) => 1 << (operation & 3);

    /// <summary>The six arithmetic flags in their RFLAGS positions.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Materialize(int operation, ulong a, ulong b, ulong c)
    {
        FlagKind kind = KindOf(operation);
        switch (kind)
        {
            case FlagKind.Raw:
                return a & Rflags.Arithmetic;
            case FlagKind.BitTest:
                return (a & 1) | ((c & 1) << 6);
            case FlagKind.FloatCompare:
                return (a & 1) | ((a & 2) << 5) | ((a & (a >> 1) & 1) << 2);
        }

        int bits = 8 << (operation & 3);
        ulong result = Result(kind, bits, a, b, c);
        ulong flags = SignZeroParity(result, bits);
        if (Carry(kind, bits, a, b, c))
            flags |= Rflags.CF;
        if (Overflow(kind, bits, a, b, c, result))
            flags |= Rflags.OF;
        if (Auxiliary(kind, a, b, c, result))
            flags |= Rflags.AF;
        return flags;
    }

    /// <summary>Evaluates one condition code without building the whole word.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Evaluate(int operation, ulong a, ulong b, ulong c, Condition condition)
    {
        FlagKind kind = KindOf(operation);
        int bits = 8 << (operation & 3);
        bool value;
        if (kind == FlagKind.Sub)
        {
            // By far the commonest producer: compare the operands directly.
            int up = 64 - bits;
            value = ((int)condition >> 1) switch
            {
                0 => Overflow(kind, bits, a, b, c, Truncate(a - b, bits)),
                1 => a < b,
                2 => a == b,
                3 => a <= b,
                4 => (long)((a - b) << up) < 0,
                5 => (BitOperations.PopCount((byte)(a - b)) & 1) == 0,
                6 => (long)(a << up) < (long)(b << up),
                _ => (long)(a << up) <= (long)(b << up),
            };
        }
        else if (kind is FlagKind.Raw or FlagKind.BitTest or FlagKind.FloatCompare)
        {
            value = EvaluateWord(Materialize(operation, a, b, c), condition & (Condition)14);
        }
        else
        {
            value = ((int)condition >> 1) switch
            {
                0 => Overflow(kind, bits, a, b, c, Result(kind, bits, a, b, c)),
                1 => Carry(kind, bits, a, b, c),
                2 => Result(kind, bits, a, b, c) == 0,
                3 => Carry(kind, bits, a, b, c) || Result(kind, bits, a, b, c) == 0,
                4 => Bit(Result(kind, bits, a, b, c), bits - 1),
                5 => (BitOperations.PopCount((byte)Result(kind, bits, a, b, c)) & 1) == 0,
                _ => EvaluateWord(Materialize(operation, a, b, c), condition & (Condition)14),
            };
        }

        return value ^ (((int)condition & 1) != 0);
    }

    /// <summary>Evaluates a condition code on a flags word.</summary>
    public static bool EvaluateWord(ulong flags, Condition condition)
    {
        bool sf = (flags & Rflags.SF) != 0;
        bool of = (flags & Rflags.OF) != 0;
        bool value = ((int)condition >> 1) switch
        {
            0 => of,
            1 => (flags & Rflags.CF) != 0,
            2 => (flags & Rflags.ZF) != 0,
            3 => (flags & (Rflags.CF | Rflags.ZF)) != 0,
            4 => sf,
            5 => (flags & Rflags.PF) != 0,
            6 => sf != of,
            _ => (flags & Rflags.ZF) != 0 || sf != of,
        };
        return value ^ (((int)condition & 1) != 0);
    }

    private static ulong Truncate(ulong value, int bits) => bits == 64 ? value : value & ((1UL << bits) - 1);

    private static bool Bit(ulong value, int bit) => ((value >> bit) & 1) != 0;

    private static ulong Result(FlagKind kind, int bits, ulong a, ulong b, ulong c) => kind switch
    {
        FlagKind.Add => Truncate(a + b, bits),
        FlagKind.Sub => Truncate(a - b, bits),
        FlagKind.Adc => Truncate(a + b + c, bits),
        FlagKind.Sbb => Truncate(a - b - c, bits),
        FlagKind.Inc => Truncate(a + 1, bits),
        FlagKind.Dec => Truncate(a - 1, bits),
        FlagKind.Shl => b >= 64 ? 0 : Truncate(a << (int)b, bits),
        FlagKind.Shr => b >= 64 ? 0 : a >> (int)b,
        FlagKind.Sar => Truncate((ulong)(SignExtend(a, bits) >> (int)Math.Min(b, 63)), bits),
        _ => a,
    };

    private static long SignExtend(ulong value, int bits) => (long)(value << (64 - bits)) >> (64 - bits);

    private static ulong SignZeroParity(ulong result, int bits)
    {
        ulong flags = 0;
        if (result == 0)
            flags |= Rflags.ZF;
        if (Bit(result, bits - 1))
            flags |= Rflags.SF;
        if ((BitOperations.PopCount((uint)(byte)result) & 1) == 0)
            flags |= Rflags.PF;
        return flags;
    }

    private static bool Carry(FlagKind kind, int bits, ulong a, ulong b, ulong c)
    {
        switch (kind)
        {
            case FlagKind.Add:
                return Truncate(a + b, bits) < a;
            case FlagKind.Sub:
                return a < b;
            case FlagKind.Adc:
                {
                    ulong r = Truncate(a + b + c, bits);
                    return c != 0 ? r <= a : r < a;
                }

            case FlagKind.Sbb:
                return c != 0 ? a <= b : a < b;
            case FlagKind.Inc:
            case FlagKind.Dec:
                return c != 0;
            case FlagKind.Shl:
                return b <= (ulong)bits && Bit(a, bits - (int)b);
            case FlagKind.Shr:
                return b <= (ulong)bits && Bit(a, (int)b - 1);
            case FlagKind.Sar:
                return Bit((ulong)SignExtend(a, bits), (int)Math.Min(b - 1, 63));
            case FlagKind.Mul:
                return b != 0;
            default:
                return false;
        }
    }

    private static bool Overflow(FlagKind kind, int bits, ulong a, ulong b, ulong c, ulong result)
    {
        int top = bits - 1;
        switch (kind)
        {
            case FlagKind.Add:
            case FlagKind.Adc:
                return Bit((a ^ result) & (b ^ result), top);
            case FlagKind.Sub:
            case FlagKind.Sbb:
                return Bit((a ^ b) & (a ^ result), top);
            case FlagKind.Inc:
                return result == 1UL << top;
            case FlagKind.Dec:
                return a == 1UL << top;
            case FlagKind.Shl:
                return Bit(result, top) != Carry(kind, bits, a, b, c);
            case FlagKind.Shr:
                // Defined for a count of 1 only: the operand's sign. For other counts processors differ; this one keeps the formula.
                return Bit(a, top) && b == 1;
            case FlagKind.Mul:
                return b != 0;
            default:
                return false;
        }
    }

    private static bool Auxiliary(FlagKind kind, ulong a, ulong b, ulong c, ulong result) => kind switch
    {
        FlagKind.Add or FlagKind.Sub or FlagKind.Adc or FlagKind.Sbb => Bit(a ^ b ^ result, 4),
        FlagKind.Inc => (result & 15) == 0,
        FlagKind.Dec => (a & 15) == 0,
        _ => false,
    };
}
