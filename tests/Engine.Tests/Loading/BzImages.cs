using System.Buffers.Binary;

namespace Rebound.Engine.Tests.Loading;

/// <summary>Makes bzImages of the fields that a loader reads, with nothing that could run.</summary>
internal static class BzImages
{
    public const int SetupSectors = 3;
    public const int PayloadOffset = 0x40;

    /// <summary>A bzImage around a payload that is complete, with the word of its size if it has one.</summary>
    public static byte[] Around(byte[] payload)
    {
        int start = ((SetupSectors + 1) * 512) + PayloadOffset;
        byte[] file = new byte[start + payload.Length + 0x100];
        file[0x1f1] = SetupSectors;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x1fe), 0xaa55);
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x248), PayloadOffset);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(0x24c), payload.Length);
        payload.CopyTo(file, start);
        return file;
    }

    /// <summary>A bzImage with a kernel compressed so.</summary>
    public static byte[] Of(byte[] kernel, Compressor compressor)
    {
        byte[] compressed = compressor.Compress(kernel);
        return Around(compressor.SizeFollows ? [.. compressed, .. BitConverter.GetBytes(kernel.Length)] : compressed);
    }
}
