using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>LAR, LSL, VERR and VERW: what the descriptor behind a selector allows the present privilege (Intel SDM vol. 2). They never fault on the selector.</summary>
public static unsafe class SelectorInspection
{
    /// <summary>The upper word with the limit's upper bits, which AMD's processors show and the manuals leave open.</summary>
    private const uint AccessRightsMask = 0x00ff_ff00;

    [MicroOpMethod(MicroOpCode.InspectSelector)]
    public static bool Inspect(CpuContext context, CpuState* state, MicroOp* op)
    {
        SelectorQuestion question = (SelectorQuestion)op->Aux;
        ushort selector = (ushort)state->Gpr[op->A];
        SegmentDescriptor descriptor = default;
        bool answered = !Selector.IsNull(selector)
            && TryRead(context, selector, out descriptor)
            && IsVisible(state, descriptor, selector)
            && Concerns(descriptor, question);
        state->ArithmeticFlags = answered ? state->ArithmeticFlags | Rflags.ZF : state->ArithmeticFlags & ~Rflags.ZF;
        if (answered && op->Dst != Operand.None)
        {
            ulong answer = question == SelectorQuestion.Limit ? descriptor.Limit : (uint)(descriptor.Value >> 32) & AccessRightsMask;
            state->Gpr[op->Dst] = Widths.Write(state->Gpr[op->Dst], answer, op->Size);
        }

        return true;
    }

    private static bool TryRead(CpuContext context, ushort selector, out SegmentDescriptor descriptor)
    {
        bool found = context.Environment.TryReadDescriptor(selector, out ulong value);
        descriptor = new SegmentDescriptor(value);
        return found;
    }

    private static bool IsVisible(CpuState* state, SegmentDescriptor descriptor, ushort selector) =>
        descriptor.IsConforming || (state->Cpl <= descriptor.Dpl && Selector.Rpl(selector) <= descriptor.Dpl);

    private static bool Concerns(SegmentDescriptor descriptor, SelectorQuestion question)
    {
        if (descriptor.IsCodeOrData)
        {
            return question switch
            {
                SelectorQuestion.Readable => descriptor.IsReadable,
                SelectorQuestion.Writable => descriptor.IsWritable,
                _ => true,
            };
        }

        return question switch
        {
            SelectorQuestion.AccessRights => descriptor.SystemType is SystemDescriptorType.LocalTable or SystemDescriptorType.AvailableTask
                or SystemDescriptorType.BusyTask or SystemDescriptorType.CallGate,
            SelectorQuestion.Limit => descriptor.SystemType is SystemDescriptorType.LocalTable or SystemDescriptorType.AvailableTask
                or SystemDescriptorType.BusyTask,
            _ => false,
        };
    }
}
