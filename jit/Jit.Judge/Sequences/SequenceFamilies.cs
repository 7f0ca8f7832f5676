using Iced.Intel;
using K = Iced.Intel.OpCodeOperandKind;

namespace Rebound.Jit.Judge;

/// <summary>The families that random sequences mix beside integer code.</summary>
internal static class SequenceFamilies
{
    private static readonly Code[] VectorIntegers = [.. Of(c => IsVector(c) && !LaneKinds.IsFloat(LaneKinds.Of(c)))];
    private static readonly Code[] VectorFloats = [.. Of(c => IsVector(c) && LaneKinds.IsFloat(LaneKinds.Of(c)))];
    private static readonly Code[] X87 = [.. Of(IsX87)];
    private static readonly Code[] Mmx = [.. Of(IsMmx)];

    /// <summary>Families for one sequence: none, one, or several.</summary>
    public static Code[][] Choose(Random random)
    {
        Code[][] chosen = random.Next(8) switch
        {
            0 => [],
            1 => [VectorIntegers],
            2 => [VectorFloats],
            3 => [X87],
            4 => [Mmx, VectorIntegers],
            5 => [X87, Mmx],
            6 => [VectorIntegers, VectorFloats],
            _ => [VectorIntegers, VectorFloats, X87, Mmx],
        };
        return [.. chosen.Where(family => family.Length != 0)];
    }

    private static IEnumerable<Code> Of(Func<Code, bool> filter) =>
        ImplementedCodes.All.Where(code => NotJudged.Reason(code) == null && !IsUnsuitable(code) && HostFeatures.Has(code) && filter(code));

    private static bool IsUnsuitable(Code code)
    {
        Instruction probe = default;
        probe.Code = code;
        // Results that processors compute differently would spread through the sequence.
        return KnownDifferences.UnitsOpen(probe) != 0
            || probe.Mnemonic is Mnemonic.Ldmxcsr or Mnemonic.Vldmxcsr or Mnemonic.Fldcw
                or Mnemonic.Maskmovdqu or Mnemonic.Maskmovq or Mnemonic.Vmaskmovdqu
            || Operands(code).Any(FormOperands.IsVectorIndexed);
    }

    private static bool IsVector(Code code) => !IsMmx(code) && (code.Mnemonic() is Mnemonic.Vzeroall or Mnemonic.Vzeroupper
        || Operands(code).Any(k => k is K.xmm_reg or K.xmm_rm or K.xmm_or_mem or K.xmm_vvvv or K.ymm_reg or K.ymm_rm or K.ymm_or_mem or K.ymm_vvvv));

    private static bool IsMmx(Code code) => code.Mnemonic() == Mnemonic.Emms || Operands(code).Any(k => k is K.mm_reg or K.mm_rm or K.mm_or_mem);

    private static bool IsX87(Code code) => code.CpuidFeatures().Any(f => f is CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387);

    private static IEnumerable<K> Operands(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return Enumerable.Range(0, info.OpCount).Select(i => info.GetOpKind(i));
    }
}
