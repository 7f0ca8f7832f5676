using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Programs;

namespace Rebound.User.Tests;

/// <summary>C programs as compilers make them, for several processors, linked with a real C library.</summary>
[TestFixture]
internal sealed class CompiledProgramTests
{
    private const string Old = "-O2 -static";
    private const string New = "-O3 -march=x86-64-v3 -static";
    private const string Movable = "-O2 -fPIE -static-pie";

    /// <summary>Source, flags, processor models.</summary>
    private static readonly (string Source, string Flags, string[] Models)[] Programs =
    [
        ("integers", Old, [Models.First]),
        ("integers", Movable, [Models.First]),
        ("text", Old, [Models.First]),
        ("memory", Old, [Models.First]),
        ("memory", Movable, [Models.First]),
        ("ciphers", Old, [Models.First]),
    ];

    private static IEnumerable<TestCaseData> Cases => from program in Programs
                                                      from model in program.Models
                                                      from tier in Enum.GetValues<Tier>()
                                                      select new TestCaseData(program.Source, program.Flags, model, tier);

    [TestCaseSource(nameof(Cases))]
    public void It_says_what_it_says_on_the_host(string source, string flags, string model, Tier tier) =>
        new Judgement(Compiler.Build(source, flags), source).Compare(tier, Models.Find(model));
}
