using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>Which value registers (bit i for register i, temporaries included) a micro-op reads and writes.</summary>
internal static class RegisterUse
{
    public static ulong Reads(in MicroOp op)
    {
        MicroOpRow row = MicroOpTable.Row(op.Code);
        switch (row.Shape)
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
                return Bit(op.A) | Bit(op.B) | Bit(op.C) | (op.Code == MicroOpCode.AtomicCompareExchange ? 1UL : 0);
            case MicroOpShape.ValueToVector:
                return Bit(op.B);
            case MicroOpShape.Helper:
                return Bit(op.A) | Bit(op.B) | Bit(op.C) | row.ImplicitReads;
            default:
                return 0;
        }
    }

    public static ulong Writes(in MicroOp op)
    {
        MicroOpRow row = MicroOpTable.Row(op.Code);
        switch (row.Shape)
        {
            case MicroOpShape.SetFlags:
            case MicroOpShape.Store:
            case MicroOpShape.VectorStore:
            case MicroOpShape.VectorLoad:
            case MicroOpShape.Vector:
            case MicroOpShape.ValueToVector:
                return 0;
            default:
                return Bit(op.Dst) | row.ImplicitWrites;
        }
    }

    private static ulong Bit(byte operand) => operand < 48 ? 1UL << operand : 0;
}
