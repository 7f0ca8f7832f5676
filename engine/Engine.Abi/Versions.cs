namespace Rebound.Engine.Abi;

/// <summary>Commands of xen_version (XENVER_*).</summary>
public enum XenVersionCommand
{
    Version = 0,
    ExtraVersion = 1,
    CompileInfo = 2,
    Capabilities = 3,
    ChangeSet = 4,
    PlatformParameters = 5,
    GetFeatures = 6,
    PageSize = 7,
    GuestHandle = 8,
    CommandLine = 9,
    BuildId = 10,
}

/// <summary>Bits of the feature submap (XENFEAT_*).</summary>
public static class XenFeature
{
    public const int PaePgdirAbove4Gb = 4;
    public const int MmuPtUpdatePreserveAd = 5;
    public const int HighmemAssist = 6;
    public const int GnttabMapAvailBits = 7;
    public const int MemoryOpVnodeSupported = 13;
    public const int DirectMapped = 17;
}

/// <summary>Types of vm_assist (VMASST_TYPE_*).</summary>
public enum VmAssistType
{
    FourGigabyteSegments = 0,
    FourGigabyteSegmentsNotify = 1,
    WritablePageTables = 2,
    PaeExtendedCr3 = 3,
    ArchitecturalIopl = 4,
    RunstateUpdateFlag = 5,
    M2pStrict = 32,
}

/// <summary>Commands of vm_assist.</summary>
public static class VmAssistCommand
{
    public const ulong Enable = 0;
    public const ulong Disable = 1;
}

/// <summary>Commands of physdev_op that a guest without devices meets (PHYSDEVOP_*).</summary>
public static class PhysdevCommand
{
    public const int Eoi = 12;
    public const int IrqStatusQuery = 5;
    public const int SetIopl = 6;
    public const int SetIobitmap = 7;
    public const int ApicRead = 8;
    public const int ApicWrite = 9;
    public const int AllocIrqVector = 10;
    public const int MapPirq = 13;
    public const int UnmapPirq = 14;
    public const int PirqEoiGmfnV1 = 17;
    public const int PirqEoiGmfnV2 = 28;
}

/// <summary>Commands of grant_table_op (GNTTABOP_*).</summary>
public enum GrantTableCommand
{
    MapGrantRef = 0,
    UnmapGrantRef = 1,
    SetupTable = 2,
    DumpTable = 3,
    Transfer = 4,
    Copy = 5,
    QuerySize = 6,
    UnmapAndReplace = 7,
    SetVersion = 8,
    GetStatusFrames = 9,
    GetVersion = 10,
    SwapGrantRef = 11,
    CacheFlush = 12,
}
