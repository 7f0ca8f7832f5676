using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>The page of call stubs that Xen writes into a guest: 128 entries of 32 bytes.</summary>
public static class HypercallPage
{
    private const int EntrySize = 32;
    private const int Entries = 128;
    private const byte Filler = 0xcc;

    /// <param name="page">4096 bytes.</param>
    public static void Fill(Span<byte> page)
    {
        page.Fill(Filler);
        for (int number = 0; number < Entries; number++)
        {
            Span<byte> entry = page.Slice(number * EntrySize, EntrySize);

            // push rcx; push r11
            ReadOnlySpan<byte> save = [0x51, 0x41, 0x53];
            save.CopyTo(entry);
            int at = save.Length;
            bool isIret = number == HypercallNumber.Iret;
            if (isIret)
                entry[at++] = 0x50; // push rax
            entry[at++] = 0xb8; // mov eax, number
            BinaryPrimitives.WriteInt32LittleEndian(entry[at..], number);
            at += 4;

            // syscall; the iret entry does not come back here, the others pop r11; pop rcx; ret
            ReadOnlySpan<byte> leave = isIret ? [0x0f, 0x05] : [0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3];
            leave.CopyTo(entry[at..]);
        }
    }
}
