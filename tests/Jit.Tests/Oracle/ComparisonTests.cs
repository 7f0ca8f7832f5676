using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>The judge sees every kind of difference, and only those that the architecture defines.</summary>
[TestFixture]
public sealed class ComparisonTests
{
    private static readonly OracleGroup Code = new() { Name = "code", Code = [0xcc], UndefinedFlags = Rflags.AF };

    [Test]
    public void Equal_states_do_not_differ() => Assert.That(Comparison.Difference(Code, State(), State()), Is.Null);

    [Test]
    public void Each_part_counts()
    {
        Assert.Multiple(() =>
        {
            Differs(s => s.Gpr[11]++, "r11");
            Differs(s => s.Rip++, "rip");
            Differs(s => s.Rflags ^= Rflags.ZF, "0x40");
            Differs(s => s.Rflags ^= Rflags.DF, "0x400");
            Differs(s => s.Floating.Xmm(15)[15] ^= 1, "ymm15");
            Differs(s => s.Floating.Ymm(15)[31] ^= 1, "ymm15");
            Differs(s => s.Floating.Mxcsr ^= 1, "mxcsr");
            Differs(s => s.Floating.Fcw ^= 1, "fcw");
            Differs(s => s.Floating.Fsw ^= 1, "fsw");
            Differs(s => s.Floating.Tags ^= 1, "tags");
            Differs(s => s.Floating.St(7)[9] ^= 1, "st7");
            Differs(s => s.Trap = ExceptionVector.InvalidOpcode, "#UD");
            Differs(s => s.Trap = EndState.EndlessLoop, "endless");
            Differs(s => s.Changes[0].Bytes[63] ^= 1, "memory at 0x40");
            Differs(s => s.Changes.Clear(), "ours unchanged");
            Differs(s => s.Changes.Add(new ChangedLine(0x80, new byte[64])), "memory at 0x80 unchanged");
        });
    }

    [Test]
    public void A_page_fault_s_address_and_error_code_count()
    {
        EndState native = State();
        native.Trap = ExceptionVector.PageFault;
        EndState ours = State();
        ours.Trap = ExceptionVector.PageFault;
        ours.FaultAddress = 1;
        ours.ErrorCode = 2;
        Assert.That(Comparison.Difference(Code, native, ours), Does.Contain("cr2").And.Contain("error code"));
    }

    [Test]
    public void Undefined_flags_do_not_count()
    {
        EndState ours = State();
        ours.Rflags ^= Rflags.AF;
        Assert.That(Comparison.Difference(Code, State(), ours), Is.Null);
    }

    private static void Differs(Action<EndState> change, string told)
    {
        EndState ours = State();
        change(ours);
        Assert.That(Comparison.Difference(Code, State(), ours), Does.Contain(told));
    }

    private static EndState State()
    {
        EndState state = new() { Trap = ExceptionVector.Breakpoint, Rip = 0x1001, Rflags = 0x202 };
        state.Changes.Add(new ChangedLine(0x40, new byte[64]));
        return state;
    }
}
