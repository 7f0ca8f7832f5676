namespace Rebound.Engine.Abi;

/// <summary>Commands of sched_op (public/sched.h, SCHEDOP_*).</summary>
public enum SchedCommand
{
    Yield = 0,
    Block = 1,
    Shutdown = 2,
    Poll = 3,
    RemoteShutdown = 4,
    ShutdownCode = 5,
    Watchdog = 6,
    PinOverride = 7,
}

/// <summary>Why a domain stops (SHUTDOWN_*).</summary>
public enum ShutdownReason
{
    PowerOff = 0,
    Reboot = 1,
    Suspend = 2,
    Crash = 3,
    Watchdog = 4,
    SoftReset = 5,
}

/// <summary>Commands of vcpu_op (public/vcpu.h, VCPUOP_*).</summary>
public enum VcpuCommand
{
    Initialise = 0,
    Up = 1,
    Down = 2,
    IsUp = 3,
    GetRunstate = 4,
    RegisterRunstate = 5,
    SetPeriodicTimer = 6,
    StopPeriodicTimer = 7,
    SetSingleshotTimer = 8,
    StopSingleshotTimer = 9,
    RegisterVcpuInfo = 10,
    SendNmi = 11,
    GetPhysicalId = 12,
    RegisterTimeArea = 13,
}
