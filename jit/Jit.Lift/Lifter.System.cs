using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Traps, system calls, segments, identification, privileged instructions.</content>
internal sealed partial class Lifter
{
    internal void Nop()
    {
    }

    /// <summary>PREFETCHW and its relatives: a hint on memory, undefined with a register.</summary>
    internal void PrefetchForWrite()
    {
        if (!IsMemory(0))
            Undefined();
    }

    internal void Undefined() => Fault(ExceptionVector.InvalidOpcode);

    internal void Int() => End(Terminal.Leave(ExitReason.SoftwareInterrupt, Next, (byte)_instruction.GetImmediate(0)));

    internal void Int3() => End(Terminal.Leave(ExitReason.SoftwareInterrupt, Next, ExceptionVector.Breakpoint));

    /// <summary>INT1 is a trap: #DB with RIP behind it.</summary>
    internal void Int1() => End(Terminal.Leave(ExitReason.Exception, Next, ExceptionVector.Debug));

    internal void Syscall()
    {
        if ((_mode & BlockMode.ArchitecturalSyscall) == 0)
        {
            End(Terminal.Leave(ExitReason.Syscall, Next));
            return;
        }

        Emit.Helper(MicroOpCode.ArchitecturalSyscall, imm: (long)Next);
        End(Terminal.Dispatch(0));
    }

    internal void Sysretq()
    {
        if (!Privileged())
            return;
        if ((_mode & BlockMode.ArchitecturalSyscall) == 0)
        {
            Unsupported();
            return;
        }

        Emit.Helper(MicroOpCode.ArchitecturalSysret, imm: (long)Next);
        End(Terminal.Dispatch(0));
    }

    /// <summary>SYSENTER leaves before it happens: what it does is the owner's to decide.</summary>
    internal void Sysenter() => End(new Terminal { Kind = TerminalKind.Fault, Exit = ExitReason.Sysenter, Next = _rip });

    internal void Hlt()
    {
        if (Privileged())
            End(Terminal.Leave(ExitReason.Halt, Next));
    }

    internal void Swapgs()
    {
        if (Privileged())
            Emit.Helper(MicroOpCode.SwapGs);
    }

    /// <summary>An instruction of CPL 0 that is left to the processor's owner to emulate; at CPL 0 there is none to do it.</summary>
    internal void PrivilegedOnly()
    {
        if (Privileged())
            Unsupported();
    }

    internal void Cpuid() => Emit.Helper(MicroOpCode.Cpuid);

    /// <summary>RDTSC and RDTSCP; the block's builder fills the immediate when it knows how many instructions follow.</summary>
    internal void Timestamp(MicroOpCode code) => Emit.Helper(code);

    /// <summary>CLFLUSH and CLFLUSHOPT: caches are the host's affair, but the address must be readable.</summary>
    internal void CacheLine() => Emit.Load(1, Address());

    /// <summary>LFS, LGS, LSS: offset and selector from memory.</summary>
    internal void LoadFarPointer(int segment)
    {
        int size = SizeOf(0);
        EffectiveAddress address = Address();
        byte offset = Emit.Load(size, address);
        byte selector = Emit.Load(2, address with { Displacement = address.Displacement + size });
        Emit.Helper(MicroOpCode.LoadSegment, 2, a: selector, aux: segment);
        WriteRegister(0, offset);
        End(Terminal.Dispatch(Next));
    }

    private void MoveToSegment()
    {
        byte selector = IsMemory(1) ? Emit.Load(2, Address()) : Emit.InRegister(Read(1));
        _instruction.Op0Register.IsSegment(out byte segment);
        // Unlike LSS it holds debug traps and interrupts off the next instruction.
        Emit.Helper(MicroOpCode.LoadSegment, 2, a: selector, aux: segment, imm: _instruction.Op0Register == Register.SS ? 1 : 0);
        End(Terminal.Dispatch(Next));
    }

    private void MoveFromSegment()
    {
        byte selector = Emit.Temporary();
        _instruction.Op1Register.IsSegment(out byte segment);
        Emit.Helper(MicroOpCode.ReadSegment, 2, selector, aux: segment);
        if (IsMemory(0))
            Emit.Store(2, Address(), selector);
        else
            WriteRegister(0, selector);
    }
}
