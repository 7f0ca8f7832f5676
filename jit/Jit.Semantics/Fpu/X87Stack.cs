using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>The register stack of the x87, and what all of its instructions begin and end with.</summary>
internal static unsafe class X87Stack
{
    public const int C0 = 0x100;
    public const int C1 = 0x200;
    public const int C2 = 0x400;
    public const int C3 = 0x4000;

    private const int StackFault = 0x40;
    private const int ExceptionSummary = 0x80;
    private const int Busy = 0x8000;
    private const int TopMask = 0x3800;
    private const int TopShift = 11;
    private const int EmptyTag = 3;
    private const int DataSegment = 3;

    /// <summary>What every waiting instruction checks first. False: #NM, or #MF for an exception that an earlier instruction left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Begin(CpuState* state) => FpuState.CheckAvailable(state) && CheckPending(state);

    /// <summary>True if an unmasked exception waits for the next waiting instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPending(CpuState* state) => (state->Fsw & ExceptionSummary) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CheckPending(CpuState* state) => !IsPending(state) || RaisePending(state);

    private static bool RaisePending(CpuState* state)
    {
        state->RaiseException(ExceptionVector.FloatingPoint, 0, false);
        return false;
    }

    /// <summary>Remembers the instruction. To be called when it can no longer fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Remember(CpuState* state, MicroOp* op)
    {
        state->X87InstructionPointer = X87Instruction.Address(op->Imm);
        state->X87Opcode = (ushort)X87Instruction.Opcode(op->Imm);
        state->X87CodeSelector = state->Cs;
    }

    /// <summary>The same for an instruction with a memory operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Remember(CpuState* state, MicroOp* op, ulong address)
    {
        Remember(state, op);
        int segment = X87Instruction.Segment(op->Imm);
        state->X87DataPointer = address;
        if (segment == DataSegment)
            state->X87DataSelector = state->Ds;
        else
            RememberSegment(state, segment);
    }

    private static void RememberSegment(CpuState* state, int segment)
    {
        // The pointer is the offset in the segment, of which two have bases.
        state->X87DataPointer -= segment == 4 ? state->FsBase : segment == 5 ? state->GsBase : 0;
        state->X87DataSelector = segment switch
        {
            0 => state->Es,
            1 => state->Cs,
            2 => state->Ss,
            4 => state->Fs,
            _ => state->Gs,
        };
    }

    /// <summary>i of the instruction's ST(i).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index(MicroOp* op) => X87Instruction.Opcode(op->Imm) & 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsEmpty(CpuState* state, int index) => IsEmptyAt(state, Physical(state, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float80 Read(CpuState* state, int index) => ReadAt(state, Physical(state, index));

    /// <summary>Writes ST(<paramref name="index"/>), which is then not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(CpuState* state, int index, Float80 value) => WriteAt(state, Physical(state, index), value);

    public static void Free(CpuState* state, int index) => FreeAt(state, Physical(state, index));

    /// <summary>TOP in a status word: the number of the register that is ST(0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Top(int status) => status >> TopShift & 7;

    /// <summary>A status word with another TOP, of which the low three bits count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WithTop(int status, int top) => (status & ~TopMask) | ((top << TopShift) & TopMask);

    /// <summary>True if the register of that number is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsEmptyAt(CpuState* state, int number) => (state->Ftw >> (2 * number) & 3) == EmptyTag;

    /// <summary>Reads the register of that number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float80 ReadAt(CpuState* state, int number)
    {
        ulong* register = state->X87 + (2 * number);
        return new Float80((ushort)register[1], register[0]);
    }

    /// <summary>Writes the register of that number, which is then not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteAt(CpuState* state, int number, Float80 value)
    {
        ulong* register = state->X87 + (2 * number);
        register[0] = value.Significand;
        register[1] = value.SignExponent;
        // "Valid": the image instructions look at the contents for the finer tags.
        state->Ftw &= (ushort)~(3 << (2 * number));
    }

    /// <summary>Makes the register of that number empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FreeAt(CpuState* state, int number) => state->Ftw |= (ushort)(EmptyTag << (2 * number));

    /// <summary>Moves TOP by one up (1) or down (-1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rotate(CpuState* state, int by) =>
        state->Fsw = (ushort)((state->Fsw & ~TopMask) | ((state->Fsw + (by << TopShift)) & TopMask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pop(CpuState* state)
    {
        int status = state->Fsw;
        int top = Top(status);
        FreeAt(state, top);
        state->Fsw = (ushort)WithTop(status, top + 1);
    }

    /// <summary>Pushes a value. A register in the way is a stack fault, which pushes the indefinite or, unmasked, nothing.</summary>
    public static void Push(CpuState* state, Float80 value)
    {
        if (!IsEmpty(state, 7))
        {
            if (!Fault(state, overflow: true))
                return;
            value = Float80.Indefinite;
        }

        int status = state->Fsw;
        int top = Top(status) + 7;
        state->Fsw = (ushort)WithTop(status, top);
        WriteAt(state, top & 7, value);
    }

    /// <summary>Reports stack overflow or underflow. True: it is masked, and the instruction goes on with the indefinite.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Fault(CpuState* state, bool overflow)
    {
        state->Fsw = (ushort)((state->Fsw & ~C1) | StackFault | (int)FloatExceptions.Invalid | (overflow ? C1 : 0));
        Summarize(state);
        return (state->Fcw & (int)FloatExceptions.Invalid) != 0;
    }

    /// <summary>Enters what an operation found into the status word, C1 included. True: its result counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Complete(CpuState* state, in X87Status status)
    {
        state->Fsw = (ushort)((state->Fsw & ~C1) | (int)status.Raised | (status.RoundedUp ? C1 : 0));
        if ((status.Raised & ~status.Masked) == 0)
            return true;
        Summarize(state);
        return status.HasResult;
    }

    /// <summary>Sets or clears the summary of unmasked exceptions (and its copy, busy) after either word has changed.</summary>
    public static void Summarize(CpuState* state)
    {
        bool pending = (state->Fsw & ~state->Fcw & (int)FloatExceptions.All) != 0;
        state->Fsw = (ushort)((state->Fsw & ~(ExceptionSummary | Busy)) | (pending ? ExceptionSummary | Busy : 0));
    }

    /// <summary>Replaces condition codes.</summary>
    public static void SetConditions(CpuState* state, int mask, int codes) => state->Fsw = (ushort)((state->Fsw & ~mask) | codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Physical(CpuState* state, int index) => ((state->Fsw >> TopShift) + index) & 7;
}
