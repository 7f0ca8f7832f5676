using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>How a form's memory operand is addressed, and thus which register a case must set to aim it.</summary>
public enum Addressing
{
    None,

    /// <summary>[rbx+disp]</summary>
    Base,

    /// <summary>[r13+rsi*4+disp]</summary>
    BaseIndex,

    /// <summary>[ebx+disp], with rubbish above bit 31 of rbx.</summary>
    Base32,

    /// <summary>gs:[r14+disp]</summary>
    GsBase,

    /// <summary>[rip+disp], always the same address.</summary>
    RipRelative,

    /// <summary>An absolute address in the instruction.</summary>
    Absolute,

    /// <summary>[rbx+vector*scale+disp]: a gather.</summary>
    VectorIndex,
}

/// <summary>One encodable shape of an instruction, with registers and immediates chosen.</summary>
public sealed record InstructionForm(Instruction Instruction, byte[] Bytes, Addressing Addressing)
{
    /// <summary>Where a <see cref="Addressing.RipRelative"/> or <see cref="Addressing.Absolute"/> operand lies.</summary>
    public const ulong FixedTarget = OracleLayout.Data + 0x440;

    public const int Displacement = 0x30;

    /// <summary>Where direct branches go: among the INT3 behind the code.</summary>
    public const ulong BranchTarget = OracleLayout.Code + 0x40;

    /// <summary>Accesses that the processor locks: misaligned ones are slow or forbidden on the host.</summary>
    public bool Locked => Instruction.HasLockPrefix || (Instruction.Mnemonic == Mnemonic.Xchg && Addressing != Addressing.None);

    public string Name => $"{Instruction.Code}: {Instruction}";
}
