using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// SGDT, SIDT, SLDT, STR, which any privilege may execute (there is no UMIP), and LGDT, LIDT, LLDT, LTR. The registers are kept and shown;
/// descriptors are read through the environment, and exceptions leave to the processor's owner.
/// </summary>
public static unsafe class SystemTables
{
    private const int PointerBytes = 10;

    [MicroOpMethod(MicroOpCode.StoreSystemTable)]
    public static bool Store(CpuContext context, CpuState* state, MicroOp* op)
    {
        bool global = op->Aux == (byte)SystemTable.Global;
        Span<byte> pointer = stackalloc byte[PointerBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(pointer, global ? state->GdtLimit : state->IdtLimit);
        BinaryPrimitives.WriteUInt64LittleEndian(pointer[2..], global ? state->GdtBase : state->IdtBase);
        return context.TryWriteBytes(state->Gpr[op->A], pointer);
    }

    [MicroOpMethod(MicroOpCode.LoadSystemTable)]
    public static bool Load(CpuContext context, CpuState* state, MicroOp* op)
    {
        Span<byte> pointer = stackalloc byte[PointerBytes];
        if (!context.TryReadBytes(state->Gpr[op->A], pointer))
            return false;
        ushort limit = BinaryPrimitives.ReadUInt16LittleEndian(pointer);
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(pointer[2..]);
        if (!new VirtualAddress(start).IsCanonical)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        if (op->Aux == (byte)SystemTable.Global)
            (state->GdtBase, state->GdtLimit) = (start, limit);
        else
            (state->IdtBase, state->IdtLimit) = (start, limit);
        return true;
    }

    [MicroOpMethod(MicroOpCode.ReadSystemSelector)]
    public static bool ReadSelector(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = op->Aux == (byte)SystemTable.Local ? state->Ldtr : state->Tr;
        return true;
    }

    /// <summary>LLDT and LTR. The busy bit of a task's descriptor, which nothing here looks at, is not set.</summary>
    [MicroOpMethod(MicroOpCode.LoadSystemSelector)]
    public static bool LoadSelector(CpuContext context, CpuState* state, MicroOp* op)
    {
        ushort selector = (ushort)state->Gpr[op->A];
        bool local = op->Aux == (byte)SystemTable.Local;
        if (!(local && Selector.IsNull(selector)) && !CheckSelector(context, state, selector, local))
            return false;
        if (local)
            state->Ldtr = selector;
        else
            state->Tr = selector;
        return true;
    }

    private static bool CheckSelector(CpuContext context, CpuState* state, ushort selector, bool local)
    {
        if (Selector.IsNull(selector))
        {
            state->RaiseGeneralProtection();
            return false;
        }

        SystemDescriptorType wanted = local ? SystemDescriptorType.LocalTable : SystemDescriptorType.AvailableTask;
        if (Selector.IsLocal(selector) || !context.Environment.TryReadDescriptor(selector, out ulong value)
            || new SegmentDescriptor(value).SystemType != wanted)
        {
            state->RaiseGeneralProtection(Selector.ErrorCode(selector));
            return false;
        }

        if (new SegmentDescriptor(value).IsPresent)
            return true;
        state->RaiseException(ExceptionVector.SegmentNotPresent, Selector.ErrorCode(selector), true);
        return false;
    }
}
