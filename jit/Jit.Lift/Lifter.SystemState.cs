using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Control, debug and model-specific registers, system tables, ports, extended state.</content>
internal sealed partial class Lifter
{
    internal void Clts()
    {
        if (!Privileged())
            return;
        Emit.Helper(MicroOpCode.LoadMachineStatus);
        End(Terminal.Dispatch(Next));
    }

    internal void Lmsw()
    {
        if (!Privileged())
            return;
        Emit.Helper(MicroOpCode.LoadMachineStatus, 2, a: Emit.InRegister(Read(0)));
        End(Terminal.Dispatch(Next));
    }

    /// <summary>SMSW: the low bits of CR0, at any privilege.</summary>
    internal void Smsw()
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadControl, dst: value);
        Write(0, value);
    }

    internal void Invlpg()
    {
        if (!Privileged())
            return;
        Emit.Helper(MicroOpCode.InvalidatePage, a: LinearAddress());
        End(Terminal.Dispatch(Next));
    }

    internal void Rdmsr()
    {
        if (Privileged())
            Emit.Helper(MicroOpCode.ReadModelSpecific);
    }

    internal void Wrmsr()
    {
        if (!Privileged())
            return;
        Emit.Helper(MicroOpCode.WriteModelSpecific);
        End(Terminal.Dispatch(Next));
    }

    /// <summary>There are no performance counters, and CR4.PCE opens none.</summary>
    internal void Rdpmc() => Fault(ExceptionVector.GeneralProtection, 0);

    /// <summary>SYSEXIT goes with SYSENTER, which long mode does not have here.</summary>
    internal void Sysexit()
    {
        if (Privileged())
            Undefined();
    }

    internal void StoreSystemTable(SystemTable table) => Emit.Helper(MicroOpCode.StoreSystemTable, a: LinearAddress(), aux: (int)table);

    internal void LoadSystemTable(SystemTable table)
    {
        if (Privileged())
            Emit.Helper(MicroOpCode.LoadSystemTable, a: LinearAddress(), aux: (int)table);
    }

    internal void ReadSystemSelector(SystemTable table)
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadSystemSelector, 2, value, aux: (int)table);
        WriteSelector(value);
    }

    internal void LoadSystemSelector(SystemTable table)
    {
        if (Privileged())
            Emit.Helper(MicroOpCode.LoadSystemSelector, 2, a: ReadSelector(0), aux: (int)table);
    }

    /// <summary>LAR and LSL write a register if there is an answer; VERR and VERW only tell ZF.</summary>
    internal void InspectSelector(SelectorQuestion question)
    {
        bool answers = question is SelectorQuestion.AccessRights or SelectorQuestion.Limit;
        byte target = answers ? Number(_instruction.Op0Register) : Operand.None;
        Emit.Helper(MicroOpCode.InspectSelector, answers ? SizeOf(0) : 2, target, ReadSelector(answers ? 1 : 0), target, (int)question);
    }

    internal void ReadUserBase(int segment)
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadUserBase, SizeOf(0), value, aux: segment);
        WriteRegister(0, value);
    }

    internal void WriteUserBase(int segment) => Emit.Helper(MicroOpCode.WriteUserBase, SizeOf(0), a: Emit.InRegister(Read(0)), aux: segment);

    internal void Rdpid()
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadProcessorId, 8, value);
        WriteRegister(0, value);
    }

    internal void RandomNumber()
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.RandomNumber, SizeOf(0), value);
        WriteRegister(0, value);
    }

    internal void Crc32()
    {
        Source data = Read(1);
        byte number = Number(_instruction.Op0Register);
        Emit.Value(MicroOpCode.Crc32, SizeOf(1), number, number, data, Source.Of(0));
    }

    internal void In()
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.PortInput, SizeOf(0), value, PortRegister(1), imm: PortNumber(1));
        WriteRegister(0, value);
    }

    internal void Out() => Emit.Helper(MicroOpCode.PortOutput, SizeOf(1), a: Operand.Rax, b: PortRegister(0), imm: PortNumber(0));

    internal void PortString(MicroOpCode code, int size) => String(code, size, compares: false);

    internal void Xgetbv() => Emit.Helper(MicroOpCode.ReadExtendedControl);

    /// <summary>Whether it exists comes before whether CPL 0 executes it: the helper asks both.</summary>
    internal void Xsetbv()
    {
        Emit.Helper(MicroOpCode.WriteExtendedControl);
        End(Terminal.Dispatch(Next));
    }

    internal void Xsave(XsaveForm form, int size) => Emit.Helper(MicroOpCode.XsaveImage, size, a: LinearAddress(), aux: (int)form);

    internal void Xrstor(int size)
    {
        Emit.Helper(MicroOpCode.XrestoreImage, size, a: LinearAddress());
        // MXCSR may decide how what follows is executed.
        End(Terminal.Dispatch(Next));
    }

    /// <summary>MOV with a control or debug register. Registers that do not exist are #UD at any privilege.</summary>
    private void MoveSystemRegister()
    {
        bool reads = IsRegister(1) && !IsGeneral(_instruction.Op1Register);
        Register special = reads ? _instruction.Op1Register : _instruction.Op0Register;
        byte general = Number(reads ? _instruction.Op0Register : _instruction.Op1Register);
        int number = special.GetNumber();
        bool debug = special.IsDR();
        if (debug ? number > 7 : !special.IsCR() || number is not (0 or 2 or 3 or 4 or 8))
        {
            Undefined();
            return;
        }

        if (!Privileged())
            return;
        if (reads)
        {
            byte value = Emit.Temporary();
            Emit.Helper(debug ? MicroOpCode.ReadDebug : MicroOpCode.ReadControl, 8, value, aux: number);
            Emit.Move(8, general, value);
            return;
        }

        Emit.Helper(debug ? MicroOpCode.WriteDebug : MicroOpCode.WriteControl, 8, a: general, aux: number);
        End(Terminal.Dispatch(Next));
    }

    private byte ReadSelector(int operand) => IsMemory(operand) ? Emit.Load(2, Address()) : Emit.InRegister(Read(operand));

    /// <summary>Memory takes 16 bits whatever the operand size.</summary>
    private void WriteSelector(byte value)
    {
        if (IsMemory(0))
            Emit.Store(2, Address(), value);
        else
            WriteRegister(0, value);
    }

    private byte PortRegister(int operand) => IsRegister(operand) ? Operand.Rdx : Operand.None;

    private long PortNumber(int operand) => IsRegister(operand) ? 0 : (byte)_instruction.GetImmediate(operand);
}
