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
    private static readonly MethodInfo PerformSlow = typeof(RegionEmitter).GetMethod(nameof(Perform), BindingFlags.Static | BindingFlags.NonPublic)!;

    private readonly List<SlowSite> _slowSites = [];

    /// <summary>What compiled code calls.</summary>
    private static ulong Perform(CpuContext context, ulong address, ulong value, FaultPoint* site) =>
        SlowAccess.Perform(context, address, value, site->Access);

    /// <param name="Slow">Where the hot code goes on a miss.</param>
    /// <param name="Done">Where it goes on.</param>
    /// <param name="Number">Index of its fault point, which also says what kind of access it is.</param>
    /// <param name="Source">The value of a store.</param>
    /// <param name="Destination">What a load loads.</param>
    /// <param name="Vector">Vector temporary that is stored or loaded; -1 for none. (Guest registers all go to the state and come back.)</param>
    /// <param name="Temporaries">Temporaries that are needed behind the access.</param>
    /// <param name="Flags">Where the flag words are, should the access fault.</param>
    private sealed record SlowSite(
        Label Slow,
        Label Done,
        int Number,
        LocalBuilder? Source,
        LocalBuilder? Destination,
        int Vector,
        ulong Temporaries,
        FlagState Flags);

    /// <summary>
    /// Where the access being written goes if the TLB has not got it; null within a <see cref="CountedLoop"/>, where it has, and where a second copy of the code sees to it.
    /// </summary>
    private SlowSite? AddSlowSite(int access, LocalBuilder? source, LocalBuilder? destination, int vector = -1)
    {
        if (_loop != null || _alone != null)
            return null;
        // The site's number is its fault point's too, so that one table serves both.
        FaultSite fault = AddFaultPoint();
        ulong temporaries = _node.TemporariesLiveAfter[_op];
        if (_node.FlagsLiveAfter[_op])
            temporaries |= TemporaryOf(_flags.A) | TemporaryOf(_flags.B) | TemporaryOf(_flags.C);
        if (destination != null)
            temporaries &= ~TemporaryOf(destination);
        _tables.Faults[fault.Index].Access = access;
        SlowSite site = new(_il.Label("slow"), _il.Label("done"), fault.Index, source, destination, vector >= Operand.FirstVectorTemporary ? vector : -1, temporaries, _flags);
        _slowSites.Add(site);
        return site;
    }

    private ulong TemporaryOf(LocalBuilder local)
    {
        int register = Array.IndexOf(_registers, local);
        return register >= Operand.FirstTemporary ? 1UL << register : 0;
    }

    private static ulong TemporaryOf(FlagSource source) =>
        source.Kind == FlagSourceKind.Register && source.Register >= Operand.FirstTemporary ? 1UL << source.Register : 0;

    private void SlowAccesses()
    {
        if (_slowSites.Count == 0)
            return;
        Label perform = _il.Label("perform");
        foreach (SlowSite s in _slowSites)
        {
            _il.Mark(s.Slow);
            ForEachRegister(s.Temporaries, SpillRegister);
            SettleFlagWords(s.Flags);
            if (s.Vector >= 0)
                SpillVector(s.Vector);
            if (s.Source != null)
            {
                _il.Load(s.Source);
                _il.Store(_value);
            }

            Field(CpuStateLayout.SlowSite);
            _il.Int32(s.Number);
            _il.Op(OpCodes.Stind_I4);
            _il.Branch(OpCodes.Br, perform);
        }

        _il.Mark(perform);
        ForEachRegister(_analysis.Modified, SpillRegister);
        ForEachRegister(_analysis.ModifiedVectors, SpillVector);
        LeaveFloats();
        bool flags = _analysis.UsesFlags || _analysis.ModifiesFlags;
        if (flags)
            SpillFlags();
        SpillBudget();
        _il.Argument(0);
        _il.Load(_address);
        _il.Load(_value);
        PushFaultPoint();
        _il.Call(PerformSlow);
        _il.Store(_value);
        ForEachRegister(_analysis.Used, ReloadRegister);
        ForEachRegister(_analysis.UsedVectors, ReloadVector);
        EnterFloats();
        if (flags)
            ReloadFlags();
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Store(_budget);
        Label fine = _il.Label("fine");
        LoadField(CpuStateLayout.Exit, OpCodes.Ldind_I4);
        _il.Branch(OpCodes.Brfalse, fine);
        PushFaultPoint();
        _il.Store(_fault);
        _il.Branch(OpCodes.Br, _faultExit);
        _il.Mark(fine);
        Resume();
    }

    private void PushFaultPoint()
    {
        _il.Int64((long)_tables.Faults);
        _il.Op(OpCodes.Conv_I);
        LoadField(CpuStateLayout.SlowSite, OpCodes.Ldind_U4);
        _il.Int32(sizeof(FaultPoint));
        _il.Op(OpCodes.Mul);
        _il.Op(OpCodes.Conv_U);
        _il.Op(OpCodes.Add);
    }

    /// <summary>Back to the site: by way of a piece of its own if something is to be put in place, else straight behind the access.</summary>
    private void Resume()
    {
        Label[] resumes = new Label[_slowSites[^1].Number + 1];
        Array.Fill(resumes, _slowSites[0].Done);
        List<(SlowSite Site, Label Label)> pieces = [];
        foreach (SlowSite site in _slowSites)
        {
            bool direct = site.Temporaries == 0 && site.Destination == null && site.Vector < 0;
            resumes[site.Number] = direct ? site.Done : _il.Label("resume");
            if (!direct)
                pieces.Add((site, resumes[site.Number]));
        }

        // The last label is reached by falling through the switch, which saves RyuJIT the range check's block.
        if (resumes.Length > 1)
        {
            LoadField(CpuStateLayout.SlowSite, OpCodes.Ldind_U4);
            _il.Switch(resumes[..^1]);
        }

        _il.Branch(OpCodes.Br, resumes[^1]);
        foreach ((SlowSite site, Label label) in pieces)
        {
            _il.Mark(label);
            ForEachRegister(site.Temporaries, ReloadRegister);
            if (site.Vector >= 0)
                ReloadVector(site.Vector);
            if (site.Destination != null)
            {
                _il.Load(_value);
                _il.Store(site.Destination);
            }

            _il.Branch(OpCodes.Br, site.Done);
        }
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
