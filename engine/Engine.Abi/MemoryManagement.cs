namespace Rebound.Engine.Abi;

/// <summary>Low bits of an mmu_update request's pointer (MMU_*).</summary>
public enum MmuUpdateKind
{
    Normal = 0,
    MachineToPhysical = 1,
    PreserveAccessedDirty = 2,
    NoTranslate = 3,
}

/// <summary>Commands of mmuext_op (MMUEXT_*).</summary>
public enum MmuextCommand
{
    PinL1 = 0,
    PinL2 = 1,
    PinL3 = 2,
    PinL4 = 3,
    Unpin = 4,
    NewBasePointer = 5,
    TlbFlushLocal = 6,
    InvlpgLocal = 7,
    TlbFlushMulti = 8,
    InvlpgMulti = 9,
    TlbFlushAll = 10,
    InvlpgAll = 11,
    FlushCache = 12,
    SetLdt = 13,
    NewUserBasePointer = 15,
    ClearPage = 16,
    CopyPage = 17,
    FlushCacheGlobal = 18,
    MarkSuper = 19,
    UnmarkSuper = 20,
}

/// <summary>Commands of memory_op (XENMEM_*).</summary>
public enum MemoryCommand
{
    IncreaseReservation = 0,
    DecreaseReservation = 1,
    MaximumRamPage = 2,
    CurrentReservation = 3,
    MaximumReservation = 4,
    MachphysMfnList = 5,
    PopulatePhysmap = 6,
    AddToPhysmap = 7,
    MemoryMap = 9,
    MachineMemoryMap = 10,
    Exchange = 11,
    MachphysMapping = 12,
    MaximumGpfn = 14,
    RemoveFromPhysmap = 15,
    AddToPhysmapBatch = 23,
    ClaimPages = 24,
    VnumaInfo = 26,
}

/// <summary>Flags of update_va_mapping (UVMF_*).</summary>
public static class UpdateVaMappingFlags
{
    public const ulong FlushTypeMask = 3;
    public const ulong TlbFlush = 1;
    public const ulong Invlpg = 2;
    public const ulong All = 4;
}

/// <summary>Page-table bits that only software gives a meaning.</summary>
public static class GuestPageBits
{
    /// <summary>Set by Xen with the user bit in leaf entries of the guest kernel (_PAGE_GUEST_KERNEL).</summary>
    public const ulong GuestKernel = 1UL << 52;

    public const ulong WriteThrough = 1 << 3;
    public const ulong CacheDisable = 1 << 4;
    public const ulong Available = (7UL << 9) | (0x7ffUL << 52);
}
