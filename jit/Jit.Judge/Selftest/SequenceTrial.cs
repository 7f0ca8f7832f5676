using System.Globalization;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>
/// Runs random sequences on the host and on tiers of the engine. Where there is no native judge the interpreter takes its place, and tiers must
/// agree in undefined flags too. One thread uses it.
/// </summary>
public sealed class SequenceTrial : IDisposable
{
    /// <summary>Sequences after which the engine's side is made anew, so that what it compiled can be collected.</summary>
    private const int SequencesPerMachine = 2000;

    /// <summary>How a run is cut in which code shall be promoted: so often, so many instructions each, then to the end.</summary>
    private const int Slices = 3;
    private const int SliceInstructions = 37;

    private static readonly TimeSpan LongestCompilation = TimeSpan.FromSeconds(10);

    private readonly TrialOptions _options;
    private readonly OracleLayout _layout = new();
    private readonly NativeOracle? _native;
    private readonly Tier[] _tiers;
    private readonly EngineSide?[] _sides;
    private readonly long[] _retired;
    private readonly long[] _interpreted;
    private int _sequences;
    private int _explained;

    /// <param name="options">What to run.</param>
    public SequenceTrial(TrialOptions options)
    {
        _options = options;
        if (NativeOracle.TryStart(_layout, out NativeOracle? native, out string reason))
            _native = native;
        WhyNoNative = reason;
        // Without a judge the interpreter comes first, as the reference.
        _tiers = _native != null ? [.. options.Tiers] : [Tier.Interpreter, .. options.Tiers.Where(t => t != Tier.Interpreter)];
        _sides = new EngineSide?[_tiers.Length];
        _retired = new long[_tiers.Length];
        _interpreted = new long[_tiers.Length];
    }

    /// <summary>True if the host's processor judges.</summary>
    public bool HasNative => _native != null;

    /// <summary>Why it does not, or nothing.</summary>
    public string WhyNoNative { get; }

    /// <summary>The tiers that are run: those asked for, and the interpreter where it must judge.</summary>
    public IReadOnlyList<Tier> Tiers => _tiers;

    /// <summary>Cases run, on each tier.</summary>
    public long Cases { get; private set; }

    /// <summary>Cases that ran to their end without an exception.</summary>
    public long Completed { get; private set; }

    /// <summary>Instructions retired in a tier.</summary>
    public long Retired(Tier tier) => Array.IndexOf(_tiers, tier) is >= 0 and var i ? _retired[i] : 0;

    /// <summary>Those of them that compiled code executed.</summary>
    public long Compiled(Tier tier) => Array.IndexOf(_tiers, tier) is >= 0 and var i ? _retired[i] - _interpreted[i] : 0;

    /// <summary>Runs the sequences of seeds <paramref name="first"/> and following; returns those that end differently, once per tier.</summary>
    public IReadOnlyList<TrialFailure> Run(int first, int count)
    {
        Sequence[] sequences = new Sequence[count];
        OracleGroup[] groups = new OracleGroup[count];
        for (int i = 0; i < count; i++)
            groups[i] = Group(first + i, out sequences[i]);
        List<EndState>? native = _native?.Run(groups);
        List<TrialFailure> failures = [];
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            List<EndState>? expected = native?.GetRange(next, groups[i].Cases.Count);
            next += groups[i].Cases.Count;
            Judge(first + i, sequences[i], groups[i], expected, failures);
            if (++_sequences % SequencesPerMachine == 0)
                Renew();
        }

        return failures;
    }

    /// <summary>Runs one given case on all tiers; null, or the differences in lines.</summary>
    public string? Replay(OracleGroup group)
    {
        List<EndState>? native = _native?.Run([group]);
        List<TrialFailure> failures = [];
        Judge(0, null, group, native, failures);
        return failures.Count == 0 ? null : string.Join("\n", failures.Select(f => $"{f.Tier}:\n{f.Explanation}"));
    }

    public void Dispose()
    {
        _native?.Dispose();
        Renew();
    }

    private OracleGroup Group(int seed, out Sequence sequence)
    {
        sequence = new SequenceGenerator(seed, _options.Profile).Next();
        OracleGroup group = sequence.ToGroup($"sequence of seed {seed}") ?? throw new InvalidOperationException($"the sequence of seed {seed} does not encode");
        FormStates states = new(seed);
        for (int n = 0; n < _options.StatesPerSequence; n++)
            group.Cases.Add(SequenceGenerator.State(states, nearEdge: n % 3 == 1));
        return group;
    }

    private void Judge(int seed, Sequence? sequence, OracleGroup group, List<EndState>? expected, List<TrialFailure> failures)
    {
        // Tiers agree in undefined flags, the host need not.
        OracleGroup rules = expected != null ? group : WithoutExceptions(group);
        List<EndState>? first = null;
        for (int t = 0; t < _tiers.Length; t++)
        {
            EngineSide side = Side(t);
            side.Load(group);
            long interpretedBefore = side.Machine.Core.Statistics.InstructionsInterpreted;
            List<EndState> ends = new(group.Cases.Count);
            StartState? wrong = null;
            string difference = "";
            for (int c = 0; c < group.Cases.Count; c++)
            {
                // The first runs make code hot, and it is promoted in their middle; the rest find it compiled.
                EndState end = _tiers[t] == Tier.Auto && c <= _options.HotThreshold
                    ? RunPromoted(side, group, group.Cases[c])
                    : side.Run(group, group.Cases[c]);
                _retired[t] += end.Retired;
                ends.Add(end);
                if (wrong != null || (expected == null && t == 0))
                    continue;
                string? found = Comparison.Difference(rules, expected?[c] ?? first![c], end);
                if (found == null && first != null && first[c].Retired != end.Retired)
                    found = string.Create(CultureInfo.InvariantCulture, $"  {first[c].Retired} instructions retired in tier {_tiers[0]}, {end.Retired} in {_tiers[t]}\n");
                if (found == null)
                    continue;
                wrong = group.Cases[c];
                difference = found;
            }

            first ??= ends;
            _interpreted[t] += side.Machine.Core.Statistics.InstructionsInterpreted - interpretedBefore;
            if (wrong != null)
                failures.Add(Explain(seed, t, sequence, group, wrong, difference));
        }

        Cases += group.Cases.Count;
        Completed += (expected ?? first!).Count(e => e.Trap == ExceptionVector.Breakpoint);
    }

    /// <summary>Shortens what differs, if it does so again from this state alone.</summary>
    private TrialFailure Explain(int seed, int tier, Sequence? sequence, OracleGroup group, StartState start, string difference)
    {
        string whole = Comparison.Describe(group, start) + difference;
        if (sequence == null || ++_explained > _options.MostShortened)
            return new TrialFailure(seed, _tiers[tier], whole, ReplayCase.Of(group.Name, group, start));
        if (Difference(sequence, group.Name, tier, start, out _) == null)
            return new TrialFailure(seed, _tiers[tier], whole + "  (not again from this state alone)\n", null);
        Sequence shortest = Minimiser.Shorten(sequence, s => Difference(s, group.Name, tier, start, out _) != null);
        string still = Difference(shortest, group.Name, tier, start, out OracleGroup? small) ?? difference;
        small ??= group;
        return new TrialFailure(seed, _tiers[tier], Comparison.Describe(small, start) + still, ReplayCase.Of(group.Name, small, start));
    }

    private string? Difference(Sequence sequence, string name, int tier, StartState start, out OracleGroup? group)
    {
        group = sequence.ToGroup(name);
        if (group == null)
            return null;
        group.Cases.Add(start);
        EndState ours = RunOften(tier, group, start);
        if (ours.Trap == EndState.EndlessLoop)
            return null;
        return _native != null
            ? Comparison.Difference(group, _native.Run([group])[0], ours)
            : Comparison.Difference(WithoutExceptions(group), RunOften(0, group, start), ours);
    }

    /// <summary>As often as makes a hot block, for the tier that compiles those.</summary>
    private EndState RunOften(int tier, OracleGroup group, StartState start)
    {
        EngineSide side = Side(tier);
        side.Load(group);
        EndState end = new();
        for (int i = 0; i < _options.HotThreshold + 2; i++)
            end = _tiers[tier] == Tier.Auto ? RunPromoted(side, group, start) : side.Run(group, start);
        return end;
    }

    /// <summary>Runs a case in a few slices and lets the compiler finish between them.</summary>
    private static EndState RunPromoted(EngineSide side, OracleGroup group, StartState start)
    {
        int slices = 0;
        return side.Run(group, start, () =>
        {
            if (slices != 0)
                side.Machine.Core.WaitUntilCompiled(LongestCompilation);
            return ++slices > Slices ? EngineSide.Budget : SliceInstructions;
        });
    }

    private static OracleGroup WithoutExceptions(OracleGroup group) => new() { Name = group.Name, Code = group.Code };

    private EngineSide Side(int tier) =>
        _sides[tier] ??= new EngineSide(
            _layout,
            KnownDifferences.Exact(new ExecutionOptions { Tier = _tiers[tier], HotThreshold = _options.HotThreshold, WarmThreshold = 1 }));

    private void Renew()
    {
        foreach (EngineSide? side in _sides)
            side?.Dispose();
        Array.Clear(_sides);
    }
}
