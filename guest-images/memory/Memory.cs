using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;

namespace Rebound.GuestImages.Images;

/// <summary>Stores into page tables, linear page tables, and pages that come and go.</summary>
internal sealed class Memory : GuestProgram
{
    public override string Name => "memory";

    public override void Emit(KernelBuilder k)
    {
        var trials = new Trials(k);
        k.Begin();
        k.Say($"{Name}: page tables and pages");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        trials.SetGates();
        new TableStoreTrials(k, trials).Emit();
        new LinearTableTrials(k, trials).Emit();
        new ReservationTrials(k, trials).Emit();
        trials.SayVerdict(Name);
        k.Shutdown(ShutdownReason.PowerOff);
    }
}
