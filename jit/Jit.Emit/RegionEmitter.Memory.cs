using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Emit;

/// <content>Memory: one compare against the TLB inline, everything else behind the hot code.</content>
internal sealed unsafe partial class RegionEmitter
{
    private static readonly int ReadTagOffset = Offset(e => (byte*)&e->ReadTag);
    private static readonly int WriteTagOffset = Offset(e => (byte*)&e->WriteTag);
    private static readonly int AddendOffset = Offset(e => (byte*)&e->Addend);

    private delegate byte* EntryField(TlbEntry* entry);

    private static int Offset(EntryField field)
    {
        TlbEntry probe;
        return (int)(field(&probe) - (byte*)&probe);
    }

    /// <summary>Pushes the address of a memory micro-op.</summary>
    private void PushAddress(in MicroOp op, bool segment = true)
    {
        bool any = false;
        if (op.A != Operand.None)
        {
            _il.Load(Register(op.A));
            any = true;
        }

        if (op.B != Operand.None)
        {
            _il.Load(Register(op.B));
            int scale = op.Aux & MemoryAux.ScaleMask;
            if (scale != 0)
            {
                _il.Int32(scale);
                _il.Op(OpCodes.Shl);
            }

            if (any)
                _il.Op(OpCodes.Add);
            any = true;
        }

        if (op.Imm != 0 || !any)
        {
            _il.Int64(op.Imm);
            if (any)
                _il.Op(OpCodes.Add);
        }

        if ((op.Aux & MemoryAux.Address32) != 0)
            Truncate(4);
        if (segment && (op.Aux & (MemoryAux.Fs | MemoryAux.Gs)) != 0)
        {
            LoadField((op.Aux & MemoryAux.Fs) != 0 ? CpuStateLayout.FsBase : CpuStateLayout.GsBase, OpCodes.Ldind_I8);
            _il.Op(OpCodes.Add);
        }
    }

    /// <summary>
    /// Leaves the host address of <see cref="_address"/> on the stack if the TLB has the page of all bytes from <paramref name="first"/> on (relative to the address) with that
    /// right; else goes to <paramref name="slow"/>.
    /// </summary>
    private void ProbeTlb(int tagOffset, long first, int span, Label slow)
    {
        // From the state each time: a load that hits costs less than a register the guest could have.
        LoadField(CpuStateLayout.Tlb, OpCodes.Ldind_I);
        PushOffset(first);
        _il.Int32(GuestMemory.FrameShift - 5);
        _il.Op(OpCodes.Shr_Un);
        _il.Int64((SoftTlb.EntryCount - 1) * TlbEntry.Size);
        _il.Op(OpCodes.And);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Store(_entry);
        _il.Load(_entry);
        _il.Int32(tagOffset);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Ldind_I8);
        // The last byte's page: an access that crosses into the next page never matches this entry.
        PushOffset(first + span - 1);
        _il.Int64(~(long)GuestMemory.FrameMask);
        _il.Op(OpCodes.And);
        _il.Branch(OpCodes.Bne_Un, slow);
        _il.Load(_address);
        _il.Op(OpCodes.Conv_I);
        _il.Load(_entry);
        _il.Int32(AddendOffset);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Ldind_I);
        _il.Op(OpCodes.Add);
    }

    private void PushOffset(long offset)
    {
        _il.Load(_address);
        if (offset == 0)
            return;
        _il.Int64(offset);
        _il.Op(OpCodes.Add);
    }

    private void EmitLoad(in MicroOp op)
    {
        bool intent = (op.Aux & MemoryAux.WriteIntent) != 0;
        int size = op.Size;
        LocalBuilder destination = Register(op.Dst);
        SlowSite? site = AddSlowSite(SlowAccess.Load(size, intent), null, destination);
        Access(op, intent ? WriteTagOffset : ReadTagOffset, site, () =>
        {
            _il.Op(size switch { 1 => OpCodes.Ldind_U1, 2 => OpCodes.Ldind_U2, 4 => OpCodes.Ldind_U4, _ => OpCodes.Ldind_I8 });
            if (size < 8)
                _il.Op(OpCodes.Conv_U8);
            _il.Store(destination);
        });
    }

    private void EmitStore(in MicroOp op)
    {
        int size = op.Size;
        LocalBuilder source = Register(op.C);
        SlowSite? site = AddSlowSite(SlowAccess.Store(size), source, null);
        Access(op, WriteTagOffset, site, () =>
        {
            _il.Load(source);
            _il.Op(size switch { 1 => OpCodes.Stind_I1, 2 => OpCodes.Stind_I2, 4 => OpCodes.Stind_I4, _ => OpCodes.Stind_I8 });
        });
    }

    /// <summary>
    /// An access, whose code <paramref name="perform"/> writes for the host address on the stack. A group's leader looks into the TLB for all its members; if that
    /// fails, the accesses are done one by one in a second copy of the code (<see cref="EmitCluster"/>).
    /// </summary>
    private void Access(MicroOp op, int tagOffset, SlowSite? site, Action perform)
    {
        if (site is null)
        {
            PushLoopAddress(op);
            perform();
            return;
        }

        if (_groups[_op] is not { } grouped)
        {
            PushAddress(op);
            _il.Store(_address);
            if ((op.Aux & MemoryAux.Aligned) != 0)
                BranchIfMisaligned(op.Size, site.Slow);
            ProbeTlb(tagOffset, 0, op.Size, site.Slow);
        }
        else if (grouped.Leads)
        {
            MemoryGroup group = grouped.Group;
            Label alone = _aloneLabels[_op];
            PushAddress(op);
            _il.Store(_address);
            if ((op.Aux & MemoryAux.Aligned) != 0)
                BranchIfMisaligned(op.Size, alone);
            ProbeTlb(group.Writes ? WriteTagOffset : ReadTagOffset, group.First - group.Displacement, group.Span, alone);
            LocalBuilder host = _groupHosts[group] = _il.Local(typeof(nint), "group");
            _il.Store(host);
            _il.Load(host);
        }
        else
        {
            LocalBuilder host = _groupHosts[grouped.Group];
            long offset = grouped.Displacement - grouped.Group.Displacement;
            if ((op.Aux & MemoryAux.Aligned) != 0)
                BranchIfHostMisaligned(op, host, offset, site.Slow);
            _il.Load(host);
            if (offset != 0)
            {
                _il.Int32((int)offset);
                _il.Op(OpCodes.Conv_I);
                _il.Op(OpCodes.Add);
            }
        }

        perform();
        _il.Mark(site.Done);
    }

    /// <summary>Guest and host addresses are alike in their last twelve bits.</summary>
    private void BranchIfHostMisaligned(in MicroOp op, LocalBuilder host, long offset, Label slow)
    {
        PushAddress(op);
        _il.Store(_address);
        _il.Load(host);
        _il.Int32((int)offset);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Int32(op.Size - 1);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.And);
        _il.Branch(OpCodes.Brtrue, slow);
    }

    private readonly Dictionary<MemoryGroup, LocalBuilder> _groupHosts = [];
    private readonly Dictionary<int, Label> _aloneLabels = [];
    private GroupedAccess?[] _groups = [];

    /// <summary>
    /// The micro-ops of groups that overlap, from the first leader to the last member, and behind the hot code once more, each access by itself; a leader whose group does not lie
    /// in one page of the TLB goes on there. Returns the index behind the last.
    /// </summary>
    private int EmitCluster(int first)
    {
        int end = _groups[first]!.Group.LastOp + 1;
        List<int> leaders = [];
        for (int k = first; k < end; k++)
        {
            if (_groups[k] is not { Leads: true } grouped)
                continue;
            end = Math.Max(end, grouped.Group.LastOp + 1);
            leaders.Add(k);
            _aloneLabels[k] = _il.Label("alone");
        }

        Dictionary<int, Label> entries = leaders.ToDictionary(k => k, k => _aloneLabels[k]);
        Label join = _il.Label("join");
        (RegionNode node, int nodeIndex, FlagState flags) = (_node, _nodeIndex, _flags);
        EmitRange(first, end);
        _il.Mark(join);
        _cold.Add(() =>
        {
            (_node, _nodeIndex, _block, _flags) = (node, nodeIndex, node.Block, flags);
            _groups = new GroupedAccess?[_block.OpCount];
            for (int k = first; k < end; k++)
            {
                if (entries.TryGetValue(k, out Label entry))
                    _il.Mark(entry);
                EmitRange(k, k + 1);
            }

            _il.Branch(OpCodes.Br, join);
        });
        return end;
    }

    private void EmitAtomic(in MicroOp op)
    {
        PushAddress(op);
        _il.Store(_address);
        if (op.Code == MicroOpCode.AtomicCompareExchange)
            SpillRegister(Operand.Rax);
        FaultSite fault = AddFaultPoint();
        LocalBuilder old = _oldValue ??= _il.Local(typeof(ulong), "old");
        _il.Argument(0);
        _il.Load(_address);
        PushOperand(op.C, op.Imm, op.Size);
        _il.Int32(op.Size);
        _il.LoadAddress(old);
        _il.Call(MicroOpMethods.Method(op.Code));
        FaultIfFalse(fault);
        _il.Load(old);
        Truncate(op.Size);
        _il.Store(Register(op.Dst));
    }

    private LocalBuilder? _oldValue;
}
