using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Tests.Events;
using Rebound.Engine.Xen;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Grants;

/// <summary>A domain with a few pages, whose grant entries a test writes as its kernel would.</summary>
internal sealed class GrantTestDomain : IDisposable
{
    private readonly TestDomain _test = new();

    public GrantTestDomain()
    {
        for (ulong i = 0; i < 8; i++)
            Domain.TryPopulate(new PseudoPhysicalFrame(i), out _);
    }

    public Domain Domain => _test.Domain;

    public MachineFrame Page(ulong pfn) => Domain.PhysicalMap[new PseudoPhysicalFrame(pfn)];

    /// <summary>Writes an entry of version 1.</summary>
    public void Grant(uint reference, ushort flags, ushort domain, MachineFrame frame)
    {
        Span<byte> entry = Entry(reference);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, flags);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], domain);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)frame.Number);
    }

    public ushort Flags(uint reference) => BinaryPrimitives.ReadUInt16LittleEndian(Entry(reference));

    public void Dispose() => _test.Dispose();

    private Span<byte> Entry(uint reference) =>
        Domain.Memory.WritableSpan(Domain.Grants[(int)(reference / 512)], (int)(reference % 512) * 8, 8);
}
