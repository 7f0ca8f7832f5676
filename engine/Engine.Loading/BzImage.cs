using System.Buffers.Binary;

namespace Rebound.Engine.Loading;

/// <summary>
/// A Linux bzImage: real-mode code with a setup header, then protected-mode code that carries the compressed kernel, its payload
/// (Linux, Documentation/arch/x86/boot.rst). A PV guest never runs the code around the payload.
/// </summary>
internal static class BzImage
{
    private const int SetupSectors = 0x1f1;
    private const int BootFlag = 0x1fe;
    private const int Signature = 0x202;
    private const int ProtocolVersion = 0x206;
    private const int PayloadOffset = 0x248;
    private const int PayloadLength = 0x24c;
    private const int HeaderEnd = 0x250;

    private const ushort BootFlagValue = 0xaa55;
    private const int SectorSize = 512;

    /// <summary>The first version of the boot protocol that says where the payload is.</summary>
    private const int FirstWithPayload = 0x208;

    /// <summary>Setup sectors of an image that states none.</summary>
    private const int DefaultSetupSectors = 4;

    /// <summary>True if the bytes carry the setup header's signature.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file.Length >= Signature + 4 && file.Slice(Signature, 4).SequenceEqual("HdrS"u8);

    /// <summary>The payload of a file that <see cref="IsOne"/>.</summary>
    /// <exception cref="KernelFileException">The header contradicts itself or the file.</exception>
    public static ReadOnlyMemory<byte> Payload(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < HeaderEnd)
            throw new KernelFileException($"truncated bzImage: {bytes.Length} bytes do not hold its setup header");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[BootFlag..]) != BootFlagValue)
            throw new KernelFileException("malformed bzImage: its boot flag is not 0xaa55");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[ProtocolVersion..]);
        if (version < FirstWithPayload)
            throw new KernelFileException($"bzImage of boot protocol {version >> 8}.{version & 0xff:00}: where the kernel is in it is stated since 2.08 only");
        ulong setup = bytes[SetupSectors] == 0 ? DefaultSetupSectors : (ulong)bytes[SetupSectors];
        ulong start = ((setup + 1) * SectorSize) + BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadOffset..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadLength..]);
        if (length == 0)
            throw new KernelFileException("malformed bzImage: its payload is empty");
        if (start + length > (ulong)bytes.Length)
            throw new KernelFileException($"truncated bzImage: its payload (0x{length:x} bytes at 0x{start:x}) reaches beyond the end (0x{bytes.Length:x})");
        return file.Slice((int)start, (int)length);
    }
}
