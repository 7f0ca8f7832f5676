using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Far JMP and CALL through memory in 64-bit mode (Intel SDM vol. 2): to 64-bit code segments of the same privilege. Compatibility mode and call gates,
/// which would lead to code of other widths and other stacks, are not offered.
/// </summary>
public static unsafe class FarTransfers
{
    [MicroOpMethod(MicroOpCode.FarJump)]
    public static bool Jump(CpuContext context, CpuState* state, MicroOp* op)
    {
        ushort selector = (ushort)state->Gpr[op->B];
        ulong target = Widths.Truncate(state->Gpr[op->A], op->Size);
        return CheckCode(context, state, selector) && CheckTarget(state, target) && Enter(state, selector, target);
    }

    [MicroOpMethod(MicroOpCode.FarCall)]
    public static bool Call(CpuContext context, CpuState* state, MicroOp* op)
    {
        ushort selector = (ushort)state->Gpr[op->B];
        int size = op->Size;
        ulong target = Widths.Truncate(state->Gpr[op->A], size);
        ulong stack = state->Gpr[Operand.Rsp] - (2 * (uint)size);
        if (!CheckCode(context, state, selector) || !CheckTarget(state, target))
            return false;
        if (!new VirtualAddress(stack).IsCanonical || !new VirtualAddress(stack + (2 * (uint)size) - 1).IsCanonical)
        {
            state->RaiseException(ExceptionVector.StackFault, 0, true);
            return false;
        }

        // Both words or none.
        if (!context.TryLoadForWrite(stack, size, out _)
            || !context.TryStore(stack + (uint)size, state->Cs, size)
            || !context.TryStore(stack, (ulong)op->Imm, size))
        {
            return false;
        }

        state->Gpr[Operand.Rsp] = stack;
        return Enter(state, selector, target);
    }

    private static bool Enter(CpuState* state, ushort selector, ulong target)
    {
        state->Cs = (ushort)((selector & ~3) | state->Cpl);
        state->Rip = target;
        return true;
    }

    private static bool CheckTarget(CpuState* state, ulong target)
    {
        if (new VirtualAddress(target).IsCanonical)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }

    private static bool CheckCode(CpuContext context, CpuState* state, ushort selector)
    {
        if (Selector.IsNull(selector))
            return Fault(state, ExceptionVector.GeneralProtection, 0);
        if (!context.Environment.TryReadDescriptor(selector, out ulong value))
            return Fault(state, ExceptionVector.GeneralProtection, selector);
        SegmentDescriptor descriptor = new(value);
        int requested = Math.Max(Selector.Rpl(selector), state->Cpl);
        bool gate = descriptor.SystemType == SystemDescriptorType.CallGate && descriptor.Dpl >= requested;
        bool allowed = gate || (descriptor.IsCode
            && (descriptor.IsConforming ? descriptor.Dpl <= state->Cpl : Selector.Rpl(selector) <= state->Cpl && descriptor.Dpl == state->Cpl)
            && !(descriptor.IsLong && descriptor.IsDefault32));
        if (!allowed)
            return Fault(state, ExceptionVector.GeneralProtection, selector);
        if (!descriptor.IsPresent)
            return Fault(state, ExceptionVector.SegmentNotPresent, selector);
        if (!gate && descriptor.IsLong)
            return true;
        state->Exit = ExitReason.Unsupported;
        return false;
    }

    private static bool Fault(CpuState* state, byte vector, ushort selector)
    {
        state->RaiseException(vector, Selector.ErrorCode(selector), true);
        return false;
    }
}
