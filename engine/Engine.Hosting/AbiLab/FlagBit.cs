namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>A flag of RFLAGS, by its place in the register.</summary>
/// <param name="Bit">Bit number.</param>
/// <param name="Name">Intel's name for it.</param>
/// <param name="WhenWrong">What user code notices when the flag is set and should not be; empty where that is nothing much.</param>
public sealed record FlagBit(int Bit, string Name, string WhenWrong)
{
    /// <summary>The flags of RFLAGS (Intel SDM vol. 1, 3.4.3), from the highest to the lowest.</summary>
    public static IReadOnlyList<FlagBit> All { get; } =
    [
        new(21, "ID", ""),
        new(20, "VIP", ""),
        new(19, "VIF", ""),
        new(18, "AC", "every misaligned access in user mode raises #AC"),
        new(17, "VM", ""),
        new(16, "RF", ""),
        new(14, "NT", "an IRET in user mode raises #GP"),
        new(13, "IOPL", ""),
        new(12, "IOPL", ""),
        new(11, "OF", ""),
        new(10, "DF", "string instructions run backwards"),
        new(9, "IF", ""),
        new(8, "TF", "every instruction in user mode raises #DB"),
        new(7, "SF", ""),
        new(6, "ZF", ""),
        new(4, "AF", ""),
        new(2, "PF", ""),
        new(0, "CF", ""),
    ];

    /// <summary>Whether user code keeps the flag until something sets it on purpose, unlike the results of arithmetic.</summary>
    public bool IsSticky => Name is not ("CF" or "PF" or "AF" or "ZF" or "SF" or "OF" or "RF");

    /// <summary>Whether the flag is set in a value.</summary>
    public bool IsSetIn(ulong flags) => (flags >> Bit & 1) != 0;

    /// <summary>The flags that differ between two values, highest first. Bits that are no flags do not count.</summary>
    public static IReadOnlyList<FlagBit> Differing(ulong left, ulong right) => [.. All.Where(flag => flag.IsSetIn(left ^ right))];
}
