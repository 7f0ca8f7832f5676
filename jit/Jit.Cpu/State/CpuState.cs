using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// The architectural state of one processor and the few words that executors share with it. It lives in native memory
/// (<see cref="CpuContext"/>), so that compiled code addresses it by constant offsets (<see cref="CpuStateLayout"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CpuState
{
    public const int TemporaryCount = 32;
    public const int VectorCount = 16;
    public const int VectorTemporaryCount = 8;

    /// <summary>Bytes from one vector register to the next (the 256 bits of a YMM).</summary>
    public const int VectorStride = 32;

    public const int TrailLength = 16;

    /// <summary>rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8..r15 (numbered as in ModRM), followed without gap by the temporaries of micro-ops.</summary>
    public fixed ulong Gpr[16];

    /// <summary>Registers 16.. of micro-ops. Dead between guest instructions.</summary>
    public fixed ulong Temporaries[TemporaryCount];

    /// <summary>XMM/YMM 0..15, then vector temporaries, <see cref="VectorStride"/> bytes each.</summary>
    public fixed ulong Vectors[(VectorCount + VectorTemporaryCount) * VectorStride / 8];

    /// <summary>x87 registers in physical order, 16 bytes each, 10 used.</summary>
    public fixed ulong X87[16];

    public ulong Rip;

    /// <summary>Operand words of the last flag-setting operation; see <see cref="LazyFlags"/>.</summary>
    public ulong FlagA;
    public ulong FlagB;
    public ulong FlagC;

    /// <summary>RFLAGS without the six arithmetic flags; bit 1 is always set.</summary>
    public ulong SystemFlags;

    public ulong FsBase;
    public ulong GsBase;

    /// <summary>IA32_KERNEL_GS_BASE: what SWAPGS exchanges with <see cref="GsBase"/>.</summary>
    public ulong KernelGsBase;

    public ulong Cr0;
    public ulong Cr2;
    public ulong Cr4;

    /// <summary>The task priority, bits 3..0.</summary>
    public ulong Cr8;

    /// <summary>XCR0: which state components XSAVE manages and may be used (bit 0 x87, 1 SSE, 2 AVX).</summary>
    public ulong Xcr0;

    /// <summary>IA32_TSC_AUX: what RDTSCP and RDPID read.</summary>
    public ulong TscAux;

    /// <summary>DR0..DR7 (4 and 5 unused).</summary>
    public fixed ulong Debug[8];

    /// <summary>GDTR, IDTR, LDTR and TR as their store instructions show them. Descriptors themselves are the environment's.</summary>
    public ulong GdtBase;
    public ulong IdtBase;
    public ushort GdtLimit;
    public ushort IdtLimit;
    public ushort Ldtr;
    public ushort Tr;

    /// <summary>IA32_EFER, STAR, LSTAR, CSTAR and FMASK: used by SYSCALL and SYSRET when <see cref="ArchitecturalSyscall"/> is set.</summary>
    public ulong Efer;
    public ulong Star;
    public ulong Lstar;
    public ulong Cstar;
    public ulong Fmask;

    /// <summary>Instructions that may still retire before the run ends.</summary>
    public long Budget;

    /// <summary>Entries of the TLB view in force: <see cref="SoftTlb.EntryCount"/> of them.</summary>
    public TlbEntry* Tlb;

    /// <summary>Entries of the jump cache in force: <see cref="JumpCacheEntry.Count"/> of them.</summary>
    public JumpCacheEntry* JumpCache;

    /// <summary>Faulting address of a #PF (what CR2 will receive).</summary>
    public ulong FaultAddress;

    /// <summary>Start addresses of recently entered blocks, a ring; <see cref="TrailIndex"/> counts entries made.</summary>
    public fixed ulong Trail[TrailLength];
    public uint TrailIndex;

    /// <summary>Which access of a compiled region is on its slow path: kept here, not in a register, across the call.</summary>
    public uint SlowSite;

    /// <summary>See <see cref="LazyFlags.Operation"/>.</summary>
    public int FlagOp;

    /// <summary>Why execution stopped; <see cref="Cpu.ExitReason.None"/> while it goes on.</summary>
    public ExitReason Exit;

    /// <summary>Exception or interrupt vector of an exit.</summary>
    public byte ExitVector;

    /// <summary>True if the exception of an exit pushes an error code.</summary>
    public bool ExitHasErrorCode;

    /// <summary>Current privilege level, 0 or 3.</summary>
    public byte Cpl;

    /// <summary>True: SYSCALL and SYSRET behave as on bare metal. False: SYSCALL leaves with <see cref="ExitReason.Syscall"/>.</summary>
    public bool ArchitecturalSyscall;

    public uint ExitErrorCode;

    public ushort Es;
    public ushort Cs;
    public ushort Ss;
    public ushort Ds;
    public ushort Fs;
    public ushort Gs;

    /// <summary>x87 control word, status word (TOP in bits 11..13) and full tag word.</summary>
    public ushort Fcw;
    public ushort Fsw;
    public ushort Ftw;
    public uint Mxcsr;

    /// <summary>The last x87 instruction but control instructions: its address and segment, opcode (11 bits), and its memory operand's offset and segment.</summary>
    public ulong X87InstructionPointer;
    public ulong X87DataPointer;
    public ushort X87Opcode;
    public ushort X87CodeSelector;
    public ushort X87DataSelector;

    /// <summary>RFLAGS in full: reading materialises the lazy flags, writing makes them raw. Undefined bits are dropped.</summary>
    public ulong Flags
    {
        readonly get => SystemFlags | LazyFlags.Materialize(FlagOp, FlagA, FlagB, FlagC);
        set
        {
            SystemFlags = (value & Rflags.System) | Rflags.Fixed;
            FlagOp = LazyFlags.Operation(FlagKind.Raw, 8);
            FlagA = value & Rflags.Arithmetic;
            FlagB = 0;
            FlagC = 0;
        }
    }

    /// <summary>The arithmetic flags alone.</summary>
    public ulong ArithmeticFlags
    {
        readonly get => LazyFlags.Materialize(FlagOp, FlagA, FlagB, FlagC);
        set
        {
            FlagOp = LazyFlags.Operation(FlagKind.Raw, 8);
            FlagA = value & Rflags.Arithmetic;
            FlagB = 0;
            FlagC = 0;
        }
    }

    /// <summary>Stops execution with an exception at the current instruction.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void RaiseException(byte vector, uint errorCode, bool hasErrorCode, ulong address = 0)
    {
        Exit = ExitReason.Exception;
        ExitVector = vector;
        ExitErrorCode = errorCode;
        ExitHasErrorCode = hasErrorCode;
        FaultAddress = address;
    }

    /// <summary>#GP with an error code (0 unless a selector or vector is to blame).</summary>
    public void RaiseGeneralProtection(uint errorCode = 0) => RaiseException(ExceptionVector.GeneralProtection, errorCode, true);
}
