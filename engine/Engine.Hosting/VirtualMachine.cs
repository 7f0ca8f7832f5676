using System.Diagnostics;
using Rebound.Engine.Abi;
using Rebound.Engine.Disks;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Console;
using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Time;
using Rebound.Jit.Cpu;
using Rebound.Jit.Lift;
using Rebound.Jit.Runtime;

namespace Rebound.Engine.Hosting;

/// <summary>
/// A machine with one domain, built from an image and ready to run once. The composition root: everything is made here and
/// nothing is shared with other machines, so several may run at the same time on threads of their own.
/// </summary>
public sealed class VirtualMachine : IDisposable
{
    private const ushort DomainNumber = 1;

    /// <summary>Instructions between two looks at the host: console input, a stop request.</summary>
    private const ulong SliceLength = 1_000_000;

    private const ulong TimeRefresh = 1_000_000_000;

    private readonly VirtualMachineOptions _options;
    private readonly MachineMemory _machine;
    private readonly CpuContext _cpu;
    private readonly ExecutionCore _core;
    private readonly StreamConsole _console;
    private readonly ConsoleRing _consoleRing;
    private readonly StoreBackEnd _store;
    private readonly MachineDisks _disks;
    private readonly int _consolePort;
    private readonly CancellationTokenSource _stop = new();
    private readonly TraceWriter? _trace;
    private readonly Profiler? _profiler;
    private StopRequest? _stopRequest;
    private ulong _exits;
    private ulong _timeWritten;
    private bool _ran;

    /// <exception cref="GuestImageException">The kernel, the ramdisk, the command line or the memory size cannot be used.</exception>
    /// <exception cref="DiskException">A disk cannot be used.</exception>
    public VirtualMachine(VirtualMachineOptions options)
    {
        _options = options;
        ElfImage image = GuestFile.OpenKernel(options.Kernel, options.MemoryBytes);
        InterfaceSet interfaces = options.StrictInterfaces ? InterfaceSet.StrictFor(options.Release) : InterfaceSet.Current;
        Plan = PlanFor(image, options, interfaces);
        GuestClock clock = options.Time == GuestTime.Wall
            ? new HostClock(options.WallClock ?? DateTimeOffset.UtcNow)
            : new VirtualClock(options.WallClock ?? VirtualClock.DefaultWallClock);
        _disks = new MachineDisks(options.Disks);
        try
        {
            _machine = new MachineMemory(MachineMemory.FramesFor(Plan.Pages));
        }
        catch (Exception error) when (error is OutOfMemoryException or OverflowException)
        {
            _disks.Dispose();
            throw new GuestImageException($"the host cannot reserve {options.MemoryBytes >> 20} MiB for the guest", error);
        }

        var environment = new VcpuEnvironment { TimestampCounter = clock.TscAt };
        CpuModel model = options.Cpu.Within(ProcessorFeatures.Implemented).Within(GuestFeatures.Allowed(interfaces));
        _cpu = new CpuContext(_machine.Memory, environment, model: model);
        _cpu.Random.Seed(options.RandomSeed);
        Domain = new Domain(DomainNumber, _machine, options.Release, interfaces) { Clock = clock };
        if (options.Log is { } log)
            Domain.Log = log;
        Vcpu = Domain.AddVcpu(_cpu);
        environment.Vcpu = Vcpu;
        StartOfDay start;
        try
        {
            start = new DomainBuilder(Domain, Plan).Build(image, options.Ramdisk, options.CommandLine);
        }
        catch
        {
            _cpu.Dispose();
            _machine.Dispose();
            _disks.Dispose();
            throw;
        }

        _console = new StreamConsole(options.ConsoleOutput, options.ConsoleInput, options.ConsoleInputHeadStart);
        _consolePort = start.ConsolePort;
        _consoleRing = new ConsoleRing(_machine.Memory, start.ConsoleFrame, _console);
        Domain.Console = _console;
        Domain.Events.ConnectBackEnd(start.ConsolePort, PumpConsole);
        _store = new StoreBackEnd(Domain, start);
        Domain.Events.ConnectBackEnd(start.StorePort, _store.Pump);
        _disks.Attach(Domain, _store.Server);
        _trace = options is { Trace: not TraceCategories.None, TraceSink: { } sink } ? new TraceWriter(options.Trace, sink, _cpu, options.Symbols) : null;
        _profiler = options.Profile ? new Profiler(_cpu.Statistics) : null;
        _core = new ExecutionCore(_cpu, ExecutionFor(options));
        Observe();
    }

    /// <summary>How the domain was laid out.</summary>
    public DomainPlan Plan { get; }

    public Domain Domain { get; }

    /// <summary>The only virtual processor.</summary>
    public Vcpu Vcpu { get; }

    /// <summary>Runs the guest to its end or to a limit. Never throws for anything the guest does.</summary>
    /// <exception cref="InvalidOperationException">The machine has run already.</exception>
    public RunResult Run()
    {
        if (_ran)
            throw new InvalidOperationException("A machine runs once.");
        _ran = true;
        ReleaseKernelFile();
        var watch = Stopwatch.StartNew();
        using Timer? timer = _options.Timeout is { } timeout ? new Timer(_ => OnTimeout(timeout), null, timeout, Timeout.InfiniteTimeSpan) : null;
        string? internalError = null;
        (RunOutcome Outcome, string Reason) end;
        try
        {
            _profiler?.Start();
            end = RunToEnd();
            PumpConsole();
        }
#pragma warning disable CA1031 // A mistake of the engine ends the guest with a report, not the process.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Domain.Clock.Stop();
            internalError = error.ToString();
            end = (RunOutcome.Crash, $"internal error of the engine ({error.GetType().Name}: {error.Message})");
        }

        Domain.BackEnds.End();
        _console.Flush();
        return new RunResult
        {
            Outcome = end.Outcome,
            Reason = end.Reason,
            InternalError = internalError,
            Registers = RegisterSnapshot.Of(Vcpu),
            Counters = new RunCounters(_cpu.Retired, TimeSpan.FromTicks((long)(Domain.Clock.Now / 100)), watch.Elapsed, _exits, _core.Statistics)
            {
                Profile = _profiler?.Stop(_machine.Memory, Domain.Pages),
            },
        };
    }

    /// <summary>Ends the run soon, from any thread. The first request counts.</summary>
    public void RequestStop(string reason) => RequestStop(new StopRequest(RunOutcome.Stopped, reason));

    public void Dispose()
    {
        _profiler?.Dispose();
        _core.Dispose();
        _console.Dispose();
        _cpu.Dispose();
        _machine.Dispose();
        _disks.Dispose();
        _stop.Dispose();
    }

    private static DomainPlan PlanFor(ElfImage image, VirtualMachineOptions options, InterfaceSet interfaces) =>
        DomainPlanner.Plan(image, GuestNotesReader.Read(image), new DomainPlanOptions
        {
            Pages = options.MemoryBytes / GuestMemory.FrameSize,
            RamdiskSize = (ulong)options.Ramdisk.Length,
            HonoursInitialP2m = interfaces.Offers(new XenRelease(3, 4)),
            HonoursModuleStartFrame = interfaces.Offers(new XenRelease(4, 1)),
        });

    /// <summary>The earlier of two times, of which either may be none.</summary>
    private static ulong? Earlier(ulong? one, ulong? other) => one is null || other < one ? other : one;

    /// <summary>An unpacked kernel is garbage once the domain is built, and larger than all else that this process allocates: nothing would collect it soon.</summary>
    private void ReleaseKernelFile()
    {
        const ulong large = 16 << 8;
        if (Plan.Kernel.Count > large)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private ExecutionOptions ExecutionFor(VirtualMachineOptions options) =>
        _trace is not null && options.Trace.HasFlag(TraceCategories.Blocks)
            ? options.Execution with { Tier = Tier.Interpreter, BlockObserver = _trace.OnBlock }
            : options.Execution;

    private void Observe()
    {
        Domain.FrameObserver = FrameObservers.Combine(_trace, _options.FrameObserver);
        Domain.HypercallObserver = HypercallObservers.Combine(_options.Trace.HasFlag(TraceCategories.Hypercalls) ? _trace : null, _profiler?.Hypercalls);
    }

    private void OnTimeout(TimeSpan timeout) =>
        RequestStop(new StopRequest(RunOutcome.Timeout, FormattableString.Invariant($"the guest still ran after {timeout.TotalSeconds:0.###} s")));

    private void RequestStop(StopRequest request)
    {
        if (Interlocked.CompareExchange(ref _stopRequest, request, null) is not null)
            return;
        _core.RequestStop();
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The machine is gone already: there is nothing left to stop.
        }
    }

    private (RunOutcome Outcome, string Reason) RunToEnd()
    {
        while (true)
        {
            if (Volatile.Read(ref _stopRequest) is { } request)
                return (request.Outcome, request.Reason);
            if (_console.OutputFailure is { } failure)
                return (RunOutcome.Stopped, $"the console cannot be written: {failure}");
            Vcpu.FireTimers();
            Domain.BackEnds.Fire(Domain.Clock.Now);
            _store.PumpEvents();
            PumpConsole();
            if (Domain.IsDown)
                return EndOfDomain();
            if (Vcpu.RunState != RunState.Running)
            {
                _cpu.Statistics.Activity = HostActivity.Waiting;
                bool passed = TryPassIdleTime();
                _cpu.Statistics.Activity = HostActivity.Outside;
                if (!passed)
                    return (RunOutcome.BlockedForever, "the guest waits for an event, and none can come any more");
                continue;
            }

            GuestExits.PrepareEntry(Vcpu);
            if (Domain.IsDown)
                continue;
            if (Budget() is not (var budget and > 0))
                return (RunOutcome.InstructionLimit, $"the guest has retired {_cpu.Retired} instructions");
            Domain.Clock.Start(_cpu);
            ExitReason exit = _core.Run(budget);
            Domain.Clock.Stop();
            _exits++;
            _trace?.OnExit(exit);
            GuestExits.Handle(Vcpu, exit);
        }
    }

    /// <summary>Instructions to run now: to the next timer, to the limit, or a slice.</summary>
    private long Budget()
    {
        ulong budget = SliceLength;
        if (_options.MaxInstructions is { } limit)
            budget = Math.Min(budget, limit - Math.Min(limit, _cpu.Retired));
        // A timer that is due already has fired: the next one is at least one instruction away.
        if (Earlier(Vcpu.Timers.NextWhileRunning, Domain.BackEnds.NextDeadline) is { } next && budget > 0)
            budget = Math.Clamp(Domain.Clock.InstructionsUntil(next), 1, budget);
        return (long)budget;
    }

    /// <summary>Passes the time until something wakes the guest. False if nothing ever can.</summary>
    private bool TryPassIdleTime()
    {
        _console.Flush();
        if (Earlier(Vcpu.WakeTime, Domain.BackEnds.NextDeadline) is { } wake)
        {
            if (Domain.Clock.PassesByItself || (_options.PaceIdle && !_console.InputEnded && !_console.HasInput))
                PassHostTime(wake);
            else
                Domain.Clock.SkipTo(wake);
            return true;
        }

        // Input that is there but was not taken does not wake the guest either.
        if (Vcpu.RunState == RunState.Offline || _console.InputEnded || _console.HasInput)
            return false;
        _console.WaitForInput(Timeout.InfiniteTimeSpan, _stop.Token);
        return true;
    }

    /// <summary>Lets guest time pass with the host's until <paramref name="wake"/> or input.</summary>
    private void PassHostTime(ulong wake)
    {
        const ulong longest = 1_000_000_000;
        ulong now = Domain.Clock.Now;
        if (wake <= now)
            return;
        ulong wanted = Math.Min(wake - now, longest);
        long start = Stopwatch.GetTimestamp();
        _console.WaitForNewInput(TimeSpan.FromTicks(Math.Max(1, (long)(wanted / 100))), _stop.Token);
        ulong passed = (ulong)(Stopwatch.GetElapsedTime(start).Ticks * 100);
        Domain.Clock.SkipTo(now + Math.Min(Math.Max(passed, 1), wanted));
    }

    private void PumpConsole()
    {
        if (_consoleRing.Drain() | _consoleRing.Feed())
            Domain.Events.Raise(_consolePort);
        if (Domain.Clock.Now - _timeWritten < TimeRefresh)
            return;
        // Guests scale the ticks since the last update: short distances keep their sums small.
        _timeWritten = Domain.Clock.Now;
        TimePages.Update(Vcpu);
    }

    private (RunOutcome Outcome, string Reason) EndOfDomain() => Domain.ShutdownReason switch
    {
        ShutdownReason.PowerOff => (RunOutcome.PowerOff, "the guest shut down"),
        ShutdownReason.Reboot => (RunOutcome.Reboot, "the guest asked for a restart"),
        ShutdownReason.SoftReset => (RunOutcome.Reboot, "the guest asked for a soft reset"),
        ShutdownReason.Suspend => (RunOutcome.Suspend, "the guest asked to be suspended"),
        _ => (RunOutcome.Crash, Domain.CrashReason ?? $"the guest reported a crash of its own (shutdown reason {Domain.ShutdownReason})"),
    };
}
