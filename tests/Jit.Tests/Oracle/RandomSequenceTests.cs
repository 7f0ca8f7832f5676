using System.Globalization;
using System.Text;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Random code with branches and loops against the host's processor. A difference is cut down to the instructions that make it.</summary>
[TestFixture(Tier.Interpreter, 3000)]
[TestFixture(Tier.Jit, 1500)]
[TestFixture(Tier.Auto, 1500)]
[Category("Oracle")]
public sealed class RandomSequenceTests(Tier tier, int sequences)
{
    private const int Seed = 1;
    private const int StatesPerSequence = 6;
    private const int BatchSize = 50;
    private const int Told = 8;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, HotThreshold = 2 });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Sequences_end_as_on_the_host()
    {
        StringBuilder report = new();
        int different = 0;
        int completed = 0;
        int cases = 0;
        for (int first = 0; first < sequences; first += BatchSize)
        {
            List<Sequence> batch = [];
            List<OracleGroup> groups = [];
            for (int i = first; i < first + BatchSize; i++)
            {
                Sequence sequence = new SequenceGenerator(Seed + i).Next();
                OracleGroup group = sequence.ToGroup($"sequence of seed {Seed + i}")
                    ?? throw new InvalidOperationException($"sequence of seed {Seed + i} does not encode");
                FormStates states = new(Seed + i);
                for (int n = 0; n < StatesPerSequence; n++)
                    group.Cases.Add(SequenceGenerator.State(states, nearEdge: n % 3 == 2));
                batch.Add(sequence);
                groups.Add(group);
            }

            List<EndState> ends = _session.Native.Run(groups);
            int next = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                _session.Engine.Load(groups[i]);
                StartState? wrong = null;
                foreach (StartState start in groups[i].Cases)
                {
                    EndState native = ends[next++];
                    cases++;
                    completed += native.Trap == ExceptionVector.Breakpoint ? 1 : 0;
                    if (Comparison.Difference(groups[i], native, _session.Engine.Run(groups[i], start)) != null)
                        wrong ??= start;
                }

                if (wrong != null && ++different <= Told)
                    report.AppendLine(Explain(batch[i], groups[i], wrong));
            }
        }

        TestContext.Out.WriteLine($"{cases} cases, {completed} of them to the end");
        TestContext.Out.WriteLine($"{_session.Engine.Machine.Core.Statistics.RegionsCompiled} regions, {_session.Engine.Machine.Core.Statistics.InstructionsInterpreted} instructions interpreted");
        Assert.That(different, Is.Zero, () => $"{different} sequences differ\n{report}");
        Assert.That(completed, Is.InRange(cases / 2, cases * 9 / 10), "most sequences run to their end, and some fault");
    }

    /// <summary>Takes away what can go while the difference stays.</summary>
    private string Explain(Sequence sequence, OracleGroup original, StartState start)
    {
        string? difference = Run(sequence, original.Name, start, out OracleGroup? group);
        if (difference == null)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{Comparison.Describe(original, start)}  differed after the states before it, but not from this state alone");
        }

        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = sequence.Count - 1; i >= 0; i--)
            {
                Sequence shorter = sequence.Without(i);
                if (Run(shorter, original.Name, start, out OracleGroup? smaller) is not { } still)
                    continue;
                (sequence, group, difference, changed) = (shorter, smaller, still, true);
            }
        }

        return Comparison.Describe(group!, start) + difference;
    }

    private string? Run(Sequence sequence, string name, StartState start, out OracleGroup? group)
    {
        group = sequence.ToGroup(name);
        if (group == null)
            return null;
        group.Cases.Add(start);
        _session.Engine.Load(group);
        EndState ours = new();
        // As often as makes a hot block, for the tier that compiles those.
        for (int i = 0; i < 4; i++)
            ours = _session.Engine.Run(group, start);
        if (ours.Trap == EndState.EndlessLoop)
            return null;
        return Comparison.Difference(group, _session.Native.Run([group])[0], ours);
    }
}
