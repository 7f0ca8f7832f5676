using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Descriptor tables: their pages are read-only, and every descriptor is checked and given privilege 3.</summary>
internal sealed class DescriptorTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, Busy = -16, Invalid = -22;
    private const int Writable = 0x63, Invalidate = 2;
    private const ulong KernelCode = 0x00af9b000000ffff, UserData = 0x00cff3000000ffff, LocalTable = 0x0000820000000000;
    private const int Entries = 16;

    private readonly ulong _page = k.Zero.Pages(), _plain = k.Zero.Pages(), _list = k.Zero.Reserve(8);

    public void Emit()
    {
        trials.Result("set_gdt, page mapped writable", Invalid, () =>
        {
            k.Load(rax, UserData);
            k.mov(__qword_ptr[_page + 0x28], rax);
            SetTable(Entries);
        });
        trials.Result("set_gdt, read-only", Fine, () =>
        {
            k.Load(rdi, _page);
            k.Call(k.MakeReadOnly());
            SetTable(Entries);
        });
        trials.Result("map it writable", Busy, () => Remap(_page));
        trials.Result("update_descriptor, kernel code", Fine, () => Update(_page + 0x10, KernelCode));
        trials.Value("value there: privilege 3", KernelCode | 3ul << 45, () => k.mov(rax, __qword_ptr[_page + 0x10]));
        trials.Result("update_descriptor, a local descriptor table", Invalid, () => Update(_page + 0x18, LocalTable));
        trials.Result("update_descriptor, misaligned address", Invalid, () => Update(_page + 0x1c, UserData));
        trials.Result("update_descriptor of a page that is no table", Fine, () => Update(_plain, KernelCode));
        trials.Value("value there", KernelCode | 3ul << 45, () => k.mov(rax, __qword_ptr[_plain]));
        trials.Result("set_gdt, too many entries", Invalid, () => SetTable(8192));
        trials.Result("set_gdt, no entries", Fine, () => k.Hypercall(Hypercall.SetGdt, 0, 0));
        trials.Result("map it writable", Fine, () => Remap(_page));
        trials.Result("set_gdt, with a bad descriptor", Invalid, () =>
        {
            k.Load(rax, LocalTable);
            k.mov(__qword_ptr[_page + 0x30], rax);
            k.Load(rdi, _page);
            k.Call(k.MakeReadOnly());
            SetTable(Entries);
        });
    }

    private void SetTable(int entries)
    {
        k.Load(rdi, _page);
        k.Call(k.FrameOf());
        k.mov(__qword_ptr[_list], rax);
        k.Hypercall(Hypercall.SetGdt, _list, entries);
    }

    private void Update(ulong address, ulong descriptor)
    {
        k.Load(rdi, address);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, (int)(address & 0xfff));
        k.Hypercall(Hypercall.UpdateDescriptor, rax, descriptor);
    }

    private void Remap(ulong page)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, Writable);
        k.Hypercall(Hypercall.UpdateVaMapping, page, rax, Invalidate);
    }
}
