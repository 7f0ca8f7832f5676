using System.Buffers.Binary;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>The images and control words of x87 and SSE state, without arithmetic.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class FpuStateOracleTests(Tier tier)
{
    private const ulong Image = OracleLayout.Data + 0x400;
    private const int ImageBytes = 512;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Fxsave_of_the_initial_state() => _session.Check([Group("fxsave", c => Save(c, 0)), Group("fxsave64", c => Save64(c, 0))]);

    [Test]
    public void Fxrstor_then_fxsave() => _session.Check(
    [
        Group("fxrstor, fxsave", c =>
        {
            c.fxrstor(__[rbx]);
            Save(c, 0x400);
        }),
        Group("fxrstor64, fxsave64", c =>
        {
            c.fxrstor64(__[rbx]);
            Save64(c, 0x400);
        }),
        Group("fxrstor, fninit, fxsave", c =>
        {
            c.fxrstor(__[rbx]);
            c.fninit();
            Save(c, 0x400);
        }),
        Group("fxrstor, fnclex, emms, fxsave", c =>
        {
            c.fxrstor(__[rbx]);
            c.fnclex();
            c.emms();
            Save(c, 0x400);
        }),
    ]);

    [Test]
    public void Images_that_fault() => _session.Check(
    [
        Group("fxsave misaligned", c => c.fxsave(__[rbx + 8])),
        Group("fxrstor misaligned", c => c.fxrstor(__[rbx + 1])),
        Group("fxrstor of a reserved MXCSR bit", c =>
        {
            c.mov(__dword_ptr[rbx + 24], 0x0004_0000);
            c.fxrstor(__[rbx]);
        }),
        Group("fxsave across the end of writable memory", c =>
        {
            c.mov(eax, (uint)OracleLayout.ReadOnly - 0x100);
            c.fxsave(__[rax]);
        }, faultAddressOpen: true),
        Group("fxrstor across the end of memory", c =>
        {
            c.mov(eax, (uint)OracleLayout.Hole - 0x100);
            c.fxrstor(__[rax]);
        }, faultAddressOpen: true),
        Group("ldmxcsr of a reserved bit", c =>
        {
            c.mov(__dword_ptr[rbx], 0x8000_0000);
            c.ldmxcsr(__[rbx]);
        }),
    ]);

    [Test]
    public void Control_words() => _session.Check(
    [
        Group("mxcsr", c =>
        {
            c.stmxcsr(__[rbx]);
            c.and(__dword_ptr[rbx], 0x1f80);
            c.xor(__dword_ptr[rbx], 0xe03f);
            c.ldmxcsr(__[rbx]);
            c.stmxcsr(__[rbx + 4]);
        }),
        Group("fcw and fsw", c =>
        {
            c.fnstcw(__[rbx]);
            c.and(eax, 0xf3f);
            c.or(eax, 0x37f);
            c.mov(__[rbx + 2], ax);
            c.fldcw(__[rbx + 2]);
            c.fnstcw(__[rbx + 4]);
            c.fnstsw(ax);
            c.fnstsw(__[rbx + 6]);
        }),
    ]);

    /// <summary>Saves, and makes the mask of MXCSR bits, which is the processor model's, equal.</summary>
    private static void Save(Assembler c, int at)
    {
        c.fxsave(__[rbx + at]);
        c.mov(__dword_ptr[rbx + at + 28], 0);
    }

    private static void Save64(Assembler c, int at)
    {
        c.fxsave64(__[rbx + at]);
        c.mov(__dword_ptr[rbx + at + 28], 0);
    }

    private static OracleGroup Group(string name, Action<Assembler> write, bool faultAddressOpen = false)
    {
        Assembler assembler = new(64);
        write(assembler);
        assembler.int3();
        OracleGroup group = new() { Name = name, Code = assembler.ToBytes(OracleLayout.Code), IsFaultAddressOpen = faultAddressOpen };
        FormStates source = new(12);
        for (int i = 0; i < 30; i++)
        {
            StartState state = source.Any();
            state.Gpr[3] = Image;
            state.Patches.Add(new MemoryPatch(Image, RandomImage(source, ImageBytes)));
            group.Cases.Add(state);
        }

        return group;
    }

    /// <summary>An image that loads: no exceptions pending, no last instruction, MXCSR of bits that exist.</summary>
    internal static byte[] RandomImage(FormStates source, int length)
    {
        byte[] image = new byte[length];
        for (int i = 0; i < length; i += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(i), source.Bits());
        image.AsSpan(0, 24).Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(image, (ushort)(0x7f | ((int)source.Bits() & 0xf00)));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(2), (ushort)((int)source.Bits() & 0x7f00));
        image[4] = (byte)source.Bits();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(24), (uint)source.Bits() & 0xffff);
        return image;
    }
}
