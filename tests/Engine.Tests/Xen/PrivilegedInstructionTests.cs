using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>Instructions that fault at ring 3 and that Xen carries out, and those that it leaves to the guest.</summary>
[TestFixture]
internal sealed unsafe class PrivilegedInstructionTests
{
    private const ulong Code = TestGuest.KernelBase + 0x2000;
    private const ulong Handler = TestGuest.KernelBase + 0x3000;

    [Test]
    public void ControlRegisters_ShowTheVirtualProcessor()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            Assert.That(Run(guest, [0x0f, 0x20, 0xc0]), Is.EqualTo(0x80050033), "mov rax, cr0");
            Assert.That(Run(guest, [0x0f, 0x20, 0xd8]), Is.EqualTo(guest.Vcpu.KernelRoot.Address.Value), "mov rax, cr3");
            Assert.That(Run(guest, [0x0f, 0x20, 0xe0]), Is.EqualTo(0x660), "mov rax, cr4");
        });
        guest.Call(HypercallNumber.FpuTaskSwitch, 1);
        Assert.That(Run(guest, [0x0f, 0x20, 0xc0]), Is.EqualTo(0x8005003b), "TS");
        Run(guest, [0x0f, 0x06]);
        Assert.That(guest.Vcpu.TaskSwitched, Is.False, "clts");
    }

    [Test]
    public void Cr0_MayChangeInTsOnly_AndCr4KeepsXensBits()
    {
        using var guest = new TestGuest();
        Assert.That(Executes(guest, [0x0f, 0x22, 0xc0], rax: 0x8005003b));
        Assert.That(guest.Vcpu.TaskSwitched);
        Assert.That(Executes(guest, [0x0f, 0x22, 0xc0], rax: 0x80040033), Is.False, "WP cleared");
        Assert.That(Executes(guest, [0x0f, 0x22, 0xe0], rax: 0xffff_ffff));
        Assert.That(Run(guest, [0x0f, 0x20, 0xe0]), Is.EqualTo(0x5066c), "TSD, DE, FSGSBASE and OSXSAVE are the guest's");
    }

    [Test]
    public void WritingCr3_LoadsACheckedRoot()
    {
        using var guest = new TestGuest();
        ulong other = guest.Mfn(TestGuest.KernelTables[1]).Address.Value;
        Assert.That(Executes(guest, [0x0f, 0x22, 0xd8], rax: other), Is.False, "an L3 table");
        Assert.That(Executes(guest, [0x0f, 0x22, 0xd8], rax: guest.Vcpu.KernelRoot.Address.Value));
    }

    [TestCase(0xc0000100u, 0x1234_5678_9abcul, true)]
    [TestCase(0xc0000101u, 0x1234_5678_9abcul, true)]
    [TestCase(0xc0000102u, 0x1234_5678_9abcul, true)]
    [TestCase(0xc0000102u, 0x8000_0000_0000_0000ul, false)]
    [TestCase(0xc0000080u, 0xd01ul, true)]
    [TestCase(0xc0000080u, 0xd00ul, false)]
    [TestCase(0xc0000082u, 0ul, false)]
    [TestCase(0x277u, 0ul, false)]
    public void Wrmsr(uint number, ulong value, bool accepted)
    {
        using var guest = new TestGuest();
        guest.Vcpu.State->Gpr[Register.Rcx] = number;
        guest.Vcpu.State->Gpr[Register.Rdx] = value >> 32;
        Assert.That(Executes(guest, [0x0f, 0x30], rax: (uint)value), Is.EqualTo(accepted));
        if (accepted)
        {
            guest.Vcpu.State->Gpr[Register.Rcx] = number;
            Run(guest, [0x0f, 0x32]);
            Assert.That(guest.Vcpu.State->Gpr[Register.Rax] | (guest.Vcpu.State->Gpr[Register.Rdx] << 32), Is.EqualTo(value), "rdmsr");
        }
    }

    [Test]
    public void Rdmsr_OfAnUnknownRegister_IsZero_UntilThereIsAHandler()
    {
        using var guest = new TestGuest();
        guest.Vcpu.State->Gpr[Register.Rcx] = 0x1234_5678;
        guest.WriteCode(Code, 0x0f, 0x32);
        guest.Raise(13, 0);
        Assert.That((guest.Vcpu.State->Rip, guest.Vcpu.State->Gpr[Register.Rax]), Is.EqualTo((Code + 2, 0ul)));
        Assert.That(Executes(guest, [0x0f, 0x32]), Is.False);
    }

    [TestCase(new byte[] { 0xf4 })]
    [TestCase(new byte[] { 0x0f, 0x01, 0xf8 })]
    [TestCase(new byte[] { 0x0f, 0x01, 0x10 })]
    [TestCase(new byte[] { 0x0f, 0x01, 0x38 })]
    [TestCase(new byte[] { 0x48, 0x0f, 0x07 })]
    [TestCase(new byte[] { 0x0f, 0x08 })]
    [TestCase(new byte[] { 0xfa })]
    [TestCase(new byte[] { 0xec })]
    public void WhatXenDoesNotEmulate_IsTheGuestsFault(byte[] code)
    {
        using var guest = new TestGuest();
        Assert.That(Executes(guest, code), Is.False);
        Assert.That(guest.ReadStack(4)[2..], Is.EqualTo((ulong[])[0, Code]));
    }

    [Test]
    public void StringsFromPorts_AreOnes_AndFaultWhereMemoryDoes()
    {
        using var guest = new TestGuest();
        guest.Vcpu.VirtualIopl = 1;
        ulong target = TestGuest.KernelBase + 0x50ff0;
        guest.Write(target, 0, 0);
        guest.Vcpu.State->Gpr[Register.Rdi] = target;
        guest.Vcpu.State->Gpr[Register.Rcx] = 3;
        Assert.That(Executes(guest, [0xf3, 0x66, 0x6d]), Is.True, "rep insw");
        Assert.That((guest.Read(target), guest.Vcpu.State->Gpr[Register.Rcx], guest.Vcpu.State->Gpr[Register.Rdi]), Is.EqualTo((0xffff_ffff_fffful, 0ul, target + 6)));
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.KernelBase + 0x51000, 0, 0);
        guest.Vcpu.State->Gpr[Register.Rdi] = target + 8;
        guest.Vcpu.State->Gpr[Register.Rcx] = 3;
        guest.Vcpu.TrapTable[14] = new TrapGate(Handler, 0, 0xe033);
        guest.WriteCode(Code, 0xf3, 0x6d);
        guest.Raise(13, 0);
        Assert.That((guest.Vcpu.State->Rip, guest.Vcpu.State->Gpr[Register.Rcx], guest.Vcpu.Info.Cr2), Is.EqualTo((Handler, 1ul, TestGuest.KernelBase + 0x51000)));
        Assert.That(guest.ReadStack(3)[2], Is.EqualTo(2), "a write to what is not present");
    }

    [Test]
    public void PortBitmaps_PermitPortByPort()
    {
        using var guest = new TestGuest();
        ulong bitmap = TestGuest.KernelBase + 0x52000;
        guest.Write(bitmap + 8, 0xffff_ffff_ffff_fff0);
        guest.Write(TestGuest.KernelBase + 0x50000, bitmap, 0x60);
        Assert.That(guest.Call(HypercallNumber.PhysdevOp, PhysdevCommand.SetIobitmap, TestGuest.KernelBase + 0x50000), Is.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Executes(guest, [0xe4, 0x40]), Is.True, "in al, 0x40");
            Assert.That(Executes(guest, [0xe5, 0x40]), Is.True, "in eax, 0x40: four ports");
            Assert.That(Executes(guest, [0xe5, 0x41]), Is.False, "one too many");
            Assert.That(Executes(guest, [0xe4, 0x60]), Is.False, "beyond the bitmap");
        });
    }

    [Test]
    public void VirtualIopl_OpensPortsAndInterruptFlag()
    {
        using var guest = new TestGuest();
        guest.Write(TestGuest.KernelBase, 1);
        Assert.That(guest.Call(HypercallNumber.PhysdevOp, PhysdevCommand.SetIopl, TestGuest.KernelBase), Is.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Executes(guest, [0xfa]), "cli");
            Assert.That(guest.Vcpu.Info.UpcallMasked, Is.False, "the upcall mask is another matter");
            Assert.That(Run(guest, [0xec]) & 0xff, Is.EqualTo(0xff), "in al, dx");
            Assert.That(Executes(guest, [0xee]), "out dx, al");
        });
        guest.SetUserState([], 0x400000, 0x202);
        guest.Write(TestGuest.KernelBase + 0x70000, 0xec);
        guest.Raise(13, 0);
        Assert.That(guest.Vcpu.InKernel, "user mode needs level 3");
    }

    [Test]
    public void UserMode_GetsNothingEmulated()
    {
        using var guest = new TestGuest();
        guest.Vcpu.TrapTable[13] = new TrapGate(Handler, 0, 0xe033);
        guest.Write(TestGuest.KernelBase + 0x70000, 0xc020_0f);
        guest.SetUserState([], 0x400000, 0x202);
        guest.Raise(13, 0);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
    }

    [Test]
    public void ForcedEmulation_ExecutesCpuid_InBothModes_AndNothingElse()
    {
        using var guest = new TestGuest();
        byte[] prefixed = [0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2];
        guest.Vcpu.TrapTable[6] = new TrapGate(Handler, 0, 0xe033);
        guest.WriteCode(Code, prefixed);
        guest.Vcpu.State->Gpr[Register.Rax] = 0x4000_0000;
        guest.Raise(6);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Code + 7));
        Assert.That(guest.Vcpu.State->Gpr[Register.Rbx], Is.EqualTo(0x566e_6558));

        Assert.That(guest.Vcpu.Guest.TryWrite(TestGuest.KernelBase + 0x70000, prefixed));
        guest.SetUserState([], 0x400000, 0x202);
        guest.Vcpu.State->Gpr[Register.Rax] = 1;
        guest.Raise(6);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(0x400007));
        Assert.That(guest.Vcpu.State->Gpr[Register.Rcx] >> 31, Is.EqualTo(1), "HYPERVISOR");

        guest.Vcpu.Guest.TryWrite(TestGuest.KernelBase + 0x70000, [0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0x31]);
        guest.Vcpu.State->Rip = 0x400000;
        guest.Raise(6);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
    }

    [Test]
    public void SingleStep_TrapsBehindAnEmulatedInstruction()
    {
        using var guest = new TestGuest();
        guest.Vcpu.TrapTable[1] = new TrapGate(Handler, 0, 0xe033);
        guest.WriteCode(Code, 0x0f, 0x06);
        guest.Vcpu.SavedFlags |= Rflags.TF;
        guest.Raise(13, 0);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
        Assert.That(guest.ReadStack(3)[2], Is.EqualTo(Code + 2));
    }

    [TestCase(new byte[] { 0x48, 0x89, 0x07 }, true, TestName = "mov [rdi], rax")]
    [TestCase(new byte[] { 0x48, 0x87, 0x07 }, true, TestName = "xchg [rdi], rax")]
    [TestCase(new byte[] { 0xf0, 0x48, 0x0f, 0xba, 0x37, 0x01 }, false, TestName = "lock btr qword [rdi], 1")]
    [TestCase(new byte[] { 0x48, 0x83, 0x27, 0x00 }, false, TestName = "and qword [rdi], 0")]
    [TestCase(new byte[] { 0xf0, 0x48, 0x0f, 0xb1, 0x17 }, false, TestName = "lock cmpxchg [rdi], rdx")]
    public void StoresIntoL1Tables_AreCheckedUpdates(byte[] code, bool storesRax)
    {
        using var guest = new TestGuest();
        guest.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.WritablePageTables);
        ulong slot = guest.KernelL1Slot(TestGuest.Spare).Value;
        ulong before = guest.Domain.Memory.Read64(new MachineAddress(slot));
        ulong readOnly = before & ~PageTableEntry.Writable;
        ulong address = TestGuest.AddressOf(TestGuest.KernelTables[3]) + (slot & 0xfff);
        guest.Vcpu.State->Gpr[Register.Rdi] = address;
        guest.Vcpu.State->Gpr[Register.Rdx] = readOnly;
        guest.Vcpu.State->Gpr[Register.Rax] = storesRax ? readOnly : before;
        guest.WriteCode(Code, code);
        guest.Raise(14, 7, address);
        ulong after = guest.Domain.Memory.Read64(new MachineAddress(slot));
        Assert.Multiple(() =>
        {
            Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Code + (ulong)code.Length));
            Assert.That(after & PageTableEntry.Writable, Is.Zero);
            Assert.That(guest.Page(TestGuest.Spare).TypeReferences, Is.Zero, "no writable mapping is left");
        });
    }

    [Test]
    public void ARefusedStoreIntoAnL1Table_IsTheGuestsPageFault()
    {
        using var guest = new TestGuest();
        guest.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.WritablePageTables);
        guest.Vcpu.TrapTable[14] = new TrapGate(Handler, 0, 0xe033);
        ulong slot = guest.KernelL1Slot(TestGuest.Spare).Value;
        ulong address = TestGuest.AddressOf(TestGuest.KernelTables[3]) + (slot & 0xfff);
        guest.Vcpu.State->Gpr[Register.Rdi] = address;
        guest.Vcpu.State->Gpr[Register.Rax] = guest.Mfn(TestGuest.KernelTables[3]).Address.Value | 3;
        guest.WriteCode(Code, 0x48, 0x89, 0x07);
        guest.Raise(14, 7, address);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
        Assert.That(guest.ReadStack(3)[2], Is.EqualTo(3));
    }

    /// <summary>Executes one instruction that faulted, which must be emulated, and returns rax.</summary>
    private static ulong Run(TestGuest guest, byte[] code)
    {
        Assert.That(Executes(guest, code, guest.Vcpu.State->Gpr[Register.Rax]));
        return guest.Vcpu.State->Gpr[Register.Rax];
    }

    private static bool Executes(TestGuest guest, byte[] code, ulong rax = 0)
    {
        guest.Vcpu.TrapTable[13] = new TrapGate(Handler, 0, 0xe033);
        guest.WriteCode(Code, code);
        guest.Vcpu.State->Gpr[Register.Rax] = rax;
        guest.Raise(13, 0);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler).Or.EqualTo(Code + (ulong)code.Length));
        return guest.Vcpu.State->Rip != Handler;
    }
}
