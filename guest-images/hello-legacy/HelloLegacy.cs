using Rebound.GuestImages.Building;

namespace Rebound.GuestImages.Images;

/// <summary>The same kernel as "hello" in the file form of XenLinux 2.6.16: a <c>__xen_guest</c> section and no ELF notes.</summary>
internal sealed class HelloLegacy : Hello
{
    public override string Name => "hello-legacy";

    public override KernelOptions Options => new() { LegacyGuestSection = true };
}
