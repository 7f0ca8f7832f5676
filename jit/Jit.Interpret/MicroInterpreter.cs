using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Interpret;

/// <summary>
/// The cold tier: executes the micro-ops of a block one after the other, on the registers in the state. Complete by construction: what the
/// switch does not name goes through the table of methods, by shape. Stateless.
/// </summary>
public sealed unsafe partial class MicroInterpreter
{
    /// <exception cref="InvalidOperationException">A micro-op has no method that states its meaning: the build is not whole.</exception>
    public MicroInterpreter()
    {
        if (MicroOpMethods.Problems.Count != 0)
            throw new InvalidOperationException(string.Join("; ", MicroOpMethods.Problems));
    }

    /// <summary>
    /// Executes one block from its first instruction. <see cref="CpuState.Exit"/> must be None on entry, and the budget is charged with
    /// <see cref="MicroBlock.RetiredCount"/>: whoever calls sees to it that it suffices.
    /// </summary>
    public BlockResult Execute(CpuContext context, MicroBlock block)
    {
        CpuState* state = context.State;
        int retired = block.RetiredCount;
        state->Budget -= retired;
        MicroOp* first = block.Ops;
        MicroOp* stopped = Run(context, state, first, first + block.OpCount);
        if (stopped != null)
            return LeaveEarly(context, block, (int)(stopped - first));
        context.Statistics.InstructionsInterpreted += retired;
        return Finish(state, block);
    }

    /// <summary>Applies the terminal.</summary>
    private static BlockResult Finish(CpuState* state, MicroBlock block)
    {
        Terminal terminal = block.Terminal;
        bool taken;
        switch (terminal.Kind)
        {
            case TerminalKind.Jump:
                state->Rip = terminal.Target;
                return BlockResult.Target;
            case TerminalKind.Branch:
                taken = LazyFlags.Evaluate(state->FlagOp, state->FlagA, state->FlagB, state->FlagC, terminal.Condition);
                break;
            case TerminalKind.BranchNonZero:
                taken = state->Gpr[terminal.Register] != 0;
                break;
            case TerminalKind.Indirect:
                state->Rip = state->Gpr[terminal.Register];
                return BlockResult.Elsewhere;
            case TerminalKind.Dispatch:
                if (terminal.Next != 0)
                    state->Rip = terminal.Next;
                return BlockResult.Dispatch;
            default:
                state->Exit = terminal.Exit;
                state->ExitVector = terminal.Vector;
                state->ExitErrorCode = terminal.ErrorCode;
                state->ExitHasErrorCode = terminal.HasErrorCode;
                state->Rip = terminal.Next;
                return BlockResult.Exit;
        }

        state->Rip = taken ? terminal.Target : terminal.Next;
        return taken ? BlockResult.Target : BlockResult.Next;
    }

    /// <summary>A micro-op stopped: its instruction and those behind it have not retired.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BlockResult LeaveEarly(CpuContext context, MicroBlock block, int op)
    {
        int instruction = block.InstructionAt(op);
        context.State->Budget += block.RetiredCount - instruction;
        context.State->Rip = block.RipOf(instruction);
        context.Statistics.InstructionsInterpreted += instruction;
        return BlockResult.Exit;
    }

    /// <summary>
    /// The loop. Value operations leave the switch with their result, everything else continues it. Few locals and no vectors live here: RyuJIT
    /// stops inlining in a method of 512 locals, and the semantics must be inlined.
    /// </summary>
    /// <returns>The micro-op that stopped, or null.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static MicroOp* Run(CpuContext context, CpuState* state, MicroOp* op, MicroOp* end)
    {
        ulong* r = state->Gpr;
        for (; op < end; op++)
        {
            int size = op->Size;
            // All ones in the low size bytes; the shift count is taken modulo 64.
            ulong mask = ulong.MaxValue >> -(size << 3);
            ulong a = op->A < Operand.Immediate ? r[op->A] : (ulong)op->Imm;
            ulong b = op->B < Operand.Immediate ? r[op->B] : (ulong)op->Imm;
            ulong value;
            switch (op->Code)
            {
                case MicroOpCode.Move:
                    value = Alu.Move(a, size);
                    break;
                case MicroOpCode.Not:
                    value = Alu.Not(a & mask, size);
                    break;
                case MicroOpCode.Negate:
                    value = Alu.Negate(a & mask, size);
                    break;
                case MicroOpCode.ExtractHigh:
                    value = Alu.ExtractHigh(a & mask, size);
                    break;
                case MicroOpCode.ByteSwap:
                    value = BitOps.ByteSwap(a & mask, size);
                    break;
                case MicroOpCode.Add:
                    value = Alu.Add(a & mask, b & mask, size);
                    break;
                case MicroOpCode.Sub:
                    value = Alu.Sub(a & mask, b & mask, size);
                    break;
                case MicroOpCode.And:
                    value = Alu.And(a & mask, b & mask, size);
                    break;
                case MicroOpCode.Or:
                    value = Alu.Or(a & mask, b & mask, size);
                    break;
                case MicroOpCode.Xor:
                    value = Alu.Xor(a & mask, b & mask, size);
                    break;
                case MicroOpCode.AndNot:
                    value = Alu.AndNot(a & mask, b & mask, size);
                    break;
                case MicroOpCode.Equal:
                    value = Alu.Equal(a & mask, b & mask, size);
                    break;
                case MicroOpCode.ShiftLeft:
                    value = Shifts.ShiftLeft(a & mask, b & mask, size);
                    break;
                case MicroOpCode.ShiftRight:
                    value = Shifts.ShiftRight(a & mask, b & mask, size);
                    break;
                case MicroOpCode.ShiftArithmetic:
                    value = Shifts.ShiftArithmetic(a & mask, b & mask, size);
                    break;
                case MicroOpCode.RotateLeft:
                    value = Rotates.RotateLeft(a & mask, b & mask, size);
                    break;
                case MicroOpCode.RotateRight:
                    value = Rotates.RotateRight(a & mask, b & mask, size);
                    break;
                case MicroOpCode.MultiplyLow:
                    value = Multiply.Low(a & mask, b & mask, size);
                    break;
                case MicroOpCode.BitTest:
                    value = BitOps.BitTest(a & mask, b & mask, size);
                    break;
                case MicroOpCode.BitSet:
                    value = BitOps.BitSet(a & mask, b & mask, size);
                    break;
                case MicroOpCode.BitReset:
                    value = BitOps.BitReset(a & mask, b & mask, size);
                    break;
                case MicroOpCode.AddCarry:
                    value = Alu.AddCarry(a & mask, b & mask, Value(r, op, op->C) & mask, size);
                    break;
                case MicroOpCode.SubBorrow:
                    value = Alu.SubBorrow(a & mask, b & mask, Value(r, op, op->C) & mask, size);
                    break;
                case MicroOpCode.Select:
                    value = Alu.Select(a & mask, b & mask, Value(r, op, op->C) & mask, size);
                    break;
                case MicroOpCode.SignExtend:
                    value = Alu.SignExtend(a & mask, size);
                    mask = ulong.MaxValue >> -(op->Aux << 3);
                    break;
                case MicroOpCode.InsertLow:
                    r[op->Dst] = Alu.InsertLow(a, b, size);
                    continue;
                case MicroOpCode.InsertHigh:
                    r[op->Dst] = Alu.InsertHigh(a, b, size);
                    continue;

                case MicroOpCode.SetFlagsIfCount:
                    if ((b & mask) == 0)
                        continue;
                    goto case MicroOpCode.SetFlags;
                case MicroOpCode.SetFlags:
                    state->FlagOp = LazyFlags.Operation((FlagKind)op->Aux, size);
                    state->FlagA = op->A == Operand.None ? 0 : a & mask;
                    state->FlagB = op->B == Operand.None ? 0 : b & mask;
                    state->FlagC = op->C == Operand.None ? 0 : Value(r, op, op->C) & mask;
                    continue;
                case MicroOpCode.ReadFlags:
                    r[op->Dst] = LazyFlags.Materialize(state->FlagOp, state->FlagA, state->FlagB, state->FlagC);
                    continue;
                case MicroOpCode.Condition:
                    value = LazyFlags.Evaluate(state->FlagOp, state->FlagA, state->FlagB, state->FlagC, (Condition)op->Aux) ? 1UL : 0;
                    r[op->Dst] = value;
                    continue;

                case MicroOpCode.Load:
                    {
                        ulong address = EffectiveAddress(state, op, a, b);
                        bool write = (op->Aux & MemoryAux.WriteIntent) != 0;
                        TlbEntry* entry = state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
                        ulong page = (address + (uint)size - 1) & ~GuestMemory.FrameMask;
                        if ((write ? entry->WriteTag : entry->ReadTag) == page)
                        {
                            r[op->Dst] = CpuContext.ReadHost((byte*)((nint)address + entry->Addend), size);
                            continue;
                        }

                        value = context.LoadSlow(address, size, write ? AccessKind.Write : AccessKind.Read);
                        if (state->Exit != ExitReason.None)
                            return op;
                        r[op->Dst] = value;
                        continue;
                    }

                case MicroOpCode.Store:
                    {
                        ulong address = EffectiveAddress(state, op, a, b);
                        TlbEntry* entry = state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
                        ulong page = (address + (uint)size - 1) & ~GuestMemory.FrameMask;
                        if (entry->WriteTag == page)
                            CpuContext.WriteHost((byte*)((nint)address + entry->Addend), r[op->C], size);
                        else if (!context.StoreSlow(address, r[op->C] & mask, size))
                            return op;
                        continue;
                    }

                case MicroOpCode.LoadAddress:
                    value = op->A < Operand.Immediate ? a : 0;
                    if (op->B < Operand.Immediate)
                        value += b << (op->Aux & MemoryAux.ScaleMask);
                    value += (ulong)op->Imm;
                    if ((op->Aux & MemoryAux.Address32) != 0)
                        value = (uint)value;
                    break;

                case MicroOpCode.CheckTarget:
                    if (!BranchTargets.Check(context, state, op))
                        return op;
                    continue;
                case MicroOpCode.VectorLoad:
                    if (!LoadVector(context, state, op))
                        return op;
                    continue;
                case MicroOpCode.VectorStore:
                    if (!StoreVector(context, state, op))
                        return op;
                    continue;
                default:
                    if (!RunByShape(context, state, op))
                        return op;
                    continue;
            }

            r[op->Dst] = value & mask;
        }

        return null;
    }

    /// <summary>The address of a memory micro-op; <paramref name="a"/> and <paramref name="b"/> are its registers as fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EffectiveAddress(CpuState* state, MicroOp* op, ulong a, ulong b)
    {
        ulong address = (ulong)op->Imm;
        if (op->A < Operand.Immediate)
            address += a;
        if (op->B < Operand.Immediate)
            address += b << (op->Aux & MemoryAux.ScaleMask);
        if ((op->Aux & (MemoryAux.Fs | MemoryAux.Gs | MemoryAux.Address32)) != 0)
        {
            if ((op->Aux & MemoryAux.Address32) != 0)
                address = (uint)address;
            if ((op->Aux & MemoryAux.Fs) != 0)
                address += state->FsBase;
            if ((op->Aux & MemoryAux.Gs) != 0)
                address += state->GsBase;
        }

        return address;
    }
}
