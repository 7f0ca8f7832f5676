using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>What single instructions do not show: flags across branches, control flow, code that changes, state images, alignment checks, faults of fetch.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class SequenceOracleTests(Tier tier)
{
    private const int States = 40;

    private OracleSession _session = null!;

    private delegate void Producer(Assembler assembler);

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Conditions_of_every_producer()
    {
        List<OracleGroup> groups = [];
        foreach ((string name, Producer produce) in Producers())
        {
            Assembler probe = new(64);
            produce(probe);
            ulong undefined = 0;
            foreach (Instruction instruction in probe.Instructions)
                undefined = (undefined & ~FlagRules.Defined(instruction)) | FlagRules.Undefined(instruction);
            groups.Add(Group($"setcc after {name}", c =>
            {
                produce(c);
                for (int i = 0; i < 16; i++)
                {
                    if (IsReadable(i, undefined))
                        c.AddInstruction(Instruction.Create(Code.Seto_rm8 + i, __byte_ptr[rbx + i].ToMemoryOperand(64)));
                }
            }, undefined));
            groups.Add(Group($"cmovcc after {name}", c =>
            {
                produce(c);
                for (int i = 0; i < 16; i++)
                {
                    if (IsReadable(i, undefined))
                        c.AddInstruction(Instruction.Create(Code.Cmovo_r64_rm64 + (3 * i), i % 2 == 0 ? Register.R10 : Register.R11, i % 3 == 0 ? Register.R14 : Register.R15));
                }
            }, undefined));
            groups.Add(Group($"jcc after {name}", c =>
            {
                produce(c);
                for (int i = 0; i < 16; i++)
                {
                    if (!IsReadable(i, undefined))
                        continue;
                    Label over = c.CreateLabel();
                    Branch(c, i, over);
                    c.lea(r10, __[r10 + (1 << i)]);
                    c.Label(ref over);
                }

                c.nop();
            }, undefined));
        }

        _session.Check(groups);
    }

    [Test]
    public void Control_flow() => _session.Check(
    [
        Group("call and ret", c =>
        {
            Label function = c.CreateLabel();
            Label end = c.CreateLabel();
            c.call(function);
            c.add(rax, rcx);
            c.call(function);
            c.jmp(end);
            c.Label(ref function);
            c.add(rax, rdx);
            c.adc(r8, 0);
            c.ret();
            c.Label(ref end);
            c.nop();
        }),
        Group("indirect calls and ret n", c =>
        {
            Label function = c.CreateLabel();
            Label end = c.CreateLabel();
            c.lea(r10, __[function]);
            c.mov(__[rbx], r10);
            c.push(rax);
            c.call(r10);
            c.push(rdx);
            c.call(__qword_ptr[rbx]);
            c.lea(r11, __[end]);
            c.jmp(r11);
            c.ud2();
            c.Label(ref function);
            c.add(rcx, __[rsp + 8]);
            c.ret(8);
            c.Label(ref end);
            c.nop();
        }),
        Group("loop, loope, loopne, jrcxz, jecxz", c =>
        {
            Label first = c.CreateLabel();
            Label second = c.CreateLabel();
            Label third = c.CreateLabel();
            Label over = c.CreateLabel();
            c.and(ecx, 15);
            c.jrcxz(over);
            c.Label(ref first);
            c.add(rax, rcx);
            c.loop(first);
            c.mov(ecx, 9);
            c.Label(ref second);
            c.dec(rdx);
            c.cmp(dl, 3);
            c.loopne(second);
            c.mov(ecx, 5);
            c.Label(ref third);
            c.inc(r8);
            c.test(r8b, 1);
            c.loope(third);
            c.Label(ref over);
            c.mov(rcx, 0x1_0000_0000);
            // JECXZ over UD2; the assembler has it for 32-bit code only.
            c.db(0x67, 0xe3, 0x02);
            c.ud2();
            c.nop();
        }),
        Group("nested loops over memory, flags carried round", c =>
        {
            Label outer = c.CreateLabel();
            Label inner = c.CreateLabel();
            c.mov(r9d, 5);
            c.Label(ref outer);
            c.xor(esi, esi);
            c.mov(r10d, 20);
            c.clc();
            c.Label(ref inner);
            c.mov(rax, __[rbx + (rsi * 8)]);
            c.adc(__[rbx + (rsi * 8) + 0x200], rax);
            c.lea(rsi, __[rsi + 1]);
            c.dec(r10d);
            c.jnz(inner);
            c.setc(dl);
            c.sub(r9d, 1);
            c.jnz(outer);
        }),
        Group("stack frames", c =>
        {
            c.push(rsp);
            c.push(__qword_ptr[rsp]);
            c.pop(__qword_ptr[rsp]);
            c.enter(0x20, 0);
            c.mov(__[rbp - 8], rax);
            c.push(-3);
            c.push(0x1234_5678);
            c.leave();
            c.pop(r9);
            c.mov(rax, rsp);
            c.push(rax);
            c.pop(rsp);
        }),
        Group("pop into its own stack pointer's memory", c =>
        {
            c.push(rax);
            c.push(rdx);
            c.pop(__qword_ptr[rsp + 8]);
            c.pop(rcx);
            c.push(rbx);
            c.pop(sp);
            c.mov(rsp, rbp);
        }),
        Group("iretq to the same privilege", c =>
        {
            Label there = c.CreateLabel();
            c.mov(rcx, rsp);
            c.mov(eax, ss);
            c.push(rax);
            c.lea(rcx, __[rcx - 64]);
            c.push(rcx);
            c.pushfq();
            c.xor(__dword_ptr[rsp], 0x0c95);
            c.mov(eax, cs);
            c.push(rax);
            c.lea(rdx, __[there]);
            c.push(rdx);
            c.iretq();
            c.ud2();
            c.Label(ref there);
            c.nop();
        }),
        Group("cpuid's unchanged upper halves", c =>
        {
            c.pushfq();
            c.pop(rax);
            c.mov(ecx, ecx);
            c.bswap(rcx);
        }),
    ]);

    [Test]
    public void Code_that_changes_takes_effect() => _session.Check(
    [
        Group("the opcode of an instruction ahead", c =>
        {
            Label patched = c.CreateLabel();
            Label opcode = c.CreateLabel();
            c.mov(__[opcode], ax);
            c.jmp(patched);
            c.nop();
            c.Label(ref patched);
            c.db(0x48);
            c.Label(ref opcode);
            c.db(0x01, 0xc8);
            c.nop();
        }, patchOpcode: true),
        Group("a loop that rewrites its own addend", c =>
        {
            Label top = c.CreateLabel();
            Label addend = c.CreateLabel();
            c.mov(ecx, 6);
            c.Label(ref top);
            c.db(0x83, 0xc0);
            c.Label(ref addend);
            c.db(0x11);
            c.add(__byte_ptr[addend], 3);
            c.dec(ecx);
            c.jnz(top);
        }),
        Group("data beside code", c =>
        {
            Label data = c.CreateLabel();
            Label top = c.CreateLabel();
            Label end = c.CreateLabel();
            c.mov(ecx, 10);
            c.Label(ref top);
            c.add(__[data], rax);
            c.rol(rax, 3);
            c.dec(ecx);
            c.jnz(top);
            c.jmp(end);
            c.Label(ref data);
            c.dq(0x1234);
            c.Label(ref end);
            c.mov(rdx, __[data]);
        }),
    ]);

    [Test]
    public void Long_strings() => _session.Check(
    [
        Group("rep movsb over pages", c => Strings(c, 0x2000, 0x0123, 0x1456, x => x.rep.movsb())),
        Group("rep movsq overlapping forwards", c => Strings(c, 0x600, 0x0103, 0x010b, x => x.rep.movsq())),
        Group("rep movsd backwards over pages", c => Strings(c, 0x700, 0x2ff1, 0x2ff5, x =>
        {
            x.std();
            x.rep.movsd();
            x.cld();
        })),
        Group("rep stosq, all of the data, then into what is read-only", c => Strings(c, 0x900, 0, 8, x => x.rep.stosq())),
        Group("rep stosb, none", c => Strings(c, 0, 0, 8, x => x.rep.stosb())),
        Group("rep lodsw", c => Strings(c, 0x1800, 0x10, 0, x => x.rep.lodsw())),
        Group("repe cmpsb of equal memory, up to a fault", c => Strings(c, 0x8000, 0x111, 0x111, x => x.repe.cmpsb()), faultFlagsOpen: true),
        Group("repne scasq for what is not there", c => Strings(c, 0x7f0, 0, 0x31, x => x.repne.scasq())),
        Group("clear, then compare backwards", c =>
        {
            Strings(c, 0x3f00, 0, 0x80, x => x.rep.stosb());
            Strings(c, 0x3e00, 0x3f00, 0x3e80, x =>
            {
                x.std();
                x.repe.cmpsb();
                x.cld();
            });
        }),
    ]);

    [Test]
    public void Code_across_a_page_end()
    {
        List<OracleGroup> groups = [];
        for (int before = 0; before < 40; before++)
        {
            groups.Add(Group($"{before} bytes before the page's end", c =>
            {
                Label top = c.CreateLabel();
                c.mov(ecx, 3);
                c.Label(ref top);
                c.mov(r8, 0x1234_5678_9abc_def0);
                c.xor(rax, r8);
                c.add(__dword_ptr[rbx + 0x40], 0x1234_5678);
                c.dec(ecx);
                c.jnz(top);
            }, offset: 0x1000 - before, states: 3));
        }

        _session.Check(groups);
    }

    [Test]
    public void Fetches_that_fault()
    {
        List<OracleGroup> groups =
        [
            Group("a jump to nowhere", c =>
            {
                c.inc(rax);
                c.jmp(OracleLayout.Hole + 0x123);
            }),
            Group("a call to data that is not executable", c =>
            {
                c.mov(eax, (uint)OracleLayout.Data + 0x10);
                c.call(rax);
            }),
            Group("a return to nowhere", c =>
            {
                c.push(0x3333_0000);
                c.ret();
            }),
        ];
        // The last instruction's bytes run into the hole behind the code region.
        for (int have = 1; have < 10; have++)
        {
            byte[] code = Convert.FromHexString("48B8F0DEBC9A78563412")[..have];
            groups.Add(new OracleGroup { Name = $"{have} bytes of a ten-byte move", Code = code, Offset = 0x2000 - have, Cases = { new FormStates(5).Any() } });
        }

        _session.Check(groups);
    }

    [Test]
    public void Encodings_that_are_none()
    {
        string[] encodings =
        [
            "0F0B", "0FB9C0", "0FFFC0", "06", "27", "37", "D6", "F001D8", "F08B03", "8EC8", "8DC0", "FFF8", "C6C801", "0FC7C8", "F30FC7C8", "EA", "9A",
            "666666666666666666666666666666", "0FAEFF90", "82C001", "F4", "FA", "FB", "0F20C0", "0F30", "0F32", "0F00D8", "0F22D8", "EE", "EC", "E620", "0F06", "0F08", "0F09",
        ];
        _session.Check(encodings
            .Select(e => Raw(e, Convert.FromHexString(e))));
    }

    [Test]
    public void Alignment_checks()
    {
        List<OracleGroup> groups = [];
        foreach ((string name, Producer access) in Accesses())
        {
            Assembler probe = new(64);
            access(probe);
            OracleGroup group = new() { Name = $"AC: {name}", Code = Encode(access, 0), UndefinedFlags = FlagRules.Undefined(probe.Instructions[0]) };
            FormStates states = new(9);
            for (int i = 0; i < 32; i++)
            {
                StartState state = states.Any();
                // Whether a 16-byte move for unaligned data minds an address of 8 modulo 16 is the processor's choice.
                if ((i & 15) == 8 && probe.Instructions[0].Mnemonic is (Mnemonic.Movdqu or Mnemonic.Movups))
                    continue;
                state.Gpr[3] = OracleLayout.Data + 0x400 + (ulong)i;
                state.Gpr[6] = OracleLayout.Data + 0x500 + (ulong)(i >> 1);
                state.Gpr[7] = OracleLayout.Data + 0x600 + (ulong)(i >> 2);
                state.Gpr[4] += (ulong)(i & 7);
                state.Gpr[1] = 3;
                state.Rflags |= Rflags.AC;
                group.Cases.Add(state);
            }

            groups.Add(group);
        }

        _session.Check(groups);
    }

    [Test]
    public void Alignment_checks_begin_and_end_with_the_flag() => _session.Check(
    [
        Group("popf sets AC", c =>
        {
            c.mov(rax, __[rbx + 1]);
            c.pushfq();
            c.or(__dword_ptr[rsp], 0x40000);
            c.popfq();
            c.mov(rcx, __[rbx + 8]);
            c.mov(rdx, __[rbx + 1]);
        }),
        Group("popf clears AC", c =>
        {
            c.pushfq();
            c.or(__dword_ptr[rsp], 0x40000);
            c.popfq();
            c.pushfq();
            c.and(__dword_ptr[rsp], ~0x40000);
            c.popfq();
            c.mov(rdx, __[rbx + 1]);
        }),
    ]);

    private static void Strings(Assembler c, int count, int source, int destination, Producer instruction)
    {
        c.mov(ecx, count);
        c.mov(esi, (int)OracleLayout.Data + source);
        c.mov(edi, (int)OracleLayout.Data + destination);
        instruction(c);
    }

    private static bool IsReadable(int condition, ulong undefined)
    {
        Instruction instruction = default;
        instruction.Code = Code.Seto_rm8 + condition;
        return (FlagRules.Read(instruction) & undefined) == 0;
    }

    private static void Branch(Assembler c, int condition, Label target)
    {
        switch (condition)
        {
            case 0: c.jo(target); break;
            case 1: c.jno(target); break;
            case 2: c.jb(target); break;
            case 3: c.jae(target); break;
            case 4: c.je(target); break;
            case 5: c.jne(target); break;
            case 6: c.jbe(target); break;
            case 7: c.ja(target); break;
            case 8: c.js(target); break;
            case 9: c.jns(target); break;
            case 10: c.jp(target); break;
            case 11: c.jnp(target); break;
            case 12: c.jl(target); break;
            case 13: c.jge(target); break;
            case 14: c.jle(target); break;
            default: c.jg(target); break;
        }
    }

    private static byte[] Encode(Producer write, int offset)
    {
        Assembler assembler = new(64);
        write(assembler);
        assembler.int3();
        return assembler.ToBytes(OracleLayout.Code + (ulong)offset);
    }

    private static OracleGroup Group(string name, Producer write, ulong undefined = 0, int offset = 0, int states = States, bool patchOpcode = false,
        bool faultFlagsOpen = false)
    {
        OracleGroup group = new()
        {
            Name = name,
            Code = Encode(write, offset),
            Offset = offset,
            UndefinedFlags = undefined,
            UndefinedFlagsAtFault = faultFlagsOpen ? Rflags.Arithmetic : 0,
            IsFaultAddressOpen = faultFlagsOpen,
        };
        FormStates source = new(77);
        for (int i = 0; i < states; i++)
        {
            StartState state = source.Any();
            state.Gpr[3] = OracleLayout.Data + 0x1000 - (ulong)(8 * source.Next(4));
            // The code stores AX over the opcode and ModRM of a REX.W instruction: one of the ALU operations on rax, rcx.
            if (patchOpcode)
                state.Gpr[0] = (state.Gpr[0] & ~0xffffUL) | 0xc801u + (uint)(8 * source.Next(8));
            group.Cases.Add(state);
        }

        return group;
    }

    private static OracleGroup Raw(string name, byte[] code)
    {
        OracleGroup group = new() { Name = name, Code = [.. code, 0xcc] };
        FormStates source = new(3);
        StartState state = source.Any();
        state.Gpr[3] = OracleLayout.Data + 0x400;
        state.Gpr[0] = OracleLayout.Data + 0x500;
        group.Cases.Add(state);
        return group;
    }

    private static IEnumerable<(string Name, Producer Access)> Accesses() =>
    [
        ("mov rax, [rbx]", c => c.mov(rax, __[rbx])),
        ("mov [rbx], eax", c => c.mov(__[rbx], eax)),
        ("mov [rbx], ax", c => c.mov(__[rbx], ax)),
        ("mov [rbx], al", c => c.mov(__[rbx], al)),
        ("add [rbx], rax", c => c.add(__[rbx], rax)),
        ("push rax", c => c.push(rax)),
        ("pop rax", c => c.pop(rax)),
        ("call", c =>
        {
            Label next = c.CreateLabel();
            c.call(next);
            c.Label(ref next);
            c.nop();
        }),
        ("lea rax, [rbx+1]", c => c.lea(rax, __[rbx + 1])),
        ("movsq", c => c.movsq()),
        ("rep movsd", c => c.rep.movsd()),
        ("stosw", c => c.stosw()),
        ("cmpsq", c => c.cmpsq()),
        ("movd", c => c.movd(xmm0, __[rbx])),
        ("movq store", c => c.movq(__[rbx], xmm0)),
        ("movdqu", c => c.movdqu(xmm1, __[rbx])),
        ("movups store", c => c.movups(__[rbx], xmm1)),
        ("movdqa", c => c.movdqa(xmm1, __[rbx])),
        ("paddb", c => c.paddb(xmm1, __[rbx])),
        ("movlps", c => c.movlps(xmm1, __[rbx])),
        ("bt", c => c.bt(__word_ptr[rbx], ax)),
        ("cmpxchg", c => c.cmpxchg(__[rbx], edx)),
        ("fnstcw", c => c.fnstcw(__[rbx])),
        ("stmxcsr", c => c.stmxcsr(__[rbx])),
        ("movbe", c => c.movbe(rax, __[rbx])),
        ("enter, leave", c =>
        {
            c.enter(16, 0);
            c.leave();
        }),
    ];

    private static IEnumerable<(string Name, Producer Produce)> Producers() =>
    [
        ("nothing", c => c.nop()),
        ("add b", c => c.add(al, dl)), ("add w", c => c.add(ax, dx)), ("add d", c => c.add(eax, edx)), ("add q", c => c.add(rax, rdx)),
        ("sub b", c => c.sub(al, dl)), ("sub w", c => c.sub(ax, dx)), ("sub d", c => c.sub(eax, edx)), ("sub q", c => c.sub(rax, rdx)),
        ("adc b", c => c.adc(al, dl)), ("adc w", c => c.adc(ax, dx)), ("adc d", c => c.adc(eax, edx)), ("adc q", c => c.adc(rax, rdx)),
        ("sbb b", c => c.sbb(al, dl)), ("sbb w", c => c.sbb(ax, dx)), ("sbb d", c => c.sbb(eax, edx)), ("sbb q", c => c.sbb(rax, rdx)),
        ("cmp b", c => c.cmp(ah, 5)), ("cmp w", c => c.cmp(ax, __[rbx])), ("cmp d", c => c.cmp(eax, -1)), ("cmp q", c => c.cmp(rax, 0x7fff_ffff)),
        ("test b", c => c.test(al, dl)), ("test q", c => c.test(rax, rax)), ("and w", c => c.and(ax, dx)), ("or d", c => c.or(eax, edx)), ("xor q", c => c.xor(rax, rdx)),
        ("xor self", c => c.xor(eax, eax)), ("sub self", c => c.sub(rax, rax)),
        ("inc b", c => c.inc(al)), ("inc d", c => c.inc(eax)), ("inc q", c => c.inc(rax)), ("dec b", c => c.dec(al)), ("dec w", c => c.dec(ax)), ("dec q", c => c.dec(rax)),
        ("add, inc", c => { c.add(rax, rdx); c.inc(rcx); }), ("sub, dec", c => { c.sub(eax, edx); c.dec(cl); }),
        ("inc, adc", c => { c.inc(rcx); c.adc(rax, rdx); }), ("cmp, sbb", c => { c.cmp(rax, rdx); c.sbb(rcx, rcx); }),
        ("neg b", c => c.neg(al)), ("neg q", c => c.neg(rax)), ("xadd d", c => c.xadd(eax, edx)), ("cmpxchg q", c => c.cmpxchg(rdx, r8)),
        ("shl 1", c => c.shl(rax, 1)), ("shl 5", c => c.shl(eax, 5)), ("shl cl", c => c.shl(rax, cl)), ("shr 1", c => c.shr(al, 1)), ("shr cl", c => c.shr(eax, cl)),
        ("sar 1", c => c.sar(ax, 1)), ("sar cl", c => c.sar(rax, cl)), ("shld", c => c.shld(rax, rdx, 4)), ("shrd cl", c => c.shrd(eax, edx, cl)),
        ("rol 1", c => c.rol(rax, 1)), ("rol cl", c => c.rol(eax, cl)), ("ror 3", c => c.ror(ax, 3)), ("rcl 1", c => c.rcl(al, 1)), ("rcr cl", c => c.rcr(rax, cl)),
        ("cmp, rol", c => { c.cmp(rax, rdx); c.rol(rcx, 1); }), ("cmp, shl by 0", c => { c.cmp(rax, rdx); c.shl(ecx, 32); }),
        ("mul", c => c.mul(rdx)), ("imul 1", c => c.imul(edx)), ("imul 2", c => c.imul(rax, rdx)), ("imul 3", c => c.imul(ax, dx, 100)),
        ("bt", c => c.bt(rax, rdx)), ("bts", c => c.bts(eax, 7)), ("btr memory", c => c.btr(__qword_ptr[rbx], 60)), ("cmp, bt", c => { c.cmp(rax, rdx); c.bt(ecx, 3); }),
        ("bsf", c => c.bsf(r8, rdx)), ("bsr", c => c.bsr(r8d, edx)), ("popcnt", c => c.popcnt(rax, rdx)), ("lzcnt", c => c.lzcnt(rax, rdx)), ("tzcnt", c => c.tzcnt(eax, edx)),
        ("andn", c => c.andn(rax, rdx, rcx)), ("blsr", c => c.blsr(rax, rdx)), ("blsi", c => c.blsi(eax, edx)), ("blsmsk", c => c.blsmsk(rax, rdx)),
        ("bextr", c => c.bextr(rax, rdx, rcx)), ("bzhi", c => c.bzhi(eax, edx, ecx)),
        ("clc", c => c.clc()), ("stc", c => c.stc()), ("add, cmc", c => { c.add(rax, rdx); c.cmc(); }), ("sahf", c => c.sahf()), ("sub, lahf, sahf", c => { c.sub(rax, rdx); c.lahf(); c.sahf(); }),
        ("push, popf", c => { c.and(edx, 0xcd5); c.push(rdx); c.popfq(); }),
        ("cmpsb", c => { c.lea(rsi, __[rbx]); c.lea(rdi, __[rbx + 3]); c.cmpsb(); }), ("repne scasb", c => { c.lea(rdi, __[rbx]); c.mov(ecx, 50); c.repne.scasb(); }),
        ("lock add", c => c.@lock.add(__qword_ptr[rbx], rax)), ("lock dec", c => c.@lock.dec(__dword_ptr[rbx])), ("lock xadd", c => c.@lock.xadd(__[rbx], edx)),
        ("lock cmpxchg8b", c => c.@lock.cmpxchg8b(__[rbx])),
    ];
}
