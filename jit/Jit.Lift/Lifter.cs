using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <summary>
/// Turns one decoded instruction into micro-ops: here is what instruction families share, the families are in the other parts.
/// Each guest instruction's meaning is stated in exactly one method, named in <see cref="InstructionTable"/>.
/// Order within an instruction: loads, stores, atomics and helpers that may exit first, then registers and flags; so a fault leaves
/// nothing half done.
/// </summary>
internal sealed partial class Lifter(CpuFeatures features)
{
    private Instruction _instruction;
    private BlockMode _mode;
    private ulong _rip;
    private Terminal? _terminal;

    /// <summary>The micro-ops of the block so far.</summary>
    public MicroOpEmitter Emit { get; } = new();

    /// <summary>The instruction being lifted.</summary>
    public ref readonly Instruction Instruction => ref _instruction;

    private bool Supervisor => (_mode & BlockMode.Supervisor) != 0;

    private bool Locked => _instruction.HasLockPrefix;

    /// <summary>Address of the following instruction.</summary>
    private ulong Next => _rip + (uint)_instruction.Length;

    /// <summary>Lifts an instruction; returns the terminal if it ends the block.</summary>
    /// <param name="instruction">What the decoder made of it; not an invalid one.</param>
    /// <param name="rip">Its address.</param>
    /// <param name="mode">What the block is lifted for.</param>
    public Terminal? Lift(in Instruction instruction, ulong rip, BlockMode mode)
    {
        _instruction = instruction;
        _rip = rip;
        _mode = mode;
        _terminal = null;
        Emit.BeginInstruction();
        int first = Emit.Count;
        LiftMethod? method = InstructionTable.Find(instruction.Code);
        if (ProcessorFeatures.Lacks(instruction.Code, features) || ((mode & BlockMode.Avx) == 0 && InstructionTable.NeedsAvx(instruction.Code)))
            Fault(ExceptionVector.InvalidOpcode);
        else if ((mode & BlockMode.TaskSwitched) != 0 && UsesVectors())
            Fault(ExceptionVector.DeviceNotAvailable);
        else if (method != null)
            method(this);
        else
            Unsupported();
        if (_terminal is { Kind: TerminalKind.Fault })
            Emit.Truncate(first);
        return _terminal;
    }

    private void End(in Terminal terminal) => _terminal = terminal;

    /// <summary>The instruction raises an exception whatever its operands are.</summary>
    private void Fault(byte vector, uint? errorCode = null) => _terminal = Terminal.Fault(vector, _rip, errorCode);

    /// <summary>A valid instruction that this engine does not implement.</summary>
    private void Unsupported() => _terminal = Terminal.Unsupported(_rip);

    /// <summary>The instruction belongs to CPL 0 and does nothing that can be seen there.</summary>
    internal void PrivilegedNop() => Privileged();

    /// <summary>True at CPL 0. Otherwise the instruction becomes a #GP(0), which the owner of the processor may emulate.</summary>
    private bool Privileged()
    {
        if (!Supervisor)
            Fault(ExceptionVector.GeneralProtection, 0);
        return Supervisor;
    }
}
