using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Random code on every tier, in one run and in slices of a few instructions: the same end and the same number of instructions retired.
/// Needs no native side.
/// </summary>
[TestFixture]
public sealed class TierAgreementTests
{
    private const int Sequences = 300;
    private const int Seed = 9001;
    private const int MostInstructions = 5000;

    [TestCase(Tier.Interpreter, true)]
    [TestCase(Tier.Jit, false)]
    [TestCase(Tier.Jit, true)]
    [TestCase(Tier.Auto, true)]
    public void Ends_and_counts_agree_with_the_interpreter(Tier tier, bool sliced)
    {
        OracleLayout layout = new();
        using EngineSide reference = new(layout, new ExecutionOptions { Tier = Tier.Interpreter });
        using EngineSide side = new(layout, KnownDifferences.Exact(new ExecutionOptions { Tier = tier, HotThreshold = 2 }));
        Random random = new(Seed);
        for (int i = 0; i < Sequences; i++)
        {
            OracleGroup group = new SequenceGenerator(Seed + i).Next().ToGroup($"sequence of seed {Seed + i}")!;
            StartState start = SequenceGenerator.State(new FormStates(Seed + i));
            reference.Load(group);
            side.Load(group);
            EndState expected = reference.Run(group, start);
            EndState actual = sliced ? side.Run(group, start, () => random.Next(1, 12)) : side.Run(group, start);
            // Our tiers agree in undefined flags too.
            string? difference = Comparison.Difference(new OracleGroup { Name = group.Name, Code = group.Code }, expected, actual);
            Assert.That(difference, Is.Null, () => Comparison.Describe(group, start) + difference + "(\"native\" is the interpreter here)");
            Assert.That(actual.Retired, Is.EqualTo(expected.Retired), () => Comparison.Describe(group, start));
            Assert.That(expected.Retired, Is.LessThan(MostInstructions));
        }
    }

    [Test]
    public void A_budget_stops_at_every_instruction_in_the_same_state([Values(Tier.Jit, Tier.Auto)] Tier tier)
    {
        OracleLayout layout = new();
        using EngineSide reference = new(layout, new ExecutionOptions { Tier = Tier.Interpreter });
        using EngineSide side = new(layout, KnownDifferences.Exact(new ExecutionOptions { Tier = tier, HotThreshold = 2 }));
        for (int i = 0; i < 20; i++)
        {
            OracleGroup group = new SequenceGenerator(Seed + i).Next().ToGroup($"sequence of seed {Seed + i}")!;
            StartState start = SequenceGenerator.State(new FormStates(Seed + i));
            reference.Load(group);
            side.Load(group);
            long all = reference.Run(group, start).Retired;
            for (long budget = 0; budget <= all; budget++)
            {
                EndState expected = reference.Run(group, start, budget);
                EndState actual = side.Run(group, start, budget);
                string? difference = Comparison.Difference(new OracleGroup { Name = group.Name, Code = group.Code }, expected, actual);
                Assert.That(difference, Is.Null, () => $"after {budget} of {all}\n{Comparison.Describe(group, start)}{difference}");
                Assert.That(actual.Retired, Is.EqualTo(expected.Retired));
            }
        }
    }
}
