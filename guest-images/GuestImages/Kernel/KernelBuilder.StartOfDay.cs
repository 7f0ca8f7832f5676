using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Building;

internal sealed partial class KernelBuilder
{
    private const int MainStackPages = 2;
    private const ulong SharedInfoRights = 0x63; // present, writable, accessed, dirty
    private const int InvalidatePage = 2; // UVMF_INVLPG
    private const ulong MachineToPhysical = 0xffff800000000000;

    private ulong _frameList;

    /// <summary>Address of the word that holds start_info's address.</summary>
    public ulong StartInfoPointer { get; private set; }

    /// <summary>Address at which <see cref="Begin"/> maps the shared_info page.</summary>
    public ulong SharedInfoPage { get; private set; }

    /// <summary>
    /// Emits the start of every guest: an own stack, start_info kept, shared_info mapped, every event channel masked, and
    /// the console found: the ring of a domU, or console_io for dom0, which has no ring.
    /// </summary>
    public void Begin()
    {
        cld();
        Load(rsp, Zero.Pages(MainStackPages) + MainStackPages * 4096);
        mov(__qword_ptr[StartInfoPointer], rsi);
        mov(rbx, rsi);
        mov(rax, __qword_ptr[rbx + StartInfo.FrameList]);
        mov(__qword_ptr[_frameList], rax);
        FindConsole();
        mov(rsi, __qword_ptr[rbx + StartInfo.SharedInfo]);
        or(rsi, (int)SharedInfoRights);
        RequiredHypercall("mapping shared_info", Building.Hypercall.UpdateVaMapping, SharedInfoPage, rsi, InvalidatePage);
        MaskAllEvents();
    }

    /// <summary>Emits: every port masked and nothing pending; the upcall mask stays as it is.</summary>
    public void MaskAllEvents()
    {
        Label next = CreateLabel();
        xor(ecx, ecx);
        Label(ref next);
        mov(__qword_ptr[rcx * 8 + At(SharedInfoPage + SharedInfo.EventMask)], -1);
        inc(ecx);
        cmp(ecx, SharedInfo.EventWords);
        jne(next);
        mov(__byte_ptr[SharedInfoPage + SharedInfo.UpcallPending], 0);
        mov(__qword_ptr[SharedInfoPage + SharedInfo.PendingSelector], 0);
    }

    private void ReserveState()
    {
        StartInfoPointer = Zero.Reserve(8);
        _frameList = Zero.Reserve(8);
        _consoleRing = Zero.Reserve(8);
        _consolePort = Zero.Reserve(8);
        _line = Zero.Reserve(LineSize);
        _lineLength = Zero.Reserve(8);
        SharedInfoPage = Zero.Pages();
    }

    /// <summary>rbx is start_info; the ring's address follows from its frame number through Xen's frame table.</summary>
    private void FindConsole()
    {
        Label none = CreateLabel();
        test(__dword_ptr[rbx + StartInfo.Flags], StartInfo.InitialDomain);
        jnz(none);
        mov(rax, __qword_ptr[rbx + StartInfo.ConsoleFrame]);
        test(rax, rax);
        jz(none);
        Load(rcx, MachineToPhysical);
        mov(rax, __qword_ptr[rcx + rax * 8]);
        shl(rax, 12);
        Load(rcx, VirtualBase);
        add(rax, rcx);
        mov(__qword_ptr[_consoleRing], rax);
        mov(eax, __dword_ptr[rbx + StartInfo.ConsolePort]);
        mov(__qword_ptr[_consolePort], rax);
        Label(ref none);
        nop();
    }
}
