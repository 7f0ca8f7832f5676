using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Random code of mixed families with branches and loops against the host's processor. A difference is cut down to the instructions that make it.</summary>
[TestFixture(Tier.Interpreter, 3000)]
[TestFixture(Tier.Jit, 1500)]
[TestFixture(Tier.Auto, 1500)]
[Category("Oracle")]
public sealed class RandomSequenceTests(Tier tier, int sequences)
{
    private const int Seed = 1;
    private const int BatchSize = 50;
    private const int Told = 8;

    [Test]
    public void Sequences_end_as_on_the_host()
    {
        using SequenceTrial trial = new(new TrialOptions { Tiers = [tier] });
        if (!trial.HasNative)
            Assert.Ignore(trial.WhyNoNative);
        int wanted = (int)Math.Max(BatchSize, sequences * SystematicCases.Factor);
        List<TrialFailure> failures = [];
        for (int first = 0; first < wanted; first += BatchSize)
            failures.AddRange(trial.Run(Seed + first, BatchSize));
        TestContext.Out.WriteLine($"{trial.Cases} cases, {trial.Completed} of them to the end, {trial.Retired(tier)} instructions");
        Assert.That(failures, Is.Empty, () => $"{failures.Count} sequences differ\n"
            + string.Join("\n", failures.Take(Told).Select(f => $"{f.Explanation}to keep it: {f.Case?.ToLine()}")));
        Assert.That(trial.Completed, Is.InRange(trial.Cases / 2, trial.Cases * 97 / 100), "most sequences run to their end, and some fault");
    }
}
