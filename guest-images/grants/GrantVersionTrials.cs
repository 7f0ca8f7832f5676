using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;
using static Rebound.GuestImages.Images.GrantArea;

namespace Rebound.GuestImages.Images;

/// <summary>Version 2 of the table: entries of 16 bytes, status words apart, parts of pages.</summary>
internal sealed class GrantVersionTrials(KernelBuilder k, Trials trials, GrantArea area)
{
    private const int Reference = 9, Part = 10, TooMany = 256;
    private const int Busy = -16, Invalid = -22;
    private const int MapStatus = 18, UnmapStatus = 20, CopyStatus = 36;
    private const int InUse = 0x18;

    private readonly ulong _page = k.Zero.Pages(), _window = k.Zero.Pages(), _status = k.Zero.Pages();
    private readonly ulong _list = k.Zero.Reserve(16), _handle = k.Zero.Reserve(8);

    public void Emit()
    {
        Version("the version at first", 1);
        Change("version 3", Invalid, 3);
        Frames("status frames of version 1", GeneralError, 1);
        area.Grant(Reference, PermitAccess, _page);
        MapTrial("map a grant", Fine, Reference);
        Change("version 2 while it is in use", Busy, 2);
        Version("the version", 1);
        Unmapping();
        Change("version 2", Fine, 2);
        Change("version 2 again", Fine, 2);
        Version("the version", 2);
        trials.Value("the entry is gone", 0, () => k.mov(rax, __qword_ptr[area.Table + Reference * 8]));
        Frames("status frames", Fine, 1);
        trials.Result("map the first", Fine, () =>
        {
            k.mov(rsi, __qword_ptr[_list]);
            k.shl(rsi, 12);
            k.or(rsi, Writable);
            k.Hypercall(Hypercall.UpdateVaMapping, _status, rsi, Invalidate);
        });
        Frames("status frames, more than there are", GeneralError, 2);
        Uses();
        Change("version 1 while the status is mapped", Busy, 1);
        area.Restore(_status);
        Change("version 1", Fine, 1);
        Version("the version", 1);
    }

    private void Uses()
    {
        Grant2(Reference, PermitAccess);
        Grant2(Part, PermitAccess | SubPage);
        k.mov(__dword_ptr[area.Table + Part * 16 + 4], 0x100 | 0x20 << 16); // 32 bytes from 0x100 on
        MapTrial("map a grant", Fine, Reference);
        StatusWord("its status word", InUse, Reference);
        trials.Value("flags of its entry", PermitAccess, () => k.movzx(eax, __word_ptr[area.Table + Reference * 16]));
        Unmapping();
        StatusWord("its status word", 0, Reference);
        MapTrial("map a part of a page", GeneralError, Part);
        MapTrial("map, a reference beyond the table", BadReference, TooMany);
        CopyTrial("copy the granted part", Fine, 0x100, 32);
        CopyTrial("copy what lies before it", GeneralError, 0xff, 8);
        CopyTrial("copy what lies behind it", GeneralError, 0x118, 16);
        StatusWord("its status word", 0, Part);
        k.mov(__word_ptr[area.Table + Part * 16], 3);
        k.mov(rax, __qword_ptr[area.OwnNumber]);
        k.mov(__word_ptr[area.Table + Part * 16 + 4], ax);
        CopyTrial("copy, a grant of one's own grant", GeneralError, 0x100, 8);
        k.mov(__word_ptr[area.Table + Part * 16 + 4], 0x1234);
        CopyTrial("copy, a grant of a grant of nobody", GeneralError, 0x100, 8);
        MapTrial("map a grant of a grant", GeneralError, Part);
        StatusWord("its status word", 0, Part);
    }

    private void Version(string what, int expected) => trials.Result(what, expected, () =>
    {
        area.PutDouble(0, Self);
        area.PutDouble(4, 99);
        area.Call(GetVersion);
        k.mov(eax, __dword_ptr[area.Argument + 4]);
    });

    private void Change(string what, int expected, int version) => trials.Result(what, expected, () =>
    {
        area.PutDouble(0, version);
        area.Call(SetVersion);
    });

    private void Frames(string what, int expected, int count) => area.Status(what, expected, StatusFrames, 6, () =>
    {
        area.PutDouble(0, count);
        area.PutWord(4, Self);
        area.PutQuad(8, _list);
    });

    private void StatusWord(string what, int expected, int reference) =>
        trials.Value(what, (ulong)expected, () => k.movzx(eax, __word_ptr[_status + (ulong)reference * 2]));

    private void Grant2(int reference, int flags)
    {
        ulong entry = area.Table + (ulong)reference * 16;
        area.Frame(_page);
        k.mov(__qword_ptr[entry + 8], rax);
        k.mov(rax, __qword_ptr[area.OwnNumber]);
        k.mov(__word_ptr[entry + 2], ax);
        k.mov(__word_ptr[entry], flags);
    }

    private void MapTrial(string what, int expected, int reference)
    {
        area.Status(what, expected, Map, MapStatus, () =>
        {
            area.PutQuad(0, _window);
            area.PutDouble(8, HostMap);
            area.PutDouble(12, reference);
            area.PutOwnNumber(16);
        });
        k.mov(eax, __dword_ptr[area.Argument + 20]);
        k.mov(__qword_ptr[_handle], rax);
    }

    private void Unmapping()
    {
        area.Status("unmap it", Fine, Unmap, UnmapStatus, () =>
        {
            area.PutQuad(0, _window);
            area.PutQuad(8, 0);
            k.mov(rax, __qword_ptr[_handle]);
            k.mov(__dword_ptr[area.Argument + 16], eax);
        });
        area.Restore(_window);
    }

    private void CopyTrial(string what, int expected, int offset, int length) => area.Status(what, expected, Copy, CopyStatus, () =>
    {
        const int sourceIsGrant = 1;
        area.PutQuad(0, Part);
        area.PutWord(8, Self);
        area.PutWord(10, offset);
        area.Frame(_window);
        k.mov(__qword_ptr[area.Argument + 16], rax);
        area.PutWord(24, Self);
        area.PutWord(26, 0);
        area.PutWord(32, length);
        area.PutWord(34, sourceIsGrant);
    });
}
