using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Building;

internal sealed partial class KernelBuilder
{
    private const int PinLevel4 = 3, FlushLocal = 6, NewUserRoot = 15;
    private const int DomainSelf = 0x7ff0;

    /// <summary>Emits the making of a user address space: its entries written, its tables made read-only, its root pinned.</summary>
    public void MakeUserSpace(UserSpace space)
    {
        Load(rdi, Data.Words(space.Entries));
        Call(Routine("write_entries", EmitWriteEntries));
        foreach (ulong table in (ReadOnlySpan<ulong>)[space.Level4, space.Level3, space.Level2, space.Level1])
        {
            Load(rdi, table);
            Call(MakeReadOnly());
        }

        Load(rdi, space.Level4);
        Call(FrameOf());
        ExtendedOperation("pinning a user root", PinLevel4, rax);
    }

    /// <summary>
    /// Emits the switch to a user address space: the vCPU's user root, and the kernel's own view of it, for system calls
    /// read user memory in place. The space is given by the addresses of its upper two tables.
    /// </summary>
    public void UseUserSpace(Value level4, Value level3)
    {
        ulong request = Zero.Reserve(16);
        Load(rdi, level4);
        Call(FrameOf());
        ExtendedOperation("setting the user root", NewUserRoot, rax);
        mov(rdi, __qword_ptr[StartInfoPointer]);
        mov(rdi, __qword_ptr[rdi + StartInfo.PageTableBase]);
        Call(FrameOf());
        shl(rax, 12);
        mov(__qword_ptr[request], rax); // slot 0 of the kernel's root, and request type 0
        Load(rdi, level3);
        Call(FrameOf());
        shl(rax, 12);
        or(rax, (int)PageRights.Table);
        mov(__qword_ptr[request + 8], rax);
        RequiredHypercall("mapping user memory for the kernel", Building.Hypercall.MmuUpdate, request, 1, 0, DomainSelf);
        ExtendedOperation("flushing the TLB", FlushLocal, 0);
    }

    /// <summary>The routine that maps the page at rdi, which lies in the kernel's memory, read-only.</summary>
    public Routine MakeReadOnly() => Routine("make_read_only", () =>
    {
        push(rbx);
        mov(rbx, rdi);
        Call(FrameOf());
        shl(rax, 12);
        or(rax, (int)PageRights.TablePage);
        RequiredHypercall("mapping a page read-only", Building.Hypercall.UpdateVaMapping, rbx, rax, InvalidatePage);
        pop(rbx);
        ret();
    });

    /// <summary>The routine that gives in rax the machine frame of the kernel address rdi; it changes rdi and flags only.</summary>
    public Routine FrameOf() => Routine("frame_of", () =>
    {
        Load(rax, VirtualBase);
        sub(rdi, rax);
        shr(rdi, 12);
        mov(rax, __qword_ptr[_frameList]);
        mov(rax, __qword_ptr[rax + rdi * 8]);
        ret();
    });

    private void ExtendedOperation(string what, int command, Value argument)
    {
        ulong operation = Zero.Reserve(24);
        Load(rax, argument);
        mov(__qword_ptr[operation], command);
        mov(__qword_ptr[operation + 8], rax);
        RequiredHypercall(what, Building.Hypercall.MmuextOp, operation, 1, 0, DomainSelf);
    }

    private void EmitWriteEntries()
    {
        Label next = CreateLabel(), done = CreateLabel();
        push(rbx);
        mov(rbx, rdi);
        Label(ref next);
        mov(rcx, __qword_ptr[rbx]);
        test(rcx, rcx);
        jz(done);
        mov(rdi, __qword_ptr[rbx + 8]);
        Call(FrameOf());
        shl(rax, 12);
        or(rax, __qword_ptr[rbx + 16]);
        mov(__qword_ptr[rcx], rax);
        add(rbx, 24);
        jmp(next);
        Label(ref done);
        pop(rbx);
        ret();
    }
}
