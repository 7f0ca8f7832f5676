using System.Numerics;

namespace Rebound.Jit.Cpu;

/// <summary>
/// Where RDRAND and RDSEED get their numbers: a generator of the machine's own (xorshift with a scrambled output), so that runs with the same seed repeat. Not for secrets.
/// </summary>
public sealed class RandomNumbers
{
    private const ulong DefaultSeed = 0x9e37_79b9_7f4a_7c15;

    private ulong _state = DefaultSeed;

    /// <summary>Starts the sequence that belongs to a number.</summary>
    public void Seed(ulong seed) => _state = seed == 0 ? DefaultSeed : seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        ulong x = _state;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        _state = x;
        return BitOperations.RotateLeft(x * 0x9fb2_1c65_1e98_df25, 31) ^ x;
    }
}
