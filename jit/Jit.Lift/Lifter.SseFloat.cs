using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Floating point of SSE and AVX. Packed memory operands follow the rules of all vectors, scalar ones need not be aligned.</content>
internal sealed partial class Lifter
{
    /// <summary>
    /// Scalar operations: element 0 of dst = code(first, second), or code(second) for unary ones, and the other elements are the first's. In legacy encodings
    /// the first is the destination.
    /// </summary>
    internal void FloatScalar(MicroOpCode code) => FloatScalar(code, 0);

    /// <summary>As <see cref="FloatScalar(MicroOpCode)"/>, with the instruction's immediate.</summary>
    internal void FloatScalarImmediate(MicroOpCode code) => FloatScalar(code, _instruction.Immediate8);

    /// <summary>CMPPS, CMPPD: legacy encodings have eight predicates, VEX ones 32.</summary>
    internal void FloatCompare(MicroOpCode code) => Packed(code, Predicate);

    /// <summary>CMPSS, CMPSD.</summary>
    internal void FloatCompareScalar(MicroOpCode code) => FloatScalar(code, Predicate);

    /// <summary>DPPS. Its two halves are not independent: what the products of one raise keeps the sums of both from being computed.</summary>
    internal void DotProduct()
    {
        if (VectorBytes == 32)
            Wide(MicroOpCode.FloatDotProduct32Wide, VectorNumber(0), VectorNumber(1), VectorSource(2), _instruction.Immediate8);
        else
            PackedImmediate(MicroOpCode.FloatDotProduct32);
    }

    /// <summary>ROUNDPS, ROUNDPD.</summary>
    internal void FloatRound(MicroOpCode code) => PackedUnary(code, _instruction.Immediate8 & 15);

    /// <summary>ROUNDSS, ROUNDSD.</summary>
    internal void FloatRoundScalar(MicroOpCode code) => FloatScalar(code, _instruction.Immediate8 & 15);

    /// <summary>COMISS and its kin.</summary>
    /// <param name="quiet">True for UCOMISS: only signaling NaNs are invalid.</param>
    internal void FloatCompareFlags(MicroOpCode code, bool quiet)
    {
        byte second = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        byte relation = Emit.Temporary();
        FloatToValue(code, 8, relation, VectorNumber(0), second, quiet ? 1 : 0);
        Emit.SetFlags(FlagKind.FloatCompare, 8, relation);
    }

    /// <summary>Conversions to larger elements: the source is half as wide as the destination, and not particular about alignment.</summary>
    internal void ConvertUp(MicroOpCode code, MicroOpCode wide)
    {
        byte source = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        if (VectorBytes == 32)
            Wide(wide, VectorNumber(0), source, source);
        else
            Vector(code, VectorNumber(0), source, source);
    }

    /// <summary>Conversions of packed doubles to smaller elements.</summary>
    internal void ConvertDown(MicroOpCode code, MicroOpCode wide)
    {
        int bytes = SizeOf(1);
        byte source = VectorSource(1, bytes);
        if (bytes == 32)
            Wide(wide, VectorNumber(0), source, source);
        else
            Vector(code, VectorNumber(0), source, source);
    }

    /// <summary>VCVTPS2PH: the destination, half as wide as the source, may be memory.</summary>
    internal void ConvertToHalf()
    {
        byte source = VectorNumber(1);
        bool wide = _instruction.Op1Register.IsYMM();
        long immediate = _instruction.Immediate8 & 7;
        byte target = IsMemory(0) ? Emit.VectorTemporary() : VectorNumber(0);
        // A missing page comes before what the conversion may raise.
        for (int offset = 0; IsMemory(0) && offset < SizeOf(0); offset += 8)
            Emit.Load(8, Address() with { Displacement = Address().Displacement + offset }, forWrite: true);
        if (wide)
            Wide(MicroOpCode.ConvertFloat32ToFloat16Wide, target, source, source, immediate);
        else
            Vector(MicroOpCode.ConvertFloat32ToFloat16, target, source, source, immediate);
        if (IsMemory(0))
            Emit.VectorStore(SizeOf(0), Address(), target);
    }

    /// <summary>CVTSI2SS and CVTSI2SD.</summary>
    internal void ConvertFromValue(MicroOpCode from32, MicroOpCode from64)
    {
        int last = FirstSource + 1;
        int size = SizeOf(last);
        byte value = IsMemory(last) ? Emit.Load(size, Address()) : Number(_instruction.GetOpRegister(last));
        ValueToVector(size == 4 ? from32 : from64, size, VectorNumber(0), VectorNumber(FirstSource), value);
    }

    /// <summary>CVTSS2SI and its kin; a 32-bit result is zero-extended.</summary>
    internal void ConvertToValue(MicroOpCode to32, MicroOpCode to64)
    {
        int size = SizeOf(0);
        byte source = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        FloatToValue(size == 4 ? to32 : to64, size, Number(_instruction.Op0Register), source, Operand.None);
    }

    private int Predicate => _instruction.Immediate8 & (Vex ? 31 : 7);

    private void FloatScalar(MicroOpCode code, long immediate)
    {
        int first = FirstSource;
        byte second = IsMemory(first + 1) ? LoadVector(first + 1) : VectorNumber(first + 1);
        Vector(code, VectorNumber(0), VectorNumber(first), second, immediate);
    }

    private void FloatToValue(MicroOpCode code, int size, byte dst, byte a, byte b, long immediate = 0) =>
        Emit.Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = a, B = b, C = Operand.None, Imm = immediate });
}
