using NUnit.Framework;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>What representative instructions become, word for word: a change of the lifter shows here first.</summary>
[TestFixture]
public sealed class GoldenTests
{
    // Flags before the register they are computed from changes.
    [TestCase("4801d8", "setFlags.8 add rax, rbx|add.8 rax = rax, rbx")]
    [TestCase("00dc", "extractHigh.2 t0 = rax|setFlags.1 add t0, rbx|add.1 t1 = t0, rbx|insertHigh.1 rax = rax, t1")]
    [TestCase("6601d8", "setFlags.2 add rax, rbx|add.2 t0 = rax, rbx|insertLow.2 rax = rax, t0")]
    [TestCase("480318", "load.8 t0 = [rax]|setFlags.8 add rbx, t0|add.8 rbx = rbx, t0")]
    [TestCase("31c0", "move.4 rax = 0|setFlags.4 logic 0")]
    [TestCase("85c0", "setFlags.4 logic rax")]
    [TestCase("11d8", "condition t0 = b|setFlags.4 adc rax, rbx, t0|addCarry.4 rax = rax, rbx, t0")]
    [TestCase("ffc0", "condition t0 = b|setFlags.4 inc rax, -, t0|add.4 rax = rax, 1")]

    // Memory: load with the intent to write, store, then flags.
    [TestCase("480118", "load.8 t0 = [rax] for write|add.8 t1 = t0, rbx|store.8 [rax] = t1|setFlags.8 add t0, rbx")]
    [TestCase("f0480118", "atomicAdd.8 t0 = [rax], rbx|setFlags.8 add t0, rbx")]
    [TestCase("f02918", "negate.4 t0 = rbx|atomicAdd.4 t1 = [rax], t0|setFlags.4 sub t1, rbx")]
    [TestCase("8703", "atomicExchange.4 t0 = [rbx], rax|move.4 rax = t0")]
    [TestCase("f0480fb10b", "atomicCompareExchange.8 t0 = [rbx], rcx|equal.8 t1 = rax, t0|setFlags.8 sub rax, t0|select.8 rax = rax, t0, t1")]
    [TestCase("65480fc70b", "loadAddress.8 t0 = [rbx]|readSegmentBase.8 t1 = gs|add.8 t0 = t0, t1|compareExchangeWide.16 t0")]

    // Addresses.
    [TestCase("488b448b08", "load.8 rax = [rbx+rcx*4+8]")]
    [TestCase("488d449bf8", "loadAddress.8 rax = [rbx+rbx*4-8]")]
    [TestCase("8b05ffffffff", "load.4 rax = [0x1005]")]
    [TestCase("65488b042528000000", "load.8 rax = [gs:0x28]")]
    [TestCase("678b08", "load.4 rcx = [rax] (32-bit address)")]
    [TestCase("65d7", "move.1 t0 = rax|load.1 t1 = [gs:rbx+t0]|insertLow.1 rax = rax, t1")]
    [TestCase(
        "480fa308",
        "shiftArithmetic.8 t0 = rcx, 6|shiftLeft.8 t1 = t0, 3|loadAddress.8 t2 = [rax]|load.8 t3 = [t2+t1]|bitTest.8 t4 = t3, rcx|condition t5 = e"
        + "|setFlags.8 bitTest t4, -, t5")]

    // Shifts: a count of zero keeps the flags.
    [TestCase("c1e005", "setFlags.4 shl rax, 5|shiftLeft.4 rax = rax, 5")]
    [TestCase("c1e020", "shiftLeft.4 rax = rax, 0")]
    [TestCase("48d3e8", "and.1 t0 = rcx, 0x3f|setFlagsIfCount.8 shr rax, t0|shiftRight.8 rax = rax, t0")]
    [TestCase("d3c0", "and.1 t0 = rcx, 0x1f|rotateLeft.4 rax = rax, t0|readFlags t1|rotateLeftFlags.4 t2 = rax, t0, t1|setFlags.8 raw t2")]

    [TestCase("0fb6c4", "extractHigh.2 t0 = rax|move.1 rax = t0")]
    [TestCase("480fbe07", "load.1 t0 = [rdi]|signExtend.1to8 rax = t0")]
    [TestCase("0f44c3", "condition t0 = e|select.4 rax = rbx, rax, t0")]
    [TestCase("f7f1", "divideUnsigned.4 rcx")]
    [TestCase("480fafc3", "multiplyOverflowSigned.8 t0 = rax, rbx|multiplyLow.8 rax = rax, rbx|setFlags.8 mul rax, t0")]

    // The stack pointer moves last.
    [TestCase("54", "store.8 [rsp-8] = rsp|add.8 rsp = rsp, -8")]
    [TestCase("8f442408", "load.8 t0 = [rsp]|store.8 [rsp+0x10] = t0|add.8 rsp = rsp, 8")]
    [TestCase("6650", "store.2 [rsp-2] = rax|add.8 rsp = rsp, -2")]
    [TestCase("9d", "load.8 t0 = [rsp]|writeRflags.8 t0|add.8 rsp = rsp, 8|dispatch 0x1001")]
    [TestCase("c9", "load.8 t0 = [rbp]|add.8 rsp = rbp, 8|move.8 rbp = t0")]

    // Ends of blocks.
    [TestCase("7405", "if e jump 0x1007 else 0x1002")]
    [TestCase("e105", "sub.8 rcx = rcx, 1|condition t0 = e|select.8 t1 = rcx, 0, t0|if t1 != 0 jump 0x1007 else 0x1002")]
    [TestCase("e305", "if rcx != 0 jump 0x1002 else 0x1007")]
    [TestCase("e8fbffffff", "move.8 t0 = 0x1005|store.8 [rsp-8] = t0|add.8 rsp = rsp, -8|call, returns to 0x1005: jump 0x1000")]
    [TestCase("ffd4", "move.8 t0 = rsp|checkTarget.8 t0|move.8 t1 = 0x1002|store.8 [rsp-8] = t1|add.8 rsp = rsp, -8|call, returns to 0x1002: jump to t0")]
    [TestCase("c20800", "load.8 t0 = [rsp]|checkTarget.8 t0|add.8 rsp = rsp, 0x10|jump to t0")]
    [TestCase("48cf", "interruptReturn.8|dispatch")]
    [TestCase("8ed8", "loadSegment.2 ds, rax|dispatch 0x1002")]
    [TestCase("cd80", "exit interrupt 0x80 at 0x1002")]
    [TestCase("f1", "exit #DB at 0x1001")]
    [TestCase("0f34", "fault sysenter at 0x1000")]
    [TestCase("f2ae", "stringScan.1 repne")]
    [TestCase("6764f3a5", "stringMove.4 rep, fs, address32")]
    public void Instruction_becomes(string hex, string expected) =>
        Assert.That(LiftHelper.Text(hex), Is.EqualTo(expected.Replace('|', '\n')));

    [TestCase("0f05", BlockMode.None, "exit syscall at 0x1002")]
    [TestCase("0f05", BlockMode.ArchitecturalSyscall, "architecturalSyscall.8 0x1002|dispatch")]
    [TestCase("480f07", BlockMode.None, "fault #GP(0) at 0x1000")]
    [TestCase("480f07", BlockMode.Supervisor, "fault unsupported at 0x1000")]
    [TestCase("480f07", BlockMode.Supervisor | BlockMode.ArchitecturalSyscall, "architecturalSysret.8 0x1003|dispatch")]
    [TestCase("f4", BlockMode.None, "fault #GP(0) at 0x1000")]
    [TestCase("f4", BlockMode.Supervisor, "exit halt at 0x1001")]
    [TestCase("fa", BlockMode.None, "setInterrupt.8 0")]
    [TestCase("fa", BlockMode.Supervisor, "setInterrupt.8 0")]
    [TestCase("0f01f8", BlockMode.Supervisor, "swapGs.8")]
    [TestCase("0f20c0", BlockMode.None, "fault #GP(0) at 0x1000")]
    [TestCase("0f20c0", BlockMode.Supervisor, "readControl.8 t0|move.8 rax = t0")]
    [TestCase("0f22e0", BlockMode.Supervisor, "writeControl.8 rax, 4|dispatch 0x1003")]
    [TestCase("0f20c8", BlockMode.None, "fault #UD at 0x1000")]
    [TestCase("0f0113", BlockMode.None, "fault #GP(0) at 0x1000")]
    [TestCase("0f0113", BlockMode.Supervisor, "loadAddress.8 t0 = [rbx]|loadSystemTable.8 t0")]
    [TestCase("e460", BlockMode.None, "portInput.1 t0 = 0x60|insertLow.1 rax = rax, t0")]
    [TestCase("0f32", BlockMode.None, "fault #GP(0) at 0x1000")]
    public void Instruction_becomes_by_mode(string hex, BlockMode mode, string expected) =>
        Assert.That(LiftHelper.Text(hex, mode), Is.EqualTo(expected.Replace('|', '\n')));

    [TestCase("f3480faec0", "readUserBase.8 t0 = 4|move.8 rax = t0")]
    [TestCase("0f01d0", "readExtendedControl.8")]
    [TestCase("480fc7f0", "randomNumber.8 t0|move.8 rax = t0")]
    [TestCase("f30fc7f9", "readProcessorId.8 t0|move.8 rcx = t0")]
    [TestCase("f20f38f0c1", "crc32.1 rax = rax, rcx, 0")]
    [TestCase("0f0101", "loadAddress.8 t0 = [rcx]|storeSystemTable.8 t0")]
    [TestCase("0f00c0", "readSystemSelector.2 t0 = 2|move.4 rax = t0")]
    [TestCase("660f84faff", "if e jump 0xfff else 0x1005")]
    [TestCase("66c3", "load.2 t0 = [rsp]|add.8 rsp = rsp, 2|jump to t0")]
    [TestCase("66e8fcff", "move.8 t0 = 0x1004|store.2 [rsp-2] = t0|add.8 rsp = rsp, -2|call, returns to 0x1004: jump 0x1000")]
    public void System_instruction_becomes(string hex, string expected) =>
        Assert.That(LiftHelper.Text(hex), Is.EqualTo(expected.Replace('|', '\n')));

    // Not offered: undefined. Offered or basic, but not implemented: unsupported.
    [TestCase("c5f8ae10", "fault #UD at 0x1000", Description = "AVX vldmxcsr")]
    [TestCase("0f01c1", "fault #UD at 0x1000", Description = "vmcall")]
    [TestCase("0f01c8", "fault #UD at 0x1000", Description = "monitor")]
    [TestCase("0f0b", "fault #UD at 0x1000", Description = "ud2")]
    [TestCase("0fb9c0", "fault #UD at 0x1000", Description = "ud1")]
    [TestCase("0f0dc0", "fault #UD at 0x1000", Description = "prefetchw with a register")]
    [TestCase("06", "fault #UD at 0x1000", Description = "push es")]
    public void Absent_instruction_becomes(string hex, string expected) => Assert.That(LiftHelper.Text(hex), Is.EqualTo(expected));

    // Hint space: no micro-op at all, whatever newer processors make of it.
    [TestCase("90")]
    [TestCase("f390")]
    [TestCase("f30f1efa")]
    [TestCase("0f1f440000")]
    [TestCase("0f1808")]
    [TestCase("0f0d08")]
    [TestCase("0faee8")]
    public void No_operation(string hex) => Assert.That(LiftHelper.Text(hex), Is.Empty);
}
