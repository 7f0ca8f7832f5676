namespace Rebound.Engine.Cli;

/// <summary>A table for people: a head, a line below it, and columns as wide as their widest cell.</summary>
public sealed class TextTable(params string[] head)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; it has as many cells as the head.</summary>
    public void Add(params string[] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, head.Length, nameof(cells));
        _rows.Add(cells);
    }

    /// <summary>Writes the table.</summary>
    public void Write(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        int[] widths = [.. head.Select((title, column) => _rows.Select(row => row[column].Length).Append(title.Length).Max())];
        Line(output, head, widths);
        Line(output, [.. widths.Select(width => new string('-', width))], widths);
        foreach (string[] row in _rows) Line(output, row, widths);
    }

    private static void Line(TextWriter output, string[] cells, int[] widths) =>
        output.WriteLine(string.Join(Gap, cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}
