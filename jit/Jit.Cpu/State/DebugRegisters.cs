namespace Rebound.Jit.Cpu;

/// <summary>Bits of DR6 and DR7 (Intel SDM vol. 3, 18.2).</summary>
public static class DebugRegisters
{
    /// <summary>DR6 and DR7 after reset.</summary>
    public const ulong Dr6Reset = 0xffff_0ff0;
    public const ulong Dr7Reset = 0x400;

    /// <summary>DR6.BS: a single step.</summary>
    public const ulong SingleStep = 1 << 14;

    /// <summary>DR6.BD: an access to a debug register while DR7.GD was set.</summary>
    public const ulong AccessDetected = 1 << 13;

    /// <summary>DR6's bits for the four breakpoints.</summary>
    public const ulong Breakpoints = 15;

    /// <summary>DR7.GD.</summary>
    public const ulong GeneralDetect = 1 << 13;

    /// <summary>DR7's enable bits, local and global.</summary>
    public const ulong Enables = 0xff;

    /// <summary>Bits of DR6 and DR7 that read as one and as zero.</summary>
    public const ulong Dr6Zeros = 0x1000;
    public const ulong Dr7Zeros = 0xd800;
}
