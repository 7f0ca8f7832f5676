using System.Runtime.Intrinsics.X86;
using C = Rebound.Jit.Ir.MicroOpCode;

namespace Rebound.Jit.Emit;

/// <content>Floating point.</content>
internal static partial class VectorTemplates
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddFloats(Rows rows)
    {
        Type sse = typeof(Sse), sse2 = typeof(Sse2), sse3 = typeof(Sse3), sse41 = typeof(Sse41), avx = typeof(Avx), fma = typeof(Fma), avx512 = typeof(Avx512F.VL);
        Type sseX64 = typeof(Sse.X64), sse2X64 = typeof(Sse2.X64), single = typeof(float), real = typeof(double);

        // Arithmetic
        rows.Add(C.FloatAdd32,       sse,  avx,  nameof(Avx.Add), "ab", single);
        rows.Add(C.FloatAdd64,       sse2, avx,  nameof(Avx.Add), "ab", real);
        rows.Add(C.FloatAddScalar32, sse,  null, nameof(Sse.AddScalar), "ab", single);
        rows.Add(C.FloatAddScalar64, sse2, null, nameof(Sse2.AddScalar), "ab", real);
        rows.Add(C.FloatSub32,       sse,  avx,  nameof(Avx.Subtract), "ab", single);
        rows.Add(C.FloatSub64,       sse2, avx,  nameof(Avx.Subtract), "ab", real);
        rows.Add(C.FloatSubScalar32, sse,  null, nameof(Sse.SubtractScalar), "ab", single);
        rows.Add(C.FloatSubScalar64, sse2, null, nameof(Sse2.SubtractScalar), "ab", real);
        rows.Add(C.FloatMul32,       sse,  avx,  nameof(Avx.Multiply), "ab", single);
        rows.Add(C.FloatMul64,       sse2, avx,  nameof(Avx.Multiply), "ab", real);
        rows.Add(C.FloatMulScalar32, sse,  null, nameof(Sse.MultiplyScalar), "ab", single);
        rows.Add(C.FloatMulScalar64, sse2, null, nameof(Sse2.MultiplyScalar), "ab", real);
        rows.Add(C.FloatDiv32,       sse,  avx,  nameof(Avx.Divide), "ab", single);
        rows.Add(C.FloatDiv64,       sse2, avx,  nameof(Avx.Divide), "ab", real);
        rows.Add(C.FloatDivScalar32, sse,  null, nameof(Sse.DivideScalar), "ab", single);
        rows.Add(C.FloatDivScalar64, sse2, null, nameof(Sse2.DivideScalar), "ab", real);
        rows.Add(C.FloatMin32,       sse,  avx,  nameof(Avx.Min), "ab", single);
        rows.Add(C.FloatMin64,       sse2, avx,  nameof(Avx.Min), "ab", real);
        rows.Add(C.FloatMinScalar32, sse,  null, nameof(Sse.MinScalar), "ab", single);
        rows.Add(C.FloatMinScalar64, sse2, null, nameof(Sse2.MinScalar), "ab", real);
        rows.Add(C.FloatMax32,       sse,  avx,  nameof(Avx.Max), "ab", single);
        rows.Add(C.FloatMax64,       sse2, avx,  nameof(Avx.Max), "ab", real);
        rows.Add(C.FloatMaxScalar32, sse,  null, nameof(Sse.MaxScalar), "ab", single);
        rows.Add(C.FloatMaxScalar64, sse2, null, nameof(Sse2.MaxScalar), "ab", real);
        rows.Add(C.FloatSqrt32,       sse,  avx,  nameof(Avx.Sqrt), "b", single);
        rows.Add(C.FloatSqrt64,       sse2, avx,  nameof(Avx.Sqrt), "b", real);
        rows.Add(C.FloatSqrtScalar32, sse,  null, nameof(Sse.SqrtScalar), "ab", single);
        rows.Add(C.FloatSqrtScalar64, sse2, null, nameof(Sse2.SqrtScalar), "ab", real);
        rows.Add(C.FloatReciprocal32,           sse, avx,  nameof(Sse.Reciprocal), "b", single);
        rows.Add(C.FloatReciprocalScalar32,     sse, null, nameof(Sse.ReciprocalScalar), "ab", single);
        rows.Add(C.FloatReciprocalSqrt32,       sse, avx,  nameof(Sse.ReciprocalSqrt), "b", single);
        rows.Add(C.FloatReciprocalSqrtScalar32, sse, null, nameof(Sse.ReciprocalSqrtScalar), "ab", single);
        rows.Add(C.FloatAddSub32, sse3, avx, nameof(Sse3.AddSubtract), "ab", single);
        rows.Add(C.FloatAddSub64, sse3, avx, nameof(Sse3.AddSubtract), "ab", real);
        rows.Add(C.FloatHorizontalAdd32, sse3, avx, nameof(Sse3.HorizontalAdd), "ab", single);
        rows.Add(C.FloatHorizontalAdd64, sse3, avx, nameof(Sse3.HorizontalAdd), "ab", real);
        rows.Add(C.FloatHorizontalSub32, sse3, avx, nameof(Sse3.HorizontalSubtract), "ab", single);
        rows.Add(C.FloatHorizontalSub64, sse3, avx, nameof(Sse3.HorizontalSubtract), "ab", real);
        rows.Add(C.FloatDotProduct32, sse41, null, nameof(Sse41.DotProduct), "abi", single);
        rows.AddOne(C.FloatDotProduct32Wide, avx, nameof(Avx.DotProduct), "abi", 32, 32, null, single);
        rows.Add(C.FloatDotProduct64, sse41, null, nameof(Sse41.DotProduct), "abi", real);

        // Comparisons
        // RyuJIT takes the predicates from 16 on for those 16 below, which signal differently, and folds FALSE and TRUE.
        for (long predicate = 0; predicate < 16; predicate++)
        {
            if (predicate is 11 or 15)
                continue;
            rows.AddOne(C.FloatCompare32,       avx, nameof(Avx.Compare),       "abp", 16, 16, predicate, single);
            rows.AddOne(C.FloatCompare64,       avx, nameof(Avx.Compare),       "abp", 16, 16, predicate, real);
            rows.AddOne(C.FloatCompare32,       avx, nameof(Avx.Compare),       "abp", 32, 32, predicate, single);
            rows.AddOne(C.FloatCompare64,       avx, nameof(Avx.Compare),       "abp", 32, 32, predicate, real);
            rows.AddOne(C.FloatCompareScalar32, avx, nameof(Avx.CompareScalar), "abp", 16, 16, predicate, single);
            rows.AddOne(C.FloatCompareScalar64, avx, nameof(Avx.CompareScalar), "abp", 16, 16, predicate, real);
        }

        foreach ((long predicate, string name) in ((long, string)[])
            [(17, nameof(HostCompares.LessThan)), (18, nameof(HostCompares.LessThanOrEqual)), (21, nameof(HostCompares.NotLessThan)),
             (22, nameof(HostCompares.NotLessThanOrEqual)), (25, nameof(HostCompares.NotGreaterThanOrEqual)), (26, nameof(HostCompares.NotGreaterThan)),
             (29, nameof(HostCompares.GreaterThanOrEqual)), (30, nameof(HostCompares.GreaterThan))])
        {
            Type quiet = typeof(HostCompares);
            rows.AddOne(C.FloatCompare32,       quiet, name,            "ab", 16, 16, predicate, single);
            rows.AddOne(C.FloatCompare64,       quiet, name,            "ab", 16, 16, predicate, real);
            rows.AddOne(C.FloatCompare32,       quiet, name,            "ab", 32, 32, predicate, single);
            rows.AddOne(C.FloatCompare64,       quiet, name,            "ab", 32, 32, predicate, real);
            rows.AddOne(C.FloatCompareScalar32, quiet, name + "Scalar", "ab", 16, 16, predicate, single);
            rows.AddOne(C.FloatCompareScalar64, quiet, name + "Scalar", "ab", 16, 16, predicate, real);
        }

        // Multiply and add
        rows.Add(C.FloatMultiplyAdd32, fma, fma, nameof(Fma.MultiplyAdd), "abc", single);
        AddFusedScalar(rows, C.FloatMultiplyAddScalar32, nameof(Fma.MultiplyAddScalar), single);
        rows.Add(C.FloatMultiplyAdd64, fma, fma, nameof(Fma.MultiplyAdd), "abc", real);
        AddFusedScalar(rows, C.FloatMultiplyAddScalar64, nameof(Fma.MultiplyAddScalar), real);
        rows.Add(C.FloatMultiplySub32, fma, fma, nameof(Fma.MultiplySubtract), "abc", single);
        AddFusedScalar(rows, C.FloatMultiplySubScalar32, nameof(Fma.MultiplySubtractScalar), single);
        rows.Add(C.FloatMultiplySub64, fma, fma, nameof(Fma.MultiplySubtract), "abc", real);
        AddFusedScalar(rows, C.FloatMultiplySubScalar64, nameof(Fma.MultiplySubtractScalar), real);
        rows.Add(C.FloatNegatedMultiplyAdd32, fma, fma, nameof(Fma.MultiplyAddNegated), "abc", single);
        AddFusedScalar(rows, C.FloatNegatedMultiplyAddScalar32, nameof(Fma.MultiplyAddNegatedScalar), single);
        rows.Add(C.FloatNegatedMultiplyAdd64, fma, fma, nameof(Fma.MultiplyAddNegated), "abc", real);
        AddFusedScalar(rows, C.FloatNegatedMultiplyAddScalar64, nameof(Fma.MultiplyAddNegatedScalar), real);
        rows.Add(C.FloatNegatedMultiplySub32, fma, fma, nameof(Fma.MultiplySubtractNegated), "abc", single);
        AddFusedScalar(rows, C.FloatNegatedMultiplySubScalar32, nameof(Fma.MultiplySubtractNegatedScalar), single);
        rows.Add(C.FloatNegatedMultiplySub64, fma, fma, nameof(Fma.MultiplySubtractNegated), "abc", real);
        AddFusedScalar(rows, C.FloatNegatedMultiplySubScalar64, nameof(Fma.MultiplySubtractNegatedScalar), real);
        rows.Add(C.FloatMultiplyAddSub32, fma, fma, nameof(Fma.MultiplyAddSubtract), "abc", single);
        rows.Add(C.FloatMultiplyAddSub64, fma, fma, nameof(Fma.MultiplyAddSubtract), "abc", real);
        rows.Add(C.FloatMultiplySubAdd32, fma, fma, nameof(Fma.MultiplySubtractAdd), "abc", single);
        rows.Add(C.FloatMultiplySubAdd64, fma, fma, nameof(Fma.MultiplySubtractAdd), "abc", real);

        // Conversions
        rows.AddOne(C.ConvertInt32ToFloat32,       sse2, nameof(Sse2.ConvertToVector128Single), "a", 16, 16, null, typeof(int));
        rows.AddOne(C.ConvertInt32ToFloat32,       avx,  nameof(Avx.ConvertToVector256Single),  "a", 32, 32, null, typeof(int));
        rows.AddOne(C.ConvertInt32ToFloat64,       sse2, nameof(Sse2.ConvertToVector128Double), "a", 16, 16, null, typeof(int));
        rows.AddOne(C.ConvertInt32ToFloat64Wide,   avx,  nameof(Avx.ConvertToVector256Double),  "a", 32, 16, null, typeof(int));
        rows.AddOne(C.ConvertFloat32ToFloat64,     sse2, nameof(Sse2.ConvertToVector128Double), "a", 16, 16, null, single);
        rows.AddOne(C.ConvertFloat32ToFloat64Wide, avx,  nameof(Avx.ConvertToVector256Double),  "a", 32, 16, null, single);
        rows.AddOne(C.ConvertFloat64ToFloat32,     sse2, nameof(Sse2.ConvertToVector128Single), "a", 16, 16, null, real);
        rows.AddOne(C.ConvertFloat64ToFloat32Wide, avx,  nameof(Avx.ConvertToVector128Single),  "a", 32, 32, null, real);
        rows.AddOne(C.ConvertFloat32ToFloat64Scalar, sse2, nameof(Sse2.ConvertScalarToVector128Double), "ab", 16, 16, null, real, single);
        rows.AddOne(C.ConvertFloat64ToFloat32Scalar, sse2, nameof(Sse2.ConvertScalarToVector128Single), "ab", 16, 16, null, single, real);
        rows.AddOne(C.ConvertFloat32ToInt32,       sse2, nameof(Sse2.ConvertToVector128Int32), "a", 16, 16, null, single);
        rows.AddOne(C.ConvertFloat32ToInt32,       avx,  nameof(Avx.ConvertToVector256Int32),  "a", 32, 32, null, single);
        rows.AddOne(C.TruncateFloat32ToInt32,      sse2, nameof(Sse2.ConvertToVector128Int32WithTruncation), "a", 16, 16, null, single);
        rows.AddOne(C.TruncateFloat32ToInt32,      avx,  nameof(Avx.ConvertToVector256Int32WithTruncation),  "a", 32, 32, null, single);
        rows.AddOne(C.ConvertFloat64ToInt32,       sse2, nameof(Sse2.ConvertToVector128Int32), "a", 16, 16, null, real);
        rows.AddOne(C.ConvertFloat64ToInt32Wide,   avx,  nameof(Avx.ConvertToVector128Int32),  "a", 32, 32, null, real);
        rows.AddOne(C.TruncateFloat64ToInt32,      sse2, nameof(Sse2.ConvertToVector128Int32WithTruncation), "a", 16, 16, null, real);
        rows.AddOne(C.TruncateFloat64ToInt32Wide,  avx,  nameof(Avx.ConvertToVector128Int32WithTruncation),  "a", 32, 32, null, real);
        rows.AddOne(C.ConvertValue32ToFloat32, sse,     nameof(Sse.ConvertScalarToVector128Single),      "av", 4, 16, null, single, typeof(int));
        rows.AddOne(C.ConvertValue64ToFloat32, sseX64,  nameof(Sse.X64.ConvertScalarToVector128Single),  "av", 8, 16, null, single, typeof(long));
        rows.AddOne(C.ConvertValue32ToFloat64, sse2,    nameof(Sse2.ConvertScalarToVector128Double),     "av", 4, 16, null, real, typeof(int));
        rows.AddOne(C.ConvertValue64ToFloat64, sse2X64, nameof(Sse2.X64.ConvertScalarToVector128Double), "av", 8, 16, null, real, typeof(long));
        rows.AddOne(C.ConvertFloat32ToValue32,  sse,     nameof(Sse.ConvertToInt32),  "a", 4, 16, null, single);
        rows.AddOne(C.ConvertFloat32ToValue64,  sseX64,  nameof(Sse.X64.ConvertToInt64),  "a", 8, 16, null, single);
        rows.AddOne(C.ConvertFloat64ToValue32,  sse2,    nameof(Sse2.ConvertToInt32), "a", 4, 16, null, real);
        rows.AddOne(C.ConvertFloat64ToValue64,  sse2X64, nameof(Sse2.X64.ConvertToInt64), "a", 8, 16, null, real);
        rows.AddOne(C.TruncateFloat32ToValue32, sse,     nameof(Sse.ConvertToInt32WithTruncation),  "a", 4, 16, null, single);
        rows.AddOne(C.TruncateFloat32ToValue64, sseX64,  nameof(Sse.X64.ConvertToInt64WithTruncation),  "a", 8, 16, null, single);
        rows.AddOne(C.TruncateFloat64ToValue32, sse2,    nameof(Sse2.ConvertToInt32WithTruncation), "a", 4, 16, null, real);
        rows.AddOne(C.TruncateFloat64ToValue64, sse2X64, nameof(Sse2.X64.ConvertToInt64WithTruncation), "a", 8, 16, null, real);

        // To whole numbers. Not every immediate has a name in .NET; RNDSCALE of AVX-512 takes them all.
        foreach ((long immediate, string name) in Roundings)
        {
            rows.AddOne(C.FloatRound32, sse41, name, "b", 16, 16, immediate, single);
            rows.AddOne(C.FloatRound64, sse41, name, "b", 16, 16, immediate, real);
            rows.AddOne(C.FloatRound32, avx, name, "b", 32, 32, immediate, single);
            rows.AddOne(C.FloatRound64, avx, name, "b", 32, 32, immediate, real);
            rows.AddOne(C.FloatRoundScalar32, sse41, name + "Scalar", "ab", 16, 16, immediate, single);
            rows.AddOne(C.FloatRoundScalar64, sse41, name + "Scalar", "ab", 16, 16, immediate, real);
        }

        rows.Add(C.FloatRound32,       avx512, avx512, nameof(Avx512F.VL.RoundScale), "bi", single);
        rows.Add(C.FloatRound64,       avx512, avx512, nameof(Avx512F.VL.RoundScale), "bi", real);
        rows.Add(C.FloatRoundScalar32, typeof(Avx512F), null, nameof(Avx512F.RoundScaleScalar), "abi", single);
        rows.Add(C.FloatRoundScalar64, typeof(Avx512F), null, nameof(Avx512F.RoundScaleScalar), "abi", real);
    }
#pragma warning restore format

    /// <summary>
    /// The host method keeps the upper elements of its first factor, and mostly takes its second for the first where both are NaNs: so B * A + C, but where
    /// those of A are wanted (Imm 0). For those of C (Imm 2) the emitter adds a move.
    /// </summary>
    private static void AddFusedScalar(Rows rows, C code, string name, Type element)
    {
        rows.AddOne(code, typeof(Fma), name, "abc", 16, 16, 0, element);
        rows.AddOne(code, typeof(Fma), name, "bac", 16, 16, 1, element);
        rows.AddOne(code, typeof(Fma), name, "bac", 16, 16, 2, element);
    }

    /// <summary>Immediates of ROUNDPS and the methods that RyuJIT compiles to them.</summary>
    private static ReadOnlySpan<(long Immediate, string Name)> Roundings => new[]
    {
        (0L, nameof(Sse41.RoundToNearestInteger)), (1, nameof(Sse41.RoundToNegativeInfinity)), (2, nameof(Sse41.RoundToPositiveInfinity)),
        (3, nameof(Sse41.RoundToZero)), (4, nameof(Sse41.RoundCurrentDirection)),
    };
}
