using Rebound.Engine.Xen.Console;
using Rebound.Engine.Xen.Devices;
using Rebound.Engine.Xen.Events;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Time;

namespace Rebound.Engine.Xen;

/// <content>What Xen and the back ends keep for a domain besides memory and processors.</content>
public sealed partial class Domain
{
    private EventChannels? _events;
    private GrantTable? _grants;
    private GrantMappings? _mappings;
    private Watchdogs? _watchdogs;

    public EventChannels Events => _events ??= new EventChannels(this);

    public GrantTable Grants => _grants ??= new GrantTable(this);

    /// <summary>The page that the guest has given for the state of physical interrupts, or null.</summary>
    public Jit.Cpu.MachineFrame? InterruptPage { get; set; }

    /// <summary>Grants that the domain has mapped itself.</summary>
    internal GrantMappings GrantMappings => _mappings ??= new GrantMappings();

    /// <summary>The devices that the engine gives the domain, beyond console and store.</summary>
    public BackEnds BackEnds { get; } = new();

    /// <summary>Timers that end the domain unless it winds them up again.</summary>
    public Watchdogs Watchdogs => _watchdogs ??= new Watchdogs(this);

    /// <summary>The domain's time; the owner may put another clock in place before the first run.</summary>
    public GuestClock Clock { get; init; } = new VirtualClock(VirtualClock.DefaultWallClock);

    /// <summary>Where the guest's text goes, by ring and by console_io.</summary>
    public IConsolePort Console { get; set; } = NoConsole.Instance;
}
