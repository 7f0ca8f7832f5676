using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>XSAVE's images in both formats against the host's, for the components that both sides have.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class XsaveOracleTests(Tier tier)
{
    private const ulong Image = OracleLayout.Data + 0x400;
    private const int ImageBytes = 832;
    private const int Header = 512;
    private const int Second = 0x800;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Restore_then_save([Range(0, 7)] int components) => _session.Check(
    [
        Group("xrstor, xsave", components, c => c.xrstor(__[rbx]), c => c.xsave(__[rbx + Second])),
        Group("xrstor64, xsave64", components, c => c.xrstor64(__[rbx]), c => c.xsave64(__[rbx + Second])),
        Group("xrstor, xsavec", components, c => c.xrstor(__[rbx]), c => c.xsavec(__[rbx + Second])),
        Group("xrstor, xsaveopt", components, c => c.xrstor(__[rbx]), c => c.xsaveopt(__[rbx + Second])),
    ]);

    [Test]
    public void Save_of_what_the_state_holds([Range(0, 7)] int components) => _session.Check(
    [
        Group("xsave", components, null, c => c.xsave(__[rbx + Second])),
        Group("xsavec", components, null, c => c.xsavec(__[rbx + Second])),
        Group("xsaveopt", components, null, c => c.xsaveopt(__[rbx + Second])),
        Group("vzeroupper, xsavec", components, c => c.vzeroupper(), c => c.xsavec(__[rbx + Second])),
        Group("vzeroall, xsavec", components, c => c.vzeroall(), c => c.xsavec(__[rbx + Second])),
        Group("vzeroall, xsaveopt", components, c => c.vzeroall(), c => c.xsaveopt(__[rbx + Second])),
    ]);

    [Test]
    public void What_is_in_use() => _session.Check(
    [
        Group("xgetbv 1", 7, null, InUse, mask: false),
        Group("xrstor, xgetbv 1", 7, c => c.xrstor(__[rbx]), InUse, mask: false),
        Group("vzeroupper, xgetbv 1", 7, c => c.vzeroupper(), InUse, mask: false),
    ]);

    /// <summary>A compacted image comes from XSAVEC; one that a program composed is tried by the next test.</summary>
    [Test]
    public void Compacted_images_are_restored([Range(0, 7)] int components) => _session.Check(
    [
        Group("xsavec, vzeroall, xrstor", 7, c =>
        {
            ClearHeader(c);
            c.xsavec(__[rbx + Second]);
            c.vzeroall();
            c.mov(eax, components);
            c.xrstor(__[rbx + Second]);
        }, c => c.mov(__dword_ptr[rbx + Second + 28], 0)),
        Group($"xsavec of {components}, vzeroall, xrstor", components, c =>
        {
            ClearHeader(c);
            c.xsavec(__[rbx + Second]);
            c.vzeroall();
            c.mov(eax, 7);
            c.xrstor(__[rbx + Second]);
        }, c => c.mov(__dword_ptr[rbx + Second + 28], 0)),
    ]);

    [TestCase(512, 8, "XSTATE_BV bit 3")]
    [TestCase(513, 2, "XSTATE_BV bit 9")]
    [TestCase(520, 1, "XCOMP_BV without bit 63")]
    [TestCase(527, 0x80, "XCOMP_BV bit 63 alone")]
    [TestCase(528, 1, "byte 16")]
    [TestCase(535, 0x80, "byte 23")]
    [TestCase(536, 1, "byte 24")]
    [TestCase(575, 1, "byte 63")]
    [TestCase(26, 4, "a reserved bit of MXCSR")]
    public void Header_is_checked(int offset, int value, string what)
    {
        List<OracleGroup> groups = [];
        for (int components = 0; components < 8; components++)
        {
            groups.Add(Group($"{what}, standard, {components}", components, c =>
            {
                c.or(__byte_ptr[rbx + offset], value);
                c.xrstor(__[rbx]);
            }, c => c.nop()));
            groups.Add(Group($"{what}, compacted, {components}", components, c =>
            {
                c.mov(__dword_ptr[rbx + Header + 8], 7);
                c.mov(__dword_ptr[rbx + Header + 12], 0x8000_0000);
                c.or(__byte_ptr[rbx + offset], value);
                c.xrstor(__[rbx]);
            }, c => c.nop()));
        }

        _session.Check(groups);
    }

    [Test]
    public void Components_outside_a_compacted_image_are_initialised() => _session.Check([.. Enumerable.Range(0, 64).Select(i =>
        Group($"compaction {i >> 3}, asked {i & 7}", i & 7, c =>
        {
            c.mov(__dword_ptr[rbx + Header + 8], i >> 3);
            c.mov(__dword_ptr[rbx + Header + 12], 0x8000_0000);
            c.and(__dword_ptr[rbx + Header], i >> 3);
            c.xrstor(__[rbx]);
        }, c => c.nop()))]);

    [Test]
    public void Faults_of_address_and_memory() => _session.Check(
    [
        Group("xsave misaligned by 8", 7, null, c => c.xsave(__[rbx + 8])),
        Group("xsave misaligned by 32", 7, null, c => c.xsave(__[rbx + 32])),
        Group("xrstor misaligned by 1", 7, null, c => c.xrstor(__[rbx + 1])),
        Group("xsavec misaligned by 16", 7, null, c => c.xsavec(__[rbx + 16])),
        Group("xsave into read-only memory", 7, null, c =>
        {
            c.mov(ecx, (uint)OracleLayout.ReadOnly);
            c.xsave(__[rcx]);
        }, faultAddressOpen: true),
        Group("xrstor out of nothing", 7, null, c =>
        {
            c.mov(ecx, (uint)OracleLayout.Hole);
            c.xrstor(__[rcx]);
        }, faultAddressOpen: true),
        Group("xsave across the end of writable memory", 7, null, c =>
        {
            c.mov(ecx, (uint)OracleLayout.ReadOnly - 0x240);
            c.xsave(__[rcx]);
        }, faultAddressOpen: true),
        Group("xgetbv of register 2", 7, null, c =>
        {
            c.mov(ecx, 2);
            c.xgetbv();
        }),
    ]);

    /// <summary>XSAVEC leaves the reserved part as it is, and XRSTOR wants zeros there.</summary>
    private static void ClearHeader(Assembler c)
    {
        for (int i = 0; i < 64; i += 8)
            c.mov(__qword_ptr[rbx + Second + Header + i], 0);
    }

    private static void InUse(Assembler c)
    {
        c.mov(ecx, 1);
        c.xgetbv();
        c.and(eax, 7);
    }

    private static OracleGroup Group(string name, int components, Action<Assembler>? before, Action<Assembler> write, bool faultAddressOpen = false, bool mask = true)
    {
        Assembler assembler = new(64);
        assembler.mov(eax, components);
        assembler.xor(edx, edx);
        before?.Invoke(assembler);
        assembler.mov(eax, components);
        write(assembler);
        // Which bits of MXCSR exist is the processor model's affair.
        if (mask)
            assembler.mov(__dword_ptr[rbx + Second + 28], 0);
        assembler.int3();
        OracleGroup group = new() { Name = name, Code = assembler.ToBytes(OracleLayout.Code), IsFaultAddressOpen = faultAddressOpen };
        FormStates source = new((12 * components) + name.Length);
        for (int i = 0; i < 12; i++)
        {
            StartState state = source.Any();
            state.Rflags &= ~Rflags.AC;
            state.Gpr[3] = Image;
            state.Patches.Add(new MemoryPatch(Image, RandomImage(source)));
            group.Cases.Add(state);
        }

        return group;
    }

    /// <summary>An image in the standard format that loads: no exceptions pending, no last instruction.</summary>
    private static byte[] RandomImage(FormStates source)
    {
        byte[] image = FpuStateOracleTests.RandomImage(source, ImageBytes);
        image.AsSpan(Header, 64).Clear();
        image[Header] = (byte)(source.Bits() & 7);
        return image;
    }
}
