using System.Collections.Concurrent;
using Rebound.Jit.Emit;

namespace Rebound.Jit.Runtime;

/// <summary>A region to compile, with the translations it was made from (to check at installation that none has changed).</summary>
internal sealed record CompileJob(RegionPlan Plan, TranslatedBlock[] Blocks);

/// <summary>Result of a job; <paramref name="Code"/> is null if RyuJIT or the emitter refused it.</summary>
internal sealed record CompileResult(CompileJob Job, RegionCode? Code, long Ticks);

/// <summary>
/// Compiles regions on one background thread. Micro-blocks are immutable, so the thread shares nothing with the guest's;
/// results wait in a queue until the core installs them between two blocks.
/// </summary>
internal sealed class CompileQueue : IDisposable
{
    private readonly BlockingCollection<CompileJob> _jobs = [];
    private readonly ConcurrentQueue<CompileResult> _results = new();
    private readonly RegionCompiler _compiler;
    private readonly Thread _thread;
    private volatile bool _hasResults;

    public CompileQueue(RegionCompiler compiler)
    {
        _compiler = compiler;
        _thread = new Thread(Work) { IsBackground = true, Name = "region compiler" };
        _thread.Start();
    }

    /// <summary>True if a result may be waiting; one volatile read.</summary>
    public bool HasResults => _hasResults;

    public void Add(CompileJob job) => _jobs.Add(job);

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
        _jobs.CompleteAdding();
        while (_jobs.TryTake(out _))
        {
        }

        _thread.Join();
        _jobs.Dispose();
    }

    private void Work()
    {
        foreach (CompileJob job in _jobs.GetConsumingEnumerable())
        {
            _results.Enqueue(Compile(_compiler, job));
            _hasResults = true;
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
