namespace Rebound.Engine.Abi;

/// <summary>Byte offsets in the shared_info page (public/xen.h, struct shared_info).</summary>
public static class SharedInfoLayout
{
    /// <summary>vCPUs that have a slot in the page.</summary>
    public const int LegacyVcpus = 32;

    public const int VcpuInfo = 0x000;
    public const int EventPending = 0x800;
    public const int EventMask = 0xa00;

    /// <summary>Words of each event bitmap.</summary>
    public const int EventWords = 64;

    public const int WallClockVersion = 0xc00;
    public const int WallClockSeconds = 0xc04;
    public const int WallClockNanoseconds = 0xc08;
    public const int WallClockSecondsHigh = 0xc0c;
    public const int MaxPfn = 0xc10;
    public const int FrameListList = 0xc18;
    public const int NmiReason = 0xc20;
    public const int P2mCr3 = 0xc28;
    public const int P2mVirtualAddress = 0xc30;
    public const int P2mGeneration = 0xc38;
}

/// <summary>Byte offsets in struct vcpu_info.</summary>
public static class VcpuInfoLayout
{
    public const int Size = 64;
    public const int UpcallPending = 0;
    public const int UpcallMask = 1;
    public const int PendingSelector = 8;
    public const int Cr2 = 16;
    public const int Time = 32;
}

/// <summary>Byte offsets in struct vcpu_time_info.</summary>
public static class VcpuTimeLayout
{
    public const int Size = 32;
    public const int Version = 0;
    public const int TscTimestamp = 8;
    public const int SystemTime = 16;
    public const int TscToSystemMultiplier = 24;
    public const int TscShift = 28;
    public const int Flags = 29;
}

/// <summary>Byte offsets in struct vcpu_runstate_info.</summary>
public static class RunstateLayout
{
    public const int Size = 48;
    public const int State = 0;
    public const int EntryTime = 8;
    public const int Times = 16;
}
