using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Bench;
using Rebound.User.Tests.Programs;

namespace Rebound.User.Tests;

/// <summary>C programs as compilers make them, for several processors, linked with a real C library.</summary>
[TestFixture]
internal sealed class CompiledProgramTests
{
    private const string Old = "-O2 -static";
    private const string New = "-O3 -march=x86-64-v3 -static";
    private const string Movable = "-O2 -fPIE -static-pie";

    /// <summary>Source, flags, levels of the psABI that CPUID says (1, 2, 3).</summary>
    private static readonly (string Source, string Flags, int[] Levels)[] Programs =
    [
        ("integers", Old, [1]),
        ("integers", Movable, [1]),
        ("text", Old, [1]),
        ("memory", Old, [1]),
        ("memory", Movable, [1]),
        ("ciphers", Old, [1]),
    ];

    private static IEnumerable<TestCaseData> Cases => from program in Programs
                                                      from level in program.Levels
                                                      from tier in Enum.GetValues<Tier>()
                                                      select new TestCaseData(program.Source, program.Flags, level, tier);

    [TestCaseSource(nameof(Cases))]
    public void It_says_what_it_says_on_the_host(string source, string flags, int level, Tier tier) =>
        new Judgement(Compiler.Build(source, flags), source).Compare(tier, ProcessorModel.Level(level));
}
