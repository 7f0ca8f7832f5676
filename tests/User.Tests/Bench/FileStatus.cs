using System.Buffers.Binary;

namespace Rebound.User.Tests.Bench;

/// <summary>struct stat of x86-64 Linux, 144 bytes. Everything belongs to user 1000 and is of one moment.</summary>
internal static class FileStatus
{
    public const int Length = 144;

    private const long Moment = 1_700_000_000;
    private const int BlockSize = 4096;

    public static byte[] Of(OpenFile file)
    {
        byte[] bytes = new byte[Length];
        Span<byte> status = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(status, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(status[8..], file.Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(status[16..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(status[24..], file.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(status[28..], 1000);
        BinaryPrimitives.WriteUInt32LittleEndian(status[32..], 1000);
        BinaryPrimitives.WriteInt64LittleEndian(status[48..], file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(status[56..], BlockSize);
        BinaryPrimitives.WriteInt64LittleEndian(status[64..], (file.Length + 511) / 512);
        for (int time = 72; time < 120; time += 16)
            BinaryPrimitives.WriteInt64LittleEndian(status[time..], Moment);
        return bytes;
    }
}
