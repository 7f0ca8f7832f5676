using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Traps, system instructions, hints, x87 and SSE state.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    private static void AddSystem(Rows rows)
    {
        // No effect on the state
        rows.Add(Mnemonic.Nop,          l => l.Nop());
        rows.Add(Mnemonic.Reservednop,  l => l.Nop());
        rows.Add(Mnemonic.Pause,        l => l.Nop());
        rows.Add(Mnemonic.Lfence,       l => l.Nop());
        rows.Add(Mnemonic.Mfence,       l => l.Nop());
        rows.Add(Mnemonic.Sfence,       l => l.Nop());
        rows.Add(Mnemonic.Wait,         l => l.Nop());
        rows.Add(Mnemonic.Clflush,      l => l.CacheLine());
        rows.Add(Mnemonic.Clflushopt,   l => l.CacheLine());

        rows.Add(Code.Reservednop_rm16_r16_0F0D, l => l.PrefetchForWrite());
        rows.Add(Code.Reservednop_rm32_r32_0F0D, l => l.PrefetchForWrite());
        rows.Add(Code.Reservednop_rm64_r64_0F0D, l => l.PrefetchForWrite());

        // Traps and system calls
        rows.Add(Mnemonic.Int,          l => l.Int());
        rows.Add(Mnemonic.Int3,         l => l.Int3());
        rows.Add(Mnemonic.Int1,         l => l.Int1());
        rows.Add(Mnemonic.Ud0,          l => l.Undefined());
        rows.Add(Mnemonic.Ud1,          l => l.Undefined());
        rows.Add(Mnemonic.Ud2,          l => l.Undefined());
        rows.Add(Mnemonic.Rsm,          l => l.Undefined());
        rows.Add(Mnemonic.Syscall,      l => l.Syscall());
        rows.Add(Mnemonic.Sysretq,      l => l.Sysretq());
        rows.Add(Mnemonic.Sysret,       l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Sysenter,     l => l.Sysenter());
        rows.Add(Mnemonic.Iret,         l => l.Iret(2));
        rows.Add(Mnemonic.Iretd,        l => l.Iret(4));
        rows.Add(Mnemonic.Iretq,        l => l.Iret(8));
        rows.Add(Code.Retfw,            l => l.Retf(2));
        rows.Add(Code.Retfw_imm16,      l => l.Retf(2));
        rows.Add(Code.Retfd,            l => l.Retf(4));
        rows.Add(Code.Retfd_imm16,      l => l.Retf(4));
        rows.Add(Code.Retfq,            l => l.Retf(8));
        rows.Add(Code.Retfq_imm16,      l => l.Retf(8));

        // Identification and time
        rows.Add(Mnemonic.Cpuid,        l => l.Cpuid());
        rows.Add(Mnemonic.Rdtsc,        l => l.Timestamp(MicroOpCode.ReadTimestamp));
        rows.Add(Mnemonic.Rdtscp,       l => l.Timestamp(MicroOpCode.ReadTimestampAndId));

        // Segments
        rows.Add(Mnemonic.Lss,          l => l.LoadFarPointer(2));
        rows.Add(Mnemonic.Lfs,          l => l.LoadFarPointer(4));
        rows.Add(Mnemonic.Lgs,          l => l.LoadFarPointer(5));
        rows.Add(Mnemonic.Swapgs,       l => l.Swapgs());

        // CPL 0
        rows.Add(Mnemonic.Hlt,          l => l.Hlt());
        rows.Add(Mnemonic.Cli,          l => l.Interrupts(0));
        rows.Add(Mnemonic.Sti,          l => l.Interrupts(1));
        rows.Add(Mnemonic.In,           l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Out,          l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Insb,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Insw,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Insd,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Outsb,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Outsw,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Outsd,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Clts,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Invd,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Wbinvd,       l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Wbnoinvd,     l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Invlpg,       l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Lgdt,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Lidt,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Lldt,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Ltr,          l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Lmsw,         l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Rdmsr,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Wrmsr,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Rdpmc,        l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Sysexit,      l => l.PrivilegedOnly());
        rows.Add(Mnemonic.Sysexitq,     l => l.PrivilegedOnly());

        // x87 and SSE state
        rows.Add(Mnemonic.Fxsave,       l => l.FxState(MicroOpCode.FxSave, 4));
        rows.Add(Mnemonic.Fxsave64,     l => l.FxState(MicroOpCode.FxSave, 8));
        rows.Add(Mnemonic.Fxrstor,      l => l.FxState(MicroOpCode.FxRestore, 4));
        rows.Add(Mnemonic.Fxrstor64,    l => l.FxState(MicroOpCode.FxRestore, 8));
        rows.Add(Mnemonic.Ldmxcsr,      l => l.Ldmxcsr());
        rows.Add(Mnemonic.Stmxcsr,      l => l.Stmxcsr());
        rows.Add(Mnemonic.Emms,         l => l.X87(X87Operation.EmptyMmx));
        rows.Add(Mnemonic.Fninit,       l => l.X87(X87Operation.Initialize));
        rows.Add(Mnemonic.Fnclex,       l => l.X87(X87Operation.ClearExceptions));
        rows.Add(Mnemonic.Fnstcw,       l => l.StoreX87Word(X87Operation.ReadControl));
        rows.Add(Mnemonic.Fnstsw,       l => l.StoreX87Word(X87Operation.ReadStatus));
        rows.Add(Mnemonic.Fldcw,        l => l.Fldcw());
    }
#pragma warning restore format
}
