using System.Globalization;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>How much the tests of decoding do: little and always the same, unless the environment asks for more.</summary>
internal static class FuzzSettings
{
    /// <summary>Number of random byte strings.</summary>
    public const string CountVariable = "REBOUND_FUZZ_COUNT";

    /// <summary>What chooses them.</summary>
    public const string SeedVariable = "REBOUND_FUZZ_SEED";

    /// <summary>Compare decoders at every offset of real code and not at a sample: 1.</summary>
    public const string EveryOffsetVariable = "REBOUND_DECODE_ALL";

    public static long Count(long otherwise) => Number(CountVariable) ?? otherwise;

    public static ulong Seed => (ulong)(Number(SeedVariable) ?? 20071015);

    public static bool EveryOffset => Number(EveryOffsetVariable) is > 0;

    private static long? Number(string variable) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
