using System.CommandLine;
using System.Globalization;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Cli.Terminal;
using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound selftest</c>: random code on the engine and on the host's processor.</summary>
public sealed class SelftestCommand : CliCommand
{
    private const int Told = 10;
    private const string DefaultSeconds = "60";

    private readonly Option<string?> _seconds = new("--seconds")
    {
        Description = $"Stop after so many seconds. Default: {DefaultSeconds}, or no limit if another one is given.",
        HelpName = "N",
    };

    private readonly Option<string?> _instructions = new("--instructions")
    {
        Description = "Stop when each tier has executed so many instructions.",
        HelpName = "N",
    };

    private readonly Option<string?> _sequences = new("--sequences")
    {
        Description = "Stop after so many sequences; one sequence of a seed that was reported is '--seed S --sequences 1'.",
        HelpName = "N",
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "The seed of the first sequence; the next has the next number. Default: 1.",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _tiers = new("--tier")
    {
        Description = "The tiers to judge, separated by commas: 'interpreter', 'jit', 'auto'. Default: all three.",
        HelpName = "T,U",
        DefaultValueFactory = _ => "interpreter,jit,auto",
    };

    private readonly Option<string?> _jobs = new("--jobs")
    {
        Description = "Threads. Default: one per processor.",
        HelpName = "N",
    };

    private readonly Option<string?> _failures = new("--failures")
    {
        Description = "Append what differs to this file, one shortened case per line, for the tests to replay.",
        HelpName = "FILE",
    };

    public SelftestCommand()
        : base("selftest", "Run random code on the engine and on this machine's processor and compare all that it leaves.")
    {
        foreach (Option option in (Option[])[_seconds, _instructions, _sequences, _seed, _tiers, _jobs, _failures]) Add(option);
    }

    /// <inheritdoc/>
    public override string Details =>
        """
        A sequence is 5 to 60 instructions of integer, vector, floating-point, x87 and MMX code with branches and loops. It is run from several
        states: all registers, flags, rounding modes, and memory with gaps. Registers, memory, flags and faults must end equal.
        What differs is cut down to the instructions that make the difference and shown. The native side is a small C program: it needs
        Linux on x86-64 and gcc or cc. Elsewhere the compiled tiers are compared with the interpreter, and the report says so.
        Exit code: 0 if nothing differs, 1 if something does, 2 if the command cannot be used.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound selftest", "a minute of it, all tiers"),
        ("rebound selftest --seconds 3600 --seed 100000", "an hour of other sequences"),
        ("rebound selftest --tier interpreter --instructions 100,000,000", "a hundred million instructions, interpreted"),
        ("rebound selftest --seed 4711 --sequences 1", "one sequence again"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        SelftestOptions options = ReadOptions(arguments);
        using StreamWriter? file = arguments.GetValue(_failures) is { } path ? Open(path) : null;
        int told = 0;
        SelftestResult result;
        using (var progress = new ProgressLine())
        {
            var run = new SelftestRun(options)
            {
                Failed = failure =>
                {
                    if (failure.Case is { } replay) file?.WriteLine(replay.ToLine());
                    if (++told > Told) return;
                    Console.Out.WriteLine($"Tier {NameOf(failure.Tier)} differs:");
                    Console.Out.WriteLine(failure.Explanation);
                },
                Progressed = so => progress.Show(string.Create(
                    CultureInfo.InvariantCulture, $"{so.Sequences} sequences, {so.Tiers.Max(tier => tier.Retired) / 1_000_000} million instructions, {so.Differences} differences")),
            };
            using var interruption = new Interruption(progress.Dispose);
            try
            {
                result = run.Run();
            }
            catch (AggregateException error) when (error.InnerExceptions is [var only])
            {
                throw new InvalidOperationException(only.Message, only);
            }
        }

        if (told > Told) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{told - Told} further differences are not shown."));
        Report(options, result);
        return result.Differences == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Report(SelftestOptions options, SelftestResult result)
    {
        if (result.WhyNoNative is { } reason)
            Console.Out.WriteLine($"The host's processor did not judge ({reason}): compiled code was compared with the interpreter.");
        string tiers = string.Join(", ", result.Tiers.Select(tier => tier.Tier == Tier.Interpreter
            ? string.Create(CultureInfo.InvariantCulture, $"interpreter {tier.Retired} instructions")
            : string.Create(CultureInfo.InvariantCulture, $"{NameOf(tier.Tier)} {tier.Retired} instructions ({tier.Compiled} compiled)")));
        string judge = result.WhyNoNative is null ? "the host's processor" : "the interpreter";
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"selftest: {result.Sequences} sequences from seed {options.Seed}, {result.Cases} cases; {tiers}; judge: {judge}; {result.Differences} differences"));
    }

    private static string NameOf(Tier tier) => tier.ToString().ToLowerInvariant();

    private static StreamWriter Open(string path)
    {
        try
        {
            return new StreamWriter(path, append: true) { AutoFlush = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--failures {path}: {error.Message}", error);
        }
    }

    private SelftestOptions ReadOptions(ParseResult arguments)
    {
        Tier[] tiers = [.. Values.List(arguments.GetRequiredValue(_tiers)).Select(MachineOptions.Tier).Distinct()];
        if (tiers.Length == 0) throw new BadInputException("--tier names no tier; there are: auto, interpreter, jit");
        if (tiers is [Tier.Interpreter] && !NativeOracle.IsAvailable(out string reason))
            throw new BadInputException($"--tier interpreter alone has nothing to be compared with: {reason}");
        long? instructions = arguments.GetValue(_instructions) is { } i ? Values.Count("--instructions", i) : null;
        long? sequences = arguments.GetValue(_sequences) is { } s ? Values.Count("--sequences", s) : null;
        string? seconds = arguments.GetValue(_seconds) ?? (instructions is null && sequences is null ? DefaultSeconds : null);
        var options = new SelftestOptions
        {
            Seed = arguments.GetValue(_seed),
            Instructions = instructions,
            Sequences = sequences,
            Duration = seconds is null ? null : Values.Seconds("--seconds", seconds),
            Workers = arguments.GetValue(_jobs) is { } jobs ? (int)Math.Min(Values.Count("--jobs", jobs), 256) : Environment.ProcessorCount,
        };
        return options with { Trial = options.Trial with { Tiers = tiers } };
    }
}
