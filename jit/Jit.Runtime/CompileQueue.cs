using System.Collections.Concurrent;
using System.Diagnostics;
using Rebound.Jit.Emit;

namespace Rebound.Jit.Runtime;

/// <summary>A region to compile, with the translations it was made from (to check at installation that none has changed).</summary>
internal sealed record CompileJob(RegionPlan Plan, TranslatedBlock[] Blocks);

/// <summary>Result of a job; <paramref name="Code"/> is null if RyuJIT or the emitter refused it.</summary>
internal sealed record CompileResult(CompileJob Job, RegionCode? Code, long Ticks);

/// <summary>
/// Compiles regions on one background thread. It holds one job besides the one at work: what to compile next is chosen as late as possible (<see cref="CompileCandidates"/>),
/// because what was hot a moment ago may have ended or be part of another region by now. Micro-blocks are immutable, so the thread shares nothing with
/// the guest's. Results wait until the core installs them between two blocks.
/// </summary>
internal sealed class CompileQueue : IDisposable
{
    private readonly SemaphoreSlim _available = new(0);
    private readonly ConcurrentQueue<CompileResult> _results = new();
    private readonly RegionCompiler _compiler;
    private readonly Thread _thread;
    private CompileJob? _next;
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

    /// <summary>True if there is room for the next job; one volatile read.</summary>
    public bool HasRoom => Volatile.Read(ref _next) == null;

    /// <summary>True if nothing waits or is being compiled; results may wait to be taken.</summary>
    public bool IsIdle => Volatile.Read(ref _pending) == 0;

    /// <summary>Only while <see cref="HasRoom"/>, and only from the guest's thread.</summary>
    public void Add(CompileJob job)
    {
        Interlocked.Increment(ref _pending);
        Volatile.Write(ref _next, job);
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
            CompileJob job = Interlocked.Exchange(ref _next, null)!;
            _results.Enqueue(Compile(_compiler, job));
            _hasResults = true;
            Interlocked.Decrement(ref _pending);
        }
    }

    public static CompileResult Compile(RegionCompiler compiler, CompileJob job)
    {
        long start = Stopwatch.GetTimestamp();
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

        return new CompileResult(job, code, Stopwatch.GetTimestamp() - start);
    }
}
