namespace Rebound.Engine.Abi;

/// <summary>Byte offsets in the start_info page (public/xen.h, struct start_info).</summary>
public static class StartInfoLayout
{
    public const int Magic = 0x000;
    public const int MagicLength = 32;
    public const int PageCount = 0x020;

    /// <summary>A machine address.</summary>
    public const int SharedInfo = 0x028;
    public const int Flags = 0x030;
    public const int StoreFrame = 0x038;
    public const int StorePort = 0x040;
    public const int ConsoleFrame = 0x048;
    public const int ConsolePort = 0x050;
    public const int PageTableBase = 0x058;
    public const int PageTableFrames = 0x060;
    public const int FrameList = 0x068;
    public const int ModuleStart = 0x070;
    public const int ModuleLength = 0x078;
    public const int CommandLine = 0x080;
    public const int CommandLineLength = 1024;
    public const int FirstP2mPfn = 0x480;
    public const int P2mFrames = 0x488;

    /// <summary>SIF_MOD_START_PFN: <see cref="ModuleStart"/> is a pseudo-physical frame number.</summary>
    public const uint ModuleStartIsPfn = 8;
}
