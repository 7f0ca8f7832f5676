using System.Diagnostics;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>Looks at what the guest's thread is doing about every millisecond, and times hypercalls. A run without it pays a store per change of activity.</summary>
internal sealed class Profiler(ExecutionStatistics statistics) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    private readonly long[] _samples = new long[Enum.GetValues<HostActivity>().Length];
    private readonly ManualResetEventSlim _stopped = new();
    private readonly HypercallTimes _hypercalls = new();
    private Thread? _thread;

    /// <summary>To be told of the hypercalls.</summary>
    public IHypercallObserver Hypercalls => _hypercalls;

    /// <summary>Begins. Once.</summary>
    public void Start()
    {
        _thread = new Thread(Sample) { IsBackground = true, Name = "profiler", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Ends and tells what was found.</summary>
    public RunProfile Stop(GuestMemory memory, ulong guestPages)
    {
        End();
        using Process process = Process.GetCurrentProcess();
        return new RunProfile
        {
            Activities = Enum.GetValues<HostActivity>().ToDictionary(activity => activity, activity => _samples[(int)activity]),
            Samples = _samples.Sum(),
            Hypercalls = _hypercalls.Costs(),
            GuestBytes = (long)guestPages << GuestMemory.FrameShift,
            TouchedBytes = memory.ResidentBytes(),
            ProcessBytes = process.WorkingSet64,
            PeakBytes = process.PeakWorkingSet64,
        };
    }

    public void Dispose()
    {
        End();
        _stopped.Dispose();
    }

    private void End()
    {
        _stopped.Set();
        _thread?.Join();
        _thread = null;
    }

    private void Sample()
    {
        while (!_stopped.Wait(Interval))
            _samples[(int)statistics.Activity]++;
    }

    private sealed class HypercallTimes : IHypercallObserver
    {
        private readonly SortedDictionary<string, (long Calls, long Ticks)> _costs = new(StringComparer.Ordinal);
        private long _entries;

        public void OnHypercall(in HypercallContext call, string name, long result, long ticks)
        {
            long own = ticks;
            if (call.InMulticall)
            {
                _entries += ticks;
            }
            else
            {
                // Entries were reported before the multicall that held them; no other call has any.
                own -= _entries;
                _entries = 0;
            }

            _costs.TryGetValue(name, out (long Calls, long Ticks) cost);
            _costs[name] = (cost.Calls + 1, cost.Ticks + own);
        }

        public IReadOnlyList<HypercallCost> Costs() =>
            [.. _costs.Select(cost => new HypercallCost(cost.Key, cost.Value.Calls, Stopwatch.GetElapsedTime(0, cost.Value.Ticks)))];
    }
}
