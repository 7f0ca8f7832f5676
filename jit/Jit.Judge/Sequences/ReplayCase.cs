using System.Text.Json;

namespace Rebound.Jit.Judge;

/// <summary>A piece of code and one start state as a line of text, for files of cases that once ended differently.</summary>
public sealed record ReplayCase
{
    /// <summary>What was wrong, in a few words.</summary>
    public required string Name { get; init; }

    /// <summary>Hexadecimal; without the INT3 at its end.</summary>
    public required string Code { get; init; }

    /// <summary>General registers in the encoding's order.</summary>
    public required ulong[] Gpr { get; init; }

    public required ulong Rflags { get; init; }

    public required uint Mxcsr { get; init; }

    public required ushort Fcw { get; init; }

    public required ushort Fsw { get; init; }

    public required byte Tags { get; init; }

    /// <summary>ST0-7, hexadecimal, as in <see cref="FloatingState.Stack"/>.</summary>
    public required string Stack { get; init; }

    /// <summary>YMM0-15, hexadecimal, as in <see cref="FloatingState.Vectors"/>.</summary>
    public required string Vectors { get; init; }

    /// <summary>Patches over memory: address, then bytes in hexadecimal.</summary>
    public required Dictionary<ulong, string> Memory { get; init; }

    public static ReplayCase Of(string name, OracleGroup group, StartState start) => new()
    {
        Name = name,
        Code = Convert.ToHexString(group.Code.AsSpan(0, group.Code.Length - 1)),
        Gpr = start.Gpr,
        Rflags = start.Rflags,
        Mxcsr = start.Floating.Mxcsr,
        Fcw = start.Floating.Fcw,
        Fsw = start.Floating.Fsw,
        Tags = start.Floating.Tags,
        Stack = Convert.ToHexString(start.Floating.Stack),
        Vectors = Convert.ToHexString(start.Floating.Vectors),
        Memory = start.Patches.GroupBy(p => p.Address).ToDictionary(p => p.Key, p => Convert.ToHexString(p.Last().Bytes)),
    };

    /// <summary>Reads a line that <see cref="ToLine"/> made.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ReplayCase Parse(string line) => JsonSerializer.Deserialize<ReplayCase>(line) ?? throw new JsonException("an empty case");

    public string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>The code with its one case.</summary>
    public OracleGroup ToGroup()
    {
        Sequence sequence = Sequence.Decode(Convert.FromHexString(Code));
        OracleGroup group = sequence.ToGroup(Name) ?? throw new JsonException($"the code of \"{Name}\" reads undefined flags");
        StartState start = new() { Rflags = Rflags };
        Gpr.CopyTo(start.Gpr, 0);
        start.Floating.Mxcsr = Mxcsr;
        start.Floating.Fcw = Fcw;
        start.Floating.Fsw = Fsw;
        start.Floating.Tags = Tags;
        Convert.FromHexString(Stack).CopyTo(start.Floating.Stack, 0);
        Convert.FromHexString(Vectors).CopyTo(start.Floating.Vectors, 0);
        foreach ((ulong address, string bytes) in Memory)
            start.Patches.Add(new MemoryPatch(address, Convert.FromHexString(bytes)));
        group.Cases.Add(start);
        return group;
    }
}
