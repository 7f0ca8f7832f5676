namespace Rebound.Jit.Judge;

/// <summary>Fills <see cref="FloatingState"/>s: vector lanes of every kind, all stack depths and tags of the x87, control words of every rounding and mask.</summary>
public sealed class FloatingStates(Random random)
{
    private const ushort StatusSummary = 0x8080;
    private const int AllExceptions = 0x3f;

    private static readonly ulong[] IntegerEdges =
    [
        0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000,
        0xffff_ffff_ffff_ffff, 0xffff_ffff_8000_0000, 0xffff_ffff_ffff_8000, 0xffff_ffff_ffff_ff80, 0x0080_8080_7f7f_0100, 63, 64, 15, 16, 31, 32, 8,
    ];

    private readonly FloatValues _values = new(random);

    /// <summary>All registers, for an instruction that takes them for <paramref name="kind"/>; control words as after a reset.</summary>
    public void Fill(FloatingState state, LaneKind kind)
    {
        _values.NextState();
        for (int i = 0; i < 16; i++)
            Lanes(state.Ymm(i), Choose(kind));
        // Equal operands are rare by chance and matter for comparisons.
        if (random.Next(3) == 0)
            state.Ymm(random.Next(16)).CopyTo(state.Ymm(random.Next(16)));
        bool integers = kind is LaneKind.Int8 or LaneKind.Int16 or LaneKind.Int32 or LaneKind.Int64;
        for (int i = 0; i < 8; i++)
        {
            _values.Extended(state.St(i));
            if (integers || random.Next(8) == 0)
                Lanes(state.St(i)[..8], Choose(kind));
        }

        state.Fsw = (ushort)(random.Next(8) << 11);
        state.Tags = random.Next(4) switch
        {
            0 => (byte)random.Next(256),
            1 => Depth(state.Top, random.Next(9)),
            _ => 0xff,
        };
    }

    /// <summary>MXCSR: all roundings, flush and denormal modes, sticky flags set or clear; sometimes exceptions are not masked.</summary>
    public void Mxcsr(FloatingState state)
    {
        uint mxcsr = ((uint)random.Next(4) << 13) | ((uint)Masks() << 7);
        if (random.Next(4) == 0)
            mxcsr |= 0x8000;
        if (random.Next(4) == 0)
            mxcsr |= 0x40;
        if (random.Next(2) == 0)
            mxcsr |= (uint)random.Next(64);
        state.Mxcsr = mxcsr;
    }

    /// <summary>x87 control and status words: precisions, roundings, condition codes, sticky flags; sometimes exceptions are not masked, rarely one is pending.</summary>
    public void X87Control(FloatingState state)
    {
        int precision = random.Next(4) switch { 0 => 0, 1 => 2, _ => 3 };
        int masks = Masks();
        state.Fcw = (ushort)(0x40 | masks | (precision << 8) | (random.Next(4) << 10));
        int flags = random.Next(3) == 0 ? random.Next(64) : 0;
        if (random.Next(16) != 0)
            flags &= masks;
        int conditions = random.Next(16);
        state.Fsw = (ushort)((state.Top << 11) | flags | ((conditions & 7) << 8) | ((conditions & 8) << 11));
        // Stack fault comes with invalid operation.
        if ((flags & 1) != 0 && random.Next(2) == 0)
            state.Fsw |= 0x40;
        if ((flags & ~masks) != 0)
            state.Fsw |= StatusSummary;
    }

    /// <summary>Elements of one kind, as many as fit.</summary>
    public void Lanes(Span<byte> bytes, LaneKind kind)
    {
        switch (kind)
        {
            case LaneKind.Single:
                for (int i = 0; i + 4 <= bytes.Length; i += 4)
                    BitConverter.TryWriteBytes(bytes[i..], _values.Single());
                break;
            case LaneKind.Double:
                for (int i = 0; i + 8 <= bytes.Length; i += 8)
                    BitConverter.TryWriteBytes(bytes[i..], _values.Double());
                break;
            case LaneKind.Half:
                for (int i = 0; i + 2 <= bytes.Length; i += 2)
                    BitConverter.TryWriteBytes(bytes[i..], _values.Half());
                break;
            case LaneKind.Extended when bytes.Length >= 10:
                _values.Extended(bytes);
                break;
            case LaneKind.Decimal when bytes.Length >= 10:
                _values.Decimal(bytes);
                break;
            case LaneKind.Int8:
                for (int i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)Integer();
                break;
            case LaneKind.Int16:
                for (int i = 0; i + 2 <= bytes.Length; i += 2)
                    BitConverter.TryWriteBytes(bytes[i..], (ushort)Integer());
                break;
            case LaneKind.Int32:
                for (int i = 0; i + 4 <= bytes.Length; i += 4)
                    BitConverter.TryWriteBytes(bytes[i..], (uint)Integer());
                break;
            case LaneKind.Int64:
                for (int i = 0; i + 8 <= bytes.Length; i += 8)
                    BitConverter.TryWriteBytes(bytes[i..], Integer());
                break;
            default:
                random.NextBytes(bytes);
                break;
        }
    }

    private ulong Integer() => random.Next(3) switch
    {
        0 => IntegerEdges[random.Next(IntegerEdges.Length)],
        1 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        _ => (ulong)(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
    };

    /// <summary>Mostly the kind itself; numbers of another kind are its rubbish.</summary>
    private LaneKind Choose(LaneKind kind) => random.Next(4) != 0 && kind != LaneKind.Bits
        ? kind
        : random.Next(4) switch { 0 => LaneKind.Single, 1 => LaneKind.Double, 2 => LaneKind.Int16, _ => LaneKind.Bits };

    /// <summary>Masked exceptions: all, or all but one, or any.</summary>
    private int Masks() => random.Next(8) switch
    {
        0 => AllExceptions & ~(1 << random.Next(6)),
        1 => random.Next(64),
        _ => AllExceptions,
    };

    /// <summary>The tags of a stack with so many registers in use from its top on.</summary>
    private static byte Depth(int top, int depth)
    {
        int tags = 0;
        for (int i = 0; i < depth; i++)
            tags |= 1 << ((top + i) & 7);
        return (byte)tags;
    }
}
