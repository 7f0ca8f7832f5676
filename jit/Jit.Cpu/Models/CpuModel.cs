namespace Rebound.Jit.Cpu;

/// <summary>A processor as software sees it: pure data. The models there are stand in <see cref="CpuModelCatalog"/>.</summary>
public sealed record CpuModel
{
    /// <summary>Name for the command line, for example <c>x86-64-v3</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>What it can do. Instructions of other features are #UD.</summary>
    public required CpuFeatures Features { get; init; }

    /// <summary>Family, model and stepping as eax of leaf 1 has them. Unless stated, family 15, model 107, stepping 1: a 64-bit AMD processor.</summary>
    public uint Signature { get; init; } = 0x0006_0fb1;

    /// <summary>48 characters at most, for leaves 0x80000002 to 4.</summary>
    public string Brand { get; init; } = "Rebound virtual x86-64 processor";

    public bool Has(CpuFeatures features) => (Features & features) == features;

    /// <summary>The same model with nothing but what is in <paramref name="features"/>, and nothing that needs something it then lacks.</summary>
    public CpuModel Within(CpuFeatures features)
    {
        CpuFeatures left = Features & features;
        if ((left & CpuFeatures.Xsave) == 0)
            left &= ~(CpuFeatures.Avx | CpuFeatures.Xsaveopt | CpuFeatures.Xsavec | CpuFeatures.Xgetbv1);
        if ((left & CpuFeatures.Avx) == 0)
            left &= ~(CpuFeatures.Avx2 | CpuFeatures.Fma | CpuFeatures.F16c | CpuFeatures.Vaes | CpuFeatures.Vpclmulqdq);
        return this with { Features = left };
    }
}
