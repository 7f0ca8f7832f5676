using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <summary>The digits in an FMA mnemonic: which operands are multiplied, and which is added.</summary>
internal enum FmaOrder
{
    /// <summary>First * third + second.</summary>
    First132,

    /// <summary>Second * first + third.</summary>
    Second213,

    /// <summary>Second * third + first.</summary>
    Second231,
}

/// <content>FMA: three operands, the first of which is the destination too.</content>
internal sealed partial class Lifter
{
    internal void Fused(MicroOpCode code, FmaOrder order) => Fused(code, order, VectorSource(2), 0);

    internal void FusedScalar(MicroOpCode code, FmaOrder order)
    {
        byte third = IsMemory(2) ? LoadVector(2) : VectorNumber(2);
        // The upper elements are the destination's, whichever operand of the sum that is.
        Fused(code, order, third, (int)order);
    }

    private void Fused(MicroOpCode code, FmaOrder order, byte third, int immediate)
    {
        byte first = VectorNumber(0);
        byte second = VectorNumber(1);
        (byte a, byte b, byte c) = order switch
        {
            FmaOrder.First132 => (first, third, second),
            FmaOrder.Second213 => (second, first, third),
            _ => (second, third, first),
        };
        Emit.Append(new MicroOp { Code = code, Size = (byte)VectorBytes, Dst = first, A = a, B = b, C = c, Aux = UpperAux, Imm = immediate });
    }
}
