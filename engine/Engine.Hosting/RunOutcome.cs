namespace Rebound.Engine.Hosting;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>The guest shut down.</summary>
    PowerOff,

    /// <summary>The guest asked for a restart.</summary>
    Reboot,

    /// <summary>The guest asked to be suspended.</summary>
    Suspend,

    /// <summary>The guest broke a rule of the hypervisor, or reported a crash of its own.</summary>
    Crash,

    /// <summary>The guest waits, and nothing can happen any more.</summary>
    BlockedForever,

    /// <summary>The host time given is over.</summary>
    Timeout,

    /// <summary>The instructions given are used up.</summary>
    InstructionLimit,

    /// <summary>Somebody called <see cref="VirtualMachine.RequestStop(string)"/>.</summary>
    Stopped,
}
