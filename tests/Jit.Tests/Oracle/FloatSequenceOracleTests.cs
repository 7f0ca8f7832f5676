using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Several floating-point instructions together: what an optimiser could fold, reorder or leave out, and comparisons that decide branches.</summary>
[TestFixture(Tier.Interpreter, false)]
[TestFixture(Tier.Jit, false)]
[TestFixture(Tier.Jit, true)]
[Category("Oracle")]
public sealed class FloatSequenceOracleTests(Tier tier, bool portable)
{
    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, Portable = portable });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Results_that_nobody_reads_raise_their_flags() => _session.Check(
    [
        Group("overwritten by a move", c => { c.divsd(xmm0, xmm1); c.movapd(xmm0, xmm2); }),
        Group("overwritten by a load", c => { c.sqrtsd(xmm0, xmm1); c.movsd(xmm0, __qword_ptr[rsp]); }),
        Group("overwritten by zeros", c => { c.mulps(xmm0, xmm1); c.xorps(xmm0, xmm0); }),
        Group("overwritten by another", c => { c.vaddpd(ymm0, ymm1, ymm2); c.vmulpd(ymm0, ymm3, ymm4); }),
        Group("conversion overwritten", c => { c.cvttsd2si(rax, xmm1); c.mov(eax, 1); }),
        Group("comparison overwritten", c => { c.comisd(xmm0, xmm1); c.xor(eax, eax); }),
        Group("comparison overwritten by another", c => { c.ucomiss(xmm0, xmm1); c.comisd(xmm2, xmm3); }),
        Group("overwritten, but for a fault that cannot be", c => { c.divsd(xmm0, xmm1); c.vmovupd(ymm4, __[rsp]); c.movsd(xmm5, __qword_ptr[rsp + 32]); c.pshuflw(xmm0, xmm3, 1); }),
        Group("read on a way that is never taken", c =>
        {
            Label first = c.CreateLabel();
            Label second = c.CreateLabel();
            c.cmp(rax, rcx);
            c.jl(first);
            c.cvtsd2si(edi, xmm1);
            c.jge(second);
            c.mov(esi, edi);
            c.Label(ref second);
            c.lea(rdi, __[rbx + 1]);
            c.Label(ref first);
            c.nop();
        }),
        Group("overwritten on both ways", c =>
        {
            Label other = c.CreateLabel();
            Label end = c.CreateLabel();
            c.divsd(xmm0, xmm1);
            c.test(eax, 1);
            c.jne(other);
            c.movapd(xmm0, xmm2);
            c.jmp(end);
            c.Label(ref other);
            c.movapd(xmm0, xmm3);
            c.Label(ref end);
            c.nop();
        }),
    ]);

    [Test]
    public void Constants_are_not_computed_with_at_compile_time() => _session.Check(
    [
        Group("0 / 0", c => { c.xorps(xmm0, xmm0); c.divsd(xmm0, xmm0); }),
        Group("x + 0", c => { c.xorps(xmm1, xmm1); c.addps(xmm0, xmm1); c.addpd(xmm2, xmm1); }),
        Group("0 + x", c => { c.xorps(xmm1, xmm1); c.addps(xmm1, xmm0); }),
        Group("x - 0", c => { c.xorps(xmm1, xmm1); c.subps(xmm0, xmm1); c.subpd(xmm2, xmm1); c.subsd(xmm3, xmm1); }),
        Group("0 - x", c => { c.pxor(xmm1, xmm1); c.subpd(xmm1, xmm0); }),
        Group("x * 0", c => { c.xorps(xmm1, xmm1); c.mulps(xmm0, xmm1); c.mulpd(xmm2, xmm1); c.mulsd(xmm3, xmm1); }),
        Group("x / 0", c => { c.xorps(xmm1, xmm1); c.divps(xmm0, xmm1); c.divpd(xmm2, xmm1); }),
        Group("0 / x", c => { c.xorps(xmm1, xmm1); c.divps(xmm1, xmm0); }),
        Group("256 bits", c => { c.vxorps(ymm1, ymm1, ymm1); c.vsubpd(ymm2, ymm2, ymm1); c.vmulpd(ymm3, ymm3, ymm1); c.vaddps(ymm4, ymm4, ymm1); }),
        Group("scalars of zero", c => { c.xorps(xmm1, xmm1); c.addsd(xmm0, xmm1); c.subss(xmm2, xmm1); c.divss(xmm3, xmm1); c.sqrtsd(xmm4, xmm1); }),
        Group("1 by way of a general register", c => { c.mov(eax, 0x3f80_0000); c.movd(xmm1, eax); c.mulss(xmm0, xmm1); c.divss(xmm2, xmm1); c.pshufd(xmm1, xmm1, 0); c.mulps(xmm3, xmm1); c.divps(xmm4, xmm1); }),
        Group("two constants", c => { c.mov(eax, 0x7f80_0001); c.movd(xmm1, eax); c.mov(ecx, 3); c.movd(xmm2, ecx); c.addps(xmm1, xmm2); c.mulps(xmm2, xmm2); }),
        Group("conversion of a constant", c => { c.mov(eax, 0x0123_4567); c.cvtsi2ss(xmm0, eax); c.cvtsi2sd(xmm1, rax); }),
        Group("comparison of constants", c => { c.xorps(xmm1, xmm1); c.cmpps(xmm1, xmm1, 0); c.xorps(xmm2, xmm2); c.comisd(xmm2, xmm2); c.sete(al); }),
        Group("a number with itself", c => { c.subpd(xmm0, xmm0); c.divps(xmm1, xmm1); c.cmpeqps(xmm2, xmm2); c.minpd(xmm3, xmm3); c.maxps(xmm4, xmm4); }),
        Group("square root of a square", c => { c.mulsd(xmm0, xmm0); c.sqrtsd(xmm0, xmm0); }),
        Group("negation", c => { c.xorps(xmm1, xmm1); c.subps(xmm1, xmm0); c.addps(xmm2, xmm1); c.vfmadd231ps(xmm3, xmm1, xmm2); }),
        Group("FMA with zero", c => { c.vxorps(xmm1, xmm1, xmm1); c.vfmadd213pd(xmm0, xmm2, xmm1); c.vfnmadd231sd(xmm3, xmm1, xmm2); }),
    ]);

    [Test]
    public void Comparisons_decide_branches([Values] bool quiet, [Values] bool wide)
    {
        List<OracleGroup> groups = [];
        foreach (string condition in (string[])["a", "ae", "b", "be", "e", "ne", "p", "np"])
        {
            groups.Add(Group($"j{condition}", c =>
            {
                Label taken = c.CreateLabel();
                Compare(c, quiet, wide);
                Jump(c, condition, taken);
                c.inc(rax);
                c.Label(ref taken);
                c.inc(rcx);
            }));
            groups.Add(Group($"j{condition} and flags afterwards", c =>
            {
                Label taken = c.CreateLabel();
                Compare(c, quiet, wide);
                Jump(c, condition, taken);
                c.mulsd(xmm0, xmm1);
                c.Label(ref taken);
                c.setbe(al);
                c.movzx(ecx, al);
            }));
            groups.Add(Group($"j{condition} in a loop", c =>
            {
                Label head = c.CreateLabel();
                Label end = c.CreateLabel();
                c.mov(ecx, 20);
                c.Label(ref head);
                c.addsd(xmm2, xmm3);
                Compare(c, quiet, wide);
                Jump(c, condition, end);
                c.addsd(xmm0, xmm2);
                c.dec(ecx);
                c.jne(head);
                c.Label(ref end);
                c.nop();
            }));
            groups.Add(Group($"j{condition} of a memory operand, registers changed at once", c =>
            {
                Label taken = c.CreateLabel();
                c.ucomisd(xmm0, __qword_ptr[rsp]);
                Jump(c, condition, taken);
                c.movapd(xmm0, xmm1);
                c.movsd(xmm0, __qword_ptr[rsp + 8]);
                c.Label(ref taken);
                c.movsd(xmm0, __qword_ptr[rbx]);
                c.addsd(xmm0, xmm1);
            }));
        }

        groups.Add(Group("equality as compilers write it", c =>
        {
            Label different = c.CreateLabel();
            Compare(c, quiet, wide);
            c.jp(different);
            c.jne(different);
            c.inc(rax);
            c.Label(ref different);
            c.inc(rcx);
        }));
        groups.Add(Group("setcc of all kinds", c =>
        {
            Compare(c, quiet, wide);
            c.seta(al);
            c.setae(cl);
            c.sete(dl);
            c.setp(bl);
            c.cmovbe(rsi, rdi);
            c.setl(r8b);
            c.setg(r9b);
            c.seto(r10b);
            c.sets(r11b);
        }));
        _session.Check(groups);
    }

    [Test]
    public void Mxcsr_changes_between() => _session.Check(
    [
        Group("flags read and cleared", c =>
        {
            c.divsd(xmm0, xmm1);
            c.stmxcsr(__dword_ptr[rsp]);
            c.mov(eax, __dword_ptr[rsp]);
            c.mov(__dword_ptr[rsp + 4], 0x1f80);
            c.ldmxcsr(__dword_ptr[rsp + 4]);
            c.addsd(xmm2, xmm3);
            c.stmxcsr(__dword_ptr[rsp]);
        }),
        Group("rounding changes", c =>
        {
            c.movaps(xmm4, xmm0);
            c.divpd(xmm0, xmm1);
            c.mov(__dword_ptr[rsp], 0x7f80);
            c.ldmxcsr(__dword_ptr[rsp]);
            c.divpd(xmm4, xmm1);
        }),
        Group("unmasked in the middle", c =>
        {
            c.mulps(xmm0, xmm1);
            c.mov(__dword_ptr[rsp], 0x1f00);
            c.ldmxcsr(__dword_ptr[rsp]);
            c.mulps(xmm2, xmm3);
            c.inc(eax);
            c.cvtps2dq(xmm4, xmm5);
            c.inc(eax);
        }),
    ]);

    private static void Compare(Assembler c, bool quiet, bool wide)
    {
        if (quiet && wide)
            c.ucomisd(xmm0, xmm1);
        else if (quiet)
            c.ucomiss(xmm0, xmm1);
        else if (wide)
            c.comisd(xmm0, xmm1);
        else
            c.comiss(xmm0, xmm1);
    }

    private static void Jump(Assembler c, string condition, Label target)
    {
        switch (condition)
        {
            case "a":
                c.ja(target);
                break;
            case "ae":
                c.jae(target);
                break;
            case "b":
                c.jb(target);
                break;
            case "be":
                c.jbe(target);
                break;
            case "e":
                c.je(target);
                break;
            case "ne":
                c.jne(target);
                break;
            case "p":
                c.jp(target);
                break;
            default:
                c.jnp(target);
                break;
        }
    }

    private static OracleGroup Group(string name, Action<Assembler> write)
    {
        Assembler assembler = new(64);
        write(assembler);
        assembler.int3();
        OracleGroup group = new() { Name = name, Code = assembler.ToBytes(OracleLayout.Code), UndefinedFlags = 0 };
        FloatForms source = new(3);
        for (int i = 0; i < 120; i++)
            group.Cases.Add(source.State(masked: i % 8 != 7));
        return group;
    }
}
