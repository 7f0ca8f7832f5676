using System.Collections.Concurrent;
using Rebound.Jit.Emit;

namespace Rebound.Jit.Runtime;

/// <summary>A region to compile, with the translations it was made from (to check at installation that none has changed).</summary>
internal sealed record CompileJob(RegionPlan Plan, TranslatedBlock[] Blocks);

/// <summary>Result of a job; <paramref name="Code"/> is null if RyuJIT or the emitter refused it.</summary>
internal sealed record CompileResult(CompileJob Job, RegionCode? Code, long Ticks);

/// <summary>
/// Compiles regions on one background thread, the hottest first: in a burst of new code the queue is long, and what runs most should not wait for
/// what ran a thousand times and then no more. Micro-blocks are immutable, so the thread shares nothing with the guest's (a head's heat is read
/// as it grows; it only orders the work). Results wait until the core installs them between two blocks.
/// </summary>
internal sealed class CompileQueue : IDisposable
{
    private readonly List<CompileJob> _jobs = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly ConcurrentQueue<CompileResult> _results = new();
    private readonly RegionCompiler _compiler;
    private readonly Thread _thread;
    private volatile bool _hasResults;
    private volatile bool _stopped;
    private int _pending;

    public CompileQueue(RegionCompiler compiler)
    {
        _compiler = compiler;
        _thread = new Thread(Work) { IsBackground = true, Name = "region compiler" };
        _thread.Start();
    }

    /// <summary>True if a result may be waiting; one volatile read.</summary>
    public bool HasResults => _hasResults;

    /// <summary>Waits until everything that was queued is compiled; false if that takes longer.</summary>
    public bool WaitUntilCompiled(TimeSpan longest) => SpinWait.SpinUntil(() => Volatile.Read(ref _pending) == 0, longest);

    public void Add(CompileJob job)
    {
        Interlocked.Increment(ref _pending);
        lock (_lock)
            _jobs.Add(job);
        _available.Release();
    }

    public bool TryTake(out CompileResult? result)
    {
        if (_results.TryDequeue(out result))
            return true;
        _hasResults = false;
        // A result may have come between the two lines above.
        if (_results.TryDequeue(out result))
        {
            _hasResults = true;
            return true;
        }

        return false;
    }

    public void Dispose()
    {
        _stopped = true;
        _available.Release();
        _thread.Join();
        _available.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _available.Wait();
            if (_stopped)
                return;
            _results.Enqueue(Compile(_compiler, TakeHottest()));
            _hasResults = true;
            Interlocked.Decrement(ref _pending);
        }
    }

    private CompileJob TakeHottest()
    {
        lock (_lock)
        {
            int hottest = 0;
            for (int i = 1; i < _jobs.Count; i++)
            {
                if (_jobs[i].Blocks[0].Heat > _jobs[hottest].Blocks[0].Heat)
                    hottest = i;
            }

            CompileJob job = _jobs[hottest];
            _jobs[hottest] = _jobs[^1];
            _jobs.RemoveAt(_jobs.Count - 1);
            return job;
        }
    }

    public static CompileResult Compile(RegionCompiler compiler, CompileJob job)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        RegionCode? code;
        try
        {
            code = compiler.Compile(job.Plan);
        }
        catch (InvalidProgramException)
        {
            // The interpreter stays in charge of a region that RyuJIT refuses; the caller counts it.
            code = null;
        }

        return new CompileResult(job, code, System.Diagnostics.Stopwatch.GetTimestamp() - start);
    }
}
