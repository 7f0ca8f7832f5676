using Iced.Intel;

namespace Rebound.Jit.Tests;

internal static class AssemblerExtensions
{
    /// <summary>The bytes of what was written, placed at an address.</summary>
    public static byte[] ToBytes(this Assembler assembler, ulong address)
    {
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), address);
        return stream.ToArray();
    }
}
