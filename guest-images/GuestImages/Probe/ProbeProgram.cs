using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

/// <summary>User code of a probe: pieces that store what they find, and then do what the case is about.</summary>
internal class ProbeProgram() : UserProgram(UserSpace.Base)
{
    /// <summary>The pages of the probe's address space; the stack's pointer starts a little below the end of its page.</summary>
    public const ulong DataPage = 0x402000, ReadOnlyPage = 0x403000, StackPage = 0x404000, StackPointer = 0x404ff0;

    /// <summary>Where on the data page user code leaves its registers: at its start, and behind a system call.</summary>
    public const int Found = 0, After = 0x100;

    /// <summary>Where on the data page the kernel leaves what <see cref="After"/> should be.</summary>
    public const int Expected = 0x200;

    /// <summary>Emits the storing of all registers and rflags at an offset of the data page; nothing but the stack's red end changes.</summary>
    public void StoreRegisters(int offset)
    {
        ulong at = DataPage + (ulong)offset;
        for (int i = 0; i < RegisterFile.General.Length; i++) mov(__qword_ptr[at + (ulong)i * 8], RegisterFile.General[i]);
        pushfq();
        pop(__qword_ptr[at + RegisterFile.Rflags]);
    }
}
