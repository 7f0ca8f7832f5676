namespace Rebound.GuestImages.Building;

/// <summary>The source of one guest image: a class in the image's folder that emits the kernel's code.</summary>
internal abstract class GuestProgram
{
    /// <summary>The image's name, which is also its folder's.</summary>
    public abstract string Name { get; }

    /// <summary>How the kernel is built; the defaults are ELF notes and a hypercall page.</summary>
    public virtual KernelOptions Options => new();

    /// <summary>Emits the kernel from its first instruction on; the builder has done nothing before.</summary>
    public abstract void Emit(KernelBuilder k);
}
