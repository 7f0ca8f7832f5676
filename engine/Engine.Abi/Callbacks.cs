namespace Rebound.Engine.Abi;

/// <summary>Kinds of callback (public/callback.h, CALLBACKTYPE_*).</summary>
public enum CallbackType
{
    Event = 0,
    Failsafe = 1,
    Syscall = 2,
    SysenterDeprecated = 3,
    Nmi = 4,
    Sysenter = 5,
    Syscall32 = 7,
}

/// <summary>Commands and flags of callback_op, and its argument's layout.</summary>
public static class CallbackOp
{
    public const int Register = 0;
    public const int Unregister = 1;

    /// <summary>CALLBACKF_mask_events: the upcall mask is set while the callback is entered.</summary>
    public const ushort MaskEvents = 1;

    public const int TypeOffset = 0;
    public const int FlagsOffset = 2;
    public const int AddressOffset = 8;
    public const int RegisterSize = 16;
    public const int UnregisterSize = 4;
}

/// <summary>Layout of one entry of set_trap_table (struct trap_info).</summary>
public static class TrapInfoLayout
{
    public const int Size = 16;
    public const int Vector = 0;
    public const int Flags = 1;
    public const int Cs = 2;
    public const int Address = 8;

    /// <summary>Flag bits 0 and 1: the ring that may use the gate by INT n.</summary>
    public const byte DplMask = 3;

    /// <summary>Flag bit: the upcall mask is set on entry.</summary>
    public const byte MaskEvents = 4;
}
