using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Results;

/// <summary>
/// Emits trials: something is done that leaves a result in rax, the result is printed, and compared with what it has to be.
/// </summary>
internal sealed class Trials
{
    private const int NoTrap = -1;

    // what a trial leaves in its record of a trap: the vector above, the error code below
    private const int VectorShift = 16, ErrorMask = 0xffff;

    private readonly KernelBuilder _k;
    private readonly ulong _failures, _resume, _trap;

    public Trials(KernelBuilder builder)
    {
        _k = builder;
        _failures = _k.Zero.Reserve(8);
        _resume = _k.Zero.Reserve(8);
        _trap = _k.Zero.Reserve(8);
    }

    /// <summary>How many trials there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>Emits the registration of gates for #UD, #GP and #PF, which note what happened and go on where the trial says.</summary>
    public void SetGates() => _k.SetTrapTable(
        new TrapGate((byte)Vector.InvalidOpcode, 0, false, TrapEntry(Vector.InvalidOpcode)),
        new TrapGate((byte)Vector.GeneralProtection, 0, false, TrapEntry(Vector.GeneralProtection)),
        new TrapGate((byte)Vector.PageFault, 0, false, TrapEntry(Vector.PageFault)));

    /// <summary>Emits a trial with a result in rax, printed as a signed decimal number.</summary>
    public void Result(string what, int expected, Action action)
    {
        Label negative = _k.CreateLabel(), said = _k.CreateLabel();
        action();
        _k.mov(rbx, rax);
        _k.test(rbx, rbx);
        _k.js(negative);
        _k.Print(what, ": ", Part.Dec(rbx));
        _k.jmp(said);
        _k.Label(ref negative);
        _k.mov(rax, rbx);
        _k.neg(rax);
        _k.Print(what, ": -", Part.Dec(rax));
        _k.Label(ref said);
        Compare(expected, $"{expected}");
    }

    /// <summary>Emits a trial with a value in rax, printed in hexadecimal.</summary>
    public void Value(string what, ulong expected, Action action)
    {
        action();
        _k.mov(rbx, rax);
        _k.Print(what, ": ", Part.Hex(rbx));
        Compare(unchecked((long)expected), $"{expected:x}");
    }

    /// <summary>Emits a trial of something that raises no exception.</summary>
    public void Done(string what, Action action)
    {
        Try(what, action);
        Compare(NoTrap, "done");
    }

    /// <summary>Emits a trial of something that raises an exception, with an error code (0 where the exception has none).</summary>
    public void Traps(string what, Vector vector, int errorCode, Action action)
    {
        Try(what, action);
        Compare((int)vector << VectorShift | errorCode, $"{Name(vector)}, error code {errorCode:x}");
    }

    /// <summary>Emits the verdict.</summary>
    public void SayVerdict(string name)
    {
        Label failed = _k.CreateLabel(), end = _k.CreateLabel();
        _k.cmp(__qword_ptr[_failures], 0);
        _k.jne(failed);
        _k.Say($"{name}: {Count} results, all as they should be");
        _k.jmp(end);
        _k.Label(ref failed);
        _k.Say($"{name}: ", Part.Dec(__qword_ptr[_failures]), $" of {Count} results are wrong");
        _k.Label(ref end);
        _k.nop();
    }

    private static string Name(Vector vector) => vector switch
    {
        Vector.InvalidOpcode => "#UD",
        Vector.GeneralProtection => "#GP",
        _ => "#PF",
    };

    /// <summary>Does it, prints what came of it, and leaves that in rbx.</summary>
    private void Try(string what, Action action)
    {
        Label behind = _k.CreateLabel(), said = _k.CreateLabel(), next = _k.CreateLabel();
        _k.lea(rax, __[behind]);
        _k.mov(__qword_ptr[_resume], rax);
        _k.mov(__qword_ptr[_trap], NoTrap);
        action();
        _k.Label(ref behind);
        _k.mov(rbx, __qword_ptr[_trap]);
        foreach (Vector vector in Enum.GetValues<Vector>())
        {
            next = _k.CreateLabel();
            _k.mov(rax, rbx);
            _k.sar(rax, VectorShift);
            _k.cmp(rax, (int)vector);
            _k.jne(next);
            _k.mov(rax, rbx);
            _k.and(rax, ErrorMask);
            _k.Print(what, $": {Name(vector)}, error code ", Part.Hex(rax));
            _k.jmp(said);
            _k.Label(ref next);
            _k.nop();
        }

        _k.Print(what, ": done");
        _k.Label(ref said);
        _k.nop();
    }

    /// <summary>The handler may find any stack pointer, but the trials keep it: it returns to the trial on the same stack.</summary>
    private Routine TrapEntry(Vector vector) => _k.Routine($"trap_entry_{(int)vector}", () =>
    {
        _k.pop(rcx);
        _k.pop(r11);
        if (vector == Vector.InvalidOpcode) _k.xor(eax, eax);
        else _k.pop(rax);
        _k.or(rax, (int)vector << VectorShift);
        _k.mov(__qword_ptr[_trap], rax);
        _k.mov(rax, __qword_ptr[_resume]);
        _k.mov(__qword_ptr[rsp], rax);
        _k.push(0);
        _k.IretHypercall();
    });

    private void Compare(long expected, string text)
    {
        Label good = _k.CreateLabel();
        Count++;
        _k.mov(rax, expected);
        _k.cmp(rax, rbx);
        _k.je(good);
        _k.Print($" (should be {text})");
        _k.inc(__qword_ptr[_failures]);
        _k.Label(ref good);
        _k.Say();
    }
}

/// <summary>The exceptions that trials look for.</summary>
internal enum Vector
{
    InvalidOpcode = 6,
    GeneralProtection = 13,
    PageFault = 14,
}
