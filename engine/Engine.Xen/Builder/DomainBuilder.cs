using System.Buffers.Binary;
using System.Text;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Time;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Builder;

/// <summary>
/// Carries a <see cref="DomainPlan"/> out: the only writer of a new domain's memory and registers. Domain and plan belong
/// together; the domain has its first virtual processor and nothing else yet.
/// </summary>
public sealed class DomainBuilder(Domain domain, DomainPlan plan)
{
    private const string Magic = "xen-3.0-x86_64";
    private const int LongestCommandLine = StartInfoLayout.CommandLineLength - 1;

    /// <summary>Fills the domain's memory and sets virtual processor 0 to the first instruction.</summary>
    /// <param name="image">The image that was planned for.</param>
    /// <param name="ramdisk">The ramdisk that was planned for.</param>
    /// <param name="commandLine">ASCII, at most 1023 characters.</param>
    /// <exception cref="GuestImageException">The command line is too long, or the machine has too little memory.</exception>
    public StartOfDay Build(ElfImage image, ReadOnlyMemory<byte> ramdisk, string commandLine)
    {
        if (commandLine.Length > LongestCommandLine || !Ascii.IsValid(commandLine))
            throw new GuestImageException($"the command line is not plain ASCII of at most {LongestCommandLine} characters");
        Populate();
        LoadKernel(image);
        CopyTo(plan.Ramdisk.Start, ramdisk.Span);
        WriteFrameList();
        int storePort = (int)domain.Events.AllocateUnbound(DomainId.Control);
        int consolePort = (int)domain.Events.AllocateUnbound(DomainId.Control);
        domain.Grants.Grant(GrantTable.ConsoleReference, MachineOf(plan.Console));
        domain.Grants.Grant(GrantTable.StoreReference, MachineOf(plan.Store));
        WriteStartInfo(commandLine, storePort, consolePort);
        var tables = new BootPageTables(domain, plan);
        tables.Write();
        SetRegisters();
        LoadRoot(tables.L4);
        HoldForBackEnd(GrantTable.ConsoleReference);
        HoldForBackEnd(GrantTable.StoreReference);
        TimePages.WriteWallClock(domain);
        TimePages.Update(domain.Vcpus[0]);
        return new StartOfDay(MachineOf(plan.Console), consolePort, MachineOf(plan.Store), storePort, tables.L4);
    }

    private MachineFrame MachineOf(PseudoPhysicalFrame frame) => domain.PhysicalMap[frame];

    /// <summary>
    /// Gives the domain its frames against the order of their numbers: a guest that takes a pseudo-physical number for a machine
    /// frame, or expects neighbours to be neighbours, is wrong at once and not only on another machine.
    /// </summary>
    private void Populate()
    {
        domain.MaximumPages = plan.Pages;
        domain.PhysicalMap.Reserve(plan.Pages);
        if (!domain.TryPopulateRun(plan.Pages, out MachineFrame next))
            throw new GuestImageException($"the machine has too little memory for {plan.Pages} pages");
        // Where the numbers meet in the middle, one page would have the same number twice: page 0 first shifts the others by one.
        bool meets = (next.Number + plan.Pages - 1) % 2 == 0;
        if (meets)
            Place(0);
        for (ulong number = plan.Pages - 1; number > 0; number--)
            Place(number);
        if (!meets)
            Place(0);

        void Place(ulong number)
        {
            domain.Place(next, new PseudoPhysicalFrame(number));
            next = new MachineFrame(next.Number + 1);
        }
    }

    private void LoadKernel(ElfImage image)
    {
        foreach (ElfSegment segment in image.Segments)
        {
            ulong address = segment.PhysicalAddress + plan.VirtualOffset - plan.VirtualBase;
            CopyTo(new PseudoPhysicalFrame(address >> GuestMemory.FrameShift), image.Contents(segment).Span, (int)(address & GuestMemory.FrameMask));
        }

        if (plan.HypercallPage is { } page)
            HypercallPage.Fill(domain.Memory.WritableSpan(MachineOf(new PseudoPhysicalFrame((page - plan.VirtualBase) >> GuestMemory.FrameShift))));
    }

    private void CopyTo(PseudoPhysicalFrame frame, ReadOnlySpan<byte> bytes, int offset = 0)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, GuestMemory.FrameSize - offset);
            bytes[..count].CopyTo(domain.Memory.WritableSpan(MachineOf(frame), offset, count));
            bytes = bytes[count..];
            frame += 1;
            offset = 0;
        }
    }

    private void WriteFrameList()
    {
        const int perFrame = GuestMemory.FrameSize / sizeof(ulong);
        for (ulong page = 0; page < plan.P2m.Count; page++)
        {
            Span<byte> list = domain.Memory.WritableSpan(MachineOf(plan.P2m.Start + page));
            for (int i = 0; i < perFrame; i++)
            {
                // Behind the last page the list says that there is none.
                MachineFrame target = MachineOf(new PseudoPhysicalFrame((page * perFrame) + (ulong)i));
                BinaryPrimitives.WriteUInt64LittleEndian(list[(i * sizeof(ulong))..], target.Number);
            }
        }
    }

    private void WriteStartInfo(string commandLine, int storePort, int consolePort)
    {
        Span<byte> page = domain.Memory.WritableSpan(MachineOf(plan.StartInfo));
        Encoding.ASCII.GetBytes(Magic, page[StartInfoLayout.Magic..]);
        Put64(page, StartInfoLayout.PageCount, plan.Pages);
        Put64(page, StartInfoLayout.SharedInfo, domain.SharedInfoFrame.Address.Value);
        Put32(page, StartInfoLayout.Flags, plan.RamdiskByFrame ? StartInfoLayout.ModuleStartIsPfn : 0);
        Put64(page, StartInfoLayout.StoreFrame, MachineOf(plan.Store).Number);
        Put32(page, StartInfoLayout.StorePort, (uint)storePort);
        Put64(page, StartInfoLayout.ConsoleFrame, MachineOf(plan.Console).Number);
        Put32(page, StartInfoLayout.ConsolePort, (uint)consolePort);
        Put64(page, StartInfoLayout.PageTableBase, plan.AddressOf(plan.PageTables.Start));
        Put64(page, StartInfoLayout.PageTableFrames, plan.PageTables.Count);
        Put64(page, StartInfoLayout.FrameList, plan.P2mAddress);
        if (plan.Ramdisk.Count != 0)
        {
            Put64(page, StartInfoLayout.ModuleStart, plan.RamdiskByFrame ? plan.Ramdisk.Start.Number : plan.AddressOf(plan.Ramdisk.Start));
            Put64(page, StartInfoLayout.ModuleLength, plan.RamdiskSize);
        }

        Encoding.ASCII.GetBytes(commandLine, page[StartInfoLayout.CommandLine..]);
        if (plan.HasOwnP2mMapping)
        {
            Put64(page, StartInfoLayout.FirstP2mPfn, plan.P2m.Start.Number);
            Put64(page, StartInfoLayout.P2mFrames, plan.P2m.Count + plan.P2mTables.Count);
        }
    }

    /// <summary>Pins the root and loads it, with every check that a guest's own tables meet.</summary>
    private void LoadRoot(MachineFrame root)
    {
        long result = domain.PageTypes.Pin(root, domain, PageType.L4);
        if (result == 0)
            result = domain.PageTypes.LoadKernelRoot(domain.Vcpus[0], root);
        if (result < 0)
            throw new InvalidOperationException($"The boot page tables were refused ({result}):\n{plan}");
    }

    /// <summary>
    /// Maps a ring as its back end does, for the domain's life: what the back end writes can then never become a page table.
    /// </summary>
    private void HoldForBackEnd(uint reference)
    {
        GrantStatus status = new BackendGrants(domain).Map(reference, readOnly: false, out _);
        if (status != GrantStatus.Okay)
            throw new InvalidOperationException($"The ring of grant {reference} cannot be mapped writable ({status}):\n{plan}");
    }

    private void SetRegisters()
    {
        Vcpu vcpu = domain.Vcpus[0];
        vcpu.ResetForBoot();
        ulong stack = plan.AddressOf(plan.BootStack) + GuestMemory.FrameSize;
        vcpu.KernelSp = stack;
        unsafe
        {
            vcpu.State->Rip = plan.Entry;
            vcpu.State->Gpr[4] = stack;
            vcpu.State->Gpr[6] = plan.AddressOf(plan.StartInfo);
        }

        vcpu.Run();
    }

    private static void Put64(Span<byte> page, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(page[offset..], value);

    private static void Put32(Span<byte> page, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(page[offset..], value);
}
