using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Runtime;

namespace Rebound.Jit.Tests.Runtime;

[TestFixture]
public sealed class RegionExplainerTests
{
    [Test]
    public void A_loop_is_shown_at_every_stage()
    {
        // add rax, [rsi]; add rsi, 8; dec rcx; jnz -12; ret
        byte[] code = [0x48, 0x03, 0x06, 0x48, 0x83, 0xc6, 0x08, 0x48, 0xff, 0xc9, 0x75, 0xf4, 0xc3];
        RegionExplanation explanation = RegionExplainer.Explain(code, 0x400000, BlockMode.None, new ExecutionOptions());
        Assert.That(explanation.Blocks, Has.Count.EqualTo(2));
        Assert.That(explanation.Il, Does.Contain("0x400000").And.Contain("tail. calli"));
        Assert.That(explanation.HostCode, Has.Length.GreaterThan(100));
        // The code and not a stub in front of it: only the code writes the guest address to RIP.
        Assert.That(explanation.HostCode.AsSpan().IndexOf((byte[])[0x00, 0x00, 0x40, 0x00]), Is.Positive);
    }

    [Test]
    public void Bytes_that_end_within_the_first_instruction_are_refused()
    {
        Assert.That(() => RegionExplainer.Explain([0x48, 0x81], 0x1000, BlockMode.None, new ExecutionOptions()), Throws.ArgumentException);
    }
}
