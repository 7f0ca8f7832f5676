using System.Text;
using System.Text.RegularExpressions;

namespace Rebound.GuestImages;

/// <summary>
/// One console line with places that may differ. Text stands for itself; <c>{hex}</c> is a hexadecimal number in lower case,
/// <c>{dec}</c> a decimal number, <c>{text}</c> anything or nothing, <c>{one|two}</c> one of the given texts (the parts may be
/// empty), and <c>{{</c> and <c>}}</c> are braces. The whole line must match; white space at its end does not count.
/// </summary>
public sealed partial class ConsolePattern
{
    private readonly Regex _regex;

    /// <summary>A pattern from its text.</summary>
    /// <exception cref="FormatException">A brace is open, or a placeholder is unknown; the message says which.</exception>
    public ConsolePattern(string pattern)
    {
        Text = pattern;
        var regex = new StringBuilder("^");
        int at = 0;
        foreach (Match match in Token().Matches(pattern))
        {
            if (match.Index != at) break;
            regex.Append(Translate(match.Value));
            at += match.Length;
        }

        if (at != pattern.Length) throw new FormatException($"open brace at character {at + 1} of the pattern '{pattern}'");
        _regex = new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Whether a console line, without its line end, matches.</summary>
    public bool Matches(string line) => _regex.IsMatch(line.TrimEnd());

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Translate(string token) => token switch
    {
        "{{" => @"\{",
        "}}" => @"\}",
        "{hex}" => "[0-9a-f]+",
        "{dec}" => "[0-9]+",
        "{text}" => ".*",
        ['{', .. string inner, '}'] when inner.Contains('|') => "(?:" + string.Join('|', inner.Split('|').Select(Regex.Escape)) + ")",
        ['{', ..] => throw new FormatException($"unknown placeholder '{token}' in a console pattern"),
        _ => Regex.Escape(token),
    };

    [GeneratedRegex(@"\{\{|\}\}|\{[^{}]*\}|[^{}]+")]
    private static partial Regex Token();
}
