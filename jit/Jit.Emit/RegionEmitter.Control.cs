using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Emit;

/// <content>Helpers, block ends and the ways out of a region.</content>
internal sealed unsafe partial class RegionEmitter
{
    /// <summary>Offsets in <see cref="LinkSlot"/>.</summary>
    private const int LinkCodeOffset = 0;
    private const int LinkEntryOffset = 8;

    /// <summary>Offset of <see cref="JumpCacheEntry.Code"/>, which <see cref="JumpCacheEntry.Entry"/> follows.</summary>
    private const int JumpCacheCodeOffset = 8;

    /// <summary>A place where an instruction may stop: its entry in the table, and where the flags are then.</summary>
    private readonly record struct FaultSite(int Index, FlagState Flags);

    private FaultSite AddFaultPoint()
    {
        int index = _faultsUsed++;
        _tables.Faults[index] = new FaultPoint
        {
            Rip = _block.RipOf(_instruction),
            Refund = _block.RetiredCount - _instruction,
            FlagOp = _flags.IsKnown ? _flags.Operation : -1,
        };
        return new FaultSite(index, _flags);
    }

    private void FaultIfFalse(FaultSite site)
    {
        Label fine = _il.Label("fine");
        _il.Branch(OpCodes.Brtrue, fine);
        GoToFault(site);
        _il.Mark(fine);
    }

    private void GoToFault(FaultSite site)
    {
        SettleFlagWords(site.Flags);
        _il.Int64((long)(_tables.Faults + site.Index));
        _il.Op(OpCodes.Conv_I);
        _il.Store(_fault);
        _il.Branch(OpCodes.Br, _faultExit);
    }

    /// <summary>A call on the state in memory: what the helper reads goes there first, what it may have written comes back, fault or not.</summary>
    private void EmitHelper(int index, in MicroOp op, MicroOpRow row)
    {
        ulong reads = MicroOpOperands.ValueReads(op);
        for (int i = 0; i < 48; i++)
        {
            if ((reads >> i & 1) != 0)
                SpillRegister(i);
        }

        if (row.HelperReadsFlags)
        {
            SettleFlags(_flags);
            SpillFlags();
        }

        // All that was changed, not only what it reads, if it takes vectors that its operands do not name.
        ForEachRegister(row.AllVectors ? _analysis.ModifiedVectors : MicroOpOperands.VectorReads(op) | MicroOpOperands.VectorWrites(op), SpillVector);
        LeaveFloats();
        SpillBudget();
        _il.Argument(0);
        _il.Argument(1);
        _il.Int64((long)(_block.Ops + index));
        _il.Op(OpCodes.Conv_I);
        _il.Call(MicroOpMethods.Method(op.Code));
        EnterFloats();
        ForEachRegister(row.AllVectors ? _analysis.UsedVectors : MicroOpOperands.VectorWrites(op), ReloadVector);
        ulong writes = MicroOpOperands.ValueWrites(op);
        for (int i = 0; i < 48; i++)
        {
            if ((writes >> i & 1) != 0)
                ReloadRegister(i);
        }

        if (row.HelperWritesFlags)
        {
            ReloadFlags();
            _flags = FlagState.Unknown;
        }
        else
        {
            // The registers above have their new values; words taken from them were copied before.
            _flags = _flags.After(op, live: true);
        }

        if (row.MayExit)
            FaultIfFalse(AddFaultPoint());
        else
            _il.Op(OpCodes.Pop);
    }

    /// <summary>A branch's target is canonical if its upper 17 bits are equal; else #GP(0), off the hot path.</summary>
    private void EmitCheckTarget(in MicroOp op)
    {
        FaultSite site = AddFaultPoint();
        Label beyond = _il.Label("beyond");
        LocalBuilder target = Register(op.A);
        _il.Load(target);
        _il.Int32(16);
        _il.Op(OpCodes.Shl);
        _il.Int32(16);
        _il.Op(OpCodes.Shr);
        _il.Load(target);
        _il.Branch(OpCodes.Bne_Un, beyond);
        _cold.Add(() =>
        {
            _il.Mark(beyond);
            StoreExit(Terminal.Fault(ExceptionVector.GeneralProtection, 0, 0));
            GoToFault(site);
        });
    }

    private void EmitTerminal()
    {
        Terminal terminal = _block.Terminal;
        _instruction = _block.Instructions.Length - 1;
        switch (terminal.Kind)
        {
            case TerminalKind.Jump:
                GoTo(terminal.Target);
                break;
            case TerminalKind.Branch when _flags.IsKnown && _flags.A.Kind == FlagSourceKind.Comparison:
                BranchOnComparison(terminal);
                break;
            case TerminalKind.Branch:
                SettleForSuccessors();
                PushCondition(terminal.Condition);
                BranchTo(terminal);
                break;
            case TerminalKind.BranchNonZero:
                SettleForSuccessors();
                _il.Load(Register(terminal.Register));
                BranchTo(terminal);
                break;
            case TerminalKind.Indirect:
                SettleFlags(_flags);
                _il.Load(Register(terminal.Register));
                _il.Store(_rip);
                _il.Branch(OpCodes.Br, _jumpExit);
                break;
            case TerminalKind.Dispatch:
                SettleFlags(_flags);
                if (terminal.Next == 0)
                {
                    LoadField(CpuStateLayout.Rip, OpCodes.Ldind_I8);
                    _il.Store(_rip);
                }
                else
                {
                    SetRip(terminal.Next);
                }

                _il.Branch(OpCodes.Br, _leaveExit);
                break;
            default:
                SettleFlags(_flags);
                SetRip(terminal.Next);
                StoreExit(terminal);
                _il.Branch(OpCodes.Br, _leaveExit);
                break;
        }
    }

    private void SettleForSuccessors()
    {
        foreach (int successor in _node.Successors)
            SettleFor(_analysis.Nodes[successor]);
    }

    private void BranchTo(Terminal terminal)
    {
        int target = _analysis.Target(_node, terminal.Target);
        if (target >= 0)
        {
            _il.Branch(OpCodes.Brtrue, _labels[target]);
        }
        else
        {
            Label outside = _il.Label("outside");
            FlagState flags = _flags;
            _il.Branch(OpCodes.Brtrue, outside);
            _cold.Add(() =>
            {
                _il.Mark(outside);
                LeaveTo(terminal.Target, flags);
            });
        }

        GoTo(terminal.Next);
    }

    private void GoTo(ulong rip)
    {
        int target = _analysis.Target(_node, rip);
        if (target < 0)
        {
            LeaveTo(rip, _flags);
            return;
        }

        SettleFor(_analysis.Nodes[target]);
        _il.Branch(OpCodes.Br, _labels[target]);
    }

    /// <summary>
    /// A direct way out. Within the page the mapping is the one this code was entered with, so the exit can be linked to the target's code;
    /// another page is looked up by address, because its mapping may change.
    /// </summary>
    private void LeaveTo(ulong rip, FlagState flags)
    {
        SettleFlags(flags);
        SetRip(rip);
        if (((rip ^ _plan.Blocks[0].Rip) & ~GuestMemory.FrameMask) != 0)
        {
            _il.Branch(OpCodes.Br, _jumpExit);
            return;
        }

        LinkSlot* slot = _tables.Links + _linksUsed++;
        slot->TargetRip = rip;
        LinkSlot.Reset(slot);
        _il.Int64((long)slot);
        _il.Op(OpCodes.Conv_I);
        _il.Store(_link);
        _il.Branch(OpCodes.Br, _linkExit);
    }

    private void StoreExit(Terminal terminal)
    {
        StoreByte(CpuStateLayout.ExitVector, terminal.Vector);
        StoreByte(CpuStateLayout.ExitHasErrorCode, terminal.HasErrorCode ? 1 : 0);
        Field(CpuStateLayout.ExitErrorCode);
        _il.Int32((int)terminal.ErrorCode);
        _il.Op(OpCodes.Stind_I4);
        Field(CpuStateLayout.Exit);
        _il.Int32((int)terminal.Exit);
        _il.Op(OpCodes.Stind_I4);
    }

    private void StoreByte(int offset, int value)
    {
        Field(offset);
        _il.Int32(value);
        _il.Op(OpCodes.Stind_I1);
    }

    private void CommonExits()
    {
        if (_faultsUsed > 0)
        {
            _il.Mark(_faultExit);
            _il.Load(_fault);
            _il.Op(OpCodes.Ldind_I8);
            _il.Store(_rip);
            _il.Load(_budget);
            FaultField(8, OpCodes.Ldind_I8);
            _il.Op(OpCodes.Add);
            _il.Store(_budget);
            Label unknown = _il.Label("flagsInLocal");
            FaultField(16, OpCodes.Ldind_I4);
            _il.Int32(0);
            _il.Branch(OpCodes.Blt, unknown);
            FaultField(16, OpCodes.Ldind_I4);
            _il.Store(_flagOp);
            _il.Mark(unknown);
            _il.Branch(OpCodes.Br, _leaveExit);
        }

        // One place writes everything back, whichever way out: the write-back is the bulk of a small region's code.
        _il.Mark(_jumpExit);
        ProbeJumpCache();
        _il.Branch(OpCodes.Br, _linkExit);
        _il.Mark(_leaveExit);
        _il.Int32(0);
        _il.Op(OpCodes.Conv_I);
        _il.Store(_link);
        _il.Mark(_linkExit);
        WriteBack();
        Label leave = _il.Label("return");
        _il.Load(_link);
        _il.Branch(OpCodes.Brfalse, leave);
        _il.Argument(0);
        _il.Argument(1);
        PushNative(_link, LinkEntryOffset);
        PushNative(_link, LinkCodeOffset);
        _il.TailCallRegion();
        _il.Mark(leave);
        _il.Op(OpCodes.Ret);
    }

    private void FaultField(int offset, OpCode load)
    {
        _il.Load(_fault);
        _il.AddOffset(offset);
        _il.Op(load);
    }

    private void PushNative(LocalBuilder pointer, int offset)
    {
        _il.Load(pointer);
        _il.AddOffset(offset);
        _il.Op(OpCodes.Ldind_I);
    }

    /// <summary>
    /// Leaves in the link local where the jump cache has the code for RIP (function pointer and entry, laid out as in a <see cref="LinkSlot"/>), or 0.
    /// </summary>
    private void ProbeJumpCache()
    {
        Label hit = _il.Label("hit");
        LoadField(CpuStateLayout.JumpCache, OpCodes.Ldind_I);
        _il.Load(_rip);
        _il.Load(_rip);
        _il.Int32(10);
        _il.Op(OpCodes.Shr_Un);
        _il.Op(OpCodes.Xor);
        _il.Int64(JumpCacheEntry.Count - 1);
        _il.Op(OpCodes.And);
        _il.Int32(5);
        _il.Op(OpCodes.Shl);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Store(_link);
        _il.Load(_link);
        _il.Op(OpCodes.Ldind_I8);
        _il.Load(_rip);
        _il.Branch(OpCodes.Beq, hit);
        _il.Branch(OpCodes.Br, _leaveExit);
        _il.Mark(hit);
        _il.Load(_link);
        _il.AddOffset(JumpCacheCodeOffset);
        _il.Store(_link);
    }
}
