using Iced.Intel;
using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>
/// Privileged instructions in the guest kernel: which of them Xen carries out, with what result, and which raise #GP.
/// </summary>
internal sealed class Privileged : GuestProgram
{
    private const ulong NonCanonical = 0x8000000000000000;

    public override string Name => "privileged";

    public override void Emit(KernelBuilder k)
    {
        var trials = new Trials(k);
        k.Begin();
        k.Say($"{Name}: privileged instructions of the guest kernel");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        trials.SetGates();
        ControlRegisters(k, trials);
        DebugRegisters(k, trials);
        ModelSpecificRegisters(k, trials);
        Processor(k, trials);
        Refused(k, trials);
        Flags(k, trials);
        trials.SayVerdict(Name);
        k.Shutdown(ShutdownReason.PowerOff);
    }

    private static void ControlRegisters(KernelBuilder k, Trials trials)
    {
        const ulong bootCr0 = 0x80050033, taskSwitched = 8, bootCr4 = 0x660, debugExtensions = 8;
        const int writeProtect = 1 << 16, monitor = 1 << 7;
        trials.Value("read cr0", bootCr0, () => k.mov(rax, cr0));
        trials.Done("set cr0.TS", () =>
        {
            k.mov(rax, cr0);
            k.or(rax, (int)taskSwitched);
            k.mov(cr0, rax);
        });
        trials.Value("read cr0", bootCr0 | taskSwitched, () => k.mov(rax, cr0));
        trials.Done("clts", () => k.clts());
        trials.Value("read cr0", bootCr0, () => k.mov(rax, cr0));
        trials.Traps("clear cr0.WP", Vector.GeneralProtection, 0, () =>
        {
            k.mov(rax, cr0);
            k.and(rax, ~writeProtect);
            k.mov(cr0, rax);
        });
        trials.Done("write cr2", () =>
        {
            k.mov(eax, 0x12345678);
            k.mov(cr2, rax);
        });
        trials.Value("read cr2", 0x12345678, () => k.mov(rax, cr2));
        trials.Value("vcpu_info has it too", 0x12345678, () => k.mov(rax, __qword_ptr[k.SharedInfoPage + SharedInfo.FaultAddress]));
        trials.Value("read cr3, less the root's frame", 0, () =>
        {
            k.mov(rdi, __qword_ptr[k.StartInfoPointer]);
            k.mov(rdi, __qword_ptr[rdi + StartInfo.PageTableBase]);
            k.Call(k.FrameOf());
            k.shl(rax, 12);
            k.mov(rbx, rax);
            k.mov(rax, cr3);
            k.sub(rax, rbx);
        });
        trials.Value("read cr4", bootCr4, () => k.mov(rax, cr4));
        trials.Done("write cr4, DE and PGE set", () =>
        {
            k.mov(eax, (int)(bootCr4 | debugExtensions) | monitor);
            k.mov(cr4, rax);
        });
        trials.Value("read cr4", bootCr4 | debugExtensions, () => k.mov(rax, cr4));
        trials.Done("write cr4 as it was", () =>
        {
            k.mov(eax, (int)bootCr4);
            k.mov(cr4, rax);
        });
    }

    private static void DebugRegisters(KernelBuilder k, Trials trials)
    {
        trials.Value("read dr6", 0xffff0ff0, () => k.mov(rax, dr6));
        trials.Value("read dr7", 0x400, () => k.mov(rax, dr7));
        trials.Done("write dr0", () =>
        {
            k.mov(rax, UserSpace.Base);
            k.mov(dr0, rax);
        });
        trials.Value("read dr0", UserSpace.Base, () => k.mov(rax, dr0));
    }

    private static void ModelSpecificRegisters(KernelBuilder k, Trials trials)
    {
        const int efer = unchecked((int)0xc0000080), fsBase = efer + 0x80, gsBase = efer + 0x81, pat = 0x277, none = 0x12345;
        trials.Value("rdmsr EFER", 0xd01, () => Read(efer));
        trials.Done("wrmsr EFER, the same", () => Write(efer, 0xd01));
        trials.Traps("wrmsr EFER, without NXE", Vector.GeneralProtection, 0, () => Write(efer, 0x501));
        trials.Value("rdmsr PAT", 0x0000050100070406, () => Read(pat));
        trials.Done("wrmsr FS base", () => Write(fsBase, UserSpace.Base));
        trials.Value("rdmsr FS base", UserSpace.Base, () => Read(fsBase));
        trials.Traps("wrmsr FS base, non-canonical", Vector.GeneralProtection, 0, () => Write(fsBase, NonCanonical));
        trials.Done("wrmsr GS base, the shared_info page", () => Write(gsBase, k.SharedInfoPage));
        trials.Value("read gs:1, the upcall mask", 1, () => k.movzx(eax, __byte_ptr.gs[1]));
        trials.Done("wrmsr GS base, 0", () => Write(gsBase, 0));
        trials.Traps("rdmsr, no such register", Vector.GeneralProtection, 0, () => Read(none));

        void Read(int register)
        {
            k.mov(ecx, register);
            k.rdmsr();
            k.shl(rdx, 32);
            k.or(rax, rdx);
        }

        void Write(int register, ulong value)
        {
            k.mov(ecx, register);
            k.mov(eax, unchecked((int)value));
            k.mov(edx, (int)(value >> 32));
            k.wrmsr();
        }
    }

    private static void Processor(KernelBuilder k, Trials trials)
    {
        const int xenLeaf = 0x40000000;
        ulong leaf = k.Zero.Reserve(16);
        trials.Done("cpuid 40000000 behind the prefix", () =>
        {
            k.mov(eax, xenLeaf);
            Prefix();
            k.cpuid();
            k.mov(__dword_ptr[leaf], ebx);
            k.mov(__dword_ptr[leaf + 4], ecx);
            k.mov(__dword_ptr[leaf + 8], edx);
        });
        trials.Value("ebx", 0x566e6558, () => k.mov(eax, __dword_ptr[leaf]));
        trials.Value("ecx", 0x65584d4d, () => k.mov(eax, __dword_ptr[leaf + 4]));
        trials.Value("edx", 0x4d4d566e, () => k.mov(eax, __dword_ptr[leaf + 8]));
        trials.Traps("nop behind the prefix", Vector.InvalidOpcode, 0, () =>
        {
            Prefix();
            k.nop();
        });
        trials.Value("rdtsc counts up", 1, () =>
        {
            Counter();
            k.mov(rbx, rax);
            Counter();
            k.cmp(rbx, rax);
            k.setb(al);
            k.movzx(eax, al);
        });
        trials.Done("wbinvd", () => k.wbinvd());
        trials.Value("cs", KernelBuilder.FlatCode, () => k.mov(eax, cs));
        trials.Value("ss", KernelBuilder.FlatData, () => k.mov(eax, ss));

        void Prefix() => k.db(0x0f, 0x0b, (byte)'x', (byte)'e', (byte)'n');

        void Counter()
        {
            k.rdtsc();
            k.shl(rdx, 32);
            k.or(rax, rdx);
        }
    }

    private static void Refused(KernelBuilder k, Trials trials)
    {
        const int setIopl = 6;
        ulong memory = k.Zero.Reserve(16), level = k.Zero.Reserve(16);
        trials.Traps("hlt", Vector.GeneralProtection, 0, () => k.hlt());
        trials.Traps("lgdt", Vector.GeneralProtection, 0, () => k.lgdt(__[memory]));
        trials.Traps("lidt", Vector.GeneralProtection, 0, () => k.lidt(__[memory]));
        trials.Traps("lldt", Vector.GeneralProtection, 0, () => k.lldt(ax));
        trials.Traps("ltr", Vector.GeneralProtection, 0, () => k.ltr(ax));
        trials.Traps("invlpg", Vector.GeneralProtection, 0, () => k.invlpg(__[memory]));
        trials.Traps("swapgs", Vector.GeneralProtection, 0, () => k.swapgs());
        trials.Traps("cli, IOPL 0", Vector.GeneralProtection, 0, () => k.cli());
        trials.Traps("sti, IOPL 0", Vector.GeneralProtection, 0, () => k.sti());
        trials.Traps("in, IOPL 0", Vector.GeneralProtection, 0, () => k.@in(al, 0x80));
        trials.Result("physdev_op: IOPL 1", 0, () =>
        {
            k.mov(__dword_ptr[level], 1);
            k.Hypercall(Hypercall.PhysdevOp, setIopl, level);
        });
        trials.Done("cli, IOPL 1", () => k.cli());
        trials.Done("sti, IOPL 1", () => k.sti());
        trials.Value("the upcall mask is as it was", 1, () => k.movzx(eax, __byte_ptr[k.SharedInfoPage + SharedInfo.UpcallMask]));
    }

    private static void Flags(KernelBuilder k, Trials trials)
    {
        const int interruptsAndIopl = 0x3200;
        trials.Value("pushf: IF and IOPL", 0x200, () => ReadFlags());
        trials.Value("popf without IF, with IOPL 3: IF and IOPL", 0x200, () =>
        {
            k.push(0x3002);
            k.popfq();
            ReadFlags();
        });
        trials.Value("iretq to the kernel itself, without IF: IF and IOPL", 0x200, () =>
        {
            Label target = k.CreateLabel();
            k.mov(rcx, rsp);
            k.lea(rax, __[target]);
            k.push((int)KernelBuilder.FlatData);
            k.push(rcx);
            k.push(2);
            k.push((int)KernelBuilder.FlatCode);
            k.push(rax);
            k.iretq();
            k.Label(ref target);
            ReadFlags();
        });

        void ReadFlags()
        {
            k.pushfq();
            k.pop(rax);
            k.and(rax, interruptsAndIopl);
        }
    }
}
