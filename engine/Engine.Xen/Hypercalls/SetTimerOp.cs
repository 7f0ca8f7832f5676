using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_timer_op(time): the one-shot timer, in absolute nanoseconds of system time; 0 cancels it.</summary>
internal sealed class SetTimerOp : IHypercall
{
    private const ulong FarAway = 1UL << 50;
    private const ulong InsteadOfFarAway = 100_000_000;

    public int Number => HypercallNumber.SetTimerOp;

    public string Name => "set_timer_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        ulong time = call.Arg0;
        ulong now = call.Domain.Clock.Now;
        if (time == 0)
            call.Vcpu.Timers.StopOneShot();
        else if ((long)time < 0 || (time > now && time - now > FarAway))
            // Guests have computed such times by mistake: Xen lets them look again soon.
            call.Vcpu.Timers.SetOneShot(now + InsteadOfFarAway);
        else
            call.Vcpu.Timers.SetOneShot(time);
        return 0;
    }
}
