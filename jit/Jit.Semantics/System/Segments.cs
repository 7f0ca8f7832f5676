using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MOV to and from segment registers, and the checks that far returns share with it (Intel SDM vol. 2, MOV).</summary>
public static unsafe class Segments
{
    private const int EsNumber = 0;
    private const int CsNumber = 1;
    private const int SsNumber = 2;
    private const int DsNumber = 3;
    private const int FsNumber = 4;

    [MicroOpMethod(MicroOpCode.ReadSegment)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = op->Aux switch
        {
            EsNumber => state->Es,
            CsNumber => state->Cs,
            SsNumber => state->Ss,
            DsNumber => state->Ds,
            FsNumber => state->Fs,
            _ => state->Gs,
        };
        return true;
    }

    [MicroOpMethod(MicroOpCode.ReadSegmentBase)]
    public static bool ReadBase(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = op->Aux == FsNumber ? state->FsBase : state->GsBase;
        return true;
    }

    [MicroOpMethod(MicroOpCode.LoadSegment)]
    public static bool Load(CpuContext context, CpuState* state, MicroOp* op)
    {
        ushort selector = (ushort)state->Gpr[op->A];
        switch (op->Aux)
        {
            case CsNumber:
                state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
                return false;
            case SsNumber:
                if (!CheckStack(context, state, selector, state->Cpl))
                    return false;
                state->Ss = selector;
                if (op->Imm != 0)
                    context.CastDebugShadow();
                return true;
        }

        ulong segmentBase = 0;
        if (!Selector.IsNull(selector) && !CheckData(context, state, selector, out segmentBase))
            return false;
        switch (op->Aux)
        {
            case EsNumber:
                state->Es = selector;
                break;
            case DsNumber:
                state->Ds = selector;
                break;
            case FsNumber:
                state->Fs = selector;
                state->FsBase = segmentBase;
                break;
            default:
                state->Gs = selector;
                state->GsBase = segmentBase;
                break;
        }

        return true;
    }

    [MicroOpMethod(MicroOpCode.SwapGs)]
    public static bool SwapGs(CpuContext context, CpuState* state, MicroOp* op)
    {
        (state->GsBase, state->KernelGsBase) = (state->KernelGsBase, state->GsBase);
        return true;
    }

    /// <summary>Checks a selector for SS at privilege <paramref name="cpl"/>: NUL is allowed inside ring 3 only (64-bit code).</summary>
    internal static bool CheckStack(CpuContext context, CpuState* state, ushort selector, int cpl)
    {
        if (Selector.IsNull(selector))
            return (cpl != 3 && Selector.Rpl(selector) == cpl) || Fault(state, 0);
        if (!TryRead(context, state, selector, out SegmentDescriptor descriptor))
            return false;
        if (Selector.Rpl(selector) != cpl || !descriptor.IsWritable || descriptor.Dpl != cpl)
            return Fault(state, selector);
        return descriptor.IsPresent || Fault(state, selector, ExceptionVector.StackFault);
    }

    /// <summary>Checks a selector for CS of a far return to privilege RPL, which may not be more than the current one.</summary>
    internal static bool CheckReturnCode(CpuContext context, CpuState* state, ushort selector)
    {
        if (Selector.IsNull(selector))
            return Fault(state, 0);
        if (!TryRead(context, state, selector, out SegmentDescriptor descriptor))
            return false;
        int rpl = Selector.Rpl(selector);
        bool allowed = descriptor.IsCode
            && rpl >= state->Cpl
            && (descriptor.IsConforming ? descriptor.Dpl <= rpl : descriptor.Dpl == rpl)
            && !(descriptor.IsLong && descriptor.IsDefault32);
        if (!allowed)
            return Fault(state, selector);
        if (!descriptor.IsPresent)
            return Fault(state, selector, ExceptionVector.SegmentNotPresent);
        if (descriptor.IsLong && rpl is 0 or 3)
            return true;
        // Compatibility mode, and rings 1 and 2.
        state->Exit = ExitReason.Unsupported;
        return false;
    }

    /// <summary>After a return to an outer ring: data segments that the ring may not use become NUL. Bases of FS and GS stay.</summary>
    internal static void DropInnerSegments(CpuContext context, CpuState* state)
    {
        state->Es = Keep(context, state, state->Es);
        state->Ds = Keep(context, state, state->Ds);
        state->Fs = Keep(context, state, state->Fs);
        state->Gs = Keep(context, state, state->Gs);
    }

    private static ushort Keep(CpuContext context, CpuState* state, ushort selector)
    {
        if (Selector.IsNull(selector) || !context.Environment.TryReadDescriptor(selector, out ulong value))
            return 0;
        SegmentDescriptor descriptor = new(value);
        return descriptor.Dpl < state->Cpl && !descriptor.IsConforming ? (ushort)0 : selector;
    }

    private static bool CheckData(CpuContext context, CpuState* state, ushort selector, out ulong segmentBase)
    {
        segmentBase = 0;
        if (!TryRead(context, state, selector, out SegmentDescriptor descriptor))
            return false;
        bool allowed = descriptor.IsReadable
            && (descriptor.IsConforming || (Selector.Rpl(selector) <= descriptor.Dpl && state->Cpl <= descriptor.Dpl));
        if (!allowed)
            return Fault(state, selector);
        segmentBase = descriptor.Base;
        return descriptor.IsPresent || Fault(state, selector, ExceptionVector.SegmentNotPresent);
    }

    private static bool TryRead(CpuContext context, CpuState* state, ushort selector, out SegmentDescriptor descriptor)
    {
        bool found = context.Environment.TryReadDescriptor(selector, out ulong value);
        descriptor = new SegmentDescriptor(value);
        return found || Fault(state, selector);
    }

    private static bool Fault(CpuState* state, ushort selector, byte vector = ExceptionVector.GeneralProtection)
    {
        state->RaiseException(vector, Selector.ErrorCode(selector), true);
        return false;
    }
}
