using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>update_va_mapping_otherdomain(va, entry, flags, domain): maps memory of another domain, which no domU may.</summary>
internal sealed class UpdateVaMappingOtherDomain : IHypercall
{
    private static readonly UpdateVaMapping Own = new();

    public int Number => HypercallNumber.UpdateVaMappingOtherDomain;

    public string Name => "update_va_mapping_otherdomain";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "own memory only: a domU has no right to another domain's";

    public long Execute(in HypercallContext call) => (ushort)call.Arg3 switch
    {
        DomainId.Self => Own.Execute(call),
        DomainId.Io => -Errno.EPERM,
        _ => -Errno.ESRCH,
    };
}
