using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>
/// Page types and reference counts: a page table is never mapped writable, and a page changes its type only when nothing uses
/// the old one.
/// </summary>
internal sealed class PageTypeTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, Busy = -16, Invalid = -22, NoSuchCall = -38;
    private const int PinLevel1 = 0, PinLevel2 = 1, PinLevel3 = 2, PinLevel4 = 3, Unpin = 4, NewRoot = 5, FlushLocal = 6, NewUserRoot = 15;
    private const int Self = 0x7ff0, Invalidate = 2;
    private const int Table = 0x67, Writable = 0x63, ReadOnly = 0x21, UserWritable = 0x67, LargePage = 0x80;
    private const ulong FlagBits = 0xfff0000000000fff;
    private const int XenSlot = 256, FreeSlot = 5;
    private const int NormalUpdate = 0, FrameTableUpdate = 1;

    private readonly ulong _page = k.Zero.Pages(), _table = k.Zero.Pages(), _upper = k.Zero.Pages(), _root = k.Zero.Pages();
    private readonly ulong _request = k.Zero.Reserve(16), _operation = k.Zero.Reserve(24), _keep = k.Zero.Reserve(8);

    public void Emit()
    {
        Mappings();
        Tables();
        UpperTables();
        StoresIntoTables();
        FrameTable();
        OtherOperations();
    }

    private void Mappings()
    {
        trials.Result("update_va_mapping, own page", Fine, () => Remap(_page, Writable));
        trials.Result("update_va_mapping, an address without a lowest table", Invalid, () =>
        {
            Entry(_page, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, UserSpace.Base, rax, Invalidate);
        });
        trials.Result("update_va_mapping, not present", Fine, () => k.Hypercall(Hypercall.UpdateVaMapping, _page, 0, Invalidate));
        trials.Traps("read there", Vector.PageFault, 0, () => k.mov(rcx, __qword_ptr[_page]));
        trials.Traps("write there", Vector.PageFault, 2, () => k.mov(__qword_ptr[_page], rcx));
        trials.Result("update_va_mapping, read-only", Fine, () => Remap(_page, ReadOnly));
        trials.Done("read there", () => k.mov(rcx, __qword_ptr[_page]));
        trials.Traps("write there", Vector.PageFault, 3, () => k.mov(__qword_ptr[_page], rcx));
        trials.Result("update_va_mapping, writable again", Fine, () => Remap(_page, Writable));
        trials.Done("write there", () => k.mov(__qword_ptr[_page], rcx));
        trials.Result("mmu_update of a page that is no table: a plain store", Fine, () =>
        {
            k.Load(rax, 0x1122334455667788);
            Update(_page + 0x10, NormalUpdate);
        });
        trials.Value("value there", 0x1122334455667788, () => k.mov(rax, __qword_ptr[_page + 0x10]));
    }

    private void Tables()
    {
        trials.Result("pin as level 1, page mapped writable", Invalid, () => Extended(PinLevel1, _table));
        trials.Result("map it read-only", Fine, () => Remap(_table, ReadOnly));
        trials.Result("pin as level 1", Fine, () => Extended(PinLevel1, _table));
        trials.Result("pin as level 1 again", Invalid, () => Extended(PinLevel1, _table));
        trials.Result("pin as level 2 as well", Invalid, () => Extended(PinLevel2, _table));
        trials.Result("map the table writable", Busy, () => Remap(_table, Writable));
        trials.Result("mmu_update: an entry, writable", Fine, () => UpdateEntry(_table, _page, Writable));
        trials.Value("its flags", Flags(Writable | 4) | 1ul << 52, () => FlagsAt(_table));
        trials.Result("mmu_update: an entry for user mode", Fine, () => UpdateEntry(_table, _page, UserWritable));
        trials.Value("its flags", Flags(UserWritable | 0x100), () => FlagsAt(_table));
        trials.Result("mmu_update: the table itself, writable", Busy, () => UpdateEntry(_table + 8, _table, Writable));
        trials.Result("mmu_update: the table itself, read-only", Fine, () => UpdateEntry(_table + 8, _table, ReadOnly));
        trials.Result("mmu_update: that entry becomes writable", Busy, () => UpdateEntry(_table + 8, _table, Writable));
        trials.Result("pin the page that the table maps writable", Invalid, () => Extended(PinLevel1, _page));
        trials.Result("unpin", Fine, () => Extended(Unpin, _table));
        trials.Result("unpin again", Invalid, () => Extended(Unpin, _table));
        trials.Result("map it writable", Fine, () => Remap(_table, Writable));
    }

    private void UpperTables()
    {
        trials.Result("a large page at level 2: pin", Invalid, () =>
        {
            Entry(_page, Table | LargePage);
            k.mov(__qword_ptr[_upper], rax);
            Remap(_upper, ReadOnly);
            Extended(PinLevel2, _upper);
        });
        trials.Result("a lower table that is mapped writable: pin", Invalid, () =>
        {
            Remap(_upper, Writable);
            Entry(_table, Table);
            k.mov(__qword_ptr[_upper], rax);
            Remap(_upper, ReadOnly);
            Extended(PinLevel2, _upper);
        });
        trials.Result("the lower table made read-only: pin", Fine, () =>
        {
            k.mov(__qword_ptr[_table], 0);
            k.mov(__qword_ptr[_table + 8], 0);
            Remap(_table, ReadOnly);
            Extended(PinLevel2, _upper);
        });
        trials.Result("map the lower table writable", Busy, () => Remap(_table, Writable));
        trials.Result("pin the lower table as a root", Invalid, () => Extended(PinLevel4, _table));
        trials.Result("mmu_update: the lower table out of the upper one", Fine, () =>
        {
            k.xor(eax, eax);
            Update(_upper, NormalUpdate);
        });
        trials.Result("map the lower table writable", Fine, () => Remap(_table, Writable));
        trials.Result("pin an empty root", Fine, () =>
        {
            Remap(_root, ReadOnly);
            Extended(PinLevel4, _root);
        });
        trials.Result("mmu_update: a slot of Xen's in the root", Invalid, () =>
        {
            k.xor(eax, eax);
            Update(_root + XenSlot * 8, NormalUpdate);
        });
        trials.Result("mmu_update: a page of another level in the root", Invalid, () => UpdateEntry(_root + FreeSlot * 8, _upper, Table));
        trials.Result("new user root, a page that is none", Invalid, () => Extended(NewUserRoot, _page));
        trials.Result("new user root", Fine, () => Extended(NewUserRoot, _root));
        trials.Result("no user root", Fine, () =>
        {
            k.xor(eax, eax);
            ExtendedWithRax(NewUserRoot);
        });
        trials.Result("new kernel root, a page that is none", Invalid, () => Extended(NewRoot, _page));
        trials.Result("unpin the root", Fine, () => Extended(Unpin, _root));
        trials.Result("unpin the upper table", Fine, () => Extended(Unpin, _upper));
        trials.Result("pin a level 1 page as level 3", Invalid, () =>
        {
            Entry(_page, Writable);
            k.mov(__qword_ptr[_table], rax);
            Remap(_table, ReadOnly);
            Extended(PinLevel3, _table);
        });
        trials.Result("map it writable", Fine, () => Remap(_table, Writable));
    }

    /// <summary>Plain stores of the kernel into a lowest-level table, which Xen carries out when asked to (writable_pagetables).</summary>
    private void StoresIntoTables()
    {
        const int writablePageTables = 2;
        trials.Result("vm_assist: writable_pagetables", Fine, () => k.Hypercall(Hypercall.VmAssist, 0, writablePageTables));
        trials.Result("pin as level 1", Fine, () =>
        {
            k.mov(__qword_ptr[_table], 0);
            Remap(_table, ReadOnly);
            Extended(PinLevel1, _table);
        });
        trials.Done("store of an entry", () =>
        {
            Entry(_page, Writable);
            k.mov(__qword_ptr[_table], rax);
        });
        trials.Value("its flags", Flags(Writable | 4) | 1ul << 52, () => FlagsAt(_table));
        trials.Traps("store of the table itself, writable", Vector.PageFault, 3, () =>
        {
            Entry(_table, Writable);
            k.mov(__qword_ptr[_table], rax);
        });
        trials.Done("exchange with zero", () =>
        {
            k.xor(ecx, ecx);
            k.xchg(__qword_ptr[_table], rcx);
            k.mov(__qword_ptr[_keep], rcx);
        });
        trials.Value("flags of what was there", Flags(Writable | 4) | 1ul << 52, () => FlagsAt(_keep));
        trials.Value("what is there", 0, () => k.mov(rax, __qword_ptr[_table]));
        trials.Result("unpin", Fine, () => Extended(Unpin, _table));
        trials.Result("map it writable", Fine, () => Remap(_table, Writable));
    }

    private void FrameTable()
    {
        const int otherFrame = 0x77;
        trials.Result("mmu_update: the frame table", Fine, () =>
        {
            k.mov(eax, otherFrame);
            Update(_page, FrameTableUpdate);
        });
        trials.Value("Xen's frame table says", otherFrame, () => FrameTableEntry(_page));
        trials.Result("mmu_update: the frame table, as it was", Fine, () =>
        {
            k.mov(eax, (int)((_page - KernelBuilder.VirtualBase) >> 12));
            Update(_page, FrameTableUpdate);
        });
    }

    private void OtherOperations()
    {
        const int unknownCommand = 99, unknownUpdate = 7;
        trials.Result("mmuext_op: flush the TLB", Fine, () => Extended(FlushLocal, _page));
        trials.Result("mmuext_op: unknown command", NoSuchCall, () => Extended(unknownCommand, _page));
        trials.Result("mmu_update: unknown type", NoSuchCall, () => Update(_page, unknownUpdate));
        trials.Result("update_va_mapping, shared_info writable", Fine, () =>
        {
            k.mov(rsi, __qword_ptr[k.StartInfoPointer]);
            k.mov(rsi, __qword_ptr[rsi + StartInfo.SharedInfo]);
            k.or(rsi, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, _root, rsi, Invalidate);
        });
        trials.Result("pin shared_info as level 1", Invalid, () =>
        {
            k.mov(rax, __qword_ptr[k.StartInfoPointer]);
            k.mov(rax, __qword_ptr[rax + StartInfo.SharedInfo]);
            k.shr(rax, 12);
            ExtendedWithRax(PinLevel1);
        });
    }

    private static ulong Flags(int flags) => (ulong)flags;

    /// <summary>rax := a page-table entry for a page of the kernel's.</summary>
    private void Entry(ulong page, int flags)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, flags);
    }

    private void Remap(ulong page, int flags)
    {
        Entry(page, flags);
        k.Hypercall(Hypercall.UpdateVaMapping, page, rax, Invalidate);
    }

    /// <summary>mmu_update of the eight bytes at a kernel address with rax.</summary>
    private void Update(ulong address, int type)
    {
        k.mov(__qword_ptr[_request + 8], rax);
        k.Load(rdi, address);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, (int)(address & 0xfff) | type);
        k.mov(__qword_ptr[_request], rax);
        k.Hypercall(Hypercall.MmuUpdate, _request, 1, 0, Self);
    }

    private void UpdateEntry(ulong address, ulong page, int flags)
    {
        Entry(page, flags);
        Update(address, NormalUpdate);
    }

    private void Extended(int command, ulong page)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        ExtendedWithRax(command);
    }

    private void ExtendedWithRax(int command)
    {
        k.mov(__qword_ptr[_operation], command);
        k.mov(__qword_ptr[_operation + 8], rax);
        k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
    }

    /// <summary>rax := all bits of an entry but the frame.</summary>
    private void FlagsAt(ulong address)
    {
        k.mov(rax, __qword_ptr[address]);
        k.Load(rcx, FlagBits);
        k.and(rax, rcx);
    }

    private void FrameTableEntry(ulong page)
    {
        const ulong frameTable = 0xffff800000000000;
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.Load(rcx, frameTable);
        k.mov(rax, __qword_ptr[rcx + rax * 8]);
    }
}
