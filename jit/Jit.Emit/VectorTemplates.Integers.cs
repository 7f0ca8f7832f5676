using System.Runtime.Intrinsics.X86;
using C = Rebound.Jit.Ir.MicroOpCode;

namespace Rebound.Jit.Emit;

/// <content>Vectors of integers, and bits.</content>
internal static partial class VectorTemplates
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddIntegers(Rows rows)
    {
        Type sse2 = typeof(Sse2), ssse3 = typeof(Ssse3), sse41 = typeof(Sse41), sse42 = typeof(Sse42), avx2 = typeof(Avx2);

        // Logic
        rows.Add(C.VectorAnd, sse2, avx2, nameof(Sse2.And), "ab", typeof(byte));
        rows.Add(C.VectorOr, sse2, avx2, nameof(Sse2.Or), "ab", typeof(byte));
        rows.Add(C.VectorXor, sse2, avx2, nameof(Sse2.Xor), "ab", typeof(byte));
        rows.Add(C.VectorAndNot, sse2, avx2, nameof(Sse2.AndNot), "ab", typeof(byte));

        // Additions
        rows.Add(C.PackedAdd8, sse2, avx2, nameof(Sse2.Add), "ab", typeof(byte));
        rows.Add(C.PackedAdd16, sse2, avx2, nameof(Sse2.Add), "ab", typeof(short));
        rows.Add(C.PackedAdd32, sse2, avx2, nameof(Sse2.Add), "ab", typeof(int));
        rows.Add(C.PackedAdd64, sse2, avx2, nameof(Sse2.Add), "ab", typeof(long));
        rows.Add(C.PackedSub8, sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(byte));
        rows.Add(C.PackedSub16, sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(short));
        rows.Add(C.PackedSub32, sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(int));
        rows.Add(C.PackedSub64, sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(long));
        rows.Add(C.PackedAddSaturateSigned8, sse2, avx2, nameof(Sse2.AddSaturate), "ab", typeof(sbyte));
        rows.Add(C.PackedAddSaturateSigned16, sse2, avx2, nameof(Sse2.AddSaturate), "ab", typeof(short));
        rows.Add(C.PackedAddSaturateUnsigned8, sse2, avx2, nameof(Sse2.AddSaturate), "ab", typeof(byte));
        rows.Add(C.PackedAddSaturateUnsigned16, sse2, avx2, nameof(Sse2.AddSaturate), "ab", typeof(ushort));
        rows.Add(C.PackedSubSaturateSigned8, sse2, avx2, nameof(Sse2.SubtractSaturate), "ab", typeof(sbyte));
        rows.Add(C.PackedSubSaturateSigned16, sse2, avx2, nameof(Sse2.SubtractSaturate), "ab", typeof(short));
        rows.Add(C.PackedSubSaturateUnsigned8, sse2, avx2, nameof(Sse2.SubtractSaturate), "ab", typeof(byte));
        rows.Add(C.PackedSubSaturateUnsigned16, sse2, avx2, nameof(Sse2.SubtractSaturate), "ab", typeof(ushort));
        rows.Add(C.PackedHorizontalAdd16, ssse3, avx2, nameof(Ssse3.HorizontalAdd), "ab", typeof(short));
        rows.Add(C.PackedHorizontalAdd32, ssse3, avx2, nameof(Ssse3.HorizontalAdd), "ab", typeof(int));
        rows.Add(C.PackedHorizontalAddSaturate16, ssse3, avx2, nameof(Ssse3.HorizontalAddSaturate), "ab", typeof(short));
        rows.Add(C.PackedHorizontalSub16, ssse3, avx2, nameof(Ssse3.HorizontalSubtract), "ab", typeof(short));
        rows.Add(C.PackedHorizontalSub32, ssse3, avx2, nameof(Ssse3.HorizontalSubtract), "ab", typeof(int));
        rows.Add(C.PackedHorizontalSubSaturate16, ssse3, avx2, nameof(Ssse3.HorizontalSubtractSaturate), "ab", typeof(short));

        // Products
        rows.Add(C.PackedMultiplyLow16, sse2, avx2, nameof(Sse2.MultiplyLow), "ab", typeof(short));
        rows.Add(C.PackedMultiplyLow32, sse41, avx2, nameof(Sse41.MultiplyLow), "ab", typeof(int));
        rows.Add(C.PackedMultiplyHighSigned16, sse2, avx2, nameof(Sse2.MultiplyHigh), "ab", typeof(short));
        rows.Add(C.PackedMultiplyHighUnsigned16, sse2, avx2, nameof(Sse2.MultiplyHigh), "ab", typeof(ushort));
        rows.Add(C.PackedMultiplyRounded16, ssse3, avx2, nameof(Ssse3.MultiplyHighRoundScale), "ab", typeof(short));
        rows.Add(C.PackedMultiplyUnsigned32, sse2, avx2, nameof(Sse2.Multiply), "ab", typeof(uint));
        rows.Add(C.PackedMultiplySigned32, sse41, avx2, nameof(Sse41.Multiply), "ab", typeof(int));
        rows.Add(C.PackedMultiplyAdd16, sse2, avx2, nameof(Sse2.MultiplyAddAdjacent), "ab", typeof(short));
        rows.Add(C.PackedMultiplyAdd8, ssse3, avx2, nameof(Ssse3.MultiplyAddAdjacent), "ab", typeof(byte), typeof(sbyte));
        rows.Add(C.PackedDifferenceSums, sse2, avx2, nameof(Sse2.SumAbsoluteDifferences), "ab", typeof(byte));

        // Comparisons
        rows.Add(C.PackedEqual8, sse2, avx2, nameof(Sse2.CompareEqual), "ab", typeof(byte));
        rows.Add(C.PackedEqual16, sse2, avx2, nameof(Sse2.CompareEqual), "ab", typeof(short));
        rows.Add(C.PackedEqual32, sse2, avx2, nameof(Sse2.CompareEqual), "ab", typeof(int));
        rows.Add(C.PackedEqual64, sse41, avx2, nameof(Sse41.CompareEqual), "ab", typeof(long));
        rows.Add(C.PackedGreater8, sse2, avx2, nameof(Sse2.CompareGreaterThan), "ab", typeof(sbyte));
        rows.Add(C.PackedGreater16, sse2, avx2, nameof(Sse2.CompareGreaterThan), "ab", typeof(short));
        rows.Add(C.PackedGreater32, sse2, avx2, nameof(Sse2.CompareGreaterThan), "ab", typeof(int));
        rows.Add(C.PackedGreater64, sse42, avx2, nameof(Sse42.CompareGreaterThan), "ab", typeof(long));
        rows.Add(C.PackedMinSigned8, sse41, avx2, nameof(Sse41.Min), "ab", typeof(sbyte));
        rows.Add(C.PackedMinSigned16, sse2, avx2, nameof(Sse2.Min), "ab", typeof(short));
        rows.Add(C.PackedMinSigned32, sse41, avx2, nameof(Sse41.Min), "ab", typeof(int));
        rows.Add(C.PackedMinUnsigned8, sse2, avx2, nameof(Sse2.Min), "ab", typeof(byte));
        rows.Add(C.PackedMinUnsigned16, sse41, avx2, nameof(Sse41.Min), "ab", typeof(ushort));
        rows.Add(C.PackedMinUnsigned32, sse41, avx2, nameof(Sse41.Min), "ab", typeof(uint));
        rows.Add(C.PackedMaxSigned8, sse41, avx2, nameof(Sse41.Max), "ab", typeof(sbyte));
        rows.Add(C.PackedMaxSigned16, sse2, avx2, nameof(Sse2.Max), "ab", typeof(short));
        rows.Add(C.PackedMaxSigned32, sse41, avx2, nameof(Sse41.Max), "ab", typeof(int));
        rows.Add(C.PackedMaxUnsigned8, sse2, avx2, nameof(Sse2.Max), "ab", typeof(byte));
        rows.Add(C.PackedMaxUnsigned16, sse41, avx2, nameof(Sse41.Max), "ab", typeof(ushort));
        rows.Add(C.PackedMaxUnsigned32, sse41, avx2, nameof(Sse41.Max), "ab", typeof(uint));
        rows.Add(C.PackedAverage8, sse2, avx2, nameof(Sse2.Average), "ab", typeof(byte));
        rows.Add(C.PackedAverage16, sse2, avx2, nameof(Sse2.Average), "ab", typeof(ushort));

        // Signs
        rows.Add(C.PackedAbsolute8, ssse3, avx2, nameof(Ssse3.Abs), "a", typeof(sbyte));
        rows.Add(C.PackedAbsolute16, ssse3, avx2, nameof(Ssse3.Abs), "a", typeof(short));
        rows.Add(C.PackedAbsolute32, ssse3, avx2, nameof(Ssse3.Abs), "a", typeof(int));
        rows.Add(C.PackedSign8, ssse3, avx2, nameof(Ssse3.Sign), "ab", typeof(sbyte));
        rows.Add(C.PackedSign16, ssse3, avx2, nameof(Ssse3.Sign), "ab", typeof(short));
        rows.Add(C.PackedSign32, ssse3, avx2, nameof(Ssse3.Sign), "ab", typeof(int));

        // Shifts: a count in a vector is an immediate of -1
        rows.Add(C.PackedShiftLeft16, sse2, avx2, nameof(Sse2.ShiftLeftLogical), "ai", typeof(short));
        rows.AddOne(C.PackedShiftLeft16, sse2, nameof(Sse2.ShiftLeftLogical), "aB", 16, 16, -1, typeof(short));
        rows.AddOne(C.PackedShiftLeft16, avx2, nameof(Avx2.ShiftLeftLogical), "aB", 32, 32, -1, typeof(short));
        rows.Add(C.PackedShiftLeft32, sse2, avx2, nameof(Sse2.ShiftLeftLogical), "ai", typeof(int));
        rows.AddOne(C.PackedShiftLeft32, sse2, nameof(Sse2.ShiftLeftLogical), "aB", 16, 16, -1, typeof(int));
        rows.AddOne(C.PackedShiftLeft32, avx2, nameof(Avx2.ShiftLeftLogical), "aB", 32, 32, -1, typeof(int));
        rows.Add(C.PackedShiftLeft64, sse2, avx2, nameof(Sse2.ShiftLeftLogical), "ai", typeof(long));
        rows.AddOne(C.PackedShiftLeft64, sse2, nameof(Sse2.ShiftLeftLogical), "aB", 16, 16, -1, typeof(long));
        rows.AddOne(C.PackedShiftLeft64, avx2, nameof(Avx2.ShiftLeftLogical), "aB", 32, 32, -1, typeof(long));
        rows.Add(C.PackedShiftRight16, sse2, avx2, nameof(Sse2.ShiftRightLogical), "ai", typeof(short));
        rows.AddOne(C.PackedShiftRight16, sse2, nameof(Sse2.ShiftRightLogical), "aB", 16, 16, -1, typeof(short));
        rows.AddOne(C.PackedShiftRight16, avx2, nameof(Avx2.ShiftRightLogical), "aB", 32, 32, -1, typeof(short));
        rows.Add(C.PackedShiftRight32, sse2, avx2, nameof(Sse2.ShiftRightLogical), "ai", typeof(int));
        rows.AddOne(C.PackedShiftRight32, sse2, nameof(Sse2.ShiftRightLogical), "aB", 16, 16, -1, typeof(int));
        rows.AddOne(C.PackedShiftRight32, avx2, nameof(Avx2.ShiftRightLogical), "aB", 32, 32, -1, typeof(int));
        rows.Add(C.PackedShiftRight64, sse2, avx2, nameof(Sse2.ShiftRightLogical), "ai", typeof(long));
        rows.AddOne(C.PackedShiftRight64, sse2, nameof(Sse2.ShiftRightLogical), "aB", 16, 16, -1, typeof(long));
        rows.AddOne(C.PackedShiftRight64, avx2, nameof(Avx2.ShiftRightLogical), "aB", 32, 32, -1, typeof(long));
        rows.Add(C.PackedShiftArithmetic16, sse2, avx2, nameof(Sse2.ShiftRightArithmetic), "ai", typeof(short));
        rows.AddOne(C.PackedShiftArithmetic16, sse2, nameof(Sse2.ShiftRightArithmetic), "aB", 16, 16, -1, typeof(short));
        rows.AddOne(C.PackedShiftArithmetic16, avx2, nameof(Avx2.ShiftRightArithmetic), "aB", 32, 32, -1, typeof(short));
        rows.Add(C.PackedShiftArithmetic32, sse2, avx2, nameof(Sse2.ShiftRightArithmetic), "ai", typeof(int));
        rows.AddOne(C.PackedShiftArithmetic32, sse2, nameof(Sse2.ShiftRightArithmetic), "aB", 16, 16, -1, typeof(int));
        rows.AddOne(C.PackedShiftArithmetic32, avx2, nameof(Avx2.ShiftRightArithmetic), "aB", 32, 32, -1, typeof(int));
        rows.Add(C.PackedShiftLeftBy32, avx2, avx2, nameof(Avx2.ShiftLeftLogicalVariable), "ab", typeof(uint));
        rows.Add(C.PackedShiftLeftBy64, avx2, avx2, nameof(Avx2.ShiftLeftLogicalVariable), "ab", typeof(ulong));
        rows.Add(C.PackedShiftRightBy32, avx2, avx2, nameof(Avx2.ShiftRightLogicalVariable), "ab", typeof(uint));
        rows.Add(C.PackedShiftRightBy64, avx2, avx2, nameof(Avx2.ShiftRightLogicalVariable), "ab", typeof(ulong));
        rows.Add(C.PackedShiftArithmeticBy32, avx2, avx2, nameof(Avx2.ShiftRightArithmeticVariable), "ab", typeof(int), typeof(uint));
        rows.Add(C.VectorShiftLeftBytes, sse2, avx2, nameof(Sse2.ShiftLeftLogical128BitLane), "ai", typeof(byte));
        rows.Add(C.VectorShiftRightBytes, sse2, avx2, nameof(Sse2.ShiftRightLogical128BitLane), "ai", typeof(byte));
        rows.Add(C.VectorAlignRight, ssse3, avx2, nameof(Ssse3.AlignRight), "abi", typeof(byte));
    }
#pragma warning restore format
}
