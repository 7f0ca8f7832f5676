using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>Every form of a store into a lowest-level table: none may store what Xen does not check, and what it stores is what the instruction would.</summary>
internal sealed class TableStoreTrials(KernelBuilder k, Trials trials)
{
    private const int Fine = 0, Self = 0x7ff0, Writable = 0x63, Invalidate = 2;
    private const ulong Before = 0x7001_2345_6000_0e00; // not present, so that any value may be there
    private const ulong Operand = 0x0ff0_1111_2222_3330;

    private readonly ulong _table = k.Zero.Pages(), _operation = k.Zero.Reserve(24), _flags = k.Zero.Reserve(8), _source = k.Zero.Reserve(8);

    private ulong Entry => _table + 0x100;

    public void Emit()
    {
        const int writablePageTables = 2;
        trials.Result("vm_assist: writable_pagetables", Fine, () => k.Hypercall(Hypercall.VmAssist, 0, writablePageTables));
        trials.Result("a page becomes a table", Fine, () =>
        {
            k.Load(rdi, _table);
            k.Call(k.MakeReadOnly());
            Pin(0);
        });
        Moves();
        Arithmetic();
        Bits();
        Shifts();
        Strings();
        Refused();
        trials.Result("the table is a page again", Fine, () => Pin(4));
        trials.Result("it is mapped writable", Fine, () =>
        {
            k.Load(rdi, _table);
            k.Call(k.FrameOf());
            k.shl(rax, 12);
            k.or(rax, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, _table, rax, Invalidate);
        });
    }

    private void Moves()
    {
        Store("mov of 4 bytes", 0x7001_2345_2222_3330, () => k.mov(__dword_ptr[rdi], eax));
        Store("mov of the upper 4 bytes", 0x2222_3330_6000_0e00, () => k.mov(__dword_ptr[rdi + 4], eax));
        Store("mov of 2 bytes", 0x7001_2345_3330_0e00, () => k.mov(__word_ptr[rdi + 2], ax));
        Store("mov of 1 byte", 0x3001_2345_6000_0e00, () => k.mov(__byte_ptr[rdi + 7], al));
        Store("mov of ah", 0x7001_2345_6000_3300, () => k.mov(__byte_ptr[rdi + 1], ah));
        Store("xchg", Operand, () => k.xchg(__qword_ptr[rdi], rax));
        Store("xadd", unchecked(Before + Operand), () => k.@lock.xadd(__qword_ptr[rdi], rax));
        trials.Value("rax then", Before, () => k.mov(rax, __qword_ptr[_source]));
        Store("cmpxchg, unequal", Before, () => k.@lock.cmpxchg(__qword_ptr[rdi], rcx));
        trials.Value("rax then", Before, () => k.mov(rax, __qword_ptr[_source]));
        Store("cmpxchg, equal", 0x42000, () =>
        {
            k.Load(rax, Before);
            k.mov(ecx, 0x42000);
            k.@lock.cmpxchg(__qword_ptr[rdi], rcx);
        });
        Flags("its flags", 0x44);
        Store("cmpxchg8b, equal", 0x0000_0007_0004_2000, () =>
        {
            k.mov(eax, 0x60000e00);
            k.mov(edx, 0x70012345);
            k.mov(ebx, 0x42000);
            k.mov(ecx, 7);
            k.@lock.cmpxchg8b(__qword_ptr[rdi]);
        });
    }

    private void Arithmetic()
    {
        Store("add", unchecked(Before + Operand), () => k.add(__qword_ptr[rdi], rax));
        Store("adc", 0x7001_2345_6000_3f00, () =>
        {
            k.stc();
            k.adc(__byte_ptr[rdi + 1], al);
        });
        Store("sub", unchecked(Before - Operand), () => k.sub(__qword_ptr[rdi], rax));
        Flags("its flags", 0x00);
        Store("sbb", 0x7001_2345_6000_dd00, () =>
        {
            k.stc();
            k.sbb(__byte_ptr[rdi + 1], al);
        });
        Flags("its flags", 0x85);
        Store("and", Before & Operand, () => k.@lock.and(__qword_ptr[rdi], rax));
        Store("or", Before | Operand, () => k.@lock.or(__qword_ptr[rdi], rax));
        Store("xor", Before ^ Operand, () => k.xor(__qword_ptr[rdi], rax));
        Store("inc", 0x7001_2345_6000_0f00, () => k.inc(__byte_ptr[rdi + 1]));
        Store("dec", 0x7001_2345_6000_0d00, () => k.dec(__byte_ptr[rdi + 1]));
        Store("not", 0x7001_2345_6000_f100, () => k.not(__byte_ptr[rdi + 1]));
        Store("neg", unchecked(0 - Before), () => k.neg(__qword_ptr[rdi]));
    }

    private void Bits()
    {
        Store("bts", Before | 1ul << 62, () => k.@lock.bts(__qword_ptr[rdi], 62));
        Store("btr", Before & ~(1ul << 9), () => k.@lock.btr(__qword_ptr[rdi], 9));
        Store("btc", Before ^ 1ul << 9, () => k.btc(__qword_ptr[rdi], 9));
        Store("btr of a distant bit", Before & ~(1ul << 9), () =>
        {
            k.mov(ecx, 0x109);
            k.btr(__qword_ptr[rdi - 32], rcx);
        });
    }

    private void Shifts()
    {
        Store("shl", unchecked(Before << 4), () => k.shl(__qword_ptr[rdi], 4));
        Store("shr", Before >> 5, () => k.shr(__qword_ptr[rdi], 5));
        Store("sar", Before >> 1, () => k.sar(__qword_ptr[rdi], 1));
        Store("rol", 0x0123_4560_000e_0070, () => k.rol(__qword_ptr[rdi], 8));
        Store("ror", 0x0070_0123_4560_000e, () => k.ror(__qword_ptr[rdi], 8));
        Store("setb", 0x7001_2301_6000_0e00, () =>
        {
            k.stc();
            k.setb(__byte_ptr[rdi + 4]);
        });
    }

    private void Strings()
    {
        Store("stosq", Operand, () => k.stosq());
        Store("rep stosq of three", Operand, () =>
        {
            k.mov(ecx, 3);
            k.rep.stosq();
        });
        trials.Value("the third", Operand, () => k.mov(rax, __qword_ptr[Entry + 16]));
        Store("movsq", 0x5554, () =>
        {
            k.mov(__qword_ptr[_source], 0x5554);
            k.Load(rsi, _source);
            k.movsq();
        });
    }

    private void Refused()
    {
        trials.Traps("a store across two words", Vector.PageFault, 3, () => k.mov(__dword_ptr[Entry + 2], eax));
        trials.Done("cmpxchg16b, unequal", () =>
        {
            k.xor(eax, eax);
            k.mov(edx, 0x1000);
            k.Load(rdi, Entry);
            k.@lock.cmpxchg16b(__xmmword_ptr[rdi]);
        });
        trials.Traps("cmpxchg16b, equal", Vector.PageFault, 3, () =>
        {
            k.mov(rax, __qword_ptr[Entry]);
            k.mov(rdx, __qword_ptr[Entry + 8]);
            k.Load(rdi, Entry);
            k.@lock.cmpxchg16b(__xmmword_ptr[rdi]);
        });
        trials.Traps("an entry for the table itself, writable", Vector.PageFault, 3, () =>
        {
            k.Load(rdi, _table);
            k.Call(k.FrameOf());
            k.shl(rax, 12);
            k.or(rax, Writable);
            k.mov(__qword_ptr[Entry], rax);
        });
    }

    /// <summary>Gives the entry its first value, executes, and prints what is there; rax and the flags are kept for further trials.</summary>
    private void Store(string what, ulong expected, Action store)
    {
        ulong keep = _source;
        trials.Value(what, expected, () =>
        {
            k.Load(rax, Before);
            k.mov(__qword_ptr[Entry], rax);
            k.Load(rdi, Entry);
            k.Load(rax, Operand);
            k.cld();
            store();
            k.mov(__qword_ptr[keep], rax);
            k.pushfq();
            k.pop(rax);
            k.and(eax, 0x8c5); // CF, PF, ZF, SF, OF
            k.mov(__qword_ptr[_flags], rax);
            k.mov(rax, __qword_ptr[Entry]);
        });
    }

    private void Flags(string what, int expected) => trials.Value(what, (ulong)expected, () => k.mov(rax, __qword_ptr[_flags]));

    private void Pin(int command)
    {
        k.Load(rdi, _table);
        k.Call(k.FrameOf());
        k.mov(__qword_ptr[_operation], command);
        k.mov(__qword_ptr[_operation + 8], rax);
        k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
    }
}
