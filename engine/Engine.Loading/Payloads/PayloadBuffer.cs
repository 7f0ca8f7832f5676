namespace Rebound.Engine.Loading.Payloads;

/// <summary>
/// Where uncompressed bytes go. It starts with the size that is expected, so that a truthful file is written once and never
/// copied, and grows up to a limit.
/// </summary>
internal sealed class PayloadBuffer
{
    /// <summary>A claim of more than so many times the compressed size is not believed until the bytes come.</summary>
    private const ulong BelievableRatio = 256;

    private const ulong SmallestSize = 1 << 20;

    private readonly ulong _limit;
    private readonly int _most;
    private byte[] _bytes;
    private int _length;

    /// <param name="expected">Bytes that are expected; 0 if nobody knows.</param>
    /// <param name="compressed">Bytes they are made of.</param>
    /// <param name="spare">Bytes to have room for behind the expected ones.</param>
    /// <param name="limit">Bytes that may be written.</param>
    public PayloadBuffer(ulong expected, ulong compressed, int spare, ulong limit)
    {
        _limit = limit;
        // One byte more than may be used shows that there are too many.
        _most = (int)Math.Min(limit, (ulong)Array.MaxLength - 1) + 1;
        ulong believed = Math.Min(expected, SmallestSize + (compressed * BelievableRatio));
        ulong size = expected == 0 ? Math.Max(SmallestSize, compressed * 4) : believed + (ulong)spare;
        _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(size, (ulong)_most));
    }

    /// <summary>The most bytes that are looked at: one more than may be written.</summary>
    public int Most => _most;

    /// <summary>What was written.</summary>
    /// <exception cref="KernelFileException">It is more than the limit.</exception>
    public ReadOnlyMemory<byte> Written => _length < _most ? _bytes.AsMemory(0, _length) : throw TooLarge();

    /// <summary>Room for <paramref name="wanted"/> bytes, or for fewer if the limit is near, but always for some.</summary>
    /// <exception cref="KernelFileException">The limit is passed.</exception>
    public Span<byte> Room(int wanted)
    {
        if (_length == _most) throw TooLarge();
        int target = (int)Math.Min((long)_length + wanted, _most);
        if (target > _bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(_bytes.Length * 2L, target), _most));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>Counts bytes that were written into <see cref="Room"/>.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>Writes all that a stream gives.</summary>
    public void Fill(Stream stream)
    {
        while (true)
        {
            int count = stream.Read(Room(1));
            if (count <= 0) return;
            Advance(count);
        }
    }

    /// <summary>The bytes written last, up to <paramref name="count"/>.</summary>
    public ReadOnlySpan<byte> Last(int count) => _bytes.AsSpan(Math.Max(0, _length - count), Math.Min(_length, count));

    /// <summary>What to throw if the rest does not fit <see cref="Room"/>.</summary>
    public KernelFileException TooLarge() => _limit < (ulong)_most
        ? new KernelFileException($"the kernel is too large: uncompressed it has more than the {_limit >> 20} MiB of the guest's memory")
        : new KernelFileException("the kernel is too large: uncompressed it has more than 2 GiB");
}
