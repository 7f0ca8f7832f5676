using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>memory_op and sched_op where they are about memory and time of the domain.</summary>
internal sealed class ReservationTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, NoDomain = -3, Access = -13, Fault = -14, Invalid = -22;
    private const int Self = 0x7ff0, NoSuchDomain = 0x1234, Invalidate = 2, Writable = 0x63;
    private const int Decrease = 1, Current = 3, Populate = 6, Exchange = 11, MaximumGpfn = 14, RemoveFromPhysmap = 15;
    private const int Watchdog = 6;

    private readonly ulong _page = k.Zero.Pages(), _other = k.Zero.Pages(), _argument = k.Zero.Reserve(80), _list = k.Zero.Reserve(16), _out = k.Zero.Reserve(16);

    public void Emit()
    {
        Reservations();
        Exchanges();
        Watchdogs();
    }

    private void Reservations()
    {
        Pages("pages at first", 0);
        trials.Result("take with a bad pointer", 0, () => k.Hypercall(Hypercall.MemoryOp, Populate, UserSpace.Base));
        Change("take for a domain that there is not", 0, Populate, 1, 0, NoSuchDomain);
        Change("take extents that are too large", 0, Populate, 1, 30, Self);
        Frame(_page, _list);
        Change("give a page back that is mapped", 1, Decrease, 1, 0, Self);
        Change("give it back again", 1, Decrease, 1, 0, Self);
        Pages("it counts as long as it is used", 0);
        trials.Result("unmap it", Fine, () => k.Hypercall(Hypercall.UpdateVaMapping, _page, 0, Invalidate));
        Pages("and then no longer", 1);
        Change("give it back once more", 0, Decrease, 1, 0, Self);
        trials.Result("which page is wanted", (int)((_page - KernelBuilder.VirtualBase) >> 12), () =>
        {
            k.mov(eax, (int)((_page - KernelBuilder.VirtualBase) >> 12));
            k.mov(__qword_ptr[_list], rax);
        });
        Change("take a page", 1, Populate, 1, 0, Self);
        Pages("pages then", 0);
        Map(_page, _list);
        trials.Done("write it", () => k.mov(__qword_ptr[_page], 1));
        Change("with bits above the command", Fine, Populate | 1 << 6, 1, 0, Self, expectedDone: 1);
        Domain("reservation of a domain that there is not", NoDomain, Current, NoSuchDomain);
        trials.Result("reservation, a bad pointer", Fault, () => k.Hypercall(Hypercall.MemoryOp, Current, UserSpace.Base));
        Domain("reservation, with bits above the command", Invalid, Current | 1 << 6, Self);
        Domain("remove_from_physmap", Access, RemoveFromPhysmap, Self);
        Domain("the highest frame, which the guest has not said", 0, MaximumGpfn, Self);
    }

    private void Exchanges()
    {
        trials.Result("exchange, a bad pointer", Fault, () => k.Hypercall(Hypercall.MemoryOp, Exchange, UserSpace.Base));
        Swap("exchange, sizes that do not match", Invalid, 1, 0, 2, Self);
        Swap("exchange, of a domain that there is not", NoDomain, 1, 0, 1, NoSuchDomain);
        Swap("exchange nothing", Fine, 0, 0, 0, Self);
        Frame(_other, _list);
        Swap("exchange a page that is mapped", Invalid, 1, 0, 1, Self);
        trials.Value("pages exchanged", 0, () => k.mov(rax, __qword_ptr[_argument + 64]));
        trials.Result("unmap it", Fine, () => k.Hypercall(Hypercall.UpdateVaMapping, _other, 0, Invalidate));
        k.mov(__qword_ptr[_out], (int)((_other - KernelBuilder.VirtualBase) >> 12));
        Swap("exchange it", Fine, 1, 0, 1, Self);
        trials.Value("pages exchanged", 1, () => k.mov(rax, __qword_ptr[_argument + 64]));
        Map(_other, _out);
        trials.Value("what is in the new page", 0, () => k.mov(rax, __qword_ptr[_other]));
        Pages("pages then", 0);
    }

    private void Watchdogs()
    {
        const int seconds = 1000;
        Wind("a watchdog that there is not", Invalid, 3, seconds);
        Wind("a watchdog that does not run", Invalid, 1, seconds);
        Wind("a watchdog", 1, 0, seconds);
        Wind("another", 2, 0, seconds);
        trials.Value("a third: -ENOSPC in 32 bits", 0xffff_ffe4, () => Wind(0, seconds));
        Wind("wind up the second", Fine, 2, seconds);
        Wind("stop the first", Fine, 1, 0);
        Wind("stop it again", Invalid, 1, 0);
        Wind("stop the second", Fine, 2, 0);
    }

    private void Wind(string what, int expected, int id, int seconds) => trials.Result(what, expected, () => Wind(id, seconds));

    private void Wind(int id, int seconds)
    {
        k.mov(__dword_ptr[_argument], id);
        k.mov(__dword_ptr[_argument + 4], seconds);
        k.Hypercall(Hypercall.SchedOp, Watchdog, _argument);
    }

    /// <summary>How many pages the domain has less than its reservation.</summary>
    private void Pages(string what, int fewer) => trials.Result(what, fewer, () =>
    {
        k.mov(__qword_ptr[_argument], Self);
        k.Hypercall(Hypercall.MemoryOp, Current, _argument);
        k.mov(rbx, rax);
        k.mov(eax, 32 << 20 >> 12);
        k.sub(rax, rbx);
    });

    private void Domain(string what, int expected, int command, int domain) => trials.Result(what, expected, () =>
    {
        k.mov(__qword_ptr[_argument], domain);
        k.mov(__qword_ptr[_argument + 8], 0);
        k.Hypercall(Hypercall.MemoryOp, command, _argument);
    });

    private void Change(string what, int expected, int command, int count, int order, int domain, int? expectedDone = null) =>
        trials.Result(what, expectedDone ?? expected, () =>
        {
            Side(0, _list, count, order, domain);
            k.Hypercall(Hypercall.MemoryOp, command, _argument);
        });

    private void Swap(string what, int expected, int count, int order, int outCount, int domain) => trials.Result(what, expected, () =>
    {
        Side(0, _list, count, order, domain);
        Side(32, _out, outCount, 0, domain);
        k.mov(__qword_ptr[_argument + 64], 0);
        k.Hypercall(Hypercall.MemoryOp, Exchange, _argument);
    });

    private void Side(ulong at, ulong list, int count, int order, int domain)
    {
        k.Load(rax, list);
        k.mov(__qword_ptr[_argument + at], rax);
        k.mov(__qword_ptr[_argument + at + 8], count);
        k.mov(__qword_ptr[_argument + at + 16], order);
        k.mov(__qword_ptr[_argument + at + 24], domain);
    }

    private void Frame(ulong page, ulong where)
    {
        k.Load(rdi, page);
        k.Call(k.FrameOf());
        k.mov(__qword_ptr[where], rax);
    }

    private void Map(ulong page, ulong frame) => trials.Result("map it", Fine, () =>
    {
        k.mov(rsi, __qword_ptr[frame]);
        k.shl(rsi, 12);
        k.or(rsi, Writable);
        k.Hypercall(Hypercall.UpdateVaMapping, page, rsi, Invalidate);
    });
}
