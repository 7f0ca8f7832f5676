using System.Collections.Frozen;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>What compiled code uses for a micro-op on a host that has every instruction: for reports.</summary>
public static class HostInstructions
{
    private static readonly FrozenDictionary<(MicroOpCode Code, int Size, long? Immediate), string> Names = VectorTemplates.ReadNames();

    /// <summary>
    /// The method of System.Runtime.Intrinsics, such as <c>Avx2.Add</c>, that a micro-op becomes; null if compiled code calls the micro-op's own method, or if it
    /// is no vector operation. The same on every host, whatever it supports.
    /// </summary>
    public static string? Find(in MicroOp op) =>
        Names.TryGetValue((op.Code, op.Size, op.Imm), out string? name)
        || ((op.Aux >> 4 == 0 || op.Size != 32) && Names.TryGetValue((op.Code, op.Size, null), out name))
            ? name
            : null;
}
