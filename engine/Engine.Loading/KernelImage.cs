using System.Buffers.Binary;
using Rebound.Engine.Loading.Payloads;

namespace Rebound.Engine.Loading;

/// <summary>
/// Finds the ELF file in a kernel file: a Linux bzImage, an ELF file as a compressor left it, or an ELF file as it is. The
/// file is hostile input; what the ELF file says is its reader's affair.
/// </summary>
public static class KernelImage
{
    /// <summary>A compressed bzImage has three: its own compression, the bzImage, the payload's compression. Nobody packs deeper.</summary>
    private const int MostLayers = 3;

    /// <summary>Behind a payload other than gzip's, which ends with it anyway, the kernel's build writes the size of what is in it.</summary>
    private const int SizeWord = 4;

    /// <summary>Unpacks a kernel file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limit">Bytes that any layer may have at most; a guest's memory is a good one.</param>
    /// <returns>The ELF file; the same memory if it was not packed. An empty file is returned as it is.</returns>
    /// <exception cref="KernelFileException">The file is none of these, broken, or larger than <paramref name="limit"/>.</exception>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> file, ulong limit)
    {
        bool isPayload = false;
        for (int layer = 0; layer <= MostLayers; layer++)
        {
            if (StartsAsElf(file.Span)) return file;
            if (!isPayload && BzImage.IsOne(file.Span))
            {
                file = BzImage.Payload(file);
                isPayload = true;
                continue;
            }

            PayloadFormat format = PayloadFormat.Of(file.Span) ?? throw new KernelFileException(Unrecognised(file.Span, isPayload));
            file = isPayload && format.SizeFollows ? UnpackSized(format, file, limit) : format.Unpack(file, null, limit);
            isPayload = false;
        }

        throw new KernelFileException($"the kernel is packed more than {MostLayers} times");
    }

    private static ReadOnlyMemory<byte> UnpackSized(PayloadFormat format, ReadOnlyMemory<byte> payload, ulong limit)
    {
        if (payload.Length <= SizeWord) throw new KernelFileException($"malformed bzImage: {payload.Length} bytes are no {format.Name} data");
        uint stated = BinaryPrimitives.ReadUInt32LittleEndian(payload.Span[^SizeWord..]);
        ReadOnlyMemory<byte> unpacked = format.Unpack(payload[..^SizeWord], stated, limit);
        if (unpacked.Length != stated) throw new KernelFileException($"malformed bzImage: its kernel has {unpacked.Length} bytes, stated are {stated}");
        return unpacked;
    }

    /// <summary>True for what only the reader of ELF files can judge: their magic, as far as there are bytes.</summary>
    private static bool StartsAsElf(ReadOnlySpan<byte> bytes) => "\u007fELF"u8.StartsWith(bytes[..Math.Min(4, bytes.Length)]);

    private static string Unrecognised(ReadOnlySpan<byte> bytes, bool isPayload)
    {
        string start = Convert.ToHexStringLower(bytes[..Math.Min(6, bytes.Length)]);
        string known = string.Join(", ", PayloadFormat.All.Select(format => format.Name));
        return isPayload
            ? $"the bzImage's payload starts with {start}: neither an ELF file nor {known} data"
            : $"not a kernel: neither an ELF file nor a Linux bzImage nor {known} data";
    }
}
