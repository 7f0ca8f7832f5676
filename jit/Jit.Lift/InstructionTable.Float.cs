using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Floating point of SSE to SSE4.1, AVX, FMA and F16C.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddFloats(Rows rows)
    {
        // Arithmetic
        rows.AddWithVex(Mnemonic.Addps,       l => l.Packed(MicroOpCode.FloatAdd32));
        rows.AddWithVex(Mnemonic.Addpd,       l => l.Packed(MicroOpCode.FloatAdd64));
        rows.AddWithVex(Mnemonic.Addss,       l => l.FloatScalar(MicroOpCode.FloatAddScalar32));
        rows.AddWithVex(Mnemonic.Addsd,       l => l.FloatScalar(MicroOpCode.FloatAddScalar64));
        rows.AddWithVex(Mnemonic.Subps,       l => l.Packed(MicroOpCode.FloatSub32));
        rows.AddWithVex(Mnemonic.Subpd,       l => l.Packed(MicroOpCode.FloatSub64));
        rows.AddWithVex(Mnemonic.Subss,       l => l.FloatScalar(MicroOpCode.FloatSubScalar32));
        rows.AddWithVex(Mnemonic.Subsd,       l => l.FloatScalar(MicroOpCode.FloatSubScalar64));
        rows.AddWithVex(Mnemonic.Mulps,       l => l.Packed(MicroOpCode.FloatMul32));
        rows.AddWithVex(Mnemonic.Mulpd,       l => l.Packed(MicroOpCode.FloatMul64));
        rows.AddWithVex(Mnemonic.Mulss,       l => l.FloatScalar(MicroOpCode.FloatMulScalar32));
        rows.AddWithVex(Mnemonic.Mulsd,       l => l.FloatScalar(MicroOpCode.FloatMulScalar64));
        rows.AddWithVex(Mnemonic.Divps,       l => l.Packed(MicroOpCode.FloatDiv32));
        rows.AddWithVex(Mnemonic.Divpd,       l => l.Packed(MicroOpCode.FloatDiv64));
        rows.AddWithVex(Mnemonic.Divss,       l => l.FloatScalar(MicroOpCode.FloatDivScalar32));
        rows.AddWithVex(Mnemonic.Divsd,       l => l.FloatScalar(MicroOpCode.FloatDivScalar64));
        rows.AddWithVex(Mnemonic.Minps,       l => l.Packed(MicroOpCode.FloatMin32));
        rows.AddWithVex(Mnemonic.Minpd,       l => l.Packed(MicroOpCode.FloatMin64));
        rows.AddWithVex(Mnemonic.Minss,       l => l.FloatScalar(MicroOpCode.FloatMinScalar32));
        rows.AddWithVex(Mnemonic.Minsd,       l => l.FloatScalar(MicroOpCode.FloatMinScalar64));
        rows.AddWithVex(Mnemonic.Maxps,       l => l.Packed(MicroOpCode.FloatMax32));
        rows.AddWithVex(Mnemonic.Maxpd,       l => l.Packed(MicroOpCode.FloatMax64));
        rows.AddWithVex(Mnemonic.Maxss,       l => l.FloatScalar(MicroOpCode.FloatMaxScalar32));
        rows.AddWithVex(Mnemonic.Maxsd,       l => l.FloatScalar(MicroOpCode.FloatMaxScalar64));
        rows.AddWithVex(Mnemonic.Sqrtps,      l => l.PackedUnary(MicroOpCode.FloatSqrt32));
        rows.AddWithVex(Mnemonic.Sqrtpd,      l => l.PackedUnary(MicroOpCode.FloatSqrt64));
        rows.AddWithVex(Mnemonic.Sqrtss,      l => l.FloatScalar(MicroOpCode.FloatSqrtScalar32));
        rows.AddWithVex(Mnemonic.Sqrtsd,      l => l.FloatScalar(MicroOpCode.FloatSqrtScalar64));
        rows.AddWithVex(Mnemonic.Rcpps,       l => l.PackedUnary(MicroOpCode.FloatReciprocal32));
        rows.AddWithVex(Mnemonic.Rcpss,       l => l.FloatScalar(MicroOpCode.FloatReciprocalScalar32));
        rows.AddWithVex(Mnemonic.Rsqrtps,     l => l.PackedUnary(MicroOpCode.FloatReciprocalSqrt32));
        rows.AddWithVex(Mnemonic.Rsqrtss,     l => l.FloatScalar(MicroOpCode.FloatReciprocalSqrtScalar32));
        rows.AddWithVex(Mnemonic.Addsubps,    l => l.Packed(MicroOpCode.FloatAddSub32));
        rows.AddWithVex(Mnemonic.Addsubpd,    l => l.Packed(MicroOpCode.FloatAddSub64));
        rows.AddWithVex(Mnemonic.Haddps,      l => l.Packed(MicroOpCode.FloatHorizontalAdd32));
        rows.AddWithVex(Mnemonic.Haddpd,      l => l.Packed(MicroOpCode.FloatHorizontalAdd64));
        rows.AddWithVex(Mnemonic.Hsubps,      l => l.Packed(MicroOpCode.FloatHorizontalSub32));
        rows.AddWithVex(Mnemonic.Hsubpd,      l => l.Packed(MicroOpCode.FloatHorizontalSub64));
        rows.AddWithVex(Mnemonic.Dpps,       l => l.DotProduct());
        rows.AddWithVex(Mnemonic.Dppd,        l => l.PackedImmediate(MicroOpCode.FloatDotProduct64));

        // Comparisons
        rows.AddWithVex(Mnemonic.Cmpps,       l => l.FloatCompare(MicroOpCode.FloatCompare32));
        rows.AddWithVex(Mnemonic.Cmppd,       l => l.FloatCompare(MicroOpCode.FloatCompare64));
        rows.AddWithVex(Mnemonic.Cmpss,       l => l.FloatCompareScalar(MicroOpCode.FloatCompareScalar32));
        rows.Add(Mnemonic.Vcmpsd,                l => l.FloatCompareScalar(MicroOpCode.FloatCompareScalar64));
        rows.Add(Code.Cmpsd_xmm_xmmm64_imm8,     l => l.FloatCompareScalar(MicroOpCode.FloatCompareScalar64));
        rows.AddWithVex(Mnemonic.Comiss,      l => l.FloatCompareFlags(MicroOpCode.FloatCompareFlags32, quiet: false));
        rows.AddWithVex(Mnemonic.Comisd,      l => l.FloatCompareFlags(MicroOpCode.FloatCompareFlags64, quiet: false));
        rows.AddWithVex(Mnemonic.Ucomiss,     l => l.FloatCompareFlags(MicroOpCode.FloatCompareFlags32, quiet: true));
        rows.AddWithVex(Mnemonic.Ucomisd,     l => l.FloatCompareFlags(MicroOpCode.FloatCompareFlags64, quiet: true));

        // To whole numbers
        rows.AddWithVex(Mnemonic.Roundps,     l => l.FloatRound(MicroOpCode.FloatRound32));
        rows.AddWithVex(Mnemonic.Roundpd,     l => l.FloatRound(MicroOpCode.FloatRound64));
        rows.AddWithVex(Mnemonic.Roundss,     l => l.FloatRoundScalar(MicroOpCode.FloatRoundScalar32));
        rows.AddWithVex(Mnemonic.Roundsd,     l => l.FloatRoundScalar(MicroOpCode.FloatRoundScalar64));

        // Conversions
        rows.AddWithVex(Mnemonic.Cvtdq2ps,    l => l.PackedUnary(MicroOpCode.ConvertInt32ToFloat32));
        rows.AddWithVex(Mnemonic.Cvtdq2pd,    l => l.ConvertUp(MicroOpCode.ConvertInt32ToFloat64, MicroOpCode.ConvertInt32ToFloat64Wide));
        rows.AddWithVex(Mnemonic.Cvtps2pd,    l => l.ConvertUp(MicroOpCode.ConvertFloat32ToFloat64, MicroOpCode.ConvertFloat32ToFloat64Wide));
        rows.AddWithVex(Mnemonic.Cvtpd2ps,    l => l.ConvertDown(MicroOpCode.ConvertFloat64ToFloat32, MicroOpCode.ConvertFloat64ToFloat32Wide));
        rows.AddWithVex(Mnemonic.Cvtss2sd,    l => l.FloatScalar(MicroOpCode.ConvertFloat32ToFloat64Scalar));
        rows.AddWithVex(Mnemonic.Cvtsd2ss,    l => l.FloatScalar(MicroOpCode.ConvertFloat64ToFloat32Scalar));
        rows.AddWithVex(Mnemonic.Cvtps2dq,    l => l.PackedUnary(MicroOpCode.ConvertFloat32ToInt32));
        rows.AddWithVex(Mnemonic.Cvttps2dq,   l => l.PackedUnary(MicroOpCode.TruncateFloat32ToInt32));
        rows.AddWithVex(Mnemonic.Cvtpd2dq,    l => l.ConvertDown(MicroOpCode.ConvertFloat64ToInt32, MicroOpCode.ConvertFloat64ToInt32Wide));
        rows.AddWithVex(Mnemonic.Cvttpd2dq,   l => l.ConvertDown(MicroOpCode.TruncateFloat64ToInt32, MicroOpCode.TruncateFloat64ToInt32Wide));
        rows.AddWithVex(Mnemonic.Cvtsi2ss,    l => l.ConvertFromValue(MicroOpCode.ConvertValue32ToFloat32, MicroOpCode.ConvertValue64ToFloat32));
        rows.AddWithVex(Mnemonic.Cvtsi2sd,    l => l.ConvertFromValue(MicroOpCode.ConvertValue32ToFloat64, MicroOpCode.ConvertValue64ToFloat64));
        rows.AddWithVex(Mnemonic.Cvtss2si,    l => l.ConvertToValue(MicroOpCode.ConvertFloat32ToValue32, MicroOpCode.ConvertFloat32ToValue64));
        rows.AddWithVex(Mnemonic.Cvttss2si,   l => l.ConvertToValue(MicroOpCode.TruncateFloat32ToValue32, MicroOpCode.TruncateFloat32ToValue64));
        rows.AddWithVex(Mnemonic.Cvtsd2si,    l => l.ConvertToValue(MicroOpCode.ConvertFloat64ToValue32, MicroOpCode.ConvertFloat64ToValue64));
        rows.AddWithVex(Mnemonic.Cvttsd2si,   l => l.ConvertToValue(MicroOpCode.TruncateFloat64ToValue32, MicroOpCode.TruncateFloat64ToValue64));
        rows.Add(Mnemonic.Vcvtph2ps,       l => l.ConvertUp(MicroOpCode.ConvertFloat16ToFloat32, MicroOpCode.ConvertFloat16ToFloat32Wide));
        rows.Add(Mnemonic.Vcvtps2ph,       l => l.ConvertToHalf());

        AddFused(rows, "Vfmadd",    "ps", MicroOpCode.FloatMultiplyAdd32);
        AddFused(rows, "Vfmadd",    "pd", MicroOpCode.FloatMultiplyAdd64);
        AddFused(rows, "Vfmsub",    "ps", MicroOpCode.FloatMultiplySub32);
        AddFused(rows, "Vfmsub",    "pd", MicroOpCode.FloatMultiplySub64);
        AddFused(rows, "Vfnmadd",   "ps", MicroOpCode.FloatNegatedMultiplyAdd32);
        AddFused(rows, "Vfnmadd",   "pd", MicroOpCode.FloatNegatedMultiplyAdd64);
        AddFused(rows, "Vfnmsub",   "ps", MicroOpCode.FloatNegatedMultiplySub32);
        AddFused(rows, "Vfnmsub",   "pd", MicroOpCode.FloatNegatedMultiplySub64);
        AddFused(rows, "Vfmaddsub", "ps", MicroOpCode.FloatMultiplyAddSub32);
        AddFused(rows, "Vfmaddsub", "pd", MicroOpCode.FloatMultiplyAddSub64);
        AddFused(rows, "Vfmsubadd", "ps", MicroOpCode.FloatMultiplySubAdd32);
        AddFused(rows, "Vfmsubadd", "pd", MicroOpCode.FloatMultiplySubAdd64);
        AddFused(rows, "Vfmadd",    "ss", MicroOpCode.FloatMultiplyAddScalar32);
        AddFused(rows, "Vfmadd",    "sd", MicroOpCode.FloatMultiplyAddScalar64);
        AddFused(rows, "Vfmsub",    "ss", MicroOpCode.FloatMultiplySubScalar32);
        AddFused(rows, "Vfmsub",    "sd", MicroOpCode.FloatMultiplySubScalar64);
        AddFused(rows, "Vfnmadd",   "ss", MicroOpCode.FloatNegatedMultiplyAddScalar32);
        AddFused(rows, "Vfnmadd",   "sd", MicroOpCode.FloatNegatedMultiplyAddScalar64);
        AddFused(rows, "Vfnmsub",   "ss", MicroOpCode.FloatNegatedMultiplySubScalar32);
        AddFused(rows, "Vfnmsub",   "sd", MicroOpCode.FloatNegatedMultiplySubScalar64);
    }
#pragma warning restore format

    /// <summary>The three orders of an FMA operation.</summary>
    private static void AddFused(Rows rows, string name, string type, MicroOpCode code)
    {
        bool scalar = type[0] == 's';
        foreach ((string digits, FmaOrder order) in (ReadOnlySpan<(string, FmaOrder)>)[("132", FmaOrder.First132), ("213", FmaOrder.Second213), ("231", FmaOrder.Second231)])
        {
            FmaOrder own = order;
            rows.Add(Enum.Parse<Mnemonic>(name + digits + type), scalar ? l => l.FusedScalar(code, own) : l => l.Fused(code, own));
        }
    }
}
