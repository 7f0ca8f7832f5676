using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Lifting;

internal static class FlagWords
{
    /// <summary>The decoder's notation of flags as bits of RFLAGS; the arithmetic ones only.</summary>
    public static ulong Of(RflagsBits bits)
    {
        ulong word = 0;
        word |= (bits & RflagsBits.CF) != 0 ? Rflags.CF : 0;
        word |= (bits & RflagsBits.PF) != 0 ? Rflags.PF : 0;
        word |= (bits & RflagsBits.AF) != 0 ? Rflags.AF : 0;
        word |= (bits & RflagsBits.ZF) != 0 ? Rflags.ZF : 0;
        word |= (bits & RflagsBits.SF) != 0 ? Rflags.SF : 0;
        word |= (bits & RflagsBits.OF) != 0 ? Rflags.OF : 0;
        return word;
    }
}
