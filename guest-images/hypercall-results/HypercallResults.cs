using Rebound.GuestImages.Building;
using Rebound.GuestImages.Results;

namespace Rebound.GuestImages.Images;

/// <summary>What hypercalls answer, above all when they refuse: page types, descriptors, event channels, and the smaller calls.</summary>
internal sealed class HypercallResults : GuestProgram
{
    public override string Name => "hypercall-results";

    public override void Emit(KernelBuilder k)
    {
        var trials = new Trials(k);
        k.Begin();
        k.Say($"{Name}: what hypercalls answer");
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        trials.SetGates();
        new PageTypeTrials(k, trials).Emit();
        new DescriptorTrials(k, trials).Emit();
        new SmallCallTrials(k, trials).Emit();
        new MemoryTrials(k, trials).Emit();
        trials.SayVerdict(Name);
        k.Shutdown(ShutdownReason.PowerOff);
    }
}
