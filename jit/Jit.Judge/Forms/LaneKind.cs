using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>What the bytes of a vector register or memory operand are taken for.</summary>
public enum LaneKind
{
    Bits,
    Int8,
    Int16,
    Int32,
    Int64,
    Half,
    Single,
    Double,
    Extended,
    Decimal,
}

/// <summary>What an instruction takes its operands for.</summary>
public static class LaneKinds
{
    /// <summary>The kind of an instruction's elements, by the decoder's table of memory operands, which has it for register forms too.</summary>
    public static LaneKind Of(Code code) => code.ToOpCode().MemorySize.GetInfo().ElementType switch
    {
        MemorySize.Int8 or MemorySize.UInt8 => LaneKind.Int8,
        MemorySize.Int16 or MemorySize.UInt16 => LaneKind.Int16,
        MemorySize.Int32 or MemorySize.UInt32 => LaneKind.Int32,
        MemorySize.Int64 or MemorySize.UInt64 => LaneKind.Int64,
        MemorySize.Float16 => LaneKind.Half,
        MemorySize.Float32 => LaneKind.Single,
        MemorySize.Float64 => LaneKind.Double,
        MemorySize.Float80 => LaneKind.Extended,
        MemorySize.Bcd => LaneKind.Decimal,
        _ => LaneKind.Bits,
    };

    public static bool IsFloat(LaneKind kind) => kind is LaneKind.Half or LaneKind.Single or LaneKind.Double or LaneKind.Extended;
}
