using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Unix;

/// <summary>The registers of an interrupted process on the kernel's stack, as offsets from the stack pointer of the handler.</summary>
internal static class SavedRegisters
{
    /// <summary>What a handler pushes onto the frame, in this order.</summary>
    public static readonly AssemblerRegister64[] Pushed = [rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15];

    public const int Rax = 0x50;

    /// <summary>The system call's number, or the error code of a trap.</summary>
    public const int NumberOrError = 0x78;

    public const int Rip = 0x80;
    public const int Cs = 0x88;
    public const int Rflags = 0x90;
    public const int Rdi = 0x70;
    public const int Rsi = 0x68;
    public const int Rdx = 0x60;
}
