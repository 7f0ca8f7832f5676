using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>GRUB 2.06 as a PV kernel, from Debian's package grub-xen-host: a kernel nobody here wrote.</summary>
internal static class CliGrub
{
    private const string Installed = "/usr/lib/grub-xen/grub-x86_64-xen.bin";

    /// <summary>The kernel file; without it the test is skipped, with the reason.</summary>
    public static string RequirePath()
    {
        if (!File.Exists(Installed)) Assert.Ignore($"{Installed} is not here; Debian's package grub-xen-host has it");
        return Installed;
    }
}
