namespace Rebound.Jit.Lift;

/// <summary>A memory operand as load and store micro-ops carry it.</summary>
/// <param name="Base">Base register, or none.</param>
/// <param name="Index">Index register, or none.</param>
/// <param name="Aux"><see cref="Ir.MemoryAux"/> bits: scale, segment, address size.</param>
/// <param name="Displacement">Displacement; the whole address if RIP-relative.</param>
internal readonly record struct EffectiveAddress(byte Base, byte Index, byte Aux, long Displacement);
