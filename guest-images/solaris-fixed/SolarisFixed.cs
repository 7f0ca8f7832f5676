using Rebound.GuestImages.Building;
using Rebound.GuestImages.Unix;

namespace Rebound.GuestImages.Images;

/// <summary>The entry path of OpenSolaris after 2007: the same kernel, but rip and rflags come from the words that are theirs.</summary>
internal sealed class SolarisFixed : GuestProgram
{
    public override string Name => "solaris-fixed";

    public override KernelOptions Options => new() { GuestOs = "solaris" };

    public override void Emit(KernelBuilder k) => UnixKernel.Emit(k, Name, EntryPath.ReloadFromFrame);
}
