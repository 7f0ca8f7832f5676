using Iced.Intel;

namespace Rebound.User.Tests.Bench;

/// <summary>An address and the instruction there, for messages.</summary>
internal static class InstructionText
{
    public static string At(AddressSpace memory, ulong address)
    {
        byte[] bytes = new byte[15];
        if (!memory.TryRead(address, bytes))
            return $"0x{address:x} (not in memory)";
        Decoder decoder = Decoder.Create(64, bytes, address);
        Instruction instruction = decoder.Decode();
        return $"0x{address:x}: {instruction} ({Convert.ToHexString(bytes, 0, Math.Max(1, instruction.Length))})";
    }
}
