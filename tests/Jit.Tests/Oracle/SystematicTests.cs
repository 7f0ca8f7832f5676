using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Every form of every code that the lifter's table has, from many states, against the host's processor. A new row is judged without anybody
/// writing a test. REBOUND_JUDGE_CASES multiplies the number of cases.
/// </summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class SystematicTests(Tier tier)
{
    private const int Seed = 42;

    /// <summary>Codes in one test at most, so that a test says something and can be run alone.</summary>
    private const int CodesPerTest = 60;

    private OracleSession _session = null!;

    /// <summary>The codes to judge by the processor feature they came with, in parts.</summary>
    public static IEnumerable<TestCaseData> Families()
    {
        IEnumerable<IGrouping<string, Code>> families = ImplementedCodes.All
            .Where(code => NotJudged.Reason(code) == null)
            .GroupBy(HostFeatures.FamilyOf)
            .OrderBy(family => family.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, Code> family in families)
        {
            int part = 0;
            foreach (Code[] codes in family.Chunk(CodesPerTest))
                yield return new TestCaseData(family.Key, part, codes).SetArgDisplayNames(family.Key, $"{part++}");
        }
    }

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [TestCaseSource(nameof(Families))]
    public void Codes_behave_as_on_the_host(string family, int part, Code[] codes)
    {
        Assert.That(codes, Is.Not.Empty, $"{family}, part {part}");
        Code[] present = [.. codes.Where(HostFeatures.Has)];
        if (present.Length < codes.Length)
            TestContext.Out.WriteLine($"not judged, because the host lacks them: {string.Join(", ", codes.Except(present))}");
        if (present.Length == 0)
            return;
        double factor = SystematicCases.Factor;
        long compiled = _session.Engine.Machine.Core.Statistics.RegionsCompiled;
        _session.Check(present.SelectMany(code => SystematicCases.Of(code, Seed, factor)));
        if (tier == Tier.Jit)
            Assert.That(_session.Engine.Machine.Core.Statistics.RegionsCompiled, Is.GreaterThanOrEqualTo(compiled + present.Length), "every code is compiled");
    }

    [Test]
    public void Every_code_is_judged_or_has_a_reason()
    {
        Assert.Multiple(() =>
        {
            foreach (Code code in ImplementedCodes.All)
            {
                bool any = InstructionForms.OfCode(code).Any();
                if (NotJudged.Reason(code) == null)
                    Assert.That(any, Is.True, $"{code} has no form that encodes");
            }
        });
    }
}
