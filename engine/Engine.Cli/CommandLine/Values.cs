using System.Globalization;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Reads the values of options; each method throws <see cref="BadInputException"/> with the option's name and what it takes.</summary>
public static class Values
{
    private const ulong Mebibyte = 1 << 20;

    /// <summary>A size such as <c>256M</c>, <c>1G</c> or <c>65536K</c>; a bare number counts MiB.</summary>
    /// <returns>MiB, at least 1.</returns>
    public static int Mebibytes(string option, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(option);
        string trimmed = (text ?? "").Trim();
        ulong unit = trimmed is [.., var last] ? char.ToUpperInvariant(last) switch { 'K' => 1UL << 10, 'M' => Mebibyte, 'G' => 1UL << 30, _ => 0 } : 0;
        string digits = unit == 0 ? trimmed : trimmed[..^1];
        if (unit == 0) unit = Mebibyte;
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) || number > ulong.MaxValue / unit)
            throw new BadInputException($"{option} takes a size such as 256M or 1G, not '{text}'");
        ulong size = number * unit / Mebibyte;
        if (number * unit % Mebibyte != 0 || size == 0) throw new BadInputException($"{option} takes whole mebibytes, at least 1M, not '{text}'");
        if (size > int.MaxValue) throw new BadInputException($"{option} {text} is more than any machine has");
        return (int)size;
    }

    /// <summary>Seconds, with fractions, above zero.</summary>
    public static TimeSpan Seconds(string option, string text)
    {
        const double longest = 1e9;
        bool read = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
        if (!read || seconds <= 0 || seconds > longest) throw new BadInputException($"{option} takes seconds above 0, not '{text}'");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>A whole number above zero.</summary>
    public static long Count(string option, string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long count) || count <= 0)
            throw new BadInputException($"{option} takes a whole number above 0, not '{text}'");
        return count;
    }

    /// <summary>An address in hexadecimal, with or without <c>0x</c> and with <c>_</c> between digits if that reads better.</summary>
    public static ulong Address(string name, string text)
    {
        string digits = (text ?? "").Replace("_", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
            throw new BadInputException($"{name} takes a hexadecimal address such as 0xffffffff80001000, not '{text}'");
        return address;
    }

    /// <summary>Bytes in hexadecimal, with or without blanks between them.</summary>
    public static byte[] HexBytes(string option, string text)
    {
        string digits = string.Concat((text ?? "").Where(character => !char.IsWhiteSpace(character) && character is not ',' and not '_'));
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        try
        {
            byte[] bytes = Convert.FromHexString(digits);
            return bytes.Length > 0 ? bytes : throw new BadInputException($"{option} takes at least one byte");
        }
        catch (FormatException)
        {
            throw new BadInputException($"{option} takes bytes in hexadecimal such as '48 01 d8', not '{text}'");
        }
    }

    /// <summary>The parts of a comma-separated list; empty parts do not count.</summary>
    public static IReadOnlyList<string> List(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The choice of that name, or an error that lists the choices.</summary>
    public static T Choice<T>(string what, string text, IReadOnlyDictionary<string, T> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return choices.TryGetValue(text, out T? choice)
            ? choice
            : throw new BadInputException($"unknown {what} '{text}'; there are: {string.Join(", ", choices.Keys)}");
    }
}
