using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

internal sealed partial class ProbeKernel
{
    private const int WordRcx = 0x00, WordR11 = 0x08;

    /// <summary>Emits: another entry than <paramref name="entry"/> is a failure.</summary>
    public void RequireEntry(ProbeEntry entry)
    {
        Label good = K.CreateLabel();
        K.cmp(__qword_ptr[_entry], unchecked((int)entry.Descriptor));
        K.je(good);
        Fail($"expected the entry: {entry.Name}");
        K.Label(ref good);
        K.nop();
    }

    /// <summary>Emits: another value in a word of the frame is a failure.</summary>
    public void RequireWord(ProbeEntry entry, FrameWord word, ulong value)
    {
        Label good = K.CreateLabel();
        LoadFrame(rdx);
        K.Load(rax, value);
        K.cmp(rax, __qword_ptr[rdx + OffsetOf(word, entry.HasErrorCode)]);
        K.je(good);
        Fail($"expected {word.ToString().ToLowerInvariant()}={value:x}");
        K.Label(ref good);
        K.nop();
    }

    /// <summary>Emits: the first two words of a system call's frame must be what SYSCALL left in rcx and r11.</summary>
    public void RequireSyscallWords()
    {
        const int interrupts = 0x200;
        Label bad = K.CreateLabel(), good = K.CreateLabel();
        LoadFrame(rdx);
        K.mov(rax, __qword_ptr[rdx + OffsetOf(FrameWord.Rip, false)]);
        K.cmp(rax, __qword_ptr[rdx + WordRcx]);
        K.jne(bad);
        K.mov(rax, __qword_ptr[rdx + OffsetOf(FrameWord.Rflags, false)]);
        K.or(rax, interrupts); // the frame's IF is the virtual one, in r11 it is the processor's
        K.cmp(rax, __qword_ptr[rdx + WordR11]);
        K.je(good);
        K.Label(ref bad);
        Fail("the rcx and r11 words are not what SYSCALL leaves");
        K.Label(ref good);
        K.nop();
    }

    /// <summary>Emits a failure: a line, and one more in <see cref="Failures"/>.</summary>
    public void Fail(string what)
    {
        K.Say("  failed: ", what);
        K.inc(__qword_ptr[Failures]);
    }

    /// <summary>Emits: <paramref name="frame"/> becomes the address of the last entry's frame.</summary>
    private void LoadFrame(AssemblerRegister64 frame) => K.mov(frame, __qword_ptr[_state + RegisterFile.Rsp]);

    private static int OffsetOf(FrameWord word, bool hasErrorCode) =>
        word == FrameWord.Error ? 0x10 : (int)word + (hasErrorCode ? 8 : 0);
}

/// <summary>Words of a frame, as offsets in one without an error code.</summary>
internal enum FrameWord
{
    Error = -1,
    Rip = 0x10,
    Cs = 0x18,
    Rflags = 0x20,
    Rsp = 0x28,
    Ss = 0x30,
}
