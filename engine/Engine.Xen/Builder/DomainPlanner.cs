using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Builder;

/// <summary>Lays a domain out from an image. Pure: reads the image's headers, writes nothing.</summary>
public static class DomainPlanner
{
    private const int PageShift = 12;
    private const ulong PageMask = (1UL << PageShift) - 1;

    /// <summary>Pages kept free behind the last part, within the mapping: 512 KiB.</summary>
    private const ulong SparePages = 128;

    /// <summary>The mapping's end is a multiple of 4 MiB.</summary>
    private const ulong MappingAlignment = (1UL << 22) - 1;

    /// <summary>Pages of the largest domain, 64 GiB.</summary>
    private const ulong LargestDomain = 64UL << (30 - PageShift);

    /// <exception cref="GuestImageException">The image contradicts itself or does not fit the memory.</exception>
    public static DomainPlan Plan(ElfImage image, GuestNotes notes, DomainPlanOptions options)
    {
        if (options.Pages is 0 or > LargestDomain)
            throw new GuestImageException($"memory of {options.Pages >> 8} MiB: a domain has at least one page and at most {LargestDomain >> 18} GiB");
        ulong virtualBase = notes.VirtualBase ?? 0;
        ulong offset = virtualBase - (notes.PhysicalOffset ?? (notes.Legacy ? virtualBase : 0));
        ulong kernelStart = image.PhysicalStart + offset;
        ulong kernelEnd = image.PhysicalEnd + offset;
        ulong entry = notes.Entry ?? image.Entry;
        CheckAddresses(image, virtualBase, kernelStart, kernelEnd, entry);
        CheckHypercallPage(notes.HypercallPage, kernelStart, kernelEnd);

        var next = new Allocator(options.Pages);
        ulong kernelPage = (kernelStart - virtualBase) >> PageShift;
        ulong kernelEndPage = ((kernelEnd - virtualBase) + PageMask) >> PageShift;
        next.Take(kernelPage, "the kernel's load address");
        FrameRange kernel = next.Take(kernelEndPage - kernelPage, "the kernel");

        bool ramdiskByFrame = notes.ModuleStartFrame && options.HonoursModuleStartFrame && options.RamdiskSize != 0;
        ulong ramdiskPages = PagesOf(options.RamdiskSize);
        FrameRange ramdisk = ramdiskByFrame ? default : next.Take(ramdiskPages, "the ramdisk");

        ulong p2mPages = PagesOf(options.Pages * 8);
        ulong? ownP2m = options.HonoursInitialP2m ? OwnP2mAddress(notes.InitialP2m, virtualBase, p2mPages) : null;
        FrameRange p2m = ownP2m is null ? next.Take(p2mPages, "the frame list") : default;
        PseudoPhysicalFrame startInfo = next.TakeOne("start_info");
        PseudoPhysicalFrame store = next.TakeOne("the xenstore page");
        PseudoPhysicalFrame console = next.TakeOne("the console page");

        ulong mappedPages = MappedPages(virtualBase, next.Next, out PageTableCounts counts);
        FrameRange tables = next.Take(counts.Total + 1, "the page tables");
        PseudoPhysicalFrame stack = next.TakeOne("the boot stack");
        next.Take(mappedPages - next.Next, "the boot mapping");

        if (ramdiskByFrame)
            ramdisk = next.Take(ramdiskPages, "the ramdisk");
        FrameRange p2mTables = default;
        if (ownP2m is { } address)
        {
            p2m = next.Take(p2mPages, "the frame list");
            p2mTables = next.Take(PageTableCounts.For(address, p2mPages).Total, "the frame list's page tables");
        }

        return new DomainPlan
        {
            Pages = options.Pages,
            VirtualBase = virtualBase,
            VirtualOffset = offset,
            Entry = entry,
            HypercallPage = notes.HypercallPage,
            Kernel = kernel,
            Ramdisk = ramdiskPages == 0 ? default : ramdisk,
            RamdiskSize = options.RamdiskSize,
            RamdiskByFrame = ramdiskByFrame,
            P2m = p2m,
            P2mAddress = ownP2m ?? virtualBase + (p2m.Start.Number << PageShift),
            P2mTables = p2mTables,
            StartInfo = startInfo,
            Store = store,
            Console = console,
            PageTables = tables,
            Counts = counts,
            BootStack = stack,
            MappedPages = mappedPages,
        };
    }

    private static ulong PagesOf(ulong bytes) => (bytes + PageMask) >> PageShift;

    private static void CheckAddresses(ElfImage image, ulong virtualBase, ulong start, ulong end, ulong entry)
    {
        if (!IsCanonical(virtualBase) || (virtualBase & PageMask) != 0)
            throw new GuestImageException($"the kernel's virtual base 0x{virtualBase:x} is not the address of a page");
        if (end < start || start < virtualBase)
            throw new GuestImageException($"the kernel at 0x{start:x}..0x{end:x} lies below its virtual base 0x{virtualBase:x}");
        // Inside one canonical half, and not where the hypervisor is.
        ulong last = end - 1;
        if (!IsCanonical(last) || (virtualBase >> 63) != (last >> 63) || (virtualBase < VirtualLayout.HypervisorEnd && last >= VirtualLayout.HypervisorStart))
            throw new GuestImageException($"the kernel at 0x{start:x}..0x{end:x} reaches into addresses a guest cannot have");
        if (entry < start || entry >= end)
            throw new GuestImageException($"the entry point 0x{entry:x} is outside the kernel (0x{start:x}..0x{end:x})");
        if (image.PhysicalEnd - image.PhysicalStart != end - start)
            throw new GuestImageException("the kernel wraps around the address space");
    }

    private static void CheckHypercallPage(ulong? page, ulong start, ulong end)
    {
        if (page is { } address && ((address & PageMask) != 0 || address < start || address >= end || end - address < PageMask + 1))
            throw new GuestImageException($"the hypercall page 0x{address:x} is not a page inside the kernel (0x{start:x}..0x{end:x})");
    }

    private static bool IsCanonical(ulong address) => (ulong)((long)(address << 16) >> 16) == address;

    /// <summary>INIT_P2M counts only if it is a page's address below the virtual base (and within what a guest may map).</summary>
    private static ulong? OwnP2mAddress(ulong? wanted, ulong virtualBase, ulong pages)
    {
        if (wanted is not { } address || (address & PageMask) != 0 || address >= virtualBase)
            return null;
        ulong last = address + (pages << PageShift) - 1;
        bool usable = last > address && IsCanonical(address) && IsCanonical(last) && (address >> 63) == (last >> 63)
            && (last < VirtualLayout.HypervisorStart || address >= VirtualLayout.HypervisorEnd) && last < virtualBase
            // An L4 slot of its own: the tables planned for it are not shared with the boot mapping.
            && (last >> 39) != (virtualBase >> 39);
        return usable ? address : throw new GuestImageException($"the kernel wants its frame list at 0x{address:x}, where it cannot be mapped");
    }

    /// <summary>
    /// The mapping must hold its own tables: guess, round up to 4 MiB, count, and repeat until the guess covers the count.
    /// </summary>
    private static ulong MappedPages(ulong virtualBase, ulong used, out PageTableCounts counts)
    {
        ulong extra = 1 + SparePages;
        ulong wanted = extra;
        while (true)
        {
            ulong bytes = (used + wanted) << PageShift;
            ulong end = virtualBase + bytes;
            ulong last = end | MappingAlignment;
            if (end < virtualBase && end != 0)
                throw new GuestImageException("the boot mapping does not fit behind the kernel: the address space ends");
            ulong mapped = (last - virtualBase + 1) >> PageShift;
            counts = PageTableCounts.For(virtualBase, mapped);
            wanted = counts.Total + 1 + extra;
            if (used + wanted <= mapped)
            {
                if ((last >> 63) != (virtualBase >> 63) || !IsCanonical(last) || (virtualBase < VirtualLayout.HypervisorEnd && last >= VirtualLayout.HypervisorStart))
                    throw new GuestImageException("the boot mapping does not fit behind the kernel: it would reach into the hypervisor");
                return mapped;
            }
        }
    }

    /// <summary>Hands out pages in order and says what did not fit.</summary>
    private sealed class Allocator(ulong pages)
    {
        public ulong Next { get; private set; }

        public FrameRange Take(ulong count, string what)
        {
            if (count > pages - Next)
                throw new GuestImageException($"memory too small: with {what} the domain needs at least {(Next + count + 255) >> 8} MiB, it has {Size()}");
            var range = new FrameRange(new PseudoPhysicalFrame(Next), count);
            Next += count;
            return range;
        }

        public PseudoPhysicalFrame TakeOne(string what) => Take(1, what).Start;

        private string Size() => (pages & 255) == 0 ? $"{pages >> 8} MiB" : $"{pages << 2} KiB";
    }
}
