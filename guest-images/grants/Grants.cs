using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;

namespace Rebound.GuestImages.Images;

/// <summary>What can be done with a grant, from both ends of it.</summary>
internal sealed class Grants : GuestProgram
{
    public override string Name => "grants";

    public override void Emit(KernelBuilder k)
    {
        var trials = new Trials(k);
        k.Begin();
        k.Say($"{Name}: what can be done with a grant");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        trials.SetGates();
        var table = new GrantArea(k, trials);
        table.Emit();
        new GrantMapTrials(k, trials, table).Emit();
        new GrantCopyTrials(k, trials, table).Emit();
        new GrantVersionTrials(k, trials, table).Emit();
        trials.SayVerdict(Name);
        k.Shutdown(ShutdownReason.PowerOff);
    }
}
