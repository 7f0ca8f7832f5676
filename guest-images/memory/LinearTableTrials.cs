using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Entries that lead to a table of their own level, and domains whose memory is not the caller's.</summary>
internal sealed class LinearTableTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, NoDomain = -3, Busy = -16, Invalid = -22, NotSupported = -95;
    private const int Self = 0x7ff0, NoSuchDomain = 0x1234, Invalidate = 2, Writable = 0x63;
    private const int PinLevel4 = 3, Unpin = 4, MarkSuper = 19, UnmarkSuper = 20;
    private const int ReadOnlyTable = 0x25, Table = 0x67, Slot = 5;

    private readonly ulong _first = k.Zero.Pages(), _second = k.Zero.Pages();
    private readonly ulong _request = k.Zero.Reserve(16), _operation = k.Zero.Reserve(24);

    public void Emit()
    {
        foreach (ulong root in (ulong[])[_first, _second])
        {
            trials.Result("a page becomes a root", Fine, () =>
            {
                k.Load(rdi, root);
                k.Call(k.MakeReadOnly());
                Extended(PinLevel4, root);
            });
        }

        Update("an entry for the root itself, writable", Invalid, _first, _first, Table);
        Update("an entry for the root itself", Fine, _first, _first, ReadOnlyTable);
        Update("remove it", Fine, _first, null, 0);
        Update("an entry for another root, writable", Invalid, _first, _second, Table);
        Update("an entry for another root", Fine, _first, _second, ReadOnlyTable);
        Update("an entry from there back", Invalid, _second, _first, ReadOnlyTable);
        trials.Result("unpin the other root: it is still used", Fine, () => Extended(Unpin, _second));
        trials.Result("it cannot be written", Busy, () => MapWritable(_second));
        Update("remove the entry", Fine, _first, null, 0);
        trials.Result("now it can", Fine, () => MapWritable(_second));
        trials.Result("unpin the first root", Fine, () => Extended(Unpin, _first));
        trials.Result("map it writable", Fine, () => MapWritable(_first));
        Domains();
    }

    private void Domains()
    {
        trials.Result("mmuext_op: mark a superpage", NotSupported, () => Extended(MarkSuper, _first));
        trials.Result("mmuext_op: unmark a superpage", NotSupported, () => Extended(UnmarkSuper, _first));
        trials.Result("mmuext_op: memory of nobody", NoDomain, () => k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, NoSuchDomain));
        trials.Result("mmu_update: memory of nobody", NoDomain, () => k.Hypercall(Hypercall.MmuUpdate, _request, 1, 0, NoSuchDomain));
        trials.Result("mmu_update: tables of nobody", NoDomain, () => k.Hypercall(Hypercall.MmuUpdate, _request, 1, 0, Self | NoSuchDomain << 16));
        trials.Result("mmu_update: nothing", Fine, () => k.Hypercall(Hypercall.MmuUpdate, _request, 0, 0, Self));
        trials.Result("mmuext_op: nothing", Fine, () => k.Hypercall(Hypercall.MmuextOp, _operation, 0, 0, Self));
        trials.Result("mmu_update: a bad pointer for the number done", Invalid, () =>
        {
            k.mov(__qword_ptr[_request], 0);
            k.Hypercall(Hypercall.MmuUpdate, _request, 1, UserSpace.Base, Self);
        });
    }

    /// <summary>A free entry of a root for another table, or none.</summary>
    private void Update(string what, int expected, ulong root, ulong? target, int rights) => trials.Result(what, expected, () =>
    {
        k.xor(eax, eax);
        if (target is { } table)
        {
            k.Load(rdi, table);
            k.Call(k.FrameOf());
            k.shl(rax, 12);
            k.or(rax, rights);
        }

        k.mov(__qword_ptr[_request + 8], rax);
        k.Load(rdi, root);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, Slot * 8);
        k.mov(__qword_ptr[_request], rax);
        k.Hypercall(Hypercall.MmuUpdate, _request, 1, 0, Self);
    });

    private void MapWritable(ulong page)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.shl(rax, 12);
        k.or(rax, Writable);
        k.Hypercall(Hypercall.UpdateVaMapping, page, rax, Invalidate);
    }

    private void Extended(int command, ulong page)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.mov(__qword_ptr[_operation], command);
        k.mov(__qword_ptr[_operation + 8], rax);
        k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
    }
}
