using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>
/// A domain with one processor that nobody runs: a kernel root that maps all pages at <see cref="KernelBase"/>, and a user root.
/// Tests play the processor: they set registers and report exits.
/// </summary>
internal sealed unsafe class TestGuest : IDisposable
{
    public const ulong KernelBase = 0xffff_ffff_8010_0000;
    public const ulong UserBase = 0x40_0000;

    /// <summary>What the kernel stack is left at for entries from user mode, as in the recorded frames.</summary>
    public const ulong StackTop = KernelBase + 0x15000;

    /// <summary>Page tables of the kernel root: L4, L3, L2, L1.</summary>
    public static readonly PseudoPhysicalFrame[] KernelTables = [new(0x40), new(0x41), new(0x42), new(0x43)];

    /// <summary>Page tables of the user root.</summary>
    public static readonly PseudoPhysicalFrame[] UserTables = [new(0x48), new(0x49), new(0x4a), new(0x4b)];

    /// <summary>A page nothing uses.</summary>
    public static readonly PseudoPhysicalFrame Spare = new(0x60);

    private const ulong Pages = 0x80;

    private readonly MachineMemory _machine;

    public TestGuest(string release = "xen-4.17", CpuModel? model = null)
        : this(ReleaseCatalog.Find(release)!, model: model)
    {
    }

    public TestGuest(ReleaseProfile profile, InterfaceSet? interfaces = null, CpuModel? model = null)
    {
        _machine = new MachineMemory(MachineMemory.FramesFor(2 * Pages));
        Domain = new Domain(1, _machine, profile, interfaces) { Log = Lines.Add };
        for (ulong i = 0; i < Pages; i++)
            Domain.TryPopulate(new PseudoPhysicalFrame(i), out _);
        BuildTables(KernelTables, KernelBase, 0, Pages);
        BuildTables(UserTables, UserBase, 0x70, 8);
        var environment = new VcpuEnvironment();
        Context = new CpuContext(Domain.Memory, environment, model: model);
        Vcpu = Domain.AddVcpu(Context);
        environment.Vcpu = Vcpu;
        Vcpu.ResetForBoot();
        Vcpu.KernelSp = StackTop;
        Vcpu.State->Gpr[Register.Rsp] = StackTop - 0x100;
        Expect(Domain.PageTypes.Pin(Mfn(KernelTables[0]), Domain, PageType.L4));
        Expect(Domain.PageTypes.LoadKernelRoot(Vcpu, Mfn(KernelTables[0])));
        Expect(Domain.PageTypes.Pin(Mfn(UserTables[0]), Domain, PageType.L4));
        Expect(Domain.PageTypes.LoadUserRoot(Vcpu, Mfn(UserTables[0])));
        Vcpu.Info.UpcallMasked = false;
    }

    public Domain Domain { get; }

    public Vcpu Vcpu { get; }

    public CpuContext Context { get; }

    public List<string> Lines { get; } = [];

    public static ulong AddressOf(PseudoPhysicalFrame pfn) => KernelBase + (pfn.Number << 12);

    public MachineFrame Mfn(PseudoPhysicalFrame pfn) => Domain.PhysicalMap[pfn];

    public ref PageInfo Page(PseudoPhysicalFrame pfn) => ref _machine[Mfn(pfn)];

    /// <summary>Machine address of the entry that maps a kernel page.</summary>
    public MachineAddress KernelL1Slot(PseudoPhysicalFrame pfn) =>
        Mfn(KernelTables[3]).Address + ((((KernelBase >> 12) + pfn.Number) & 511) * 8);

    /// <summary>Makes a hypercall as the guest kernel does, and returns rax.</summary>
    public long Call(ulong number, params ReadOnlySpan<ulong> arguments)
    {
        ReadOnlySpan<int> registers = [Register.Rdi, Register.Rsi, Register.Rdx, Register.R10, Register.R8, Register.R9];
        for (int i = 0; i < arguments.Length; i++)
            Vcpu.State->Gpr[registers[i]] = arguments[i];
        Vcpu.State->Gpr[Register.Rax] = number;
        GuestExits.Handle(Vcpu, ExitReason.Syscall);
        return (long)Vcpu.State->Gpr[Register.Rax];
    }

    public void Write(ulong address, params ReadOnlySpan<ulong> words)
    {
        foreach (ulong word in words)
        {
            if (!Vcpu.Guest.TryWrite64(address, word))
                throw new InvalidOperationException($"0x{address:x} is not writable");
            address += 8;
        }
    }

    public void WriteCode(ulong address, params ReadOnlySpan<byte> code)
    {
        if (!Vcpu.Guest.TryWrite(address, code))
            throw new InvalidOperationException($"0x{address:x} is not writable");
        Vcpu.State->Rip = address;
    }

    public ulong Read(ulong address) => Vcpu.Guest.TryRead64(address, out ulong value)
        ? value
        : throw new InvalidOperationException($"0x{address:x} is not readable");

    /// <summary>Words from the stack pointer upwards.</summary>
    public ulong[] ReadStack(int count)
    {
        byte[] bytes = new byte[count * 8];
        if (!Vcpu.Guest.TryRead(Vcpu.State->Gpr[Register.Rsp], bytes))
            throw new InvalidOperationException("the stack is not readable");
        return [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * 8)))];
    }

    /// <summary>Puts the processor into user mode with these registers.</summary>
    public void SetUserState(ReadOnlySpan<ulong> registers, ulong rip, ulong rflags, byte upcallMask = 0)
    {
        if (Vcpu.InKernel)
            Vcpu.ToggleMode();
        for (int i = 0; i < registers.Length; i++)
            Vcpu.State->Gpr[i] = registers[i];
        Vcpu.State->Rip = rip;
        Vcpu.State->Cs = Selectors.Code64;
        Vcpu.State->Ss = Selectors.Stack;
        Vcpu.SavedFlags = rflags;
        Vcpu.Info.UpcallMasked = upcallMask != 0;
    }

    /// <summary>Reports an exception of the present instruction.</summary>
    public void Raise(byte vector, uint? errorCode = null, ulong address = 0)
    {
        Vcpu.State->RaiseException(vector, errorCode ?? 0, errorCode is not null, address);
        GuestExits.Handle(Vcpu, ExitReason.Exception);
    }

    public void Dispose()
    {
        Context.Dispose();
        _machine.Dispose();
    }

    private static void Expect(long result)
    {
        if (result != 0)
            throw new InvalidOperationException($"setting up the guest failed: {result}");
    }

    private void BuildTables(PseudoPhysicalFrame[] tables, ulong address, ulong first, ulong count)
    {
        const ulong upper = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User | PageTableEntry.Accessed;
        for (int i = 0; i < 3; i++)
        {
            ulong index = (address >> (39 - (9 * i))) & 511;
            Domain.Memory.Write64(Mfn(tables[i]).Address + (index * 8), Mfn(tables[i + 1]).Address.Value | upper);
        }

        for (ulong i = 0; i < count; i++)
        {
            var pfn = new PseudoPhysicalFrame(first + i);
            bool isTable = KernelTables.Contains(pfn) || UserTables.Contains(pfn);
            ulong bits = PageTableEntry.Present | PageTableEntry.Accessed | (isTable ? 0 : PageTableEntry.Writable)
                | (address == UserBase ? PageTableEntry.User : 0);
            Domain.Memory.Write64(Mfn(tables[3]).Address + ((((address >> 12) + i) & 511) * 8), Mfn(pfn).Address.Value | bits);
        }
    }
}
