using Iced.Intel;

namespace Rebound.Engine.Cli.Instructions;

/// <summary>How the engine executes an instruction: the strongest statement that holds for its forms.</summary>
public enum InstructionKind
{
    /// <summary>A valid instruction of a family that the engine has, which it does not execute.</summary>
    Missing,

    /// <summary>Its processor features are not there: #UD.</summary>
    LeftOut,

    /// <summary>Always an exception.</summary>
    Fault,

    /// <summary>Does nothing but go on.</summary>
    Nop,

    /// <summary>Ends the run with a reason that the processor's owner acts on.</summary>
    Exit,

    /// <summary>Micro-ops that are emitted in line or are calls of their methods.</summary>
    MicroOps,

    /// <summary>Every vector operation of it is a host instruction in compiled code.</summary>
    Intrinsic,

    /// <summary>A helper works on the state in memory.</summary>
    Helper,
}

/// <summary>One instruction of 64-bit mode as the decoder tells them apart.</summary>
/// <param name="Code">The decoder's name.</param>
/// <param name="Family">The CPUID features that it needs, joined by "+".</param>
/// <param name="Instruction">Mnemonic and operands as manuals print them.</param>
/// <param name="OpCode">The encoding as manuals print it.</param>
/// <param name="Kind">How it is executed.</param>
/// <param name="Details">What it becomes: micro-ops, with the host's method in brackets, or exception or exit.</param>
/// <param name="IsJudged">The host's processor confirms it in every form, systematically.</param>
/// <param name="Tested">How it is tested, with the reason where the host does not judge it.</param>
public sealed record InstructionEntry(
    Code Code, string Family, string Instruction, string OpCode, InstructionKind Kind, string Details, bool IsJudged, string Tested)
{
    /// <summary>Executed, or faulting as it must.</summary>
    public bool IsImplemented => Kind is not (InstructionKind.Missing or InstructionKind.LeftOut);
}
