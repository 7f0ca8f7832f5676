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
        _il.AddOffset(tagOffset);
        _il.Op(OpCodes.Ldind_I8);
        // The last byte's page: an access that crosses into the next page never matches this entry.
        PushOffset(first + span - 1);
        _il.Int64(~(long)GuestMemory.FrameMask);
        _il.Op(OpCodes.And);
        _il.Branch(OpCodes.Bne_Un, slow);
        _il.Load(_address);
        _il.Op(OpCodes.Conv_I);
        _il.Load(_entry);
        _il.AddOffset(AddendOffset);
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
    /// An access, whose code <paramref name="perform"/> writes for the host address on the stack. A group's leader looks into the TLB for all its members. Where there is a second
    /// copy of the code (<see cref="EmitCluster"/>), what the TLB has not got goes on there and not to a slow site of its own.
    /// </summary>
    private void Access(MicroOp op, int tagOffset, SlowSite? site, Action perform)
    {
        if (_loop != null)
        {
            PushLoopAddress(op);
            perform();
            return;
        }

        Label slow = site?.Slow ?? AloneLabel();
        if (_groups[_op] is not { Leads: false } member)
        {
            PushAddress(op);
            _il.Store(_address);
            if ((op.Aux & MemoryAux.Aligned) != 0)
                BranchIfMisaligned(op.Size, slow);
            if (_groups[_op] is { Group: { } group })
            {
                ProbeTlb(group.Writes ? WriteTagOffset : ReadTagOffset, group.First - group.Displacement, group.Span, slow);
                LocalBuilder host = _groupHosts[group] = _il.Local(typeof(nint), "group");
                _il.Store(host);
                _il.Load(host);
            }
            else
            {
                ProbeTlb(tagOffset, 0, op.Size, slow);
            }
        }
        else
        {
            LocalBuilder host = _groupHosts[member.Group];
            long offset = member.Displacement - member.Group.Displacement;
            if ((op.Aux & MemoryAux.Aligned) != 0)
                BranchIfHostMisaligned(op, host, offset, slow);
            _il.Load(host);
            _il.AddOffset((int)offset);
        }

        perform();
        if (site != null)
            _il.Mark(site.Done);
    }

    /// <summary>Where the micro-op being written stands in the second copy of its cluster.</summary>
    private Label AloneLabel()
    {
        if (!_alone!.TryGetValue(_op, out (Label Label, FlagState Flags) alone))
            _alone[_op] = alone = (_il.Label("alone"), _flags);
        return alone.Label;
    }

    /// <summary>Guest and host addresses are alike in their last twelve bits.</summary>
    private void BranchIfHostMisaligned(in MicroOp op, LocalBuilder host, long offset, Label slow)
    {
        _il.Load(host);
        _il.AddOffset((int)offset);
        _il.Int32(op.Size - 1);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.And);
        _il.Branch(OpCodes.Brtrue, slow);
    }

    private readonly Dictionary<MemoryGroup, LocalBuilder> _groupHosts = [];

    /// <summary>In the first copy of a cluster: micro-ops at which it may go on to the second, and what is known of the flags there.</summary>
    private Dictionary<int, (Label Label, FlagState Flags)>? _alone;
    private GroupedAccess?[] _groups = [];

    /// <summary>The micro-ops of groups that overlap, from the first leader to the last member. Returns the index behind the last.</summary>
    private int EmitCluster(int first)
    {
        int end = _groups[first]!.Group.LastOp + 1;
        for (int k = first; k < end; k++)
        {
            if (_groups[k] is { Leads: true } grouped)
                end = Math.Max(end, grouped.Group.LastOp + 1);
        }

        EmitTwice(first, end);
        return end;
    }

    /// <summary>
    /// Writes micro-ops, and behind the hot code once more, each access there by itself and with a slow site. The first copy goes on in the second at an access that the TLB has not got;
    /// so no way leads from a slow access into the midst of the hot code, where RyuJIT would have to have every register in an agreed place.
    /// </summary>
    private void EmitTwice(int first, int end)
    {
        Label join = _il.Label("join");
        Dictionary<int, (Label Label, FlagState Flags)> entries = [];
        (RegionNode node, int nodeIndex) = (_node, _nodeIndex);
        _alone = entries;
        EmitRange(first, end);
        _alone = null;
        _il.Mark(join);
        if (entries.Count == 0)
            return;
        _cold.Add(() =>
        {
            int from = entries.Keys.Min();
            (_node, _nodeIndex, _block, _flags) = (node, nodeIndex, node.Block, entries[from].Flags);
            _groups = new GroupedAccess?[_block.OpCount];
            for (int k = from; k < end; k++)
            {
                if (entries.TryGetValue(k, out (Label Label, FlagState Flags) entry))
                    _il.Mark(entry.Label);
                EmitRange(k, k + 1);
            }

            _il.Branch(OpCodes.Br, join);
        });
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
