using Rebound.Engine.Hosting;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Where a trace goes, and what is in it.</summary>
internal sealed class TraceFile : IDisposable
{
    private static readonly IReadOnlyDictionary<string, TraceCategories> Names = new Dictionary<string, TraceCategories>
    {
        ["syscalls"] = TraceCategories.Syscalls,
        ["hypercalls"] = TraceCategories.Hypercalls,
        ["traps"] = TraceCategories.Traps,
        ["events"] = TraceCategories.Events,
        ["exits"] = TraceCategories.Exits,
        ["blocks"] = TraceCategories.Blocks,
    }.AsReadOnly();

    private readonly StreamWriter? _file;
    private readonly Lock _lock = new();
    private bool _closed;

    private TraceFile(TraceCategories categories, StreamWriter? file)
    {
        Categories = categories;
        _file = file;
    }

    public TraceCategories Categories { get; }

    /// <summary>Reads <c>--trace</c> and <c>--trace-file</c>.</summary>
    /// <exception cref="BadInputException">A kind is unknown, or the file cannot be written.</exception>
    public static TraceFile Open(string? kinds, string? path)
    {
        TraceCategories categories = Values.List(kinds).Aggregate(TraceCategories.None, (all, name) => all | Values.Choice("kind of trace", name, Names));
        if (categories == TraceCategories.None && (kinds is not null || path is not null))
            throw new BadInputException($"a trace needs --trace with one or more of: {string.Join(", ", Names.Keys)}");
        try
        {
            return new TraceFile(categories, path is null ? null : new StreamWriter(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"the trace file {path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Writes one line.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            if (!_closed) (_file ?? Console.Error).WriteLine(line);
        }
    }

    /// <summary>Completes the file. May be called while another thread still writes, and more than once.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _file?.Dispose();
        }
    }
}
