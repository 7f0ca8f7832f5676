using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;

namespace Rebound.GuestImages.Images;

/// <summary>Event channels under both ABIs.</summary>
internal sealed class Events : GuestProgram
{
    public override string Name => "events";

    public override void Emit(KernelBuilder k)
    {
        var trials = new Trials(k);
        k.Begin();
        k.Say($"{Name}: two levels and FIFO");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        trials.SetGates();
        var calls = new EventCalls(k, trials);
        new TwoLevelTrials(k, trials, calls).Emit();
        new FifoTrials(k, trials, calls).Emit();
        trials.SayVerdict(Name);
        k.Shutdown(ShutdownReason.PowerOff);
    }
}
