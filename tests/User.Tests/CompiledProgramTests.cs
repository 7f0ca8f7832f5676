using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Programs;

namespace Rebound.User.Tests;

/// <summary>C programs as compilers make them, for several processors, linked with a real C library.</summary>
[TestFixture]
internal sealed class CompiledProgramTests
{
    private const string Old = "-O2 -static";
    private const string X87 = "-O2 -mfpmath=387 -static";
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
        ("integers", New, [Models.Third]),
        ("text", New, [Models.Third]),
        ("memory", New, [Models.Third]),
        ("ciphers", $"{Old} -msha -maes -msse4.1", [Models.Everything]),
        ("decimal", $"{Old} -DROUNDS=300 -lm", [Models.First]),
        ("decimal", $"{New} -DROUNDS=300 -lm", [Models.Third]),
        ("functions", $"{Old} -DROUNDS=50 -lm", [Models.First, Models.Third]),
        ("functions", $"{New} -DROUNDS=50 -lm", [Models.Third]),
        ("functions", $"{X87} -DROUNDS=50 -lm", [Models.First]),
        ("numeric", $"{Old} -lm", [Models.First, Models.Second]),
        ("numeric", $"{New} -lm", [Models.Third]),
        ("numeric", $"{X87} -lm", [Models.First]),
        ("traps", $"{Old} -lm", [Models.First]),
        ("traps", $"{New} -lm", [Models.Third]),
        ("vectors", $"{New} -mgfni -mvaes -maes -mpclmul -mvpclmulqdq -msha -DROUNDS=30 -lm", [Models.Everything]),
        ("compress", $"{Old} -lz", [Models.First]),
        ("database", $"{Old} -lsqlite3 -lm", [Models.First, Models.Third]),
    ];

    private static IEnumerable<TestCaseData> Cases => from program in Programs
                                                      from model in program.Models
                                                      from tier in TiersOf(program.Source, program.Flags)
                                                      select new TestCaseData(program.Source, program.Flags, model, tier);

    // Compiling everything at its first execution costs the more the longer a program is, not the longer it runs.
    private static Tier[] TiersOf(string source, string flags) => source switch
    {
        "vectors" or "ciphers" or "numeric" or "traps" or "memory" => [Tier.Interpreter, Tier.Jit, Tier.Auto],
        "functions" or "integers" when flags.StartsWith(New, StringComparison.Ordinal) => [Tier.Interpreter, Tier.Jit, Tier.Auto],
        _ => [Tier.Interpreter, Tier.Auto],
    };

    [TestCaseSource(nameof(Cases))]
    public void It_says_what_it_says_on_the_host(string source, string flags, string model, Tier tier) =>
        new Judgement(Compiler.Build(source, flags), source).Compare(tier, Models.Find(model));
}
