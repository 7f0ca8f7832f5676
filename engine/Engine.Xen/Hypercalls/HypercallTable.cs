using System.Diagnostics;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>The hypercalls there are, by number. Immutable.</summary>
public sealed class HypercallTable
{
    private readonly IHypercall?[] _byNumber = new IHypercall?[HypercallNumber.Count];

    /// <param name="calls">At most one per number.</param>
    /// <exception cref="ArgumentException">Two calls claim a number, or one is out of range.</exception>
    public HypercallTable(IEnumerable<IHypercall> calls)
    {
        foreach (IHypercall call in calls)
        {
            if (call.Number is < 0 or >= HypercallNumber.Count || _byNumber[call.Number] is not null)
                throw new ArgumentException($"Hypercall number {call.Number} ({call.Name}) is out of range or taken.", nameof(calls));
            _byNumber[call.Number] = call;
        }
    }

    /// <summary>Every class of this assembly that implements <see cref="IHypercall"/>: a new hypercall is one new file.</summary>
    public static HypercallTable Default { get; } = new(typeof(IHypercall).Assembly.GetTypes()
        .Where(static type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IHypercall)))
        .Select(static type => (IHypercall)Activator.CreateInstance(type)!));

    /// <summary>All calls in the order of their numbers.</summary>
    public IEnumerable<IHypercall> All => _byNumber.OfType<IHypercall>();

    /// <summary>The call with that number; null if there is none.</summary>
    public IHypercall? Find(ulong number) => number < HypercallNumber.Count ? _byNumber[number] : null;

    /// <summary>Makes a call for the guest and reports it to the domain's observer.</summary>
    /// <returns>The value for rax; -ENOSYS, logged once, for a call that is not there or that the interface set does not offer.</returns>
    public long Dispatch(in HypercallContext call)
    {
        Domain domain = call.Domain;
        IHypercall? target = Find(call.Number);
        string name = target?.Name ?? $"hypercall_{call.Number}";
        IHypercallObserver? observer = domain.HypercallObserver;
        long start = observer is null ? 0 : Stopwatch.GetTimestamp();
        long result;
        if (target is null || !domain.Interfaces.Offers(target.Since))
        {
            string why = target is null ? "does not exist" : $"is not offered by {domain.Interfaces.Name}";
            domain.LogOnce("hypercall", call.Number, $"hypercall {call.Number} {why}: -ENOSYS (first at RIP 0x{call.Rip:x})");
            result = -Errno.ENOSYS;
        }
        else
        {
            if (target.Grade == HypercallGrade.Refused)
                domain.LogOnce("hypercall", call.Number, $"{name} is refused (first at RIP 0x{call.Rip:x}): {target.Note}");
            result = target.Execute(call);
        }

        observer?.OnHypercall(call, name, result, Stopwatch.GetTimestamp() - start);
        return result;
    }
}
