using System.Diagnostics;

namespace Rebound.Jit.Judge;

/// <summary>Runs random sequences on several threads until a limit is reached.</summary>
public sealed class SelftestRun
{
    /// <summary>Sequences that a thread takes at once.</summary>
    private const int Batch = 20;

    private readonly SelftestOptions _options;
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = new();
    private readonly SequenceTrial[] _trials;
    private readonly SelftestResult[] _counts;
    private readonly long[] _differences;
    private long _next;
    private volatile bool _stopped;

    /// <param name="options">What to run.</param>
    public SelftestRun(SelftestOptions options)
    {
        _options = options;
        _trials = new SequenceTrial[Math.Max(options.Workers, 1)];
        _counts = new SelftestResult[_trials.Length];
        _differences = new long[_trials.Length];
    }

    /// <summary>A sequence ended differently. Handlers are called one at a time.</summary>
    public Action<TrialFailure>? Failed { get; init; }

    /// <summary>Called now and then with what was done so far. Handlers are called one at a time.</summary>
    public Action<SelftestResult>? Progressed { get; init; }

    /// <summary>Ends the run soon.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Runs until a limit is reached or <see cref="Stop"/> is called.</summary>
    public SelftestResult Run()
    {
        _watch.Start();
        for (int i = 0; i < _trials.Length; i++)
        {
            _trials[i] = new SequenceTrial(_options.Trial);
            _counts[i] = Count(i, 0);
        }

        try
        {
            // An exception of a worker ends the others and comes out of Invoke.
            Parallel.Invoke(
                new ParallelOptions { MaxDegreeOfParallelism = _trials.Length },
                [.. Enumerable.Range(0, _trials.Length).Select(i => (Action)(() => Work(i)))]);
            return Sum();
        }
        finally
        {
            foreach (SequenceTrial trial in _trials)
                trial.Dispose();
        }
    }

    private void Work(int worker)
    {
        try
        {
            long sequences = 0;
            while (!_stopped)
            {
                long first = Interlocked.Add(ref _next, Batch) - Batch;
                int count = (int)Math.Min(Batch, (_options.Sequences ?? long.MaxValue) - first);
                if (count <= 0)
                    return;
                IReadOnlyList<TrialFailure> failures = _trials[worker].Run(unchecked((int)(_options.Seed + first)), count);
                sequences += count;
                _differences[worker] += failures.Count;
                SelftestResult counted = Count(worker, sequences);
                lock (_lock)
                {
                    _counts[worker] = counted;
                    foreach (TrialFailure failure in failures)
                        Failed?.Invoke(failure);
                    SelftestResult sum = Sum();
                    Progressed?.Invoke(sum);
                    _stopped |= _watch.Elapsed >= (_options.Duration ?? TimeSpan.MaxValue)
                        || sum.Tiers.All(t => t.Retired >= (_options.Instructions ?? long.MaxValue));
                }
            }
        }
        catch
        {
            _stopped = true;
            throw;
        }
    }

    private SelftestResult Count(int worker, long sequences)
    {
        SequenceTrial trial = _trials[worker];
        return new SelftestResult
        {
            Sequences = sequences,
            Cases = trial.Cases,
            Differences = _differences[worker],
            Tiers = [.. trial.Tiers.Select(t => new TierCount(t, trial.Retired(t), trial.Compiled(t)))],
            WhyNoNative = trial.HasNative ? null : trial.WhyNoNative,
        };
    }

    private SelftestResult Sum() => new()
    {
        Sequences = _counts.Sum(c => c.Sequences),
        Cases = _counts.Sum(c => c.Cases),
        Differences = _counts.Sum(c => c.Differences),
        Tiers = [.. _counts[0].Tiers.Select((t, i) => new TierCount(t.Tier, _counts.Sum(c => c.Tiers[i].Retired), _counts.Sum(c => c.Tiers[i].Compiled)))],
        WhyNoNative = _counts[0].WhyNoNative,
    };
}
