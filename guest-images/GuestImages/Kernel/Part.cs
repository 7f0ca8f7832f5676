namespace Rebound.GuestImages.Building;

/// <summary>One piece of a console line.</summary>
internal readonly struct Part
{
    private Part(PartKind kind, string? text, Value value)
    {
        Kind = kind;
        Text = text;
        Value = value;
    }

    public PartKind Kind { get; }

    public string? Text { get; }

    public Value Value { get; }

    public static implicit operator Part(string text) => new(PartKind.Text, text, default);

    /// <summary>A number in hexadecimal without leading zeros.</summary>
    public static Part Hex(Value value) => new(PartKind.Hex, null, value);

    /// <summary>An unsigned number in decimal.</summary>
    public static Part Dec(Value value) => new(PartKind.Dec, null, value);

    /// <summary>The NUL-terminated text at an address.</summary>
    public static Part TextAt(Value address) => new(PartKind.TextAt, null, address);
}

internal enum PartKind
{
    Text,
    Hex,
    Dec,
    TextAt,
}
