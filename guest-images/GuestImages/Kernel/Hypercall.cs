namespace Rebound.GuestImages.Building;

/// <summary>Hypercall numbers of the 64-bit PV ABI that the guests use; all of them exist since Xen 3.0.3.</summary>
internal enum Hypercall
{
    SetTrapTable = 0,
    MmuUpdate = 1,
    SetGdt = 2,
    StackSwitch = 3,
    SetCallbacks = 4,
    SetDebugRegister = 8,
    GetDebugRegister = 9,
    UpdateDescriptor = 10,
    MemoryOp = 12,
    Multicall = 13,
    UpdateVaMapping = 14,
    SetTimerOp = 15,
    XenVersion = 17,
    ConsoleIo = 18,
    GrantTableOp = 20,
    VmAssist = 21,
    Iret = 23,
    VcpuOp = 24,
    SetSegmentBase = 25,
    MmuextOp = 26,
    SchedOp = 29,
    CallbackOp = 30,
    EventChannelOp = 32,
    PhysdevOp = 33,
}

/// <summary>Why a domain asks to be shut down (SCHEDOP_shutdown).</summary>
internal enum ShutdownReason
{
    PowerOff = 0,
    Crash = 3,
}
