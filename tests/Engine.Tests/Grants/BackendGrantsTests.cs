using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Grants;

/// <summary>What a back end of the control domain may do with the grants of a guest.</summary>
[TestFixture]
public class BackendGrantsTests
{
    private const uint Reference = 9;
    private const ushort InUse = GrantFlags.Reading | GrantFlags.Writing;

    private GrantTestDomain _guest = null!;
    private BackendGrants _backend = null!;

    [SetUp]
    public void SetUp()
    {
        _guest = new GrantTestDomain();
        _backend = new BackendGrants(_guest.Domain);
    }

    [TearDown]
    public void TearDown() => _guest.Dispose();

    [Test]
    public void A_grant_is_mapped_and_unmapped_and_its_flags_tell()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, _guest.Page(3));
        Assert.That(_backend.Map(Reference, readOnly: false, out BackendMapping mapping), Is.EqualTo(GrantStatus.Okay));
        Assert.Multiple(() =>
        {
            Assert.That(mapping.Frame, Is.EqualTo(_guest.Page(3)));
            Assert.That(_guest.Flags(Reference), Is.EqualTo(GrantFlags.PermitAccess | InUse));
            Assert.That(_guest.Domain.Machine[mapping.Frame].Type, Is.EqualTo(PageType.Writable));
        });
        Assert.That(_backend.Unmap(mapping.Handle), Is.EqualTo(GrantStatus.Okay));
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Flags(Reference), Is.EqualTo(GrantFlags.PermitAccess));
            Assert.That(_guest.Domain.Machine[mapping.Frame].TypeReferences, Is.Zero);
            Assert.That(_guest.Domain.Machine[mapping.Frame].References, Is.EqualTo(1));
            Assert.That(_backend.Unmap(mapping.Handle), Is.EqualTo(GrantStatus.BadHandle));
        });
    }

    [Test]
    public void A_reading_use_says_so_and_a_second_use_keeps_the_flag()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess | GrantFlags.ReadOnly, DomainId.Control, _guest.Page(3));
        Assert.That(_backend.Map(Reference, readOnly: true, out BackendMapping first), Is.EqualTo(GrantStatus.Okay));
        Assert.That(_backend.Map(Reference, readOnly: true, out BackendMapping second), Is.EqualTo(GrantStatus.Okay));
        _backend.Unmap(first.Handle);
        Assert.That(_guest.Flags(Reference) & InUse, Is.EqualTo(GrantFlags.Reading));
        _backend.Unmap(second.Handle);
        Assert.That(_guest.Flags(Reference) & InUse, Is.Zero);
    }

    [Test]
    public void What_was_not_granted_is_refused()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess, 7, _guest.Page(3));
        _guest.Grant(Reference + 1, 0, DomainId.Control, _guest.Page(3));
        _guest.Grant(Reference + 2, GrantFlags.PermitAccess | GrantFlags.ReadOnly, DomainId.Control, _guest.Page(3));
        _guest.Grant(Reference + 3, GrantFlags.PermitAccess, DomainId.Control, new MachineFrame(0xfff_ffff));
        _guest.Grant(Reference + 4, GrantFlags.AcceptTransfer, DomainId.Control, _guest.Page(3));
        Assert.Multiple(() =>
        {
            Assert.That(Map(Reference), Is.EqualTo(GrantStatus.GeneralError), "to another domain");
            Assert.That(Map(Reference + 1), Is.EqualTo(GrantStatus.GeneralError), "empty");
            Assert.That(Map(Reference + 2), Is.EqualTo(GrantStatus.GeneralError), "read-only");
            Assert.That(Map(Reference + 3), Is.EqualTo(GrantStatus.BadPage), "no such frame");
            Assert.That(Map(Reference + 4), Is.EqualTo(GrantStatus.GeneralError), "for a transfer");
            Assert.That(Map(512), Is.EqualTo(GrantStatus.BadReference), "beyond the table");
            Assert.That(_backend.MappedCount, Is.Zero);
        });
        for (uint i = 0; i < 5; i++)
            Assert.That(_guest.Flags(Reference + i) & InUse, Is.Zero);
    }

    [Test]
    public void A_page_table_cannot_be_written_by_a_back_end_but_read()
    {
        MachineFrame table = _guest.Page(4);
        Assert.That(_guest.Domain.PageTypes.Pin(table, _guest.Domain, PageType.L1), Is.Zero);
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, table);
        Assert.That(Map(Reference), Is.EqualTo(GrantStatus.GeneralError));
        Assert.That(_backend.Map(Reference, readOnly: true, out _), Is.EqualTo(GrantStatus.Okay));
    }

    [Test]
    public void A_page_mapped_for_writing_cannot_become_a_page_table_nor_vanish()
    {
        MachineFrame page = _guest.Page(4);
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, page);
        _backend.Map(Reference, readOnly: false, out BackendMapping mapping);
        Assert.That(_guest.Domain.PageTypes.Pin(page, _guest.Domain, PageType.L1), Is.EqualTo(-Errno.EINVAL));
        _guest.Domain.Depopulate(page);
        Assert.That(_guest.Domain.Machine[page].Owner, Is.SameAs(_guest.Domain), "still there");
        _backend.Unmap(mapping.Handle);
        Assert.That(_guest.Domain.Machine[page].Owner, Is.Null, "free");
    }

    [Test]
    public void The_entry_as_it_was_at_the_first_mapping_counts()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, _guest.Page(3));
        _backend.Map(Reference, readOnly: true, out _);
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, _guest.Page(5));
        Assert.That(_backend.Map(Reference, readOnly: true, out BackendMapping second), Is.EqualTo(GrantStatus.Okay));
        Assert.That(second.Frame, Is.EqualTo(_guest.Page(3)));
    }

    [Test]
    public void Uses_of_one_grant_are_limited()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, _guest.Page(3));
        for (int i = 0; i < 128; i++)
            Assert.That(Map(Reference), Is.EqualTo(GrantStatus.Okay));
        Assert.That(Map(Reference), Is.EqualTo(GrantStatus.GeneralError));
        _backend.UnmapAll();
        Assert.That(_guest.Domain.Machine[_guest.Page(3)].References, Is.EqualTo(1));
    }

    [Test]
    public void Bytes_are_copied_without_a_mapping()
    {
        _guest.Grant(Reference, GrantFlags.PermitAccess, DomainId.Control, _guest.Page(3));
        byte[] read = new byte[4];
        Assert.Multiple(() =>
        {
            Assert.That(_backend.CopyTo(Reference, 4092, [1, 2, 3, 4]), Is.EqualTo(GrantStatus.Okay));
            Assert.That(_backend.CopyFrom(Reference, 4092, read), Is.EqualTo(GrantStatus.Okay));
            Assert.That(read, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
            Assert.That(_backend.CopyFrom(Reference, 4093, read), Is.EqualTo(GrantStatus.BadCopyArgument));
            Assert.That(_guest.Flags(Reference) & InUse, Is.Zero);
        });
    }

    private GrantStatus Map(uint reference) => _backend.Map(reference, readOnly: false, out _);
}
