using Rebound.Jit.Cpu;

namespace Rebound.Jit.Ir;

/// <summary>How a block ends.</summary>
public enum TerminalKind : byte
{
    /// <summary>Go to <see cref="Terminal.Target"/>: direct jump, direct call (its push is micro-ops), fall through.</summary>
    Jump,

    /// <summary>To <see cref="Terminal.Target"/> if the condition holds, else to <see cref="Terminal.Next"/>.</summary>
    Branch,

    /// <summary>To Target if register <see cref="Terminal.Register"/> (64-bit, usually a temporary) is not zero, else to Next: LOOP, JRCXZ inverted.</summary>
    BranchNonZero,

    /// <summary>To the address in <see cref="Terminal.Register"/>: RET, indirect JMP and CALL.</summary>
    Indirect,

    /// <summary>
    /// Back to the dispatcher, which looks at the state afresh: after anything that changes mode (POPF, IRET, MOV SS, MOV CR ...).
    /// RIP becomes <see cref="Terminal.Next"/> unless that is 0: then a helper has set it.
    /// </summary>
    Dispatch,

    /// <summary>Leave with <see cref="Terminal.Exit"/> and <see cref="Terminal.Vector"/>; RIP becomes <see cref="Terminal.Next"/>. The instruction retires.</summary>
    Exit,

    /// <summary>
    /// The last instruction cannot complete: leave with <see cref="Terminal.Exit"/> (Exception with Vector and ErrorCode, or Unsupported), RIP at it
    /// (<see cref="Terminal.Next"/> holds its address), not retired.
    /// </summary>
    Fault,
}

/// <summary>The end of a block: the only micro-level construct that names another block.</summary>
public readonly record struct Terminal
{
    public TerminalKind Kind { get; init; }

    public Condition Condition { get; init; }

    public byte Register { get; init; }

    public byte Vector { get; init; }

    public bool HasErrorCode { get; init; }

    public ExitReason Exit { get; init; }

    public uint ErrorCode { get; init; }

    public ulong Target { get; init; }

    public ulong Next { get; init; }

    /// <summary>True for CALL, direct and indirect: the block behind it is a return point and a likely region entry.</summary>
    public bool IsCall { get; init; }

    public static Terminal Jump(ulong target, bool call = false, ulong next = 0) => new() { Kind = TerminalKind.Jump, Target = target, IsCall = call, Next = next };

    public static Terminal Branch(Condition condition, ulong target, ulong next) =>
        new() { Kind = TerminalKind.Branch, Condition = condition, Target = target, Next = next };

    public static Terminal BranchNonZero(byte register, ulong target, ulong next) =>
        new() { Kind = TerminalKind.BranchNonZero, Register = register, Target = target, Next = next };

    public static Terminal Indirect(byte register, bool call = false, ulong next = 0) =>
        new() { Kind = TerminalKind.Indirect, Register = register, IsCall = call, Next = next };

    public static Terminal Dispatch(ulong next) => new() { Kind = TerminalKind.Dispatch, Next = next };

    public static Terminal Leave(ExitReason exit, ulong next, byte vector = 0) => new() { Kind = TerminalKind.Exit, Exit = exit, Next = next, Vector = vector };

    public static Terminal Fault(byte vector, ulong rip, uint? errorCode = null) =>
        new() { Kind = TerminalKind.Fault, Exit = ExitReason.Exception, Vector = vector, HasErrorCode = errorCode.HasValue, ErrorCode = errorCode ?? 0, Next = rip };

    public static Terminal Unsupported(ulong rip) => new() { Kind = TerminalKind.Fault, Exit = ExitReason.Unsupported, Next = rip };
}
