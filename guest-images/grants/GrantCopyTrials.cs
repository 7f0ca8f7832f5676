using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;
using static Iced.Intel.AssemblerRegisters;
using static Rebound.GuestImages.Images.GrantArea;

namespace Rebound.GuestImages.Images;

/// <summary>Copying between grants and pages, exchanging entries, and giving pages away.</summary>
internal sealed class GrantCopyTrials(KernelBuilder k, Trials trials, GrantArea area)
{
    private const int From = 20, To = 21, Locked = 22, TooMany = 512, NoSuchDomain = 0x1234;
    private const int CopyStatus = 36, SwapStatus = 8, TransferStatus = 16;
    private const int SourceIsGrant = 1, TargetIsGrant = 2;

    private readonly ulong _source = k.Zero.Pages(), _target = k.Zero.Pages(), _given = k.Zero.Pages();

    public void Emit()
    {
        Copies();
        Swaps();
        Transfers();
        CacheFlushes();
    }

    private void Copies()
    {
        area.Grant(From, PermitAccess | ReadOnly, _source);
        area.Grant(To, PermitAccess, _target);
        area.Grant(Locked, PermitAccess | ReadOnly, _target);
        k.mov(__qword_ptr[_source + 0x10], 0x1111);
        CopyTrial("copy page to page", Fine, 0, 8, 0x10, 0x20);
        trials.Value("what arrived", 0x1111, () => k.mov(rax, __qword_ptr[_target + 0x20]));
        k.mov(__qword_ptr[_source + 0x10], 0x2222);
        CopyTrial("copy grant to grant", Fine, SourceIsGrant | TargetIsGrant, 8, 0x10, 0x28);
        trials.Value("what arrived", 0x2222, () => k.mov(rax, __qword_ptr[_target + 0x28]));
        area.Flags("flags of the source", PermitAccess | ReadOnly, From);
        area.Flags("flags of the target", PermitAccess, To);
        CopyTrial("copy nothing", Fine, SourceIsGrant | TargetIsGrant, 0, 0x1000, 0x1000);
        CopyTrial("copy beyond the source's end", BadCopy, 0, 8, 0xffc, 0);
        CopyTrial("copy beyond the target's end", BadCopy, SourceIsGrant | TargetIsGrant, 8, 0, 0xffc);
        CopyTrial("copy, a page of a domain by its number", Permission, 0, 8, 0, 0, sourceDomain: -1);
        CopyTrial("copy, a grant of the domain by its number", Fine, SourceIsGrant, 8, 0, 0, sourceDomain: -1);
        CopyTrial("copy, a grant of a domain that there is not", BadDomain, SourceIsGrant, 8, 0, 0, sourceDomain: NoSuchDomain);
        CopyTrial("copy, a reference beyond the table", BadReference, SourceIsGrant, 8, 0, 0, source: TooMany);
        CopyTrial("copy, an empty entry", GeneralError, SourceIsGrant, 8, 0, 0, source: 30);
        CopyTrial("copy to what is granted for reading", GeneralError, SourceIsGrant | TargetIsGrant, 8, 0, 0, target: Locked);
        area.Status("copy from a frame that there is not", BadPage, Copy, CopyStatus, () =>
        {
            Arguments(0, 8, 0, 0, Self, From, To);
            area.PutQuad(0, 0x7fffffff);
        });
        area.Status("copy to a root in use", GeneralError, Copy, CopyStatus, () =>
        {
            Arguments(0, 8, 0, 0, Self, From, To);
            k.mov(rdi, __qword_ptr[k.StartInfoPointer]);
            k.mov(rdi, __qword_ptr[rdi + StartInfo.PageTableBase]);
            k.Call(k.FrameOf());
            k.mov(__qword_ptr[area.Argument + 16], rax);
        });
    }

    private void Swaps()
    {
        area.Status("exchange two entries", Fine, Swap, SwapStatus, () => Pair(From, To));
        area.Flags("flags of the first", PermitAccess, From);
        area.Flags("flags of the second", PermitAccess | ReadOnly, To);
        area.Status("exchange an entry with itself", Fine, Swap, SwapStatus, () => Pair(From, From));
        area.Status("exchange, a reference beyond the table", BadReference, Swap, SwapStatus, () => Pair(From, TooMany));
        area.Status("exchange them again", Fine, Swap, SwapStatus, () => Pair(From, To));
    }

    private void Transfers()
    {
        const int entry = 40, accepted = 0xe;
        area.Status("transfer a frame that there is not", BadPage, Transfer, TransferStatus, () =>
        {
            Giving(entry);
            area.PutQuad(0, 0x7fffffff);
        });
        area.Status("transfer a page that is mapped", BadPage, Transfer, TransferStatus, () => Giving(entry));
        trials.Result("unmap it", Fine, () => k.Hypercall(Hypercall.UpdateVaMapping, _given, 0, Invalidate));
        k.mov(__dword_ptr[area.Table + entry * 8 + 4], (int)((_given - KernelBuilder.VirtualBase) >> 12));
        k.mov(rax, __qword_ptr[area.OwnNumber]);
        k.mov(__word_ptr[area.Table + entry * 8 + 2], ax);
        k.mov(__word_ptr[area.Table + entry * 8], AcceptTransfer);
        area.Status("transfer it to oneself", Fine, Transfer, TransferStatus, () => Giving(entry));
        area.Flags("flags of the entry", accepted, entry);
        trials.Result("the entry names the frame", Fine, () =>
        {
            area.Frame(_given);
            k.mov(ecx, __dword_ptr[area.Table + entry * 8 + 4]);
            k.sub(rax, rcx);
        });
        area.Restore(_given);
    }

    private void CacheFlushes()
    {
        const int clean = 1, invalidate = 2;
        CacheTrial("cache flush, nothing", Fine, 0, 0, 0);
        CacheTrial("cache flush, clean", Fine, 0, 64, clean);
        CacheTrial("cache flush, clean and drop", Fine, 0, 64, clean | invalidate);
        CacheTrial("cache flush, drop", -95, 0, 64, invalidate);
        CacheTrial("cache flush, across a page's end", -22, 0xff0, 64, clean);
        CacheTrial("cache flush, unknown operation", -22, 0, 64, 4);
    }

    private void CacheTrial(string what, int expected, int offset, int length, int operation) => trials.Result(what, expected, () =>
    {
        area.Frame(_source);
        k.shl(rax, 12);
        k.mov(__qword_ptr[area.Argument], rax);
        area.PutWord(8, offset);
        area.PutWord(10, length);
        area.PutDouble(12, operation);
        area.Call(CacheFlush);
    });

    private void CopyTrial(
        string what, int expected, int flags, int length, int sourceOffset, int targetOffset, int sourceDomain = Self, int source = From, int target = To) =>
        area.Status(what, expected, Copy, CopyStatus, () => Arguments(flags, length, sourceOffset, targetOffset, sourceDomain, source, target));

    private void Arguments(int flags, int length, int sourceOffset, int targetOffset, int sourceDomain, int source, int target)
    {
        Side(0, (flags & SourceIsGrant) != 0, source, _source, sourceDomain, sourceOffset);
        Side(16, (flags & TargetIsGrant) != 0, target, _target, Self, targetOffset);
        area.PutWord(32, length);
        area.PutWord(34, flags);
    }

    private void Side(int at, bool isGrant, int reference, ulong page, int domain, int offset)
    {
        if (isGrant)
        {
            area.PutQuad(at, (ulong)reference);
        }
        else
        {
            area.Frame(page);
            k.mov(__qword_ptr[area.Argument + (ulong)at], rax);
        }

        if (domain < 0) area.PutOwnNumber(at + 8);
        else area.PutWord(at + 8, domain);
        area.PutWord(at + 10, offset);
    }

    private void Pair(int first, int second)
    {
        area.PutDouble(0, first);
        area.PutDouble(4, second);
    }

    private void Giving(int reference)
    {
        area.Frame(_given);
        k.mov(__qword_ptr[area.Argument], rax);
        area.PutOwnNumber(8);
        area.PutDouble(12, reference);
    }
}
