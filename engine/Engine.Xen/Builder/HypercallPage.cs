using System.Buffers.Binary;

namespace Rebound.Engine.Xen.Builder;

/// <summary>Fills the page through which a guest makes hypercalls (hypercall_page_initialise, 64-bit PV).</summary>
public static class HypercallPage
{
    public const int EntrySize = 32;
    private const int IretNumber = 23;

    /// <summary>Writes all entries; bytes without meaning are INT3, as since Xen 4.</summary>
    public static void Fill(Span<byte> page)
    {
        page.Fill(0xcc);
        for (int number = 0; number < page.Length / EntrySize; number++)
        {
            Span<byte> entry = page.Slice(number * EntrySize, EntrySize);
            // push rcx; push r11; the frame of iret also has rax on top, and nothing returns from it.
            ReadOnlySpan<byte> prologue = number == IretNumber ? [0x51, 0x41, 0x53, 0x50, 0xb8] : [0x51, 0x41, 0x53, 0xb8];
            // syscall; pop r11; pop rcx; ret
            ReadOnlySpan<byte> epilogue = number == IretNumber ? [0x0f, 0x05] : [0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3];
            prologue.CopyTo(entry);
            BinaryPrimitives.WriteInt32LittleEndian(entry[prologue.Length..], number);
            epilogue.CopyTo(entry[(prologue.Length + sizeof(int))..]);
        }
    }
}
