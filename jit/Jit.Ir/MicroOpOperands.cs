namespace Rebound.Jit.Ir;

/// <summary>
/// Which registers a micro-op reads and writes, from its shape. Sets are bit masks over register numbers:
/// bits 0..15 general registers (or XMM), 16.. temporaries (or vector temporaries).
/// </summary>
public static class MicroOpOperands
{
    /// <summary>General registers in a mask; the rest are temporaries.</summary>
    public const ulong GuestRegisters = 0xffff;

    /// <summary>Value registers read, the implicit ones of helpers and of CMPXCHG included.</summary>
    public static ulong ValueReads(in MicroOp op)
    {
        switch (MicroOpTable.Shape(op.Code))
        {
            case MicroOpShape.Value1:
            case MicroOpShape.Extend:
                return Bit(op.A);
            case MicroOpShape.Value2:
            case MicroOpShape.Insert:
            case MicroOpShape.Load:
            case MicroOpShape.Address:
            case MicroOpShape.VectorLoad:
            case MicroOpShape.VectorStore:
                return Bit(op.A) | Bit(op.B);
            case MicroOpShape.Value3:
            case MicroOpShape.Word3:
            case MicroOpShape.SetFlags:
            case MicroOpShape.Store:
                return Bit(op.A) | Bit(op.B) | Bit(op.C);
            case MicroOpShape.Atomic:
                return Bit(op.A) | Bit(op.B) | Bit(op.C) | (op.Code == MicroOpCode.AtomicCompareExchange ? Bit(Operand.Rax) : 0);
            case MicroOpShape.ValueToVector:
                return Bit(op.B);
            case MicroOpShape.Helper:
                return Bit(op.A) | Bit(op.B) | Bit(op.C) | MicroOpTable.Row(op.Code).ImplicitReads;
            default:
                return 0;
        }
    }

    /// <summary>Value registers written.</summary>
    public static ulong ValueWrites(in MicroOp op) => MicroOpTable.Shape(op.Code) switch
    {
        MicroOpShape.SetFlags or MicroOpShape.Store or MicroOpShape.VectorLoad or MicroOpShape.VectorStore
            or MicroOpShape.Vector or MicroOpShape.ValueToVector => 0,
        MicroOpShape.Helper => Bit(op.Dst) | MicroOpTable.Row(op.Code).ImplicitWrites,
        _ => Bit(op.Dst),
    };

    /// <summary>Vector registers read. (FXSAVE and FXRSTOR use the state in memory and are not counted.)</summary>
    public static ulong VectorReads(in MicroOp op) => MicroOpTable.Shape(op.Code) switch
    {
        MicroOpShape.VectorStore => Bit(op.C),
        // How vector code makes zero: whatever the register holds.
        MicroOpShape.Vector when op.Code == MicroOpCode.VectorXor && op.A == op.B => 0,
        MicroOpShape.Vector => Bit(op.A) | Bit(op.B),
        // It replaces the whole vector.
        MicroOpShape.ValueToVector when op.Code == MicroOpCode.VectorFromValue => 0,
        MicroOpShape.VectorToValue or MicroOpShape.ValueToVector => Bit(op.A),
        _ => 0,
    };

    /// <summary>Vector registers written.</summary>
    public static ulong VectorWrites(in MicroOp op) => MicroOpTable.Shape(op.Code) switch
    {
        MicroOpShape.VectorLoad or MicroOpShape.Vector or MicroOpShape.ValueToVector => Bit(op.Dst),
        _ => 0,
    };

    /// <summary>True if the micro-op does nothing but compute Dst, so that it may go when Dst is not used.</summary>
    public static bool IsPure(in MicroOp op) => MicroOpTable.Shape(op.Code) switch
    {
        MicroOpShape.Value1 or MicroOpShape.Value2 or MicroOpShape.Value3 or MicroOpShape.Extend or MicroOpShape.Insert
            or MicroOpShape.Word3 or MicroOpShape.GetFlags or MicroOpShape.Address => true,
        _ => false,
    };

    private static ulong Bit(byte operand) => operand < 64 ? 1UL << operand : 0;
}
