namespace Rebound.GuestImages.Unix;

/// <summary>What a kernel's system call entry does with the words of Xen's frame.</summary>
internal enum EntryPath
{
    /// <summary>Pops the rcx and r11 words and goes on as on bare metal: rcx is the return address, r11 the user's flags.</summary>
    PopAsOnMetal,

    /// <summary>Pops them, and then takes rcx and r11 from the rip and rflags words instead.</summary>
    ReloadFromFrame,

    /// <summary>Keeps rip and rflags where the frame has them; the rcx and r11 words are only the user's rcx and r11.</summary>
    KeepFrame,
}
