using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rebound.Engine.Disks;

/// <summary>Gives parts of a file back to the host's file system, where that exists (fallocate of Linux).</summary>
internal static partial class HostSpace
{
    private const int KeepSize = 1;
    private const int PunchHole = 2;
    private const int Interrupted = 4;

    /// <summary>True if holes can be punched into the file.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="length">Its length: a hole behind the end changes nothing and is refused only where there are none.</param>
    public static bool IsSupported(SafeFileHandle file, long length)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            return Allocate(file, KeepSize | PunchHole, length, 4096) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Makes a range read as zeros and takes no space for its whole blocks.</summary>
    /// <exception cref="IOException">The host refuses.</exception>
    public static void Punch(SafeFileHandle file, long offset, long length)
    {
        while (Allocate(file, KeepSize | PunchHole, offset, length) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fallocate64", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
