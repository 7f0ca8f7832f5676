using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>
/// Emits trials: something is done that leaves a result in rax, the result is printed, and compared with what it has to be.
/// </summary>
internal sealed class Trials
{
    private const int NoFault = -1;

    private readonly KernelBuilder _k;
    private readonly ulong _failures, _resume, _faultCode;

    public Trials(KernelBuilder builder)
    {
        _k = builder;
        _failures = _k.Zero.Reserve(8);
        _resume = _k.Zero.Reserve(8);
        _faultCode = _k.Zero.Reserve(8);
    }

    /// <summary>How many trials there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>A page-fault handler that notes the error code and goes on where the trial says.</summary>
    public Routine PageFaultEntry() => _k.Routine("page_fault_entry", () =>
    {
        _k.pop(rcx);
        _k.pop(r11);
        _k.pop(rax);
        _k.mov(__qword_ptr[_faultCode], rax);
        _k.mov(rax, __qword_ptr[_resume]);
        _k.mov(__qword_ptr[rsp], rax);
        _k.push(0);
        _k.IretHypercall();
    });

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

    /// <summary>Emits a trial of an access that causes no page fault.</summary>
    public void NoFaultAt(string what, Action access) => Fault(what, NoFault, access);

    /// <summary>Emits a trial of an access that causes a page fault with an error code.</summary>
    public void FaultAt(string what, int errorCode, Action access) => Fault(what, errorCode, access);

    private void Fault(string what, int expected, Action access)
    {
        Label behind = _k.CreateLabel(), none = _k.CreateLabel(), said = _k.CreateLabel();
        _k.lea(rax, __[behind]);
        _k.mov(__qword_ptr[_resume], rax);
        _k.mov(__qword_ptr[_faultCode], NoFault);
        access();
        _k.Label(ref behind);
        _k.mov(rbx, __qword_ptr[_faultCode]);
        _k.cmp(rbx, NoFault);
        _k.je(none);
        _k.Print(what, ": page fault, error code ", Part.Hex(rbx));
        _k.jmp(said);
        _k.Label(ref none);
        _k.Print(what, ": done");
        _k.Label(ref said);
        Compare(expected, expected == NoFault ? "done" : $"a page fault, error code {expected:x}");
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
