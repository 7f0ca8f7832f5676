using Iced.Intel;
using Rebound.GuestImages.Building;
using Rebound.GuestImages.Probe;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Kernel code of the "traps" guest: one routine for each case, which ends in an entry or in "no entry".</summary>
/// <param name="k">The kernel's builder.</param>
/// <param name="none">Where code goes that nothing interrupted.</param>
/// <param name="tablePage">A page that the kernel can read but not write: a page table.</param>
internal sealed class TrapsKernelCode(KernelBuilder k, ProbeEntry none, ulong tablePage)
{
    private const int UnknownHypercall = 62;

    public Routine InvalidOpcode { get; } = k.Routine("case_ud2", () => k.ud2());

    public Routine InvalidOpcodeWithFlags { get; } = k.Routine("case_ud2_flags", () =>
    {
        k.push(0xed7);
        k.popfq();
        k.ud2();
    });

    public Routine Breakpoint { get; } = k.Routine("case_int3", () =>
    {
        k.int3();
        k.ud2();
    });

    public Routine Int80 { get; } = Interrupt(k, 0x80);

    public Routine Int20 { get; } = Interrupt(k, 0x20);

    public Routine Int21 { get; } = Interrupt(k, 0x21);

    public Routine ReadUnmapped { get; } = k.Routine("case_read", () => k.mov(rcx, __qword_ptr[TrapsUserCode.Unmapped]));

    public Routine WriteUnmapped { get; } = k.Routine("case_write", () => k.mov(__qword_ptr[TrapsUserCode.Unmapped], rcx));

    public Routine WriteTablePage { get; } = k.Routine("case_write_table", () =>
    {
        k.mov(__qword_ptr[tablePage], rcx);
        k.ud2();
    });

    public Routine ReadNonCanonical { get; } = k.Routine("case_non_canonical", () =>
    {
        k.mov(rbx, TrapsUserCode.NonCanonical);
        k.mov(rax, __qword_ptr[rbx]);
    });

    public Routine FetchUnmapped { get; } = k.Routine("case_fetch", () =>
    {
        k.mov(rbx, TrapsUserCode.Unmapped);
        k.jmp(rbx);
    });

    public Routine LoadBadSelector { get; } = k.Routine("case_selector", () =>
    {
        k.mov(ecx, TrapsUserCode.BadSelector);
        k.mov(ds, ecx);
    });

    public Routine Halt { get; } = k.Routine("case_halt", () => k.hlt());

    public Routine Divide { get; } = k.Routine("case_divide", () =>
    {
        k.xor(edx, edx);
        k.xor(ecx, ecx);
        k.div(rcx);
    });

    public Routine OpenMaskAndCall { get; } = k.Routine("case_open_mask", () =>
    {
        k.mov(__byte_ptr[k.SharedInfoPage + SharedInfo.UpcallMask], 0);
        VersionCall(k);
        k.ud2();
    });

    public Routine OpenMaskAndSpin { get; } = OpenAndSpin(k);

    public Routine PlainHypercall { get; } = k.Routine("case_hypercall", () =>
    {
        VersionCall(k);
        k.jmp(none.Entry.Label);
    });

    public Routine HypercallWithFlags { get; } = k.Routine("case_hypercall_flags", () =>
    {
        k.push(0x40602);
        k.popfq();
        VersionCall(k);
        k.jmp(none.Entry.Label);
    });

    public Routine HypercallThroughPage { get; } = k.Routine("case_hypercall_page", () =>
    {
        k.xor(edi, edi);
        k.xor(esi, esi);
        k.Hypercall(Hypercall.XenVersion);
        k.jmp(none.Entry.Label);
    });

    public Routine NoSuchHypercall { get; } = k.Routine("case_no_hypercall", () =>
    {
        k.mov(eax, UnknownHypercall);
        k.syscall();
        k.jmp(none.Entry.Label);
    });

    public Routine PopFlags { get; } = k.Routine("case_popf", () =>
    {
        k.push(0x202);
        k.popfq();
        k.jmp(none.Entry.Label);
    });

    public Routine IretToItself { get; } = Iret(k, none, 0);

    public Routine IretToItselfInSyscall { get; } = Iret(k, none, (int)IretFrame.InSyscall);

    private static Routine Interrupt(KernelBuilder k, byte vector) => k.Routine($"case_int_{vector:x2}", () =>
    {
        k.@int(vector);
        k.ud2();
    });

    /// <summary>xen_version(0): the version number, by a SYSCALL of the kernel's own.</summary>
    private static void VersionCall(KernelBuilder k)
    {
        k.mov(eax, (int)Hypercall.XenVersion);
        k.xor(edi, edi);
        k.xor(esi, esi);
        k.syscall();
    }

    private static Routine OpenAndSpin(KernelBuilder k) => k.Routine("case_spin", () =>
    {
        Label self = k.CreateLabel();
        k.mov(__byte_ptr[k.SharedInfoPage + SharedInfo.UpcallMask], 0);
        k.Label(ref self);
        k.jmp(self);
    });

    /// <summary>The iret hypercall to kernel code on the same stack; all words are pushed without a register.</summary>
    private static Routine Iret(KernelBuilder k, ProbeEntry none, int flags)
    {
        ulong target = k.Data.Words(0ul);
        k.StoreAddressOf(none.Entry, target);
        return k.Routine($"case_iret_{flags:x}", () =>
        {
            ulong stack = k.Zero.Reserve(8);
            k.mov(__qword_ptr[stack], rsp);
            k.push((int)KernelBuilder.FlatData);
            k.push(__qword_ptr[stack]);
            k.push(0x202);
            k.push((int)KernelBuilder.FlatCode & ~3);
            k.push(__qword_ptr[target]);
            k.push(flags);
            k.IretHypercall();
        });
    }
}
