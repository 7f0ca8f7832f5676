using Iced.Intel;

namespace Rebound.Engine.Xen.Exits;

/// <summary>Disassembles guest code for messages.</summary>
internal static class InstructionText
{
    /// <summary>The instruction at an address of the present mode, or a note that it cannot be read.</summary>
    public static string At(Vcpu vcpu, ulong rip)
    {
        Span<byte> bytes = stackalloc byte[15];
        int count = GuestCode.Read(vcpu, rip, bytes);
        if (count == 0)
            return "unreadable";
        Decoder decoder = Decoder.Create(64, bytes[..count].ToArray(), rip);
        decoder.Decode(out Instruction instruction);
        return instruction.IsInvalid
            ? "bytes " + Convert.ToHexStringLower(bytes[..count])
            : $"{instruction} ({Convert.ToHexStringLower(bytes[..instruction.Length])})";
    }
}
