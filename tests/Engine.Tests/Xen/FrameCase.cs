namespace Rebound.Engine.Tests.Xen;

/// <summary>What user or kernel code did to enter the guest kernel.</summary>
internal enum Trigger
{
    Syscall,
    InvalidOpcode,
    GeneralProtection,
    DivideError,
    DeviceNotAvailable,
    Int3,
    Int20,
    Int21,
    Int22,
    Int80,
    ReadAbsent,
    WriteAbsent,
    WriteReadOnly,
    FetchAbsent,
    EventAtReturn,
    NothingAfterReturn,
}

/// <summary>One entry recorded on real Xen 4.17.7: what was done, and every word that was found. Values are those of the record.</summary>
internal sealed record FrameCase(string Id, Trigger Trigger)
{
    /// <summary>Words given to the iret hypercall; null if kernel code is interrupted.</summary>
    public ulong? IretRflags { get; init; } = 0x202;

    public ulong IretFlags { get; init; }

    public ulong IretRip { get; init; } = 0x400000;

    public ulong IretCs { get; init; } = 0xe033;

    public ulong IretSs { get; init; } = 0xe02b;

    /// <summary>The RIP that the processor reports with the exit.</summary>
    public ulong ExitRip { get; init; } = 0x4000c4;

    /// <summary>Offset of the kernel stack from <see cref="TestGuest.StackTop"/>.</summary>
    public long StackOffset { get; init; }

    /// <summary>The callback or gate masks events.</summary>
    public bool Masks { get; init; }

    public bool NoSyscallCallback { get; init; }

    /// <summary>VMASST architectural_iopl is on.</summary>
    public bool VirtualIopl { get; init; }

    /// <summary>Expected words from the handler's stack pointer upwards.</summary>
    public required ulong[] Frame { get; init; }

    /// <summary>Expected r11 and rflags of the handler.</summary>
    public required (ulong R11, ulong Rflags) Live { get; init; }

    /// <summary>Expected upcall mask in the handler.</summary>
    public byte Mask { get; init; }

    /// <summary>Expected user rcx, r11 and rflags before the trigger.</summary>
    public (ulong Rcx, ulong R11, ulong Rflags)? User { get; init; }

    public override string ToString() => Id;
}
