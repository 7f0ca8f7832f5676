using Iced.Intel;
using NUnit.Framework;
using Rebound.Engine.Cli.Instructions;
using Rebound.Jit.Judge;

namespace Rebound.Architecture.Tests;

/// <summary>The table of instructions: complete for the required families, and the documentation says what the engine does.</summary>
public sealed class InstructionTableTests
{
    private static readonly IReadOnlyList<InstructionEntry> Entries = InstructionCatalog.Read();

    [Test]
    public void Every_instruction_of_the_decoder_is_in_it() =>
        Assert.That(Entries.Select(entry => entry.Code).Distinct().Count(), Is.EqualTo(Entries.Count).And.GreaterThan(4000));

    [Test]
    public void No_instruction_of_a_required_family_is_missing() =>
        Assert.That(Entries.Where(entry => InstructionFamilies.IsRequired(entry.Code) && !entry.IsImplemented).Select(entry => entry.Code), Is.Empty);

    [Test]
    public void Every_instruction_is_there_or_undefined() =>
        Assert.That(Entries.Where(entry => entry.Kind == InstructionKind.Missing).Select(entry => entry.Code), Is.Empty);

    [Test]
    public void Every_implemented_instruction_says_how_it_is_tested() =>
        Assert.That(Entries.Where(entry => entry.IsImplemented && entry.Tested.Length == 0).Select(entry => entry.Code), Is.Empty);

    [Test]
    public void What_is_judged_is_what_the_judge_makes_cases_for()
    {
        IEnumerable<Code> sample = Entries.Where((entry, index) => entry.IsImplemented && index % 50 == 0).Select(entry => entry.Code);
        foreach (Code code in sample)
            Assert.That(SystematicCases.Of(code, 1, 0.01).Any(), Is.EqualTo(Entries.Single(entry => entry.Code == code).IsJudged), code.ToString());
    }

    [Test]
    public void The_documentation_is_current()
    {
        using StringWriter current = new();
        InstructionReports.WriteMarkdown(current, Entries);
        Assert.That(
            Repository.Read("docs/instructions.md") == current.ToString(),
            Is.True,
            "docs/instructions.md is not what 'rebound instructions --format markdown' writes");
    }
}
