using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Giving pages back and taking them again, the grant table, and the calls about a vCPU's run state.</summary>
internal sealed class MemoryTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, Invalid = -22, NoSuchCall = -38;
    private const int Self = 0x7ff0, Invalidate = 2, Writable = 0x63;
    private const int OwnMemory = 32 << 20 >> 12; // the manifest's memory, in pages

    private readonly ulong _page = k.Zero.Pages(), _grants = k.Zero.Pages(), _argument = k.Zero.Reserve(64), _list = k.Zero.Reserve(16);
    private readonly ulong _runState = k.Zero.Reserve(64);

    public void Emit()
    {
        Reservation();
        Grants();
        RunState();
    }

    private void Reservation()
    {
        const int decrease = 1, current = 3, populate = 6, frameTable = 12;
        int frame = (int)((_page - KernelBuilder.VirtualBase) >> 12);
        void Current(string what, int pages) => trials.Result(what, pages, () =>
        {
            k.mov(__qword_ptr[_argument], Self);
            k.Hypercall(Hypercall.MemoryOp, current, _argument);
        });
        Current("memory_op: pages of the domain", OwnMemory);
        trials.Result("memory_op: give a frame back that there is not", 0, () =>
        {
            k.mov(__qword_ptr[_list], -1);
            Extents(decrease);
        });
        trials.Result("memory_op: give a page back", 1, () =>
        {
            k.Load(rdi, _page);
            k.Call(k.FrameOf());
            k.mov(__qword_ptr[_list], rax);
            k.Hypercall(Hypercall.UpdateVaMapping, _page, 0, Invalidate);
            Extents(decrease);
        });
        Current("memory_op: pages of the domain", OwnMemory - 1);
        trials.Result("memory_op: take a page", 1, () =>
        {
            k.mov(__qword_ptr[_list], frame);
            Extents(populate);
        });
        Current("memory_op: pages of the domain", OwnMemory);
        trials.Result("map it", Fine, () =>
        {
            k.mov(rsi, __qword_ptr[_list]);
            k.shl(rsi, 12);
            k.or(rsi, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, _page, rsi, Invalidate);
        });
        trials.Done("write it", () => k.mov(__qword_ptr[_page], rcx));
        trials.Value("Xen's frame table says, less its number in the domain", 0, () =>
        {
            k.Load(rcx, 0xffff800000000000);
            k.mov(rax, __qword_ptr[_list]);
            k.mov(rax, __qword_ptr[rcx + rax * 8]);
            k.sub(rax, frame);
        });
        trials.Result("memory_op: where the frame table is", Fine, () => k.Hypercall(Hypercall.MemoryOp, frameTable, _argument));
        trials.Value("it starts at", 0xffff800000000000, () => k.mov(rax, __qword_ptr[_argument]));
    }

    private void Grants()
    {
        const int setup = 2, query = 6, unknown = 99;
        const int badDomain = 0x1234, tooMany = 100_000;
        trials.Result("grant_table_op: size", Fine, () => GrantCall(query, Self, 0));
        trials.Result("its status", Fine, () => k.movsx(rax, __word_ptr[_argument + 12]));
        trials.Result("grant_table_op: size, of a domain that there is not", Fine, () => GrantCall(query, badDomain, 0));
        trials.Result("its status", -2, () => k.movsx(rax, __word_ptr[_argument + 12]));
        trials.Result("grant_table_op: set up one frame", Fine, () => GrantCall(setup, Self, 1));
        trials.Result("its status", Fine, () => k.movsx(rax, __word_ptr[_argument + 8]));
        trials.Result("map it", Fine, () =>
        {
            k.mov(rsi, __qword_ptr[_list]);
            k.shl(rsi, 12);
            k.or(rsi, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, _grants, rsi, Invalidate);
        });
        trials.Done("write its last entry", () => k.mov(__qword_ptr[_grants + 0xff8], 0));
        trials.Result("grant_table_op: set up too many frames", Fine, () => GrantCall(setup, Self, tooMany));
        trials.Result("its status", -1, () => k.movsx(rax, __word_ptr[_argument + 8]));
        trials.Result("grant_table_op: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.GrantTableOp, unknown, _argument, 1));
    }

    private void RunState()
    {
        const int getRunState = 4, poll = 3, tooManyPorts = 129;
        trials.Result("vcpu_op: run state", Fine, () =>
        {
            k.mov(__qword_ptr[_runState], -1);
            k.Hypercall(Hypercall.VcpuOp, getRunState, 0, _runState);
        });
        trials.Value("it is running", 0, () => k.mov(eax, __dword_ptr[_runState]));
        trials.Result("sched_op: poll too many ports", Invalid, () =>
        {
            k.Load(rax, _list);
            k.mov(__qword_ptr[_argument], rax);
            k.mov(__qword_ptr[_argument + 8], tooManyPorts);
            k.mov(__qword_ptr[_argument + 16], 1);
            k.Hypercall(Hypercall.SchedOp, poll, _argument);
        });
        trials.Result("sched_op: poll no port until a time long past", Fine, () =>
        {
            k.mov(__qword_ptr[_argument + 8], 0);
            k.Hypercall(Hypercall.SchedOp, poll, _argument);
        });
        trials.Result("set_timer_op: off", Fine, () => k.Hypercall(Hypercall.SetTimerOp, 0));
    }

    /// <summary>A memory_op on the one extent in the list.</summary>
    private void Extents(int command)
    {
        k.Load(rax, _list);
        k.mov(__qword_ptr[_argument], rax);
        k.mov(__qword_ptr[_argument + 8], 1);
        k.mov(__qword_ptr[_argument + 16], 0);
        k.mov(__qword_ptr[_argument + 24], Self);
        k.Hypercall(Hypercall.MemoryOp, command, _argument);
    }

    private void GrantCall(int command, int domain, int frames)
    {
        k.mov(__dword_ptr[_argument], domain);
        k.mov(__dword_ptr[_argument + 4], frames);
        k.mov(__qword_ptr[_argument + 8], -1);
        k.Load(rax, _list);
        k.mov(__qword_ptr[_argument + 16], rax);
        k.Hypercall(Hypercall.GrantTableOp, command, _argument, 1);
    }
}
