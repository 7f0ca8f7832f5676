namespace Rebound.GuestImages.Building;

/// <summary>Offsets in the start_info page.</summary>
internal static class StartInfo
{
    public const int Magic = 0x00;
    public const int PageCount = 0x20;
    public const int SharedInfo = 0x28;
    public const int Flags = 0x30;
    public const int ConsoleFrame = 0x48;
    public const int ConsolePort = 0x50;
    public const int PageTableBase = 0x58;
    public const int FrameList = 0x68;
    public const int CommandLine = 0x80;

    /// <summary>SIF_INITDOMAIN: the domain that Xen itself built (dom0), which has no console ring.</summary>
    public const int InitialDomain = 2;
}

/// <summary>Offsets in the shared_info page; the vCPU's own part (vcpu_info 0) is at its start.</summary>
internal static class SharedInfo
{
    public const int UpcallPending = 0x00;
    public const int UpcallMask = 0x01;
    public const int PendingSelector = 0x08;
    public const int FaultAddress = 0x10;
    public const int EventPending = 0x800;
    public const int EventMask = 0xa00;
    public const int EventWords = 64;
}
