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
            case MicroOpShape.ValueToFloat:
                return Bit(op.B);
            case MicroOpShape.Helper:
                {
                    MicroOpRow row = MicroOpTable.Row(op.Code);
                    return Named(op, ~row.VectorOperands & (VectorOperand.A | VectorOperand.B | VectorOperand.C)) | row.ImplicitReads;
                }

            default:
                return 0;
        }
    }

    /// <summary>Value registers written.</summary>
    public static ulong ValueWrites(in MicroOp op)
    {
        switch (MicroOpTable.Shape(op.Code))
        {
            case MicroOpShape.SetFlags:
            case MicroOpShape.Store:
            case MicroOpShape.VectorStore:
            case var shape when WritesVector(shape):
                return 0;
            case MicroOpShape.Helper:
                {
                    MicroOpRow row = MicroOpTable.Row(op.Code);
                    return Named(op, ~row.VectorOperands & VectorOperand.Dst) | row.ImplicitWrites;
                }

            default:
                return Bit(op.Dst);
        }
    }

    /// <summary>Vector registers read. (Helpers that want all of them in the state are not counted.)</summary>
    public static ulong VectorReads(in MicroOp op)
    {
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        switch (shape)
        {
            case MicroOpShape.VectorStore:
                return Bit(op.C);
            // How vector code makes zero: whatever the register holds.
            case MicroOpShape.Vector when op.Code == MicroOpCode.VectorXor && op.A == op.B:
            // It replaces the whole vector.
            case MicroOpShape.ValueToVector when op.Code == MicroOpCode.VectorFromValue:
                return 0;
            case MicroOpShape.Vector:
            case MicroOpShape.VectorWide:
            case MicroOpShape.Float:
            case MicroOpShape.FloatWide:
            case MicroOpShape.FloatToValue:
            case MicroOpShape.VectorsToValue:
            case MicroOpShape.WideToValue:
                return Bit(op.A) | Bit(op.B);
            case MicroOpShape.Vector3:
            case MicroOpShape.Float3:
                return Bit(op.A) | Bit(op.B) | Bit(op.C);
            case MicroOpShape.VectorToValue:
            case MicroOpShape.ValueToVector:
            case MicroOpShape.ValueToFloat:
                return Bit(op.A);
            case MicroOpShape.Helper:
                return Named(op, MicroOpTable.Row(op.Code).VectorOperands & ~VectorOperand.Dst);
            default:
                return 0;
        }
    }

    /// <summary>Vector registers written.</summary>
    public static ulong VectorWrites(in MicroOp op)
    {
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        return WritesVector(shape) ? Bit(op.Dst) : shape == MicroOpShape.Helper ? Named(op, MicroOpTable.Row(op.Code).VectorOperands) : 0;
    }

    /// <summary>Vector registers of which the micro-op reads bits 128 and up, or makes anything of them but zero.</summary>
    public static ulong WideVectors(in MicroOp op)
    {
        switch (MicroOpTable.Shape(op.Code))
        {
            case MicroOpShape.VectorLoad:
                return op.Size == 32 ? Bit(op.Dst) : 0;
            case MicroOpShape.VectorWide:
            case MicroOpShape.FloatWide:
            case MicroOpShape.WideToValue:
            case MicroOpShape.Helper:
                return VectorReads(op) | VectorWrites(op);
            case var shape when WritesVector(shape):
                return op.Size == 32 ? VectorReads(op) | VectorWrites(op) : 0;
            case MicroOpShape.VectorStore:
                return op.Size == 32 ? Bit(op.C) : 0;
            default:
                return 0;
        }
    }

    /// <summary>Guest vector registers whose bits 128 and up become zero, of those that the micro-op does not use in full (<see cref="WideVectors"/>).</summary>
    public static ulong ZeroedUppers(in MicroOp op)
    {
        if (op.Code is MicroOpCode.VectorZeroUppers or MicroOpCode.VectorZeroAll)
            return GuestRegisters;
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        int flag = shape == MicroOpShape.VectorLoad ? MemoryAux.ZeroUpper : VectorAux.ZeroUpper;
        return op.Size != 32 && WritesVector(shape) && (op.Aux & flag) != 0 ? Bit(op.Dst) & GuestRegisters : 0;
    }

    private static bool WritesVector(MicroOpShape shape) => shape is MicroOpShape.VectorLoad or MicroOpShape.Vector or MicroOpShape.Vector3
        or MicroOpShape.VectorWide or MicroOpShape.ValueToVector or MicroOpShape.Float or MicroOpShape.Float3 or MicroOpShape.FloatWide
        or MicroOpShape.ValueToFloat;

    /// <summary>True if the micro-op does nothing but compute Dst, so that it may go when Dst is not used.</summary>
    public static bool IsPure(in MicroOp op) => MicroOpTable.Shape(op.Code) switch
    {
        MicroOpShape.Value1 or MicroOpShape.Value2 or MicroOpShape.Value3 or MicroOpShape.Extend or MicroOpShape.Insert
            or MicroOpShape.Word3 or MicroOpShape.GetFlags or MicroOpShape.Address => true,
        _ => false,
    };

    /// <summary>The operands of a helper that <paramref name="which"/> (<see cref="VectorOperand"/> bits) selects.</summary>
    private static ulong Named(in MicroOp op, int which) =>
        ((which & VectorOperand.Dst) != 0 ? Bit(op.Dst) : 0) | ((which & VectorOperand.A) != 0 ? Bit(op.A) : 0)
        | ((which & VectorOperand.B) != 0 ? Bit(op.B) : 0) | ((which & VectorOperand.C) != 0 ? Bit(op.C) : 0);

    private static ulong Bit(byte operand) => operand < 64 ? 1UL << operand : 0;
}
