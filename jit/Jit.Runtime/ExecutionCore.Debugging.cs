using Rebound.Jit.Cpu;

namespace Rebound.Jit.Runtime;

/// <content>
/// Debug exceptions (Intel SDM vol. 3, chapter 18; AMD APM vol. 2, 13.1). While TF is set or a breakpoint enabled, blocks have one instruction and are
/// interpreted, and between two of them everything is looked at that may raise #DB. What the manuals leave to the processor is as on AMD's.
/// </content>
public sealed unsafe partial class ExecutionCore
{
    /// <summary>Data breakpoints that MOV SS has met, and which are reported after the instruction that follows it.</summary>
    private ulong _heldBack;

    private bool NeedsStepping => (_state->SystemFlags & Rflags.TF) != 0 || _context.HasBreakpoints;

    /// <summary>One instruction, or one iteration of a repeated one, with the exceptions before and behind it. False: it left with an exit.</summary>
    private bool StepDebugged()
    {
        ulong heldBack = _context.InDebugShadow ? _heldBack : 0;
        _heldBack = 0;
        if (_context.StepsByNewFlags == true)
        {
            // SYSRET, executed at speed, has loaded TF.
            RaiseDebug(DebugRegisters.SingleStep);
            return false;
        }

        ulong met = (_state->SystemFlags & Rflags.RF) == 0 ? DebugRegisters.AtInstruction(_state, _state->Rip) : 0;
        if (met != 0)
        {
            RaiseDebug(met);
            return false;
        }

        bool steps = (_state->SystemFlags & Rflags.TF) != 0;
        // IRET may set it for the next.
        _state->SystemFlags &= ~Rflags.RF;
        TranslatedBlock? block = Find(_state->Rip);
        if (block == null)
            return false;
        long before = _state->Budget;
        _context.BreakpointsMet = 0;
        _context.StepsByNewFlags = null;
        ExecuteAlone(block.Block);
        met = _context.BreakpointsMet;
        _context.BreakpointsMet = 0;
        steps = _context.StepsByNewFlags ?? steps;
        _context.StepsByNewFlags = null;
        if (_state->Exit != ExitReason.None)
        {
            // A fault undoes what its instruction has met. System calls and interrupts clear TF before it is looked at.
            return false;
        }

        if (_state->Budget == before)
        {
            // Not over: an instruction breakpoint must not fire again when it goes on.
            _state->SystemFlags |= Rflags.RF;
        }
        else if (_context.InDebugShadow)
        {
            _heldBack = met;
            return true;
        }

        met |= heldBack | (steps ? DebugRegisters.SingleStep : 0);
        if (met == 0)
            return true;
        RaiseDebug(met);
        return false;
    }

    private void RaiseDebug(ulong conditions)
    {
        _context.StepsByNewFlags = null;
        DebugRegisters.Report(_state, conditions);
        _state->RaiseException(ExceptionVector.Debug, 0, false);
    }
}
