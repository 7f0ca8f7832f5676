namespace Rebound.Engine.Xen.Devices;

/// <summary>The back ends of a domain, together.</summary>
public sealed class BackEnds
{
    private readonly List<IBackEnd> _all = [];

    /// <summary>The next guest time, in ns, at which one of them has something to do, or null.</summary>
    public ulong? NextDeadline
    {
        get
        {
            ulong? next = null;
            foreach (IBackEnd backEnd in _all)
            {
                if (backEnd.NextDeadline is { } deadline && (next is null || deadline < next))
                    next = deadline;
            }

            return next;
        }
    }

    public void Add(IBackEnd backEnd) => _all.Add(backEnd);

    /// <summary>Does what is due at this guest time, in ns.</summary>
    public void Fire(ulong now)
    {
        foreach (IBackEnd backEnd in _all)
        {
            if (backEnd.NextDeadline <= now)
                backEnd.Fire(now);
        }
    }

    /// <summary>The guest has ended.</summary>
    public void End()
    {
        foreach (IBackEnd backEnd in _all)
            backEnd.End();
    }
}
