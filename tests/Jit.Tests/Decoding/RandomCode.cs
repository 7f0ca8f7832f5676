namespace Rebound.Jit.Tests.Decoding;

/// <summary>
/// Byte strings that nobody meant as code, from five distributions in turn: uniform; many prefixes; led by VEX, EVEX or XOP; real instructions with
/// a few changes; opcodes of the legacy maps with likely ModRM bytes. The same seed gives the same strings.
/// </summary>
internal sealed class RandomCode
{
    /// <summary>Bytes of every string; the instructions of most end before.</summary>
    public const int Length = 48;

    private static readonly byte[] Prefixes =
        [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0x40, 0x41, 0x42, 0x44, 0x48, 0x49, 0x4c, 0x4f];

    private readonly byte[] _bytes = new byte[Length];
    private readonly Xoshiro _random;
    private readonly IReadOnlyList<byte[]> _instructions;

    /// <param name="seed">Chooses the sequence of strings.</param>
    /// <param name="instructions">Real instructions to mutate.</param>
    public RandomCode(ulong seed, IReadOnlyList<byte[]> instructions)
    {
        _random = new Xoshiro(seed);
        _instructions = instructions;
    }

    /// <summary>The string that <see cref="Next"/> made last.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Random bits for whatever else a case needs.</summary>
    public ulong Bits() => _random.Next();

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)((_random.Next() >> 32) * (ulong)limit >> 32);

    /// <summary>Makes the next string.</summary>
    public void Next()
    {
        _random.Fill(_bytes);
        switch (Below(5))
        {
            case 0:
                break;
            case 1:
                ManyPrefixes();
                break;
            case 2:
                WideEncoding();
                break;
            case 3:
                MutatedInstructions();
                break;
            default:
                LegacyOpcodes();
                break;
        }
    }

    private byte Prefix() => Prefixes[Below(Prefixes.Length)];

    /// <summary>Up to 16 prefixes, more than there is room for, in any order.</summary>
    private void ManyPrefixes()
    {
        int count = Below(17);
        for (int i = 0; i < count; i++)
            _bytes[i] = Prefix();
        if (Below(2) == 0)
            _bytes[count] = 0x0f;
    }

    private void WideEncoding()
    {
        int at = 0;
        while (at < 4 && Below(4) == 0)
            _bytes[at++] = Prefix();
        switch (Below(4))
        {
            case 0:
                _bytes[at] = 0xc5;
                break;
            case 1:
                _bytes[at] = 0xc4;
                // The maps that exist, most of the time.
                if (Below(4) != 0)
                    _bytes[at + 1] = (byte)((_bytes[at + 1] & 0xe0) | (1 + Below(3)));
                break;
            case 2:
                _bytes[at] = 0x62;
                if (Below(4) != 0)
                    _bytes[at + 1] = (byte)((_bytes[at + 1] & 0xf0) | (1 + Below(6)));
                if (Below(4) != 0)
                    _bytes[at + 2] |= 4;
                break;
            default:
                _bytes[at] = 0x8f;
                if (Below(4) != 0)
                    _bytes[at + 1] = (byte)((_bytes[at + 1] & 0xe0) | (8 + Below(3)));
                break;
        }
    }

    private void MutatedInstructions()
    {
        int at = 0;
        while (at < Length)
        {
            ReadOnlySpan<byte> instruction = _instructions[Below(_instructions.Count)];
            instruction = instruction[..Math.Min(instruction.Length, Length - at)];
            instruction.CopyTo(_bytes.AsSpan(at));
            at += instruction.Length;
        }

        for (int changes = 1 + Below(3); changes > 0; changes--)
        {
            int where = Below(16);
            switch (Below(4))
            {
                case 0:
                    _bytes[where] ^= (byte)(1 << Below(8));
                    break;
                case 1:
                    _bytes[where] = (byte)Bits();
                    break;
                case 2:
                    _bytes.AsSpan(where, Length - where - 1).CopyTo(_bytes.AsSpan(where + 1));
                    _bytes[where] = Prefix();
                    break;
                default:
                    _bytes.AsSpan(where + 1).CopyTo(_bytes.AsSpan(where));
                    break;
            }
        }
    }

    private void LegacyOpcodes()
    {
        int at = 0;
        while (Below(2) == 0 && at < 3)
            _bytes[at++] = Prefix();
        if (Below(2) != 0)
            return;
        _bytes[at++] = 0x0f;
        if (Below(3) == 0)
            _bytes[at] = (byte)(Below(2) == 0 ? 0x38 : 0x3a);
    }

    /// <summary>A generator of our own, so that a seed means the same strings whatever the framework's does: xoshiro256**.</summary>
    private sealed class Xoshiro
    {
        private ulong _a;
        private ulong _b;
        private ulong _c;
        private ulong _d;

        public Xoshiro(ulong seed)
        {
            _a = Mix(ref seed);
            _b = Mix(ref seed);
            _c = Mix(ref seed);
            _d = Mix(ref seed);
        }

        public ulong Next()
        {
            ulong result = ulong.RotateLeft(_b * 5, 7) * 9;
            ulong shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = ulong.RotateLeft(_d, 45);
            return result;
        }

        public void Fill(Span<byte> bytes)
        {
            foreach (ref ulong word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes))
                word = Next();
        }

        private static ulong Mix(ref ulong seed)
        {
            ulong z = seed += 0x9e37_79b9_7f4a_7c15;
            z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
            z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
            return z ^ (z >> 31);
        }
    }
}
