using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Tests.Xen;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;
using Rebound.Jit.Runtime;

namespace Rebound.Engine.Tests;

/// <summary>The managed trampoline against the machine code of 2006 and 2007, executed at ring 0 by the engine's own processor.</summary>
[TestFixture]
internal sealed class LiteralTrampolineTests
{
    private const int States = 4000;
    private const ulong SyscallCallback = TestGuest.KernelBase + 0x3000;

    private static IEnumerable<TestCaseData> Cases() =>
        from code in LiteralCode.All
        from tier in (Tier[])[Tier.Interpreter, Tier.Jit]
        select new TestCaseData(code.Release, tier);

    [TestCaseSource(nameof(Cases))]
    public unsafe void ManagedFrame_EqualsTheFrameOfTheLiteralCode_WordForWord(string release, Tier tier)
    {
        LiteralCode code = LiteralCode.All.Single(c => c.Release == release);
        using var literal = new LiteralTrampoline(code, context => new ExecutionCore(context, new ExecutionOptions { Tier = tier }));
        ReleaseProfile profile = ReleaseCatalog.Find(release)! with { SyscallEnterAddress = code.SyscallEnter };
        using var guest = new TestGuest(profile);
        guest.Vcpu.SyscallCallback = new Callback(SyscallCallback, MasksEvents: false);
        var random = new Random(20071015);
        ulong[] registers = new ulong[16];
        for (int i = 0; i < States; i++)
        {
            for (int r = 0; r < registers.Length; r++)
                registers[r] = NextWord(random);
            ulong rip = LiteralTrampoline.UserCode + ((ulong)random.Next(2047) * 2);
            ulong rflags = (NextWord(random) & (Rflags.Arithmetic | Rflags.DF | Rflags.AC | Rflags.NT | Rflags.ID)) | Rflags.IF | Rflags.Fixed;
            byte mask = (byte)random.Next(2);

            LiteralFrame frame = literal.Run(registers, rip, rflags);
            ulong[] expected = frame.BounceWords(mask);
            Assert.That(frame.EntryVector, Is.EqualTo(CpuUserRegsLayout.SyscallEntry));

            guest.SetUserState(registers, rip + 2, rflags, mask);
            GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
            ulong[] actual = guest.ReadStack(7);
            Assert.That(actual, Is.EqualTo(expected), $"state {i}, rip 0x{rip:x}, rflags 0x{rflags:x}");
            AssertSavedRegisters(guest.Vcpu, frame);
        }
    }

    [Test]
    public void Literal311_LeavesItsOwnAddressInR11_AndLiteral304TheFlags()
    {
        ulong[] registers = [.. Enumerable.Range(0, 16).Select(static i => 0x1111_1111_1111_1111UL * (ulong)i)];
        const ulong rflags = Rflags.Fixed | Rflags.IF | Rflags.ZF;
        using var before = new LiteralTrampoline(LiteralCode.Xen304, Interpreter);
        using var broken = new LiteralTrampoline(LiteralCode.Xen311, Interpreter);
        using var repaired = new LiteralTrampoline(LiteralCode.Xen312, Interpreter);
        Assert.Multiple(() =>
        {
            Assert.That(before.Run(registers, LiteralTrampoline.UserCode, rflags)[CpuUserRegsLayout.R11], Is.EqualTo(rflags));
            Assert.That(broken.Run(registers, LiteralTrampoline.UserCode, rflags)[CpuUserRegsLayout.R11], Is.EqualTo(0xffff828c80148230));
            Assert.That(repaired.Run(registers, LiteralTrampoline.UserCode, rflags)[CpuUserRegsLayout.R11], Is.EqualTo(rflags));
        });
    }

    [Test]
    public void TrampolineBytes_AreThoseOfTheReleases()
    {
        byte[] before = LiteralTrampoline.TrampolineBytes(LiteralCode.Xen304);
        byte[] broken = LiteralTrampoline.TrampolineBytes(LiteralCode.Xen311);
        Assert.Multiple(() =>
        {
            Assert.That(before, Has.Length.EqualTo(26));
            Assert.That(before[16..22], Is.EqualTo((byte[])[0x68, 0x33, 0xe0, 0, 0, 0xe9]));
            Assert.That(broken, Has.Length.EqualTo(34));
            Assert.That(broken[21..23], Is.EqualTo((byte[])[0x49, 0xbb]));
            Assert.That(broken[31..34], Is.EqualTo((byte[])[0x41, 0xff, 0xe3]));
            Assert.That(before[..21], Is.EqualTo(broken[..21]));
        });
    }

    private static ExecutionCore Interpreter(CpuContext context) => new(context, new ExecutionOptions { Tier = Tier.Interpreter });

    /// <summary>The registers no frame word shows: the handler finds them as the literal code saved them.</summary>
    private static unsafe void AssertSavedRegisters(Vcpu vcpu, LiteralFrame frame)
    {
        ReadOnlySpan<(int Register, int Offset)> pairs =
        [
            (0, CpuUserRegsLayout.Rax), (1, CpuUserRegsLayout.Rcx), (2, CpuUserRegsLayout.Rdx), (3, CpuUserRegsLayout.Rbx),
            (5, CpuUserRegsLayout.Rbp), (6, CpuUserRegsLayout.Rsi), (7, CpuUserRegsLayout.Rdi), (8, CpuUserRegsLayout.R8),
            (9, CpuUserRegsLayout.R9), (10, CpuUserRegsLayout.R10), (11, CpuUserRegsLayout.R11), (12, CpuUserRegsLayout.R12),
            (13, CpuUserRegsLayout.R13), (14, CpuUserRegsLayout.R14), (15, CpuUserRegsLayout.R15),
        ];
        foreach ((int register, int offset) in pairs)
        {
            if (vcpu.State->Gpr[register] != frame[offset])
                Assert.Fail($"register {register}: 0x{vcpu.State->Gpr[register]:x}, literal code saved 0x{frame[offset]:x}");
        }
    }

    private static ulong NextWord(Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.NextBytes(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
