using System.Reflection;
using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <content>
/// Accesses that miss the TLB. All of them share one call, around which every local goes to the state and comes back: so no local lives across a call
/// in RyuJIT's eyes, and the hot code may keep guest registers in any host register, not only in the few that calls preserve.
/// </content>
internal sealed unsafe partial class RegionEmitter
{
    private static readonly MethodInfo PerformSlow = typeof(SlowAccess).GetMethod(nameof(SlowAccess.Perform))!;

    private readonly List<SlowSite> _slowSites = [];

    /// <param name="Slow">Where the hot code goes on a miss.</param>
    /// <param name="Done">Where it goes on.</param>
    /// <param name="Access">See <see cref="SlowAccess"/>.</param>
    /// <param name="Source">The value of a store.</param>
    /// <param name="Destination">What a load loads.</param>
    /// <param name="Temporaries">Temporaries that are needed behind the access.</param>
    /// <param name="FlagTemporaries">Temporaries that hold flag words, for the fault path.</param>
    /// <param name="Fault">What a fault here means.</param>
    private sealed record SlowSite(
        Label Slow,
        Label Done,
        int Access,
        LocalBuilder? Source,
        LocalBuilder? Destination,
        ulong Temporaries,
        ulong FlagTemporaries,
        FaultSite Fault);

    private SlowSite AddSlowSite(int access, LocalBuilder? source, LocalBuilder? destination)
    {
        ulong flagTemporaries = TemporaryOf(_flags.A) | TemporaryOf(_flags.B) | TemporaryOf(_flags.C);
        SlowSite site = new(
            _il.Label("slow"),
            _il.Label("done"),
            access,
            source,
            destination,
            _node.TemporariesLiveAfter[_op] | flagTemporaries,
            flagTemporaries,
            AddFaultPoint());
        _slowSites.Add(site);
        return site;
    }

    private static ulong TemporaryOf(FlagSource source) =>
        source.Kind == FlagSourceKind.Register && source.Register >= Operand.FirstTemporary ? 1UL << source.Register : 0;

    private void SlowAccesses()
    {
        if (_slowSites.Count == 0)
            return;
        Label perform = _il.Label("perform");
        LocalBuilder access = _il.Local(typeof(int), "access");
        for (int i = 0; i < _slowSites.Count; i++)
        {
            SlowSite s = _slowSites[i];
            _il.Mark(s.Slow);
            ForEachRegister(s.Temporaries & ~Written(s), SpillRegister);
            if (s.Source != null)
                _il.Load(s.Source);
            else
                _il.Int64(0);
            _il.Store(_value);
            _il.Int32(s.Access);
            _il.Store(access);
            Field(CpuStateLayout.SlowSite);
            _il.Int32(i);
            _il.Op(OpCodes.Stind_I4);
            _il.Branch(OpCodes.Br, perform);
        }

        _il.Mark(perform);
        ForEachRegister(_analysis.Modified, SpillRegister);
        bool flags = _analysis.UsesFlags || _analysis.ModifiesFlags;
        if (flags)
            SpillFlags();
        SpillBudget();
        _il.Argument(0);
        _il.Load(_address);
        _il.Load(_value);
        _il.Load(access);
        _il.Call(PerformSlow);
        _il.Store(_value);
        ForEachRegister(_analysis.Used, ReloadRegister);
        if (flags)
            ReloadFlags();
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Store(_budget);
        Label[] faults = [.. _slowSites.Select(_ => _il.Label("fault"))];
        Label[] resumes = [.. _slowSites.Select(_ => _il.Label("resume"))];
        Label fine = _il.Label("fine");
        LoadField(CpuStateLayout.Exit, OpCodes.Ldind_I4);
        _il.Branch(OpCodes.Brfalse, fine);
        Dispatch(faults);
        _il.Mark(fine);
        Dispatch(resumes);
        for (int i = 0; i < _slowSites.Count; i++)
        {
            SlowSite s = _slowSites[i];
            _il.Mark(faults[i]);
            ForEachRegister(s.FlagTemporaries, ReloadRegister);
            GoToFault(s.Fault);
            _il.Mark(resumes[i]);
            ForEachRegister(s.Temporaries & ~Written(s), ReloadRegister);
            if (s.Destination != null)
            {
                _il.Load(_value);
                _il.Store(s.Destination);
            }

            _il.Branch(OpCodes.Br, s.Done);
        }
    }

    /// <summary>The last label is reached by falling through the switch, which saves RyuJIT the range check's block.</summary>
    private void Dispatch(Label[] labels)
    {
        if (labels.Length > 1)
        {
            LoadField(CpuStateLayout.SlowSite, OpCodes.Ldind_U4);
            _il.Switch(labels[..^1]);
        }

        _il.Branch(OpCodes.Br, labels[^1]);
    }

    /// <summary>The destination of a load: what it held before is not wanted, unless it is a flag word.</summary>
    private ulong Written(SlowSite site)
    {
        if (site.Destination == null)
            return 0;
        for (int i = Operand.FirstTemporary; i < _registers.Length; i++)
        {
            if (_registers[i] == site.Destination)
                return (1UL << i) & ~site.FlagTemporaries;
        }

        return 0;
    }

    private static void ForEachRegister(ulong registers, Action<int> action)
    {
        for (int i = 0; i < 48; i++)
        {
            if ((registers >> i & 1) != 0)
                action(i);
        }
    }
}
