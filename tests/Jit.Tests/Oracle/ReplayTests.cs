using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Code that once ended differently, on every tier again. <c>rebound selftest --failures FILE</c> writes the lines; give a new one a name that says
/// what was wrong and append it to Recorded/sequences.jsonl.
/// </summary>
[Category("Oracle")]
public sealed class ReplayTests
{
    private SequenceTrial _trial = null!;

    public static IEnumerable<TestCaseData> Lines() =>
        File.ReadLines(RecordedFiles.Path("sequences.jsonl")).Select(line => new TestCaseData(line).SetArgDisplayNames(ReplayCase.Parse(line).Name));

    [OneTimeSetUp]
    public void Start() => _trial = new SequenceTrial(new TrialOptions { Tiers = [Tier.Interpreter, Tier.Jit, Tier.Auto] });

    [OneTimeTearDown]
    public void Stop() => _trial?.Dispose();

    [TestCaseSource(nameof(Lines))]
    public void Ends_as_on_the_host(string line) => Assert.That(_trial.Replay(ReplayCase.Parse(line).ToGroup()), Is.Null);

    [Test]
    public void A_line_says_all_of_a_case()
    {
        OracleGroup group = new SequenceGenerator(5).Next().ToGroup("five")!;
        StartState start = SequenceGenerator.State(new FormStates(5));
        start.Patches.Add(new MemoryPatch(OracleLayout.Data + 0x40, [1, 2, 3]));
        string line = ReplayCase.Of("five", group, start).ToLine();
        OracleGroup again = ReplayCase.Parse(line).ToGroup();
        Assert.Multiple(() =>
        {
            Assert.That(again.Code, Is.EqualTo(group.Code));
            Assert.That(again.Cases, Has.Count.EqualTo(1));
            Assert.That(again.UndefinedFlagsByRip, Is.EqualTo(group.UndefinedFlagsByRip));
            Assert.That(ReplayCase.Of("five", again, again.Cases[0]).ToLine(), Is.EqualTo(line));
        });
    }

    [Test]
    public void What_differs_is_cut_down_to_what_makes_the_difference()
    {
        Sequence sequence = new SequenceGenerator(8).Next();
        SequenceItem wanted = sequence.Items[sequence.Count / 2];
        Sequence shortest = Minimiser.Shorten(sequence, s => s.Items.Any(i => i.Instruction.Equals(wanted.Instruction)));
        Assert.That(shortest.Items.Select(i => i.Instruction), Is.EqualTo(new[] { wanted.Instruction }));
    }
}
