using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>Every form of a code from many states: what stands behind "this instruction is judged".</summary>
public static class SystematicCases
{
    /// <summary>The environment variable that multiplies the number of cases (1 by default; 0.1 for a quick look, 10 for a long one).</summary>
    public const string FactorVariable = "REBOUND_JUDGE_CASES";

    private const int StatesPerCode = 640;
    private const int MostStatesPerForm = 96;
    private const int FewestStatesPerForm = 16;

    /// <summary>What <see cref="FactorVariable"/> says.</summary>
    public static double Factor => double.TryParse(
        Environment.GetEnvironmentVariable(FactorVariable), System.Globalization.CultureInfo.InvariantCulture, out double factor) && factor > 0 ? factor : 1;

    /// <summary>The groups of one code, one per form; none if the code cannot be judged (<see cref="NotJudged"/>).</summary>
    /// <param name="code">A code that the lifter implements.</param>
    /// <param name="seed">Chooses the values of all cases.</param>
    /// <param name="factor">Multiplies the number of cases.</param>
    public static IEnumerable<OracleGroup> Of(Code code, int seed, double factor = 1)
    {
        if (NotJudged.Reason(code) != null)
            yield break;
        List<InstructionForm> forms = [.. InstructionForms.OfCode(code)];
        FormStates source = new(HashCode(seed, code));
        int states = Math.Clamp(StatesPerCode / Math.Max(forms.Count, 1), FewestStatesPerForm, MostStatesPerForm);
        states = Math.Max((int)(states * factor), 1);
        foreach (InstructionForm form in forms)
        {
            OracleGroup group = Group(form);
            for (int i = 0; i < states; i++)
                group.Cases.Add(source.For(form, i));
            yield return group;
        }
    }

    /// <summary>A group without cases for one form.</summary>
    public static OracleGroup Group(InstructionForm form) => new()
    {
        Name = form.Name,
        Code = [.. form.Bytes, 0xcc],
        UndefinedFlags = FlagRules.Undefined(form.Instruction),
        UndefinedFlagsAtFault = KnownDifferences.FlagsAtFault(form.Instruction),
        IsFaultAddressOpen = KnownDifferences.IsFaultOrderOpen(form.Instruction) || KnownDifferences.IsFaultByteOpen(form.Instruction),
        ApproximateResults = KnownDifferences.UnitsOpen(form.Instruction),
    };

    // Not the framework's, which differs from run to run.
    private static int HashCode(int seed, Code code) => (seed * 7919) + ((int)code * 104729);
}
