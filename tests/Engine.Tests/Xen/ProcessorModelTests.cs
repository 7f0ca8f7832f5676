using NUnit.Framework;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;
using Rebound.Jit.Lift;

namespace Rebound.Engine.Tests.Xen;

/// <summary>CPUID, CR4 and XCR0 of a PV guest by processor model and release.</summary>
[TestFixture]
internal sealed unsafe class ProcessorModelTests
{
    private const ulong Code = TestGuest.KernelBase + 0x2000;
    private const ulong Handler = TestGuest.KernelBase + 0x3000;
    private const ulong OsXsave = 1 << 18;
    private const ulong FsGsBase = 1 << 16;

    private static readonly byte[] MovCr4Rax = [0x0f, 0x22, 0xe0];
    private static readonly byte[] Xsetbv = [0x0f, 0x01, 0xd1];

    [TestCase("x86-64-v1", 0x8000_0000u, 0x0000_0000u, 0x0000_0000u)]
    [TestCase("qemu64", 0x8000_2001u, 0x0000_0000u, 0x0000_0001u)]
    [TestCase("x86-64-v2", 0x8098_2201u, 0x0000_0000u, 0x0000_0001u)]
    [TestCase("x86-64-v3", 0xb4d8_3201u, 0x0000_0329u, 0x0000_0121u)]
    public void Features_are_where_the_manuals_say(string name, uint leaf1Ecx, uint leaf7Ebx, uint extendedEcx)
    {
        using TestGuest guest = Guest(name);
        Assert.Multiple(() =>
        {
            Assert.That(Cpuid(guest, 1).Ecx, Is.EqualTo(leaf1Ecx));
            Assert.That(Cpuid(guest, 1).Edx, Is.EqualTo(0x0789_c3f5u));
            Assert.That(Cpuid(guest, 7).Ebx, Is.EqualTo(leaf7Ebx));
            Assert.That(Cpuid(guest, 0x8000_0001).Ecx, Is.EqualTo(extendedEcx));
        });
    }

    [Test]
    public void Extended_state_has_the_sizes_of_its_components()
    {
        using TestGuest guest = Guest("x86-64-v3");
        Assert.That(Cpuid(guest, 0xd), Is.EqualTo(new CpuidResult(7, 576, 832, 0)), "AVX is there and not enabled");
        Assert.That(Cpuid(guest, 0xd, 2), Is.EqualTo(new CpuidResult(256, 576, 0, 0)));
        guest.Vcpu.State->Xcr0 = 7;
        Assert.That(Cpuid(guest, 0xd).Ebx, Is.EqualTo(832));
        using TestGuest old = Guest("x86-64-v2");
        Assert.That(Cpuid(old, 0xd), Is.EqualTo(default(CpuidResult)));
    }

    [Test]
    public void OSXSAVE_shows_what_the_guest_set_and_always_behind_the_prefix_in_its_kernel()
    {
        using TestGuest guest = Guest("x86-64-v3");
        const uint bit = 1 << 27;
        Assert.That(Cpuid(guest, 1).Ecx & bit, Is.Zero);
        Assert.That(CpuidModel.Read(guest.Vcpu, 1, 0, forced: true).Ecx & bit, Is.EqualTo(bit));
        Assert.That(Executes(guest, MovCr4Rax, rax: 0x660 | OsXsave));
        Assert.That(Cpuid(guest, 1).Ecx & bit, Is.EqualTo(bit));
    }

    [Test]
    public void CR4_takes_the_bits_of_features_that_are_there()
    {
        using TestGuest with = Guest("x86-64-v3");
        Assert.That(Executes(with, MovCr4Rax, rax: 0xffff_ffff));
        Assert.That(with.Vcpu.GuestCr4, Is.EqualTo(OsXsave | FsGsBase | 0xc));
        using TestGuest without = Guest("x86-64-v2");
        Assert.That(Executes(without, MovCr4Rax, rax: 0xffff_ffff));
        Assert.That(without.Vcpu.GuestCr4, Is.EqualTo(0xc));
        Assert.That(without.Vcpu.State->Cr4 & (OsXsave | FsGsBase), Is.Zero);
    }

    [Test]
    public void Hardware_has_OSXSAVE_for_Xen_itself_and_FSGSBASE_for_the_guest_only()
    {
        using TestGuest guest = Guest("x86-64-v3");
        Assert.That(guest.Vcpu.State->Cr4 & (OsXsave | FsGsBase), Is.EqualTo(OsXsave));
        Assert.That(guest.Vcpu.State->Xcr0, Is.EqualTo(3));
        Assert.That(guest.Context.AvxEnabled, Is.False);
        Assert.That(Executes(guest, MovCr4Rax, rax: 0x660 | FsGsBase));
        Assert.That(guest.Vcpu.State->Cr4 & (OsXsave | FsGsBase), Is.EqualTo(OsXsave | FsGsBase));
    }

    [TestCase(0u, 7ul, true)]
    [TestCase(0u, 3ul, true)]
    [TestCase(0u, 1ul, true)]
    [TestCase(0u, 6ul, false, TestName = "x87 must stay")]
    [TestCase(0u, 5ul, false, TestName = "AVX needs SSE")]
    [TestCase(0u, 0xful, false, TestName = "a component that the processor lacks")]
    [TestCase(0u, 0x1_0000_0007ul, false, TestName = "a bit that nobody knows")]
    [TestCase(1u, 7ul, false, TestName = "another register")]
    public void XSETBV_is_checked_as_the_processor_checks_it(uint register, ulong value, bool accepted)
    {
        using TestGuest guest = Guest("x86-64-v3");
        Assert.That(Executes(guest, MovCr4Rax, rax: 0x660 | OsXsave));
        guest.Vcpu.State->Gpr[Register.Rcx] = register;
        guest.Vcpu.State->Gpr[Register.Rdx] = value >> 32;
        Assert.That(Executes(guest, Xsetbv, rax: (uint)value), Is.EqualTo(accepted));
        Assert.That(guest.Vcpu.State->Xcr0, Is.EqualTo(accepted ? value : 3));
        Assert.That(guest.Context.AvxEnabled, Is.EqualTo(accepted && value == 7));
    }

    [Test]
    public void XSETBV_is_undefined_while_the_guest_has_not_set_OSXSAVE()
    {
        using TestGuest guest = Guest("x86-64-v3");
        guest.Vcpu.TrapTable[6] = new TrapGate(Handler, 0, 0xe033);
        guest.Vcpu.State->Gpr[Register.Rcx] = 0;
        guest.Vcpu.State->Gpr[Register.Rax] = 7;
        guest.WriteCode(Code, Xsetbv);
        guest.Raise(13, 0);
        Assert.That((guest.Vcpu.State->Rip, guest.Vcpu.State->Xcr0), Is.EqualTo((Handler, 3ul)));
    }

    [TestCase("xen-3.1.1", CpuFeatures.Xsave | CpuFeatures.Avx | CpuFeatures.Avx2 | CpuFeatures.FsGsBase)]
    [TestCase("xen-4.17", CpuFeatures.None)]
    public void A_strict_release_passes_on_what_it_knew(string release, CpuFeatures lost)
    {
        CpuFeatures all = CpuModelCatalog.Everything.Features;
        CpuFeatures allowed = GuestFeatures.Allowed(InterfaceSet.StrictFor(ReleaseCatalog.Find(release)!));
        Assert.That(all & ~allowed & lost, Is.EqualTo(lost));
        Assert.That(allowed & CpuFeatures.Sse42, Is.EqualTo(CpuFeatures.Sse42));
        Assert.That(lost != CpuFeatures.None || allowed == all, Is.True);
    }

    [Test]
    public void Each_model_contains_the_one_below()
    {
        CpuModel[] levels = [.. CpuModelCatalog.All.Where(model => model.Name.StartsWith("x86-64-v", StringComparison.Ordinal))];
        Assert.That(levels, Has.Length.EqualTo(3));
        Assert.That(levels[1].Has(levels[0].Features) && levels[2].Has(levels[1].Features));
        Assert.That(CpuModelCatalog.Find(CpuModelCatalog.DefaultName), Is.Not.Null);
        Assert.That(ProcessorFeatures.Implemented & levels[0].Features, Is.EqualTo(levels[0].Features));
    }

    [Test]
    public void A_model_without_XSAVE_has_nothing_that_needs_it()
    {
        CpuModel model = CpuModelCatalog.Everything.Within(~CpuFeatures.Xsave);
        Assert.That(model.Features & (CpuFeatures.Avx | CpuFeatures.Avx2 | CpuFeatures.Fma | CpuFeatures.Xsaveopt), Is.EqualTo(CpuFeatures.None));
    }

    private static TestGuest Guest(string model) => new(model: CpuModelCatalog.Find(model));

    private static CpuidResult Cpuid(TestGuest guest, uint leaf, uint subleaf = 0) => guest.Context.Environment.Cpuid(leaf, subleaf);

    private static bool Executes(TestGuest guest, byte[] code, ulong rax)
    {
        guest.Vcpu.TrapTable[13] = new TrapGate(Handler, 0, 0xe033);
        guest.Vcpu.State->Gpr[Register.Rax] = rax;
        guest.WriteCode(Code, code);
        guest.Raise(13, 0);
        return guest.Vcpu.State->Rip == Code + (ulong)code.Length;
    }
}
