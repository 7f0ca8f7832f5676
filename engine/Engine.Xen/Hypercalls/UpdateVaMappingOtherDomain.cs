using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>update_va_mapping_otherdomain(va, entry, flags, domain): maps memory of another domain, which no domU may.</summary>
internal sealed class UpdateVaMappingOtherDomain : IHypercall
{
    private static readonly UpdateVaMapping Own = new();

    public int Number => HypercallNumber.UpdateVaMappingOtherDomain;

    public string Name => "update_va_mapping_otherdomain";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) => OperationList.OwnerOf((ushort)call.Arg3) switch
    {
        MemoryOwner.Self => Own.Execute(call),

        // A domU has the right to no device: it can only remove an entry.
        MemoryOwner.Devices => PageEntryRules.IsPresent(call.Arg1) ? -Errno.EPERM : Own.Execute(call),
        MemoryOwner.Others => -Errno.EPERM,
        _ => -Errno.ESRCH,
    };
}
