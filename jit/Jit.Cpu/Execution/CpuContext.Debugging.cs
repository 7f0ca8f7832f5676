namespace Rebound.Jit.Cpu;

/// <content>
/// Debug registers, and what the execution core and the semantics of instructions tell each other about debug conditions. Nothing of it is looked at
/// while no breakpoint is enabled and TF is clear.
/// </content>
public sealed unsafe partial class CpuContext
{
    /// <summary>No count of retired instructions.</summary>
    private const ulong Never = ulong.MaxValue;

    private ulong _debugShadow = Never;
    private ulong _interruptShadow = Never;

    /// <summary>Sets DR0..DR3, DR6 or DR7. Bits that read as one or zero do so.</summary>
    public void SetDebugRegister(int number, ulong value)
    {
        _state->Debug[number] = number switch
        {
            6 => (uint)((value | DebugRegisters.Dr6Reset) & ~DebugRegisters.Dr6Zeros),
            7 => (uint)((value | DebugRegisters.Dr7Reset) & ~DebugRegisters.Dr7Zeros),
            _ => value,
        };
        UpdateMode();
    }

    /// <summary>True if a breakpoint is enabled.</summary>
    public bool HasBreakpoints => (_state->Debug[7] & DebugRegisters.Enables) != 0;

    /// <summary>True if an enabled breakpoint waits for data accesses: then every access takes the slow path, which notes what it meets.</summary>
    public bool DataWatched => HasBreakpoints && DebugRegisters.WatchesData(_state->Debug[7]);

    /// <summary>Data breakpoints, as bits of DR6, that the instruction in progress has met. The core clears it before each.</summary>
    public ulong BreakpointsMet { get; set; }

    /// <summary>
    /// True if a repeated string instruction ends after the iteration it has just done, to be started again if it is not over: a single step, or a data
    /// breakpoint that was met.
    /// </summary>
    public bool EndsIteration => (_state->SystemFlags & Rflags.TF) != 0 || BreakpointsMet != 0;

    /// <summary>True while repeated string instructions must look at every access by itself.</summary>
    public bool AccessesSingly => AlignmentChecked || (_state->SystemFlags & Rflags.TF) != 0 || DataWatched;

    /// <summary>
    /// Whether the instruction just executed is followed by a single-step trap, where that is not decided by TF as it was before: SYSCALL and SYSRET go by
    /// the flags they load. The core takes note and sets it to null.
    /// </summary>
    public bool? StepsByNewFlags { get; set; }

    /// <summary>True directly after MOV SS: debug traps wait until the next instruction is done, and its single step does not happen.</summary>
    public bool InDebugShadow => _debugShadow == Retired;

    /// <summary>
    /// True directly after MOV SS, and after an STI that set IF: the processor takes no interrupt before the next instruction. For whoever delivers interrupts to
    /// code that runs at CPL 0.
    /// </summary>
    public bool InInterruptShadow => _interruptShadow == Retired;

    /// <summary>For MOV SS, which is the last instruction of its block: casts both shadows.</summary>
    public void CastDebugShadow() => _debugShadow = _interruptShadow = Retired;

    /// <summary>For STI, which is the last instruction of its block.</summary>
    public void CastInterruptShadow() => _interruptShadow = Retired;

    /// <summary>Notes the data breakpoints that a completed access meets.</summary>
    public void NoteAccess(ulong address, int size, bool write)
    {
        if (HasBreakpoints)
            BreakpointsMet |= DebugRegisters.AtData(_state, address, (uint)size, write);
    }
}
