using System.Globalization;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Breakpoints, single steps, RF and the shadow of MOV SS against the host's processor: every #DB on the way, and where the program ends.</summary>
[TestFixture]
[Category("Oracle")]
public sealed class DebugOracleTests
{
    private NativeDebugger _native = null!;

    public static IEnumerable<TestCaseData> Cases => DebugCases.All.Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [OneTimeSetUp]
    public void Start()
    {
        if (!NativeDebugger.TryStart(out NativeDebugger? native, out string reason))
            Assert.Ignore(reason);
        _native = native!;
    }

    [OneTimeTearDown]
    public void Stop() => _native?.Dispose();

    [TestCaseSource(nameof(Cases))]
    public void Program_stops_where_the_host_stops(DebugCase test)
    {
        string native = Text(_native.Run(test));
        Assert.Multiple(() =>
        {
            foreach (Tier tier in (Tier[])[Tier.Interpreter, Tier.Jit])
            {
                foreach (long slice in (long[])[1, 3, 1000])
                    Assert.That(Text(EngineDebugger.Run(test, new ExecutionOptions { Tier = tier }, slice)), Is.EqualTo(native), $"{tier}, {slice} instructions per run");
            }
        });
    }

    private static string Text(DebugTrace trace) => string.Join('\n', trace.Stops.Select(Text).Append($"memory {trace.Memory:x}"));

    /// <summary>DR6 counts at a #DB only: nobody else changes it.</summary>
    private static string Text(DebugStop stop) => string.Create(
        CultureInfo.InvariantCulture,
        $"signal {stop.Signal} rip 0x{stop.Rip:x} rflags 0x{stop.Rflags & (FlagRules.Compared | Rflags.TF):x} {(stop.IsDebug ? $"dr6 0x{stop.Dr6:x}" : "")} gpr {string.Join(' ', stop.Gpr.Select(r => r.ToString("x", CultureInfo.InvariantCulture)))}");
}
