using Rebound.GuestImages.Building;
using Rebound.GuestImages.Unix;

namespace Rebound.GuestImages.Images;

/// <summary>
/// The entry path of Linux 6.1: the rcx and r11 words are nothing but the user's rcx and r11; the process runs on selectors of
/// the kernel's own descriptor table; hypercalls are made without a hypercall page.
/// </summary>
internal sealed class LinuxLike : GuestProgram
{
    public override string Name => "linux-like";

    public override KernelOptions Options => new() { GuestOs = "linux", InlineHypercalls = true };

    public override void Emit(KernelBuilder k) => UnixKernel.Emit(k, Name, EntryPath.KeepFrame);
}
