using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Interpret;

/// <content>Micro-ops that the switch does not name: operands taken and results stored as their shape tells.</content>
public sealed unsafe partial class MicroInterpreter
{
    /// <summary>False: the micro-op stopped its instruction.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RunByShape(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong* r = state->Gpr;
        int size = op->Size;
        MicroOpCode code = op->Code;
        ulong mask = ulong.MaxValue >> -(size << 3);
        switch (MicroOpTable.Shape(code))
        {
            case MicroOpShape.Value1:
                r[op->Dst] = MicroOpMethods.Value1(code)(Value(r, op, op->A) & mask, size) & mask;
                return true;
            case MicroOpShape.Value2:
                r[op->Dst] = MicroOpMethods.Value2(code)(Value(r, op, op->A) & mask, Value(r, op, op->B) & mask, size) & mask;
                return true;
            case MicroOpShape.Value3:
                r[op->Dst] = MicroOpMethods.Value3(code)(
                    Value(r, op, op->A) & mask, Value(r, op, op->B) & mask, Value(r, op, op->C) & mask, size) & mask;
                return true;
            case MicroOpShape.Extend:
                r[op->Dst] = MicroOpMethods.Value1(code)(Value(r, op, op->A) & mask, size) & (ulong.MaxValue >> -(op->Aux << 3));
                return true;
            case MicroOpShape.Insert:
                r[op->Dst] = MicroOpMethods.Value2(code)(Value(r, op, op->A), Value(r, op, op->B), size);
                return true;
            case MicroOpShape.Word3:
                r[op->Dst] = MicroOpMethods.Value3(code)(
                    Value(r, op, op->A), Value(r, op, op->B), Value(r, op, op->C), size);
                return true;
            case MicroOpShape.Atomic:
                {
                    ulong address = EffectiveAddress(state, op, Value(r, op, op->A), Value(r, op, op->B));
                    if (!MicroOpMethods.Atomic(code)(context, address, Value(r, op, op->C) & mask, size, out ulong old))
                        return false;
                    if (op->Dst != Operand.None)
                        r[op->Dst] = old & mask;
                    return true;
                }

            case MicroOpShape.Helper:
                return MicroOpMethods.Helper(code)(context, state, op);
            default:
                return VectorExecutor.Execute(state, op);
        }
    }

    /// <summary>Loads 1 to 32 bytes into a vector register, the rest of its low 128 bits zero.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool LoadVector(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = EffectiveAddress(state, op, Value(state->Gpr, op, op->A), Value(state->Gpr, op, op->B));
        int size = op->Size;
        int aligned = op->Aux & MemoryAux.Aligned;
        TlbEntry* entry = state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->ReadTag != ((address + (uint)size - 1) & ~GuestMemory.FrameMask) || (aligned != 0 && (address & ((uint)size - 1)) != 0))
            return context.LoadVectorSlow(address, op->Dst, size, aligned, (op->Aux & MemoryAux.ZeroUpper) != 0);
        byte* host = (byte*)((nint)address + entry->Addend);
        Vector128<byte>* target = Vector(state, op->Dst);
        if (size == 32)
        {
            Unsafe.CopyBlockUnaligned(target, host, 32);
            return true;
        }

        *target = size == 16 ? Unsafe.ReadUnaligned<Vector128<byte>>(host) : Vector128.CreateScalar(CpuContext.ReadHost(host, size)).AsByte();
        if ((op->Aux & MemoryAux.ZeroUpper) != 0)
            target[1] = Vector128<byte>.Zero;
        return true;
    }

    /// <summary>Stores the low 1 to 32 bytes of a vector register.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool StoreVector(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = EffectiveAddress(state, op, Value(state->Gpr, op, op->A), Value(state->Gpr, op, op->B));
        int size = op->Size;
        int aligned = op->Aux & MemoryAux.Aligned;
        TlbEntry* entry = state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->WriteTag != ((address + (uint)size - 1) & ~GuestMemory.FrameMask) || (aligned != 0 && (address & ((uint)size - 1)) != 0))
            return context.StoreVectorSlow(address, op->C, size, aligned);
        byte* host = (byte*)((nint)address + entry->Addend);
        if (size >= 16)
            Unsafe.CopyBlockUnaligned(host, Vector(state, op->C), (uint)size);
        else
            CpuContext.WriteHost(host, *(ulong*)Vector(state, op->C), size);
        return true;
    }

    private static Vector128<byte>* Vector(CpuState* state, int index) => (Vector128<byte>*)((byte*)state->Vectors + (CpuState.VectorStride * index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Value(ulong* r, MicroOp* op, byte operand) => operand < Operand.Immediate ? r[operand] : (ulong)op->Imm;
}
