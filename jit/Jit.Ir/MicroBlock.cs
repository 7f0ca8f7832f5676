using System.Runtime.InteropServices;

namespace Rebound.Jit.Ir;

/// <summary>Where one guest instruction lies in its block.</summary>
/// <param name="Offset">Bytes from the block's first instruction.</param>
/// <param name="Length">Bytes of the instruction.</param>
/// <param name="FirstOp">Index of its first micro-op (of the next one's, if it has none).</param>
public readonly record struct GuestInstruction(ushort Offset, byte Length, ushort FirstOp);

/// <summary>What besides its bytes decides how a block was lifted.</summary>
[Flags]
public enum BlockMode : byte
{
    None = 0,

    /// <summary>Lifted for CPL 0: privileged instructions execute.</summary>
    Supervisor = 1,

    /// <summary>SYSCALL and SYSRET as on bare metal.</summary>
    ArchitecturalSyscall = 2,

    /// <summary>CR0.TS is set: instructions on vector registers raise #NM.</summary>
    TaskSwitched = 4,

    /// <summary>CR4.OSXSAVE is set and XCR0 allows the SSE and AVX state: VEX-encoded vector instructions are there.</summary>
    Avx = 8,

    /// <summary>MXCSR has an exception unmasked: floating-point micro-ops may stop.</summary>
    FloatTraps = 16,

    /// <summary>TF is set or a breakpoint enabled: one instruction, which is interpreted.</summary>
    Stepping = 32,
}

/// <summary>
/// A straight line of guest instructions as micro-ops, with one terminal. Immutable once built; the micro-ops are pinned, so that executors
/// address them by pointer as long as the block is referenced.
/// </summary>
public sealed unsafe class MicroBlock
{
    private readonly MicroOp[] _ops;

    public MicroBlock(ulong rip, BlockMode mode, int byteLength, ReadOnlySpan<MicroOp> ops, GuestInstruction[] instructions, Terminal terminal)
    {
        Rip = rip;
        Mode = mode;
        ByteLength = byteLength;
        Instructions = instructions;
        Terminal = terminal;
        _ops = GC.AllocateUninitializedArray<MicroOp>(Math.Max(1, ops.Length), pinned: true);
        ops.CopyTo(_ops);
        OpCount = ops.Length;
    }

    /// <summary>Virtual address of the first instruction.</summary>
    public ulong Rip { get; }

    public BlockMode Mode { get; }

    /// <summary>Guest bytes covered, those of the terminal's instruction included.</summary>
    public int ByteLength { get; }

    public int OpCount { get; }

    /// <summary>The guest instructions in order; the terminal belongs to the last.</summary>
    public GuestInstruction[] Instructions { get; }

    public int InstructionCount => Instructions.Length;

    /// <summary>Instructions that retire when the block runs to its end: a <see cref="TerminalKind.Fault"/> terminal's own does not.</summary>
    public int RetiredCount => Terminal.Kind == TerminalKind.Fault ? Instructions.Length - 1 : Instructions.Length;

    public Terminal Terminal { get; }

    /// <summary>The micro-ops; valid while this object is referenced.</summary>
    public MicroOp* Ops => (MicroOp*)Marshal.UnsafeAddrOfPinnedArrayElement(_ops, 0);

    public ReadOnlySpan<MicroOp> OpSpan => _ops.AsSpan(0, OpCount);

    /// <summary>Index of the guest instruction that micro-op <paramref name="op"/> belongs to.</summary>
    public int InstructionAt(int op)
    {
        int low = 0;
        int high = Instructions.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (Instructions[middle].FirstOp <= op)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>Virtual address of instruction <paramref name="index"/>.</summary>
    public ulong RipOf(int index) => Rip + Instructions[index].Offset;
}
