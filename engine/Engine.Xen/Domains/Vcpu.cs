using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>What a virtual processor is doing.</summary>
public enum RunState
{
    Running = 0,
    Runnable = 1,

    /// <summary>Waits for an event (SCHEDOP_block, SCHEDOP_poll).</summary>
    Blocked = 2,

    /// <summary>Not brought up, or taken down.</summary>
    Offline = 3,
}

/// <summary>
/// One virtual processor. Its registers are those of <see cref="Cpu"/>: between an exit and the return to the guest they are what
/// Xen calls the user registers frame, rcx and r11 included.
/// </summary>
public sealed unsafe partial class Vcpu
{
    /// <summary>View of the guest kernel's address space.</summary>
    public const int KernelView = 0;

    /// <summary>View of guest user mode's address space.</summary>
    public const int UserView = 1;

    private bool _fixedFlagClear;
    private ulong _guestCr4;

    internal Vcpu(Domain domain, int id, CpuContext context)
    {
        Domain = domain;
        Id = id;
        Cpu = context;
        Guest = new GuestAccess(this);
        MachineAddress slot = domain.SharedInfoFrame.Address + (ulong)(Math.Min(id, SharedInfoLayout.LegacyVcpus - 1) * VcpuInfoLayout.Size);
        Info = new VcpuInfo(domain.Memory, slot);
    }

    public Domain Domain { get; }

    public int Id { get; }

    public CpuContext Cpu { get; }

    public CpuState* State => Cpu.State;

    public VcpuInfo Info { get; }

    /// <summary>Guest virtual memory as the guest kernel sees it.</summary>
    public GuestAccess Guest { get; }

    public RunState RunState { get; set; } = RunState.Offline;

    /// <summary>True in guest kernel mode, false in guest user mode (TF_kernel_mode).</summary>
    public bool InKernel { get; private set; } = true;

    /// <summary>The next return to the guest leaves with SYSRET (bit 0x100 of the entry vector).</summary>
    public bool ReturnsBySysret { get; set; }

    public TrapGate[] TrapTable { get; } = new TrapGate[256];

    public Callback EventCallback { get; set; }

    public Callback FailsafeCallback { get; set; }

    public Callback SyscallCallback { get; set; }

    public Callback Syscall32Callback { get; set; }

    public Callback SysenterCallback { get; set; }

    /// <summary>An NMI waits to be delivered.</summary>
    public bool NmiPending { get; set; }

    /// <summary>Set from the delivery of an NMI to the next iret hypercall.</summary>
    public bool NmiMasked { get; set; }

    /// <summary>Stack the guest kernel is entered on from user mode (stack_switch).</summary>
    public ulong KernelSp { get; set; }

    /// <summary>Remembered, but 64-bit frames always use the flat stack selector.</summary>
    public ushort KernelSs { get; set; } = Selectors.Stack;

    /// <summary>Guest address of a bitmap of the I/O ports that user mode may use: a bit of 0 permits.</summary>
    public ulong PortBitmap { get; set; }

    /// <summary>Ports that the bitmap covers; those beyond it are not permitted.</summary>
    public uint PortBitmapLength { get; set; }

    /// <summary>Virtual I/O privilege level, 0..3.</summary>
    public int VirtualIopl { get; set; }

    /// <summary>Virtual CR0.TS; the CPU raises #NM by it.</summary>
    public bool TaskSwitched
    {
        get => (State->Cr0 & CpuModelBits.Cr0TaskSwitched) != 0;
        set => State->Cr0 = value ? State->Cr0 | CpuModelBits.Cr0TaskSwitched : State->Cr0 & ~CpuModelBits.Cr0TaskSwitched;
    }

    /// <summary>
    /// RFLAGS as Xen has them saved between an exit and the return. Bit 1 can be clear here, and then shows in r11 after SYSRET,
    /// although the CPU's own flags always have it set.
    /// </summary>
    public ulong SavedFlags
    {
        get => _fixedFlagClear ? State->Flags & ~Rflags.Fixed : State->Flags;
        set
        {
            State->Flags = value;
            _fixedFlagClear = (value & Rflags.Fixed) == 0;
        }
    }

    /// <summary>
    /// The bits of CR4 that are the guest's own; others and those of features that the processor lacks are dropped. Hardware follows in TSD, DE and FSGSBASE.
    /// OSXSAVE it has whatever the guest says, because Xen itself uses it.
    /// </summary>
    public ulong GuestCr4
    {
        get => _guestCr4;
        set
        {
            CpuModel model = Cpu.Model;
            _guestCr4 = value & CpuModelBits.Cr4Guest
                & ~(model.Has(CpuFeatures.FsGsBase) ? 0 : CpuContext.Cr4FsGsBase)
                & ~(model.Has(CpuFeatures.Xsave) ? 0 : CpuContext.Cr4OsXsave);
            State->Cr4 = CpuModelBits.Cr4
                | (_guestCr4 & ~CpuContext.Cr4OsXsave)
                | (model.Has(CpuFeatures.Xsave) ? CpuContext.Cr4OsXsave : 0);
        }
    }

    /// <summary>DR0..DR7 as the guest reads them (4 and 5 unused).</summary>
    public ulong[] DebugRegisters { get; } = [0, 0, 0, 0, 0, 0, DebugDefaults.Dr6, DebugDefaults.Dr7];

    /// <summary>GDT pages the guest gave.</summary>
    public MachineFrame[] GdtFrames { get; set; } = [];

    public int GdtEntries { get; set; }

    public ulong LdtBase { get; private set; }

    public int LdtEntries { get; private set; }

    /// <summary>LDT pages in use: typed when a selector first needs them, and held until the table or the root changes.</summary>
    internal MachineFrame[] LdtFrames { get; } = new MachineFrame[Selectors.MaximumLdtEntries / 512];

    public MachineFrame KernelRoot { get; private set; } = MachineFrame.Invalid;

    public MachineFrame UserRoot { get; private set; } = MachineFrame.Invalid;

    /// <summary>GS base of the guest kernel, wherever it is kept in the present mode.</summary>
    public ulong GsBaseKernel
    {
        get => InKernel ? State->GsBase : State->KernelGsBase;
        set
        {
            if (InKernel)
                State->GsBase = value;
            else
                State->KernelGsBase = value;
        }
    }

    /// <summary>GS base of guest user mode, wherever it is kept in the present mode.</summary>
    public ulong GsBaseUser
    {
        get => InKernel ? State->KernelGsBase : State->GsBase;
        set
        {
            if (InKernel)
                State->KernelGsBase = value;
            else
                State->GsBase = value;
        }
    }

    /// <summary>Names another LDT; its pages are looked at when a selector needs them.</summary>
    public void SetLdt(ulong address, int entries)
    {
        InvalidateLdt();
        LdtBase = address;
        LdtEntries = entries;
    }

    /// <summary>Lets go of the LDT pages in use.</summary>
    public void InvalidateLdt()
    {
        for (int i = 0; i < LdtFrames.Length; i++)
        {
            // Frame 0 is never a guest's.
            if (LdtFrames[i].Number != 0)
                Domain.PageTypes.Drop(LdtFrames[i]);
            LdtFrames[i] = default;
        }
    }

    /// <summary>Loads the guest kernel's L4. References are the caller's business.</summary>
    public void SetKernelRoot(MachineFrame root)
    {
        KernelRoot = root;
        Cpu.SetRoot(KernelView, root);
    }

    /// <summary>Loads the guest user's L4, <see cref="MachineFrame.Invalid"/> for none.</summary>
    public void SetUserRoot(MachineFrame root)
    {
        UserRoot = root;
        Cpu.SetRoot(UserView, root);
    }

    /// <summary>Goes from kernel to user mode or back: address space and GS bases are exchanged (toggle_guest_mode).</summary>
    public void ToggleMode()
    {
        InKernel = !InKernel;
        (State->GsBase, State->KernelGsBase) = (State->KernelGsBase, State->GsBase);
        Cpu.SelectView(InKernel ? KernelView : UserView);
    }

    /// <summary>The register state of a 64-bit guest at its first instruction, all registers 0 (start of day).</summary>
    public void ResetForBoot()
    {
        Cpu.Reset();
        CpuState* state = State;
        state->Cpl = 3;
        state->Cr0 = CpuModelBits.Cr0;
        GuestCr4 = 0;
        state->Xcr0 = CpuModelBits.Xcr0;
        state->Efer = CpuModelBits.Efer;
        state->Flags = Rflags.Fixed | Rflags.IF;
        state->Cs = Selectors.Code64;
        state->Ss = Selectors.Stack;
        InKernel = true;
        Cpu.SelectView(KernelView);
    }
}

/// <summary>Values of the debug registers after reset.</summary>
public static class DebugDefaults
{
    public const ulong Dr6 = 0xffff0ff0;
    public const ulong Dr7 = 0x400;
}

/// <summary>Control registers as the hardware under Xen has them.</summary>
public static class CpuModelBits
{
    /// <summary>PG, AM, WP, NE, ET, MP, PE.</summary>
    public const ulong Cr0 = 0x80050033;

    public const ulong Cr0TaskSwitched = 8;

    /// <summary>PAE, MCE, OSFXSR, OSXMMEXCPT: what a guest reads besides its own bits.</summary>
    public const ulong Cr4 = 0x660;

    /// <summary>TSD, DE, FSGSBASE, OSXSAVE: the bits that are the guest's own.</summary>
    public const ulong Cr4Guest = (1 << 2) | (1 << 3) | (1 << 16) | (1 << 18);

    /// <summary>XCR0 before the guest sets it: x87 and SSE.</summary>
    public const ulong Xcr0 = ExtendedState.X87 | ExtendedState.Sse;

    /// <summary>SCE, LME, LMA, NXE.</summary>
    public const ulong Efer = 0xd01;
}
