namespace Rebound.Engine.Loading.Payloads;

/// <summary>A way to compress a kernel. To add one, derive a class and name it in <see cref="All"/>.</summary>
internal abstract class PayloadFormat(string name)
{
    /// <summary>All formats, in the order in which their magics are tried.</summary>
    public static IReadOnlyList<PayloadFormat> All { get; } =
        Array.AsReadOnly<PayloadFormat>([new Gzip(), new Bzip2(), new Xz(), new Lzma(), new Zstd(), new Lz4Legacy(), new Lz4Frame(), new Lzop()]);

    /// <summary>Its usual name, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the size of the kernel stands behind the payload of a bzImage, as a word of its own.</summary>
    public virtual bool SizeFollows => true;

    /// <summary>Bytes that the buffer should have to spare behind the expected ones, for <see cref="Decode"/> to see the end without growing it.</summary>
    protected virtual int Spare => 1;

    /// <summary>The format whose magic these bytes start with, or null.</summary>
    public static PayloadFormat? Of(ReadOnlySpan<byte> data)
    {
        foreach (PayloadFormat format in All)
        {
            if (format.Recognises(data)) return format;
        }

        return null;
    }

    /// <summary>True if the bytes start as this format's do.</summary>
    public abstract bool Recognises(ReadOnlySpan<byte> data);

    /// <summary>Uncompresses.</summary>
    /// <param name="data">Bytes that <see cref="Recognises"/> accepts.</param>
    /// <param name="expected">How many bytes come out, as somebody claims, or null.</param>
    /// <param name="limit">How many may.</param>
    /// <exception cref="KernelFileException">The data is broken, or more than <paramref name="limit"/> bytes are in it.</exception>
    public ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> data, uint? expected, ulong limit)
    {
        try
        {
            var output = new PayloadBuffer(expected ?? ExpectedSize(data.Span), (ulong)data.Length, Spare, limit);
            Decode(data, output);
            return output.Written;
        }
        catch (KernelFileException)
        {
            throw;
        }
#pragma warning disable CA1031 // Libraries meet broken data with whatever exception happens to come out of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new KernelFileException($"the kernel's {Name} data is broken: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Uncompresses all of the data. May throw anything.</summary>
    protected abstract void Decode(ReadOnlyMemory<byte> data, PayloadBuffer output);

    /// <summary>What the data says of its own size, or 0. Not to be trusted.</summary>
    protected virtual ulong ExpectedSize(ReadOnlySpan<byte> data) => 0;
}
