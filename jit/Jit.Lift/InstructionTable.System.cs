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
        rows.Add(Mnemonic.Clflush,      l => l.CacheLine());
        rows.Add(Mnemonic.Clflushopt,   l => l.CacheLine());
        rows.Add(Mnemonic.Clwb,         l => l.CacheLine());
        rows.Add(Mnemonic.Serialize,    l => l.Nop());
        rows.Add(Mnemonic.Cldemote,     l => l.Nop());
        rows.Add(Mnemonic.Endbr64,      l => l.Nop());
        rows.Add(Mnemonic.Endbr32,      l => l.Nop());
        rows.Add(Mnemonic.Rdsspd,       l => l.Nop());
        rows.Add(Mnemonic.Rdsspq,       l => l.Nop());
        rows.Add(Mnemonic.Prefetchit0,  l => l.Nop());
        rows.Add(Mnemonic.Prefetchit1,  l => l.Nop());
        rows.Add(Mnemonic.Prefetchwt1,  l => l.PrefetchForWrite());
        rows.Add(Mnemonic.Prefetch,     l => l.PrefetchForWrite());
        rows.Add(Mnemonic.Prefetchw,    l => l.PrefetchForWrite());
        rows.Add(Code.Prefetchreserved3_m8, l => l.PrefetchForWrite());
        rows.Add(Code.Prefetchreserved4_m8, l => l.PrefetchForWrite());
        rows.Add(Code.Prefetchreserved5_m8, l => l.PrefetchForWrite());
        rows.Add(Code.Prefetchreserved6_m8, l => l.PrefetchForWrite());
        rows.Add(Code.Prefetchreserved7_m8, l => l.PrefetchForWrite());

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

        rows.Add(Code.Jmp_m1616,        l => l.FarTransfer(MicroOpCode.FarJump, 2));
        rows.Add(Code.Jmp_m1632,        l => l.FarTransfer(MicroOpCode.FarJump, 4));
        rows.Add(Code.Jmp_m1664,        l => l.FarTransfer(MicroOpCode.FarJump, 8));
        rows.Add(Code.Call_m1616,       l => l.FarTransfer(MicroOpCode.FarCall, 2));
        rows.Add(Code.Call_m1632,       l => l.FarTransfer(MicroOpCode.FarCall, 4));
        rows.Add(Code.Call_m1664,       l => l.FarTransfer(MicroOpCode.FarCall, 8));

        // Identification, time, chance
        rows.Add(Mnemonic.Cpuid,        l => l.Cpuid());
        rows.Add(Mnemonic.Rdtsc,        l => l.Timestamp(MicroOpCode.ReadTimestamp));
        rows.Add(Mnemonic.Rdtscp,       l => l.Timestamp(MicroOpCode.ReadTimestampAndId));
        rows.Add(Mnemonic.Rdpid,        l => l.Rdpid());
        rows.Add(Mnemonic.Rdrand,       l => l.RandomNumber());
        rows.Add(Mnemonic.Rdseed,       l => l.RandomNumber());
        rows.Add(Mnemonic.Crc32,        l => l.Crc32());

        // Segments
        rows.Add(Mnemonic.Lss,          l => l.LoadFarPointer(2));
        rows.Add(Mnemonic.Lfs,          l => l.LoadFarPointer(4));
        rows.Add(Mnemonic.Lgs,          l => l.LoadFarPointer(5));
        rows.Add(Mnemonic.Swapgs,       l => l.Swapgs());
        rows.Add(Mnemonic.Rdfsbase,     l => l.ReadUserBase(4));
        rows.Add(Mnemonic.Rdgsbase,     l => l.ReadUserBase(5));
        rows.Add(Mnemonic.Wrfsbase,     l => l.WriteUserBase(4));
        rows.Add(Mnemonic.Wrgsbase,     l => l.WriteUserBase(5));
        rows.Add(Mnemonic.Lar,          l => l.InspectSelector(SelectorQuestion.AccessRights));
        rows.Add(Mnemonic.Lsl,          l => l.InspectSelector(SelectorQuestion.Limit));
        rows.Add(Mnemonic.Verr,         l => l.InspectSelector(SelectorQuestion.Readable));
        rows.Add(Mnemonic.Verw,         l => l.InspectSelector(SelectorQuestion.Writable));
        rows.Add(Mnemonic.Sgdt,         l => l.StoreSystemTable(SystemTable.Global));
        rows.Add(Mnemonic.Sidt,         l => l.StoreSystemTable(SystemTable.Interrupt));
        rows.Add(Mnemonic.Sldt,         l => l.ReadSystemSelector(SystemTable.Local));
        rows.Add(Mnemonic.Str,          l => l.ReadSystemSelector(SystemTable.Task));
        rows.Add(Mnemonic.Smsw,         l => l.Smsw());

        // Ports: CPL up to IOPL
        rows.Add(Mnemonic.Cli,          l => l.Cli());
        rows.Add(Mnemonic.Sti,          l => l.Sti());
        rows.Add(Mnemonic.In,           l => l.In());
        rows.Add(Mnemonic.Out,          l => l.Out());
        rows.Add(Mnemonic.Insb,         l => l.PortString(MicroOpCode.PortInputString, 1));
        rows.Add(Mnemonic.Insw,         l => l.PortString(MicroOpCode.PortInputString, 2));
        rows.Add(Mnemonic.Insd,         l => l.PortString(MicroOpCode.PortInputString, 4));
        rows.Add(Mnemonic.Outsb,        l => l.PortString(MicroOpCode.PortOutputString, 1));
        rows.Add(Mnemonic.Outsw,        l => l.PortString(MicroOpCode.PortOutputString, 2));
        rows.Add(Mnemonic.Outsd,        l => l.PortString(MicroOpCode.PortOutputString, 4));

        // CPL 0
        rows.Add(Mnemonic.Hlt,          l => l.Hlt());
        rows.Add(Mnemonic.Clts,         l => l.Clts());
        rows.Add(Mnemonic.Lmsw,         l => l.Lmsw());
        rows.Add(Mnemonic.Invd,         l => l.PrivilegedNop());
        rows.Add(Mnemonic.Wbinvd,       l => l.PrivilegedNop());
        rows.Add(Mnemonic.Wbnoinvd,     l => l.PrivilegedNop());
        rows.Add(Mnemonic.Invlpg,       l => l.Invlpg());
        rows.Add(Mnemonic.Lgdt,         l => l.LoadSystemTable(SystemTable.Global));
        rows.Add(Mnemonic.Lidt,         l => l.LoadSystemTable(SystemTable.Interrupt));
        rows.Add(Mnemonic.Lldt,         l => l.LoadSystemSelector(SystemTable.Local));
        rows.Add(Mnemonic.Ltr,          l => l.LoadSystemSelector(SystemTable.Task));
        rows.Add(Mnemonic.Rdmsr,        l => l.Rdmsr());
        rows.Add(Mnemonic.Wrmsr,        l => l.Wrmsr());
        rows.Add(Mnemonic.Rdpmc,        l => l.Rdpmc());
        rows.Add(Mnemonic.Sysexit,      l => l.Sysexit());
        rows.Add(Mnemonic.Sysexitq,     l => l.Sysexit());
        rows.Add(Mnemonic.Xsetbv,       l => l.Xsetbv());

        // Extended state
        rows.Add(Mnemonic.Xgetbv,       l => l.Xgetbv());
        rows.Add(Mnemonic.Xsave,        l => l.Xsave(XsaveForm.Standard, 4));
        rows.Add(Mnemonic.Xsave64,      l => l.Xsave(XsaveForm.Standard, 8));
        rows.Add(Mnemonic.Xsaveopt,     l => l.Xsave(XsaveForm.Optimized, 4));
        rows.Add(Mnemonic.Xsaveopt64,   l => l.Xsave(XsaveForm.Optimized, 8));
        rows.Add(Mnemonic.Xsavec,       l => l.Xsave(XsaveForm.Compacted, 4));
        rows.Add(Mnemonic.Xsavec64,     l => l.Xsave(XsaveForm.Compacted, 8));
        rows.Add(Mnemonic.Xrstor,       l => l.Xrstor(4));
        rows.Add(Mnemonic.Xrstor64,     l => l.Xrstor(8));

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
