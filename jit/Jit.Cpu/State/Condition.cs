namespace Rebound.Jit.Cpu;

/// <summary>The sixteen condition codes, numbered as in the opcodes of Jcc, SETcc and CMOVcc.</summary>
public enum Condition : byte
{
    O, NO, B, AE, E, NE, BE, A, S, NS, P, NP, L, GE, LE, G,
}
