namespace Rebound.Jit.Cpu;

/// <summary>Bits of RFLAGS (Intel SDM vol. 1, 3.4.3).</summary>
public static class Rflags
{
    public const ulong CF = 1UL << 0;
    public const ulong Fixed = 1UL << 1;
    public const ulong PF = 1UL << 2;
    public const ulong AF = 1UL << 4;
    public const ulong ZF = 1UL << 6;
    public const ulong SF = 1UL << 7;
    public const ulong TF = 1UL << 8;
    public const ulong IF = 1UL << 9;
    public const ulong DF = 1UL << 10;
    public const ulong OF = 1UL << 11;
    public const ulong Iopl = 3UL << 12;
    public const ulong NT = 1UL << 14;
    public const ulong RF = 1UL << 16;
    public const ulong VM = 1UL << 17;
    public const ulong AC = 1UL << 18;
    public const ulong Vif = 1UL << 19;
    public const ulong Vip = 1UL << 20;
    public const ulong ID = 1UL << 21;

    /// <summary>The six flags that arithmetic sets; they are kept lazily (<see cref="LazyFlags"/>).</summary>
    public const ulong Arithmetic = CF | PF | AF | ZF | SF | OF;

    /// <summary>Every bit that exists in 64-bit mode.</summary>
    public const ulong Defined = Arithmetic | Fixed | TF | IF | DF | Iopl | NT | RF | VM | AC | Vif | Vip | ID;

    /// <summary>What is kept eagerly in <see cref="CpuState.SystemFlags"/>.</summary>
    public const ulong System = Defined & ~Arithmetic;
}
