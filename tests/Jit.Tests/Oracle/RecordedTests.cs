using System.Runtime.Intrinsics.X86;
using System.Text;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Recorded native results of the features that a host may lack: they hold on hosts of the recording's make, and the engine gives them everywhere.
/// With REBOUND_JUDGE_RECORD=1 the first test writes the file anew.
/// </summary>
[Category("Oracle")]
public sealed class RecordedTests
{
    private const string RecordVariable = "REBOUND_JUDGE_RECORD";
    private const string MakerMark = "# ";
    private const int BatchSize = 100;
    private const int Told = 20;

    private static string Recording => RecordedFiles.Path("features.txt");

    [Test]
    public void The_recording_is_what_the_host_does()
    {
        if (!NativeOracle.TryStart(new OracleLayout(), out NativeOracle? native, out string reason))
            Assert.Ignore(reason);
        Dictionary<Code, string> lines = [];
        using (native)
        {
            foreach (Code[] batch in Enum.GetValues<Code>().Where(c => RecordedResults.Covers(c) && HostFeatures.Has(c)).Chunk(BatchSize))
            {
                IReadOnlyList<OracleGroup>[] cases = [.. batch.Select(RecordedResults.Cases)];
                List<EndState> ends = native!.Run([.. cases.SelectMany(groups => groups)]);
                int next = 0;
                for (int i = 0; i < batch.Length; i++)
                {
                    int count = cases[i].Sum(group => group.Cases.Count);
                    lines[batch[i]] = RecordedResults.Line(batch[i], cases[i], ends.GetRange(next, count));
                    next += count;
                }
            }
        }

        if (Environment.GetEnvironmentVariable(RecordVariable) == "1")
        {
            File.WriteAllLines(Recording, [MakerMark + HostMaker(), .. lines.Values]);
            return;
        }

        Dictionary<Code, string> recorded = Recorded(out string maker);
        if (maker != HostMaker())
        {
            TestContext.Out.WriteLine($"recorded on a processor of {maker}, the host is one of {HostMaker()}: not compared");
            return;
        }

        string[] different = [.. lines.Keys.Where(code => recorded.GetValueOrDefault(code) != lines[code]).Select(code => code.ToString())];
        Assert.That(lines, Is.Not.Empty);
        Assert.That(different, Is.Empty, $"set {RecordVariable}=1 to record anew");
    }

    [TestCase(Tier.Interpreter)]
    [TestCase(Tier.Jit)]
    public void The_engine_gives_what_was_recorded(Tier tier)
    {
        using EngineSide engine = new(new OracleLayout(), KnownDifferences.Exact(new ExecutionOptions { Tier = tier }));
        StringBuilder report = new();
        List<Code> absent = [];
        int judged = 0;
        int different = 0;
        foreach ((Code code, string recorded) in Recorded(out _))
        {
            if (!ImplementedCodes.Contains(code))
                continue;
            judged++;
            if (!HostFeatures.Has(code))
                absent.Add(code);
            IReadOnlyList<OracleGroup> groups = RecordedResults.Cases(code);
            List<EndState> ends = [];
            foreach (OracleGroup group in groups)
            {
                engine.Load(group);
                ends.AddRange(group.Cases.Select(start => engine.Run(group, start)));
            }

            int first = RecordedResults.FirstDifference(recorded, RecordedResults.Line(code, groups, ends));
            if (first < 0 || ++different > Told)
                continue;
            OracleGroup wrong = groups[Math.Min(first / groups[0].Cases.Count, groups.Count - 1)];
            report.AppendLine(Comparison.Describe(wrong, wrong.Cases[first % groups[0].Cases.Count]));
        }

        TestContext.Out.WriteLine($"{judged} codes; judged by the recording alone, because the host lacks them: {(absent.Count == 0 ? "none" : string.Join(", ", absent))}");
        Assert.That(judged, Is.GreaterThan(200));
        Assert.That(different, Is.Zero, () => $"{different} codes end otherwise than recorded\n{report}");
    }

    [Test]
    public void The_recording_is_small() => Assert.That(new FileInfo(Recording).Length, Is.LessThan(300_000));

    private static Dictionary<Code, string> Recorded(out string maker)
    {
        string[] lines = File.ReadAllLines(Recording);
        maker = lines[0][MakerMark.Length..];
        return lines.Skip(1).ToDictionary(line => Enum.Parse<Code>(line.Split(' ')[0]));
    }

    /// <summary>The twelve letters of CPUID leaf 0.</summary>
    private static string HostMaker()
    {
        if (!X86Base.IsSupported)
            return "another architecture";
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString([.. BitConverter.GetBytes(ebx), .. BitConverter.GetBytes(edx), .. BitConverter.GetBytes(ecx)]);
    }
}
