namespace Rebound.Jit.Cpu;

/// <content>Debug registers.</content>
public sealed unsafe partial class CpuContext
{
    /// <summary>Sets DR0..DR3, DR6 or DR7. Bits that read as one or zero do so.</summary>
    public void SetDebugRegister(int number, ulong value) => _state->Debug[number] = number switch
    {
        6 => (uint)((value | DebugRegisters.Dr6Reset) & ~DebugRegisters.Dr6Zeros),
        7 => (uint)((value | DebugRegisters.Dr7Reset) & ~DebugRegisters.Dr7Zeros),
        _ => value,
    };
}
