using Rebound.GuestImages.Building;
using Rebound.GuestImages.Unix;

namespace Rebound.GuestImages.Images;

/// <summary>
/// The entry path of Solaris in 2007: it relied on the frame's first two words being what SYSCALL leaves in rcx and r11.
/// </summary>
internal sealed class Solaris2007 : GuestProgram
{
    public override string Name => "solaris-2007";

    public override KernelOptions Options => new() { GuestOs = "solaris" };

    public override void Emit(KernelBuilder k) => UnixKernel.Emit(k, Name, EntryPath.PopAsOnMetal);
}
