using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;
using static Rebound.GuestImages.Images.GrantArea;

namespace Rebound.GuestImages.Images;

/// <summary>Mapping grants, and taking the mappings away.</summary>
internal sealed class GrantMapTrials(KernelBuilder k, Trials trials, GrantArea area)
{
    private const int Reference = 9, Other = 10, Unused = 11, TooMany = 512, NoSuchDomain = 0x1234;
    private const int MapStatus = 18, UnmapStatus = 20;
    private const int InUse = 0x19, BeingRead = 9;

    private readonly ulong _page = k.Zero.Pages(), _window = k.Zero.Pages(), _second = k.Zero.Pages(), _table = k.Zero.Pages();
    private readonly ulong _handle = k.Zero.Reserve(8), _secondHandle = k.Zero.Reserve(8), _operation = k.Zero.Reserve(24);

    public void Emit()
    {
        Refusals();
        MapAndUnmap();
        TwoMappings();
        ByEntry();
        Replacing();
        PageTables();
    }

    private void Refusals()
    {
        trials.Result("map, a bad pointer", -14, () => k.Hypercall(Hypercall.GrantTableOp, Map, UserSpace.Base, 1));
        trials.Result("map, count below zero", -22, () => k.Hypercall(Hypercall.GrantTableOp, Map, area.Argument, 0xffffffff));
        trials.Result("map, count zero", Fine, () => k.Hypercall(Hypercall.GrantTableOp, Map, area.Argument, 0));
        trials.Result("dump_table", -38, () => area.Call(3));
        MapTrial("map, neither host nor device", BadReference, 0, Reference);
        MapTrial("map, a domain that there is not", BadDomain, HostMap, Reference, NoSuchDomain);
        MapTrial("map, DOMID_SELF is no number", BadDomain, HostMap, Reference, Self);
        MapTrial("map, a reference beyond the table", BadReference, HostMap, TooMany);
        MapTrial("map, an empty entry", GeneralError, HostMap, Unused);
        area.Grant(Reference, PermitAccess | ReadOnly, _page);
        MapTrial("map, for writing what is granted for reading", GeneralError, HostMap, Reference);
        area.Grant(Reference, AcceptTransfer, _page);
        MapTrial("map, an entry for a transfer", GeneralError, HostMap, Reference);
        area.Grant(Reference, PermitAccess, _page);
        k.mov(__dword_ptr[area.Table + Reference * 8 + 4], 0x7fffffff);
        MapTrial("map, a frame that there is not", BadPage, HostMap, Reference);
        area.Flags("flags of the entry", PermitAccess, Reference);
        area.Grant(Reference, PermitAccess, _page);
        MapTrial("map, an address without a lowest table", GeneralError, HostMap, Reference, address: UserSpace.Base);
        area.Flags("flags of the entry", PermitAccess, Reference);
        Unmapping("unmap, a handle that there is not", BadHandle, () => k.mov(__dword_ptr[area.Argument + 16], 0x7fffffff));
    }

    private void MapAndUnmap()
    {
        k.mov(__qword_ptr[_page], 0x12345678);
        MapTrial("map for writing", Fine, HostMap, Reference);
        Keep(_handle);
        area.Flags("flags of the entry", InUse, Reference);
        trials.Value("seen through the mapping", 0x12345678, () => k.mov(rax, __qword_ptr[_window]));
        trials.Done("write through it", () => k.mov(__qword_ptr[_window], 0x55));
        trials.Value("seen in the page", 0x55, () => k.mov(rax, __qword_ptr[_page]));
        trials.Result("the bus address is the page's", Fine, () =>
        {
            area.Frame(_page);
            k.shl(rax, 12);
            k.sub(rax, __qword_ptr[area.Argument + 24]);
        });
        Unmapping("unmap, at another address", GeneralError, () => Name(_second, _handle));
        Unmapping("unmap, at no address: nothing", Fine, () => Name(0, _handle));
        area.Flags("flags of the entry", InUse, Reference);
        Unmapping("unmap", Fine, () => Name(_window, _handle));
        area.Flags("flags of the entry", PermitAccess, Reference);
        trials.Traps("read through it", Vector.PageFault, 0, () => k.mov(rcx, __qword_ptr[_window]));
        Unmapping("unmap again", BadHandle, () => Name(_window, _handle));
        area.Restore(_window);
    }

    private void TwoMappings()
    {
        MapTrial("map for reading", Fine, HostMap | MapReadOnly, Reference);
        Keep(_handle);
        area.Flags("flags of the entry", BeingRead, Reference);
        trials.Traps("write through it", Vector.PageFault, 3, () => k.mov(__qword_ptr[_window], rcx));
        MapTrial("map it for writing elsewhere, and for devices", Fine, HostMap | DeviceMap, Reference, address: _second);
        Keep(_secondHandle);
        area.Flags("flags of the entry", InUse, Reference);
        Unmapping("unmap that from the host", Fine, () => Name(_second, _secondHandle));
        area.Flags("flags of the entry", InUse, Reference);
        Unmapping("unmap that from devices, at a wrong bus address", -6, () =>
        {
            Name(0, _secondHandle);
            k.mov(__qword_ptr[area.Argument + 8], 0x1000);
        });
        Unmapping("unmap that from devices", Fine, () =>
        {
            area.Frame(_page);
            k.shl(rax, 12);
            k.mov(rbx, rax);
            Name(0, _secondHandle);
            k.mov(__qword_ptr[area.Argument + 8], rbx);
        });
        area.Flags("flags of the entry", BeingRead, Reference);
        Unmapping("unmap the other", Fine, () => Name(_window, _handle));
        area.Flags("flags of the entry", PermitAccess, Reference);
        area.Restore(_window);
        area.Restore(_second);
    }

    private void ByEntry()
    {
        MapTrial("map by entry, misaligned", GeneralError, HostMap | ContainsEntry, Reference, address: 0x1003);
        MapTrial("map by entry, in a page that is no table", GeneralError, HostMap | ContainsEntry, Reference, address: null);
        area.Flags("flags of the entry", PermitAccess, Reference);
    }

    private void Replacing()
    {
        MapTrial("map for writing", Fine, HostMap, Reference);
        Keep(_handle);
        area.Status("unmap and replace, from an address without a lowest table", GeneralError, UnmapAndReplace, UnmapStatus, () =>
        {
            Name(_window, _handle);
            area.PutQuad(8, UserSpace.Base);
        });
        k.mov(__qword_ptr[_second], 0x66);
        area.Status("unmap and replace", Fine, UnmapAndReplace, UnmapStatus, () =>
        {
            Name(_window, _handle);
            area.PutQuad(8, _second);
        });
        trials.Value("the other page is here", 0x66, () => k.mov(rax, __qword_ptr[_window]));
        trials.Traps("and not there", Vector.PageFault, 0, () => k.mov(rcx, __qword_ptr[_second]));
        area.Flags("flags of the entry", PermitAccess, Reference);
        area.Restore(_window);
        area.Restore(_second);
    }

    private void PageTables()
    {
        const int pinLevel1 = 0, unpin = 4;
        trials.Result("a page becomes a table", Fine, () =>
        {
            k.Load(rdi, _table);
            k.Call(k.MakeReadOnly());
            Pin(pinLevel1);
        });
        area.Grant(Other, PermitAccess, _table);
        MapTrial("map a table for writing", GeneralError, HostMap, Other);
        area.Flags("flags of its entry", PermitAccess, Other);
        MapTrial("map a table for reading", Fine, HostMap | MapReadOnly, Other);
        Keep(_handle);
        Unmapping("unmap it", Fine, () => Name(_window, _handle));
        area.Restore(_window);
        MapTrial("map a page for writing", Fine, HostMap, Reference);
        Keep(_handle);
        trials.Result("it cannot become a table", -22, () =>
        {
            area.Frame(_page);
            k.mov(__qword_ptr[_operation], pinLevel1);
            k.mov(__qword_ptr[_operation + 8], rax);
            k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
        });
        Unmapping("unmap it", Fine, () => Name(_window, _handle));
        area.Restore(_window);
        trials.Result("the table is a page again", Fine, () => Pin(unpin));
        area.Restore(_table);
    }

    private void Pin(int command)
    {
        area.Frame(_table);
        k.mov(__qword_ptr[_operation], command);
        k.mov(__qword_ptr[_operation + 8], rax);
        k.Hypercall(Hypercall.MmuextOp, _operation, 1, 0, Self);
    }

    private void MapTrial(string what, int expected, int flags, int reference, int domain = -1) =>
        MapTrial(what, expected, flags, reference, domain, _window);

    private void MapTrial(string what, int expected, int flags, int reference, ulong? address) =>
        MapTrial(what, expected, flags, reference, -1, address);

    /// <summary>An address of null is the machine address of a page of the kernel's.</summary>
    private void MapTrial(string what, int expected, int flags, int reference, int domain, ulong? address) =>
        area.Status(what, expected, Map, MapStatus, () =>
        {
            if (address is { } place)
            {
                area.PutQuad(0, place);
            }
            else
            {
                area.Frame(_second);
                k.shl(rax, 12);
                k.mov(__qword_ptr[area.Argument], rax);
            }

            area.PutDouble(8, flags);
            area.PutDouble(12, reference);
            if (domain < 0) area.PutOwnNumber(16);
            else area.PutWord(16, domain);
        });

    private void Keep(ulong where)
    {
        k.mov(eax, __dword_ptr[area.Argument + 20]);
        k.mov(__qword_ptr[where], rax);
    }

    /// <summary>The argument for unmapping a kept handle at an address.</summary>
    private void Name(ulong address, ulong handle)
    {
        area.PutQuad(0, address);
        k.mov(__qword_ptr[area.Argument + 8], 0);
        k.mov(rax, __qword_ptr[handle]);
        k.mov(__dword_ptr[area.Argument + 16], eax);
    }

    private void Unmapping(string what, int expected, Action prepare) => area.Status(what, expected, Unmap, UnmapStatus, prepare);
}
