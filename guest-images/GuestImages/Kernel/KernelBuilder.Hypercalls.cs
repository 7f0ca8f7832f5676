using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Building;

internal sealed partial class KernelBuilder
{
    private const int HypercallEntrySize = 32;

    private static readonly AssemblerRegister64[] ArgumentRegisters = [rdi, rsi, rdx, r10, r8];

    /// <summary>
    /// Emits a hypercall with up to five arguments, loaded in order into rdi, rsi, rdx, r10, r8; the result is in rax.
    /// The argument registers are lost, rcx and r11 are kept.
    /// </summary>
    public void Hypercall(Hypercall number, params ReadOnlySpan<Value> arguments)
    {
        for (int i = 0; i < arguments.Length; i++) Load(ArgumentRegisters[i], arguments[i]);
        if (_options.InlineHypercalls)
        {
            push(rcx);
            push(r11);
            mov(eax, (int)number);
            syscall();
            pop(r11);
            pop(rcx);
        }
        else
        {
            call(HypercallPage + (ulong)number * HypercallEntrySize);
        }
    }

    /// <summary>Emits a hypercall whose failure (a negative result) ends the guest with a line that names <paramref name="what"/>.</summary>
    public void RequiredHypercall(string what, Hypercall number, params ReadOnlySpan<Value> arguments)
    {
        Label good = CreateLabel();
        Hypercall(number, arguments);
        test(rax, rax);
        jns(good);
        Load(rdi, Data.Text(what));
        Load(rsi, rax);
        Call(FailedHypercall());
        Label(ref good);
        nop();
    }

    /// <summary>
    /// Emits the iret hypercall. The stack holds, from rsp upwards: flags (0 or 0x100), rip, cs, rflags, rsp, ss;
    /// rax, rcx and r11 are what the target is to have (with flags 0).
    /// </summary>
    public void IretHypercall()
    {
        if (!_options.InlineHypercalls)
        {
            jmp(HypercallPage + (ulong)Building.Hypercall.Iret * HypercallEntrySize);
            return;
        }

        push(rcx);
        push(r11);
        push(rax);
        mov(eax, (int)Building.Hypercall.Iret);
        syscall();
        ud2(); // never reached: the hypercall does not return
    }

    /// <summary>Emits an orderly end: what was printed is taken from the ring first, as far as the other side takes it.</summary>
    public void Shutdown(ShutdownReason reason)
    {
        mov(edi, (int)reason);
        jmp(Routine("shutdown", EmitShutdown).Label);
    }

    /// <summary>Emits a message and the end of the domain with the reason "crash".</summary>
    public void Panic(params ReadOnlySpan<Part> message)
    {
        Say(["panic: ", .. message]);
        Shutdown(ShutdownReason.Crash);
    }

    private Routine FailedHypercall() => Routine("failed_hypercall", () => Panic(Part.TextAt(rdi), " failed: -", Part.Dec(NegatedRsi())));

    private AssemblerRegister64 NegatedRsi()
    {
        neg(rsi);
        return rsi;
    }

    private void EmitShutdown()
    {
        const int patience = 1000;
        ulong argument = Zero.Reserve(16);
        Label drain = CreateLabel(), gone = CreateLabel(), stop = CreateLabel();
        mov(__dword_ptr[argument], edi);
        mov(rbx, __qword_ptr[_consoleRing]);
        test(rbx, rbx);
        jz(gone);
        mov(r12d, patience);
        Label(ref drain);
        mov(eax, __dword_ptr[rbx + ConsoleRing.OutProduced]);
        cmp(eax, __dword_ptr[rbx + ConsoleRing.OutConsumed]);
        je(gone);
        Hypercall(Building.Hypercall.SchedOp, SchedYield, 0);
        dec(r12d);
        jnz(drain);
        Label(ref gone);
        Hypercall(Building.Hypercall.SchedOp, SchedShutdown, argument);
        Label(ref stop);
        Hypercall(Building.Hypercall.SchedOp, SchedYield, 0);
        jmp(stop);
    }
}
