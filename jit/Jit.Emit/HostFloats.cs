using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Emit;

/// <summary>
/// The host's own MXCSR, for compiled code that computes with the host's floating-point instructions: rounding, flushing and sticky flags then are exact
/// at no cost per instruction. .NET has no instruction for the register; the C library's functions on the floating-point environment reach it.
/// Exceptions are never unmasked in it.
/// </summary>
public static unsafe partial class HostFloats
{
    /// <summary>All exceptions masked, round to nearest, nothing flushed: what the runtime expects.</summary>
    private const uint Default = 0x1f80;
    private const uint StickyFlags = 0x3f;

    /// <summary>Rounding, FTZ and DAZ: what a guest's value contributes to the host's.</summary>
    private const uint Controls = 0xe040;

    private const ushort X87Default = 0x37f;

    /// <summary>True if compiled code may compute with host instructions.</summary>
    public static bool IsSupported { get; } = Probe();

    /// <summary>
    /// Puts the guest's rounding and flags in force before host floating-point instructions. What the host has found on its own account is dropped.
    /// </summary>
    public static void Enter(CpuState* state)
    {
        uint guest = state->Mxcsr;
        uint wanted = Default | (guest & Controls);
        uint host = Read();
        if ((host & ~StickyFlags) == wanted && (host & StickyFlags & ~guest) == 0)
            return;
        Write(wanted | (guest & StickyFlags));
    }

    /// <summary>Takes the flags found since <see cref="Enter"/> into the guest's MXCSR and gives the host its own rounding back.</summary>
    public static void Leave(CpuState* state)
    {
        uint host = Read();
        state->Mxcsr |= host & StickyFlags;
        if ((host & ~StickyFlags) != Default)
            Write(Default | (host & StickyFlags));
    }

    private static uint Read()
    {
        Mode mode;
        _ = GetMode(&mode);
        return mode.Mxcsr;
    }

    private static void Write(uint value)
    {
        // The x87 part is the host's default: nothing in this process uses it.
        Environment environment = new() { ControlWord = X87Default, TagWord = 0xffff, Mxcsr = value };
        _ = SetEnvironment(&environment);
    }

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || !Avx.IsSupported || !NativeLibrary.TryLoad(Library, out nint library))
            return false;
        if (!NativeLibrary.TryGetExport(library, "fegetmode", out _) || !NativeLibrary.TryGetExport(library, "fesetenv", out _))
            return false;
        // A libc with another layout would show here.
        uint before = Read();
        Write(Default | 0x6000 | 1);
        uint set = Read();
        Write(Default);
        return (before & ~StickyFlags) == Default && set == (Default | 0x6000 | 1) && Read() == Default;
    }

    private const string Library = "libm.so.6";

    [LibraryImport(Library, EntryPoint = "fegetmode")]
    [SuppressGCTransition]
    private static partial int GetMode(Mode* mode);

    [LibraryImport(Library, EntryPoint = "fesetenv")]
    [SuppressGCTransition]
    private static partial int SetEnvironment(Environment* environment);

    /// <summary>The C library's femode_t on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Mode
    {
        public ushort ControlWord;
        public ushort Unused;
        public uint Mxcsr;
    }

    /// <summary>The C library's fenv_t on x86-64: the x87 environment of FNSTENV, then MXCSR.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Environment
    {
        [FieldOffset(0)]
        public ushort ControlWord;

        [FieldOffset(8)]
        public ushort TagWord;

        [FieldOffset(28)]
        public uint Mxcsr;
    }
}
