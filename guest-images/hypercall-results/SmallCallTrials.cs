using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Event channels, vCPUs, callbacks, segment bases and what else answers with a number.</summary>
internal sealed class SmallCallTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, NotPermitted = -1, NoEntry = -2, Fault = -14, Exists = -17, Invalid = -22, NoSuchCall = -38;
    private const ulong NonCanonical = 0x8000000000000000, XenAddress = 0xffff830000000000;
    private const int Unknown = 99;

    private readonly ulong _argument = k.Zero.Reserve(64);

    public void Emit()
    {
        Callbacks();
        EventChannels();
        VirtualProcessors();
        Registers();
        Rest();
    }

    private void Callbacks()
    {
        const int register = 0, unregister = 1;
        trials.Result("callback_op: unknown type", NoSuchCall, () => Callback(register, Unknown, 0));
        trials.Result("callback_op: unregister the syscall callback", Invalid, () => Callback(unregister, 2, 0));
        trials.Result("callback_op: unknown command", NoSuchCall, () => Callback(Unknown, 2, 0));
        trials.Result("callback_op: bad pointer", Fault, () => k.Hypercall(Hypercall.CallbackOp, register, UserSpace.Base));
        trials.Result("set_trap_table: bad pointer", Fault, () => k.Hypercall(Hypercall.SetTrapTable, UserSpace.Base));
    }

    private void EventChannels()
    {
        const int bindVirq = 1, close = 3, send = 4, status = 5, bindIpi = 7, unmask = 9;
        const int unboundPort = 999, noSuchPort = 5000, virqUnknown = 99;
        const int statusIpi = 5;
        trials.Result("event channel: bind VIRQ_TIMER", Fine, () => Event(bindVirq, 0, 0));
        trials.Result("event channel: bind VIRQ_TIMER again", Exists, () => Event(bindVirq, 0, 0));
        trials.Result("event channel: bind a VIRQ that there is not", Invalid, () => Event(bindVirq, virqUnknown, 0));
        trials.Result("event channel: bind an IPI", Fine, () => Event(bindIpi, 0, 0));
        trials.Value("its status", statusIpi, () =>
        {
            k.mov(eax, __dword_ptr[_argument + 4]);
            k.mov(__dword_ptr[_argument + 32], eax); // its port, kept
            k.mov(__word_ptr[_argument], 0x7ff0); // this domain; the port stands where it has to
            k.Hypercall(Hypercall.EventChannelOp, status, _argument);
            k.mov(eax, __dword_ptr[_argument + 8]);
        });
        trials.Result("event channel: bind an IPI of another vCPU", NoEntry, () => Event(bindIpi, 5, 0));
        trials.Result("event channel: send on an unbound port", Invalid, () => Event(send, unboundPort, 0));
        trials.Result("event channel: send on a port beyond all", Invalid, () => Event(send, noSuchPort, 0));
        trials.Result("event channel: unmask a port beyond all", Invalid, () => Event(unmask, noSuchPort, 0));
        trials.Result("event channel: close", Fine, () => k.Hypercall(Hypercall.EventChannelOp, close, _argument + 32));
        trials.Result("event channel: close again", Invalid, () => k.Hypercall(Hypercall.EventChannelOp, close, _argument + 32));
        trials.Result("event channel: unknown command", NoSuchCall, () => Event(Unknown, 0, 0));
    }

    private void VirtualProcessors()
    {
        const int isUp = 3, noVcpu = 1;
        trials.Result("vcpu_op: is vCPU 0 up", 1, () => k.Hypercall(Hypercall.VcpuOp, isUp, 0, 0));
        trials.Result("vcpu_op: is vCPU 1 up, which there is not", NoEntry, () => k.Hypercall(Hypercall.VcpuOp, isUp, noVcpu, 0));
        trials.Result("vcpu_op: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.VcpuOp, Unknown, 0, 0));
    }

    private void Registers()
    {
        const int fs = 0, userGs = 1, noSegment = 7;
        const ulong generalDetect = 0x2400, reset = 0x400;
        trials.Result("set_segment_base: fs", Fine, () => k.Hypercall(Hypercall.SetSegmentBase, fs, UserSpace.Base));
        trials.Result("set_segment_base: user gs, non-canonical", Invalid, () => k.Hypercall(Hypercall.SetSegmentBase, userGs, NonCanonical));
        trials.Result("set_segment_base: unknown segment", Invalid, () => k.Hypercall(Hypercall.SetSegmentBase, noSegment, 0));
        trials.Result("set_debugreg: dr0, a user address", Fine, () => k.Hypercall(Hypercall.SetDebugRegister, 0, UserSpace.Base));
        trials.Value("get_debugreg: dr0", UserSpace.Base, () => k.Hypercall(Hypercall.GetDebugRegister, 0));
        trials.Result("set_debugreg: dr0, an address of Xen's", NotPermitted, () => k.Hypercall(Hypercall.SetDebugRegister, 0, XenAddress));
        trials.Result("set_debugreg: dr7, general detect", NotPermitted, () => k.Hypercall(Hypercall.SetDebugRegister, 7, generalDetect));
        trials.Result("set_debugreg: dr7, upper half", Invalid, () => k.Hypercall(Hypercall.SetDebugRegister, 7, 1ul << 40 | reset));
        trials.Result("set_debugreg: dr0, none", Fine, () => k.Hypercall(Hypercall.SetDebugRegister, 0, 0));
    }

    private void Rest()
    {
        const int getFeatures = 6, pageSize = 7;
        trials.Result("xen_version: page size", 4096, () => k.Hypercall(Hypercall.XenVersion, pageSize, 0));
        trials.Result("xen_version: features, second word", Invalid, () =>
        {
            k.mov(__qword_ptr[_argument], 1);
            k.Hypercall(Hypercall.XenVersion, getFeatures, _argument);
        });
        trials.Result("xen_version: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.XenVersion, Unknown, 0));
        trials.Result("sched_op: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.SchedOp, Unknown, 0));
        trials.Result("vm_assist: unknown type", Invalid, () => k.Hypercall(Hypercall.VmAssist, 0, Unknown));
        trials.Result("vm_assist: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.VmAssist, Unknown, 2));
        trials.Result("memory_op: unknown command", NoSuchCall, () => k.Hypercall(Hypercall.MemoryOp, Unknown - 64, 0));
        trials.Result("hypercall 62", NoSuchCall, () => k.Hypercall((Hypercall)62));
        Multicall();
    }

    private void Multicall()
    {
        const int entrySize = 64, count = 3;
        const int pageSize = 7;
        ulong batch = k.Zero.Reserve(count * entrySize);
        trials.Result("multicall of three", Fine, () =>
        {
            k.mov(__qword_ptr[batch], (int)Hypercall.XenVersion);
            k.mov(__qword_ptr[batch + 16], pageSize);
            k.mov(__qword_ptr[batch + entrySize], 62);
            k.mov(__qword_ptr[batch + 2 * entrySize], (int)Hypercall.SetSegmentBase);
            k.mov(__qword_ptr[batch + 2 * entrySize + 16], 7);
            k.Hypercall(Hypercall.Multicall, batch, count);
        });
        trials.Result("its first result", 4096, () => k.mov(rax, __qword_ptr[batch + 8]));
        trials.Result("its second result", NoSuchCall, () => k.mov(rax, __qword_ptr[batch + entrySize + 8]));
        trials.Result("its third result", Invalid, () => k.mov(rax, __qword_ptr[batch + 2 * entrySize + 8]));
        trials.Result("multicall, bad pointer", Fault, () => k.Hypercall(Hypercall.Multicall, UserSpace.Base, 1));
    }

    private void Callback(int command, int type, ulong address)
    {
        k.mov(__qword_ptr[_argument], type);
        k.Load(rax, address);
        k.mov(__qword_ptr[_argument + 8], rax);
        k.Hypercall(Hypercall.CallbackOp, command, _argument);
    }

    private void Event(int command, int first, int second)
    {
        k.mov(__dword_ptr[_argument], first);
        k.mov(__dword_ptr[_argument + 4], second);
        k.Hypercall(Hypercall.EventChannelOp, command, _argument);
    }
}
