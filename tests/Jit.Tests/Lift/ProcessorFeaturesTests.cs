using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>What a processor model lacks is undefined, and what it promises is there.</summary>
[TestFixture]
public sealed unsafe class ProcessorFeaturesTests
{
    /// <summary>Families of which every code must have a row.</summary>
    private static readonly CpuidFeature[] Families =
    [
        CpuidFeature.INTEL8086, CpuidFeature.INTEL186, CpuidFeature.INTEL286, CpuidFeature.INTEL386, CpuidFeature.INTEL486, CpuidFeature.X64,
        CpuidFeature.CMOV, CpuidFeature.MULTIBYTENOP, CpuidFeature.MOVBE, CpuidFeature.POPCNT, CpuidFeature.LZCNT, CpuidFeature.BMI1, CpuidFeature.BMI2,
        CpuidFeature.ADX, CpuidFeature.CX8, CpuidFeature.CMPXCHG16B, CpuidFeature.FSGSBASE, CpuidFeature.RDPID, CpuidFeature.RDTSCP, CpuidFeature.RDRAND,
        CpuidFeature.RDSEED, CpuidFeature.CLFSH, CpuidFeature.CLFLUSHOPT, CpuidFeature.CLWB, CpuidFeature.PREFETCHW, CpuidFeature.PREFETCHWT1,
        CpuidFeature.PAUSE, CpuidFeature.SERIALIZE, CpuidFeature.CET_IBT, CpuidFeature.XSAVE, CpuidFeature.XSAVEOPT, CpuidFeature.XSAVEC,
        CpuidFeature.FXSR, CpuidFeature.CPUID, CpuidFeature.TSC, CpuidFeature.MSR, CpuidFeature.SEP, CpuidFeature.SYSCALL, CpuidFeature.RDPMC,
        CpuidFeature.SMM, CpuidFeature.WBNOINVD, CpuidFeature.CLDEMOTE,
    ];

    [TestCaseSource(nameof(Families))]
    public void Every_code_of_the_family_has_a_row(CpuidFeature family)
    {
        Code[] codes = [.. Enum.GetValues<Code>().Where(code => code.ToOpCode() is { IsInstruction: true, Mode64: true }
            && code.CpuidFeatures() is [var only] && only == family)];
        Assert.That(codes, Is.Not.Empty);
        Assert.That(codes.Where(code => InstructionTable.Find(code) == null), Is.Empty);
    }

    [TestCase("f3480faec0", CpuFeatures.FsGsBase, Description = "rdfsbase")]
    [TestCase("0f01d0", CpuFeatures.Xsave, Description = "xgetbv")]
    [TestCase("0fae23", CpuFeatures.Xsave, Description = "xsave")]
    [TestCase("0fae33", CpuFeatures.Xsaveopt, Description = "xsaveopt")]
    [TestCase("0fc723", CpuFeatures.Xsavec, Description = "xsavec")]
    [TestCase("480fc7f0", CpuFeatures.Rdrand, Description = "rdrand")]
    [TestCase("480fc7f8", CpuFeatures.Rdseed, Description = "rdseed")]
    [TestCase("f30fc7f8", CpuFeatures.Rdpid, Description = "rdpid")]
    [TestCase("0f01f9", CpuFeatures.Rdtscp, Description = "rdtscp")]
    [TestCase("f20f38f0c1", CpuFeatures.Sse42, Description = "crc32")]
    [TestCase("f30fb8c1", CpuFeatures.Popcnt, Description = "popcnt")]
    [TestCase("0f38f003", CpuFeatures.Movbe, Description = "movbe")]
    [TestCase("480fc70b", CpuFeatures.Cx16, Description = "cmpxchg16b")]
    [TestCase("660fae3b", CpuFeatures.ClflushOpt, Description = "clflushopt")]
    [TestCase("660fae33", CpuFeatures.Clwb, Description = "clwb")]
    [TestCase("660f38f6c1", CpuFeatures.Adx, Description = "adcx")]
    [TestCase("c4e2f8f3c9", CpuFeatures.Bmi1, Description = "blsr")]
    [TestCase("c4e2f9f7c1", CpuFeatures.Bmi2, Description = "shlx")]
    [TestCase("0f01e8", CpuFeatures.Serialize, Description = "serialize")]
    public void Without_its_feature_an_instruction_is_undefined(string hex, CpuFeatures feature)
    {
        CpuFeatures all = CpuModelCatalog.Everything.Features;
        Terminal with = Lift(hex, all).Terminal;
        Terminal without = Lift(hex, all & ~feature).Terminal;
        Assert.That(with.Kind, Is.Not.EqualTo(TerminalKind.Fault));
        Assert.That((without.Kind, without.Exit, without.Vector), Is.EqualTo((TerminalKind.Fault, ExitReason.Exception, ExceptionVector.InvalidOpcode)));
    }

    [TestCase("f30fbcc1", CpuFeatures.Bmi1, "0fbcc1", Description = "tzcnt and bsf")]
    [TestCase("f30fbdc1", CpuFeatures.Lzcnt, "0fbdc1", Description = "lzcnt and bsr")]
    public void Without_its_feature_a_count_is_a_scan(string hex, CpuFeatures feature, string plain)
    {
        CpuFeatures less = CpuModelCatalog.Everything.Features & ~feature;
        Assert.That(Text(Lift(hex, less)), Is.EqualTo(Text(Lift(plain, less))));
        Assert.That(Text(Lift(hex, CpuModelCatalog.Everything.Features)), Is.Not.EqualTo(Text(Lift(plain, less))));
    }

    [Test]
    public void What_is_left_out_has_no_feature([Values(CpuidFeature.XOP, CpuidFeature.D3NOW, CpuidFeature.FMA4, CpuidFeature.TBM, CpuidFeature.AMX_TILE,
        CpuidFeature.SGX1, CpuidFeature.VMX, CpuidFeature.SVM, CpuidFeature.AVX512F, CpuidFeature.SSE4A, CpuidFeature.MONITOR, CpuidFeature.SMAP,
        CpuidFeature.INVPCID, CpuidFeature.XSAVES, CpuidFeature.PKU)] CpuidFeature feature)
    {
        foreach (Code code in Enum.GetValues<Code>().Where(code => code.CpuidFeatures().Contains(feature)))
            Assert.That(ProcessorFeatures.Required(code), Is.Null, code.ToString());
    }

    [Test]
    public void Every_feature_has_one_bit_of_CPUID()
    {
        CpuFeatures[] members = [.. Enum.GetValues<CpuFeatures>().Where(feature => feature != CpuFeatures.None)];
        Assert.That(CpuidBits.All.Select(bit => bit.Feature), Is.EquivalentTo(members));
        Assert.That(CpuidBits.All.Select(bit => (bit.Leaf, bit.Subleaf, bit.Register, bit.Bit)), Is.Unique);
        Assert.That(members.Aggregate((a, b) => a | b), Is.EqualTo(CpuModelCatalog.Everything.Features));
    }

    private static MicroBlock Lift(string hex, CpuFeatures features)
    {
        byte[] bytes = LiftHelper.Bytes(hex);
        fixed (byte* code = bytes)
            return new BlockLifter(features).Lift(code, bytes.Length, int.MaxValue, LiftHelper.Start, BlockMode.Avx, 1)!;
    }

    private static string Text(MicroBlock block) => string.Join('\n', block.OpSpan.ToArray().Select(op => MicroPrinter.Print(op)));
}
