using Iced.Intel;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Programs with breakpoints and single steps. Data is at RBX, RSI and RDI unless a case says otherwise; all memory is zero.</summary>
internal static class DebugCases
{
    private const ulong Code = OracleLayout.Code;
    private const ulong Data = OracleLayout.Data;
    private const ulong Other = Data + 0x100;
    private const ulong Hole = Data + OracleLayout.DataBytes;
    private const ulong StackTop = OracleLayout.Stack + (OracleLayout.StackBytes / 2);
    private const ulong Stepped = StartState.DefaultFlags | Rflags.TF;
    private const ushort UserData = 0x2b;
    private const BreakpointKind Write = BreakpointKind.Write;
    private const BreakpointKind ReadWrite = BreakpointKind.ReadWrite;

    public static IEnumerable<DebugCase> All => [.. Instructions, .. Accesses, .. AccessesByInstruction, .. Strings, .. Resuming, .. Shadows];

    private static IEnumerable<DebugCase> Instructions =>
    [
        Case("the second instruction", c => { c.nop(); c.inc(eax); }, [new(Code + 1)]),
        Case("the first instruction", c => { c.nop(); c.inc(eax); }, [new(Code)]),
        Case("the middle of an instruction", c => { c.mov(rax, 0L); c.nop(); }, [new(Code + 1)]),
        Case("stepped onto", c => { c.nop(); c.nop(); c.nop(); }, [new(Code + 1)], Stepped),
        Case("two on one", c => { c.nop(); c.nop(); }, [new(Code + 1), new(Code + 1)]),
        Case("every turn of a loop", c => { c.mov(ecx, 3); Label top = c.CreateLabel(); c.Label(ref top); c.inc(eax); c.dec(ecx); c.jnz(top); }, [new(Code + 5)]),
        Case("where nothing can be fetched", c => { c.xor(eax, eax); c.jmp(rax); }, [new(0)]),
        Case("behind a trap for data", c => { c.mov(rax, __[rbx]); c.mov(__[rbx + 8], eax); }, [new(Data, ReadWrite, 4), new(Data + 8, Write, 4), new(Code + 3)]),
        Case("stepping", c => { c.nop(); c.inc(eax); c.nop(); }, [], Stepped),
        Case("stepping over a jump", c => { Label over = c.CreateLabel(); c.jmp(over); c.nop(); c.Label(ref over); c.nop(); }, [], Stepped),
        Case("popf sets TF", c => { c.push((int)Stepped); c.popfq(); c.nop(); c.nop(); }, []),
        Case("popf clears TF", c => { c.push((int)StartState.DefaultFlags); c.popfq(); c.nop(); c.nop(); }, [], Stepped),
    ];

    private static IEnumerable<DebugCase> Accesses =>
    [
        Case("a write", c => c.mov(__dword_ptr[rbx], 1), [new(Data, Write, 4)]),
        Case("its last byte", c => c.mov(__dword_ptr[rbx], 1), [new(Data + 3, Write)]),
        Case("the byte behind it", c => c.mov(__dword_ptr[rbx], 1), [new(Data + 4, Write)]),
        Case("the byte before it", c => c.mov(__dword_ptr[rbx + 1], 1), [new(Data, Write)]),
        Case("8 bytes", c => c.mov(__dword_ptr[rbx + 4], 1), [new(Data, Write, 8)]),
        Case("low address bits of 8", c => c.mov(__byte_ptr[rbx], 1), [new(Data, Write, 8)]),
        Case("2 bytes", c => c.mov(__byte_ptr[rbx + 1], 1), [new(Data, Write, 2)]),
        Case("a read, waiting for writes", c => c.mov(eax, __[rbx]), [new(Data, Write, 4)]),
        Case("a read", c => c.mov(eax, __[rbx]), [new(Data, ReadWrite, 4)]),
        Case("stepped", c => { c.mov(rax, __[rbx]); c.nop(); }, [new(Data, ReadWrite, 4)], Stepped),
        Case("several", c => c.mov(__[rbx], eax), [new(Data, Write, 4), new(Data, ReadWrite, 4), new(Data + 4, Write, 4)]),
        Case("both operands", c => c.movsb(), [new(Data, ReadWrite), new(Other, Write)]),
        Case("across pages", c => c.movdqu(__[rbx + 0xff8], xmm0), [new(Data + 0x1000, Write)]),
        Case("in code that is fetched", c => { c.nop(); c.nop(); }, [new(Code + 1, ReadWrite)]),
        Case("a store into the code behind it", c => { c.mov(__byte_ptr[Code + 8], 0x90); c.int3(); }, [new(Code + 8, Write)]),
        Case("met by an instruction that faults", c => c.push(__qword_ptr[rbx]), [new(Data, ReadWrite, 8)], gpr: r => r[4] = OracleLayout.Stack),
        Case("met by a move that faults", c => c.movsb(), [new(Data, ReadWrite)], gpr: r => r[7] = 0),
    ];

    private static IEnumerable<DebugCase> AccessesByInstruction =>
    [
        Case("add", c => c.add(__[rbx], ecx), [new(Data, Write, 4)]),
        Case("bt", c => c.bt(__dword_ptr[rbx], ecx), [new(Data + 7, ReadWrite)], gpr: r => r[1] = 33),
        Case("xchg", c => c.xchg(__[rbx], eax), [new(Data, Write, 4)]),
        Case("cmpxchg that fails", c => c.cmpxchg(__[rbx], ecx), [new(Data, Write, 4)], gpr: r => r[0] = 5),
        Case("lock cmpxchg that fails", c => c.@lock.cmpxchg(__[rbx], ecx), [new(Data, Write, 4)], gpr: r => r[0] = 5),
        Case("cmpxchg8b that fails", c => c.cmpxchg8b(__[rbx]), [new(Data + 4, Write, 4)], gpr: r => r[0] = 5),
        Case("cmpxchg16b that fails", c => c.cmpxchg16b(__[rbx]), [new(Data + 8, Write, 4)], gpr: r => r[0] = 5),
        Case("cmov not taken", c => { c.test(al, al); c.cmovnz(eax, __[rbx]); }, [new(Data, ReadWrite, 4)]),
        Case("lock inc across lines", c => c.@lock.inc(__dword_ptr[rbx + 0x3e]), [new(Data + 0x41, Write)]),
        Case("call", c => { Label next = c.CreateLabel(); c.call(next); c.Label(ref next); c.nop(); }, [new(StackTop - 8, Write, 8)]),
        Case("push and pop", c => { c.push(rax); c.pop(rcx); }, [new(StackTop - 8, ReadWrite, 8)]),
        Case("pop to memory", c => c.pop(__qword_ptr[rbx]), [new(Data, Write, 8)]),
        Case("enter, which only asks whether its frame can be written", c => c.enter(64, 0), [new(StackTop - 72, ReadWrite, 8)]),
        Case("clflush", c => c.clflush(__[rbx]), [new(Data, ReadWrite, 4)]),
        Case("prefetch", c => { c.prefetchw(__[rbx]); c.prefetcht0(__[rbx]); }, [new(Data, ReadWrite, 4)]),
        Case("fxsave, its end", c => Save(c), [new(Data + 464, Write, 4)]),
        Case("fxsave, MXCSR", c => Save(c), [new(Data + 24, Write, 4)]),
        Case("fnstenv", c => c.fnstenv(__[rbx]), [new(Data + 24, Write, 4)]),
        Case("movdqu", c => c.movdqu(__[rbx], xmm0), [new(Data + 15, Write)]),
        Case("vmovdqu", c => { c.vmovdqu(ymm1, __[rbx]); c.vmovdqu(__[rbx], ymm1); }, [new(Data + 31, ReadWrite)]),
        Case("vmaskmov, stored", c => { LowHalf(c); c.vpmaskmovd(__[rbx], xmm2, xmm0); }, [new(Data, Write, 4)]),
        Case("vmaskmov, not stored", c => { LowHalf(c); c.vpmaskmovd(__[rbx], xmm2, xmm0); }, [new(Data + 12, Write, 4)]),
        Case("vmaskmov, not loaded", c => { LowHalf(c); c.vpmaskmovd(xmm0, xmm2, __[rbx]); }, [new(Data + 12, ReadWrite, 4)]),
        Case("maskmovdqu, stored", c => { Bytes(c); c.maskmovdqu(xmm0, xmm2); }, [new(Other + 7, Write)]),
        Case("maskmovdqu, not stored", c => { Bytes(c); c.maskmovdqu(xmm0, xmm2); }, [new(Other + 8, ReadWrite, 8)]),
        Case("maskmovq, stored", c => { c.pcmpeqd(mm2, mm2); c.psrlq(mm2, 32); c.maskmovq(mm0, mm2); }, [new(Other + 3, Write)]),
        Case("maskmovq, not stored", c => { c.pcmpeqd(mm2, mm2); c.psrlq(mm2, 32); c.maskmovq(mm0, mm2); }, [new(Other + 4, ReadWrite, 4)]),
        Case("gather", c => { c.vpcmpeqd(ymm2, ymm2, ymm2); c.vpxor(ymm1, ymm1, ymm1); c.vpgatherdd(ymm0, __[rbx + (ymm1 * 4)], ymm2); }, [new(Data, ReadWrite, 4)]),
        Case("gather that faults behind an element", GatherIntoHole, [new(Data + 4, ReadWrite, 4)]),
    ];

    private static IEnumerable<DebugCase> Strings =>
    [
        .. new (string Name, Action<Assembler> Emit)[]
        {
            ("rep movsb", c => c.rep.movsb()), ("rep movsd", c => c.rep.movsd()), ("rep stosb", c => c.rep.stosb()), ("rep stosq", c => c.rep.stosq()),
            ("rep lodsb", c => c.rep.lodsb()), ("repe cmpsb", c => c.repe.cmpsb()), ("repe cmpsd", c => c.repe.cmpsd()), ("repne scasb", c => c.repne.scasb()),
        }.SelectMany(s => (DebugCase[])
        [
            Case($"{s.Name}, stepped", s.Emit, [], Stepped | Rflags.CF, r => (r[0], r[1]) = (5, 3)),
            Case($"{s.Name}, stepped, of nothing", s.Emit, [], Stepped | Rflags.CF),
            Case($"{s.Name}, source", s.Emit, [new(Data + 4, ReadWrite, 4)], StartState.DefaultFlags | Rflags.CF, r => (r[0], r[1]) = (5, 12)),
            Case($"{s.Name}, destination", s.Emit, [new(Other + 4, ReadWrite, 4)], StartState.DefaultFlags | Rflags.CF, r => (r[0], r[1]) = (5, 12)),
            Case($"{s.Name}, written", s.Emit, [new(Other + 4, Write, 2)], Stepped, r => (r[0], r[1]) = (5, 6)),
            Case($"{s.Name}, the last element", s.Emit, [new(Other + 3, ReadWrite)], gpr: r => (r[0], r[1]) = (5, 4)),
            Case($"{s.Name}, with an instruction breakpoint", c => { c.nop(); s.Emit(c); }, [new(Other + 2, ReadWrite), new(Code + 1)], gpr: r => (r[0], r[1]) = (5, 4)),
        ]),
        Case("rep movsb, long", c => c.rep.movsb(), [new(Other + 0x40, Write, 4)], gpr: r => r[1] = 0x100),
        Case("rep movsb, backwards", c => { c.std(); c.rep.movsb(); c.cld(); }, [new(Other - 2, Write)], gpr: r => (r[1], r[6]) = (5, Data + 8)),
        Case("rep stosd, backwards, stepped", c => { c.std(); c.rep.stosd(); c.cld(); }, [], Stepped, r => r[1] = 3),
        Case("rep movsb that faults behind what it met", c => c.rep.movsb(), [new(Data + 3, ReadWrite)], gpr: r => (r[1], r[7]) = (6, Hole - 4)),
        Case("repe cmpsb that ends before its count", c => { c.mov(__byte_ptr[rsi + 1], 1); c.repe.cmpsb(); }, [new(Other + 1, ReadWrite)], gpr: r => r[1] = 5),
        Case("repe scasb that ends before its count, stepped", c => c.repe.scasb(), [], Stepped, r => (r[0], r[1]) = (5, 5)),
    ];

    private static IEnumerable<DebugCase> Resuming =>
    [
        Case("started with RF", c => { c.nop(); c.nop(); }, [new(Code)], StartState.DefaultFlags | Rflags.RF),
        Case("pushf does not show RF", c => { c.pushfq(); c.pop(rax); }, [new(Code)], StartState.DefaultFlags | Rflags.RF),
        Case("popf does not load RF", c => { c.push(0x10202); c.popfq(); c.nop(); }, [new(Code + 6)]),
        Case("iret loads RF", c => Return(c, Rflags.RF), [new(ReturnTarget)]),
        Case("iret loads no RF", c => Return(c, 0), [new(ReturnTarget)]),
        Case("RF holds for one instruction", c => Return(c, Rflags.RF), [new(ReturnTarget + 1)]),
        Case("iret loads RF and TF", c => Return(c, Rflags.RF | Rflags.TF), [new(ReturnTarget), new(ReturnTarget + 1)]),
        Case("RF and a fault", c => c.ud2(), [new(Code)], StartState.DefaultFlags | Rflags.RF),
        Case("a fault sets RF", c => c.mov(eax, __[0]), []),
        Case("a fault sets RF for #GP", c => { c.mov(rax, 0x8000_0000_0000_0000); c.mov(al, __[rax]); }, []),
        Case("int3 does not", c => c.nop(), [new(Code)]),
    ];

    private static IEnumerable<DebugCase> Shadows =>
    [
        Case("mov ss, stepped", c => { c.mov(ss, eax); c.nop(); c.nop(); }, [], Stepped, r => r[0] = UserData),
        Case("three times, stepped", c => { c.mov(ss, eax); c.mov(ss, eax); c.mov(ss, eax); c.nop(); c.nop(); }, [], Stepped, r => r[0] = UserData),
        Case("mov ds, stepped", c => { c.mov(ds, eax); c.nop(); }, [], Stepped, r => r[0] = UserData),
        Case("an instruction breakpoint behind mov ss", c => { c.mov(ss, eax); c.nop(); c.nop(); }, [new(Code + 2)], gpr: r => r[0] = UserData),
        Case("mov ss from memory", c => { Selector(c); c.mov(ss, __word_ptr[rbx]); c.nop(); c.nop(); }, [new(Data, ReadWrite, 2)]),
        Case("mov ss from memory, stepped", c => { Selector(c); c.mov(ss, __word_ptr[rbx]); c.nop(); c.nop(); }, [new(Data, ReadWrite, 2)], Stepped),
        Case("mov ss from memory, then an instruction breakpoint", c => { Selector(c); c.mov(ss, __word_ptr[rbx]); c.nop(); c.nop(); }, [new(Data, ReadWrite, 2), new(Code + 7)]),
        Case("mov ss from memory, then a fault", c => { Selector(c); c.mov(ss, __word_ptr[rbx]); c.mov(eax, __[0]); }, [new(Data, ReadWrite, 2)]),
        Case("mov ss that faults", c => { c.mov(ss, __word_ptr[rbx]); c.nop(); }, [new(Data, ReadWrite, 2)]),
        Case("a write behind mov ss", c => { c.mov(ss, eax); c.mov(__[rbx], eax); c.nop(); }, [new(Data, Write, 4)], Stepped, r => r[0] = UserData),
        Case("lss casts none", c => { c.mov(__word_ptr[rbx + 4], UserData); c.mov(__dword_ptr[rbx], (int)StackTop); c.lss(esp, __[rbx]); c.nop(); }, [], Stepped),
    ];

    /// <summary>Where <see cref="Return"/> goes: three NOP before its end.</summary>
    private static ulong ReturnTarget => Code + (ulong)Assemble(c => Return(c, 0)).Length - 3;

    /// <summary>IRET to two NOP behind it, with flags added to the present ones.</summary>
    private static void Return(Assembler c, ulong set)
    {
        Label target = c.CreateLabel();
        c.push(UserData);
        c.push(rsp);
        c.pushfq();
        // The reserved bit makes the immediate, and so the code, of the same length for all flags.
        c.or(__dword_ptr[rsp], (int)(set | 0x8000));
        c.push(0x33);
        c.lea(rax, __[target]);
        c.push(rax);
        c.iretq();
        c.Label(ref target);
        c.nop();
        c.nop();
    }

    /// <summary>FXSAVE without the mask of MXCSR, in which models differ.</summary>
    private static void Save(Assembler c)
    {
        c.fxsave(__[rbx]);
        c.mov(__dword_ptr[rbx + 28], 0);
    }

    private static void Selector(Assembler c) => c.mov(__word_ptr[rbx], UserData);

    /// <summary>XMM2 selects the lower two of four elements.</summary>
    private static void LowHalf(Assembler c)
    {
        c.vpcmpeqd(xmm2, xmm2, xmm2);
        c.vpsrldq(xmm2, xmm2, 8);
    }

    /// <summary>XMM2 selects the lower eight of sixteen bytes.</summary>
    private static void Bytes(Assembler c)
    {
        c.pcmpeqd(xmm2, xmm2);
        c.psrldq(xmm2, 8);
    }

    private static void GatherIntoHole(Assembler c)
    {
        c.mov(__dword_ptr[rsp - 8], 1);
        c.mov(__dword_ptr[rsp - 4], OracleLayout.DataBytes);
        c.vmovq(xmm1, __[rsp - 8]);
        c.vpcmpeqd(xmm2, xmm2, xmm2);
        c.vpgatherdd(xmm0, __[rbx + (xmm1 * 4)], xmm2);
    }

    private static DebugCase Case(string name, Action<Assembler> emit, Breakpoint[] breakpoints, ulong flags = StartState.DefaultFlags, Action<ulong[]>? gpr = null)
    {
        DebugCase test = new(name, Assemble(emit)) { Rflags = flags };
        test.Gpr[3] = Data;
        test.Gpr[6] = Data;
        test.Gpr[7] = Other;
        gpr?.Invoke(test.Gpr);
        test.Breakpoints.AddRange(breakpoints);
        return test;
    }

    private static byte[] Assemble(Action<Assembler> emit)
    {
        Assembler assembler = new(64);
        emit(assembler);
        assembler.nop();
        return assembler.ToBytes(Code);
    }
}
