using System.Text;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Both sides of the differential test in one address space.</summary>
public sealed class OracleSession : IDisposable
{
    /// <summary>Groups sent to the native side at once.</summary>
    private const int BatchSize = 64;

    /// <summary>Differences told in full; the rest are counted.</summary>
    private const int Told = 25;

    private readonly OracleLayout _layout = new();

    public OracleSession(ExecutionOptions options)
    {
        if (!NativeOracle.TryStart(_layout, out NativeOracle? native, out string reason))
            Assert.Ignore(reason);
        Native = native!;
        Engine = new EngineSide(_layout, KnownDifferences.Exact(options));
    }

    public NativeOracle Native { get; }

    public EngineSide Engine { get; }

    /// <summary>Runs all groups on both sides; fails with the differences, one per group.</summary>
    public void Check(IEnumerable<OracleGroup> groups)
    {
        StringBuilder report = new();
        int cases = 0;
        int different = 0;
        foreach (OracleGroup[] batch in groups.Chunk(BatchSize))
        {
            List<EndState> ends = Native.Run(batch);
            int next = 0;
            foreach (OracleGroup group in batch)
            {
                Engine.Load(group);
                string? first = null;
                int inGroup = 0;
                foreach (StartState start in group.Cases)
                {
                    EndState native = ends[next++];
                    string? difference = Comparison.Difference(group, native, Engine.Run(group, start));
                    cases++;
                    if (difference == null)
                        continue;
                    inGroup++;
                    first ??= Comparison.Describe(group, start) + difference;
                }

                if (first == null)
                    continue;
                different++;
                if (different <= Told)
                    report.AppendLine().AppendLine($"{inGroup} of {group.Cases.Count} cases differ; the first:").Append(first);
            }
        }

        TestContext.Out.WriteLine($"{cases} cases");
        Assert.That(cases, Is.Positive, "no case was run");
        Assert.That(different, Is.Zero, () => $"{different} groups differ{report}");
    }

    public void Dispose()
    {
        Native.Dispose();
        Engine.Dispose();
    }
}
