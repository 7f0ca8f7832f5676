namespace Rebound.Engine.Xen.Emulation;

/// <summary>Fields of an 8-byte segment descriptor (Intel SDM vol. 3, 3.4.5), and what Xen lets a guest have of them.</summary>
public static class Descriptor
{
    private const ulong WritableOrReadable = 1UL << 41;
    private const ulong Conforming = 1UL << 42;
    private const ulong Code = 1UL << 43;
    private const ulong Segment = 1UL << 44;
    private const ulong Dpl = 3UL << 45;
    private const ulong Present = 1UL << 47;
    private const ulong Long = 1UL << 53;
    private const ulong TypeMask = 15UL << 40;
    private const ulong CallGate = 12UL << 40;

    public static bool IsPresent(ulong descriptor) => (descriptor & Present) != 0;

    /// <summary>64-bit code.</summary>
    public static bool IsLongCode(ulong descriptor) => (descriptor & (Segment | Code | Long)) == (Segment | Code | Long);

    /// <summary>Code that ring 3 may run: DPL 3, or conforming.</summary>
    public static bool IsRing3Code(ulong descriptor) =>
        (descriptor & (Segment | Code)) == (Segment | Code)
        && ((descriptor & Dpl) == Dpl || (descriptor & Conforming) != 0);

    /// <summary>Data, or code that may be read: what a data segment register accepts.</summary>
    public static bool IsReadable(ulong descriptor) =>
        (descriptor & Segment) != 0 && ((descriptor & Code) == 0 || (descriptor & WritableOrReadable) != 0);

    /// <summary>The 32-bit base.</summary>
    public static ulong BaseOf(ulong descriptor) => ((descriptor >> 16) & 0xff_ffff) | ((descriptor >> 32) & 0xff00_0000);

    /// <summary>Writable data with DPL 3.</summary>
    public static bool IsRing3Stack(ulong descriptor) =>
        (descriptor & (Segment | Code | WritableOrReadable | Dpl)) == (Segment | WritableOrReadable | Dpl);

    /// <summary>
    /// The descriptor as Xen stores it for a guest: segments get DPL 3, call gates are disarmed to DPL 0. False if it refuses it.
    /// </summary>
    public static bool TrySanitise(ulong descriptor, out ulong stored)
    {
        stored = descriptor;
        if (!IsPresent(descriptor))
            return true;
        stored = descriptor | Dpl;
        if ((descriptor & Segment) != 0 || (descriptor & TypeMask) == 0)
            return true;
        stored = descriptor & ~Dpl;
        return (descriptor & TypeMask) == CallGate;
    }
}
