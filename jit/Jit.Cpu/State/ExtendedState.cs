namespace Rebound.Jit.Cpu;

/// <summary>The state components of XCR0 and of XSAVE's images (Intel SDM vol. 1, 13).</summary>
public static class ExtendedState
{
    public const ulong X87 = 1;
    public const ulong Sse = 2;
    public const ulong Avx = 4;

    /// <summary>Bytes of the x87 and SSE part, and of the header behind it.</summary>
    public const int LegacyBytes = 512;
    public const int HeaderBytes = 64;

    /// <summary>Where the upper halves of the vector registers stand, in both formats, and their length.</summary>
    public const int AvxOffset = LegacyBytes + HeaderBytes;
    public const int AvxBytes = 256;

    /// <summary>The components that a processor model can enable.</summary>
    public static ulong Supported(CpuModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Has(CpuFeatures.Avx) ? X87 | Sse | Avx : X87 | Sse;
    }

    /// <summary>True if XCR0 may have this value (Intel SDM vol. 2, XSETBV).</summary>
    public static bool IsValid(CpuModel model, ulong xcr0) =>
        (xcr0 & X87) != 0 && (xcr0 & ~Supported(model)) == 0 && ((xcr0 & Avx) == 0 || (xcr0 & Sse) != 0);

    /// <summary>Bytes of an image in the standard format with the components of <paramref name="xcr0"/>.</summary>
    public static int ImageBytes(ulong xcr0) => (xcr0 & Avx) != 0 ? AvxOffset + AvxBytes : AvxOffset;
}
