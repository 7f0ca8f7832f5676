using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>The constants of FLD1 to FLDZ: rounded as RC says, always to 64 bits.</summary>
internal static class X87Constants
{
    public static Float80 Load(X87Function function, FloatRounding rounding) => function switch
    {
        X87Function.Fld1 => Float80.One,
        // Each is its value cut off, and whether the nearest is one more.
        X87Function.Fldl2t => Round(0x4000, 0xd49a_784b_cd1b_8afe, false, rounding),
        X87Function.Fldl2e => Round(0x3fff, 0xb8aa_3b29_5c17_f0bb, true, rounding),
        X87Function.Fldpi => Round(0x4000, 0xc90f_daa2_2168_c234, true, rounding),
        X87Function.Fldlg2 => Round(0x3ffd, 0x9a20_9a84_fbcf_f798, true, rounding),
        X87Function.Fldln2 => Round(0x3ffe, 0xb172_17f7_d1cf_79ab, true, rounding),
        _ => default,
    };

    private static Float80 Round(ushort exponent, ulong significand, bool nearestIsAbove, FloatRounding rounding) =>
        new(exponent, rounding == FloatRounding.Up || (rounding == FloatRounding.Nearest && nearestIsAbove) ? significand + 1 : significand);
}
