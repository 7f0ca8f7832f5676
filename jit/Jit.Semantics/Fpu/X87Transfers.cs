using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Loads to the x87's stack and stores from it.</summary>
public static unsafe class X87Transfers
{
    private const int WideBytes = 10;

    [MicroOpMethod(MicroOpCode.X87Load)]
    public static bool Load(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        ulong address = state->Gpr[op->A];
        X87Format format = (X87Format)op->Aux;
        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 value;
        if (format is X87Format.Float80 or X87Format.Decimal)
        {
            Span<byte> bytes = stackalloc byte[WideBytes];
            if (!context.CheckAlignment(address, 8) || !context.TryReadBytes(address, bytes))
                return false;
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            ushort high = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
            value = format == X87Format.Float80 ? new Float80(high, low) : Float80.FromDecimal(low, high);
        }
        else
        {
            if (!context.TryLoad(address, Bytes(format), out ulong bits))
                return false;
            if (format == X87Format.Float64 && X87Common.TryWiden(bits, out value) && X87Stack.IsEmpty(state, 7))
            {
                X87Stack.Remember(state, op, address);
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                X87Stack.Push(state, value);
                return true;
            }

            value = format switch
            {
                X87Format.Float32 => Float80.FromFloat32((uint)bits, ref status),
                X87Format.Float64 => Float80.FromFloat64(bits, ref status),
                X87Format.Int16 => Float80.FromInt64((short)bits),
                X87Format.Int32 => Float80.FromInt64((int)bits),
                _ => Float80.FromInt64((long)bits),
            };
        }

        X87Stack.Remember(state, op, address);
        // A register in the way goes before what the operand is. A denormal is loaded even where its exception is unmasked.
        if (!X87Stack.IsEmpty(state, 7) || X87Stack.Complete(state, status) || (status.Raised & FloatExceptions.Invalid) == 0)
            X87Stack.Push(state, value);
        return true;
    }

    [MicroOpMethod(MicroOpCode.X87Store)]
    public static bool Store(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        ulong address = state->Gpr[op->A];
        X87Format format = (X87Format)(op->Aux & X87Store.FormatMask);
        if (format == X87Format.Float64 && X87Common.Applies(state) && !X87Stack.IsEmpty(state, 0)
            && X87Common.TryNarrow(X87Stack.Read(state, 0), out ulong narrow, out int narrowing))
        {
            if (!context.TryStore(address, narrow, 8))
                return false;
            X87Stack.Remember(state, op, address);
            X87Stack.SetConditions(state, X87Stack.C1, narrowing);
            if ((op->Aux & X87Store.Pop) != 0)
                X87Stack.Pop(state);
            return true;
        }

        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 value = X87Stack.Read(state, 0);
        bool empty = X87Stack.IsEmpty(state, 0);
        if (empty)
        {
            value = Float80.Indefinite;
            status.Raised = FloatExceptions.Invalid;
        }

        X87Status found = status;
        bool stored;
        if (format is X87Format.Float80 or X87Format.Decimal)
        {
            Float80 wide = format == X87Format.Float80 ? value : Float80.ToDecimal(value, ref found);
            stored = found.HasResult;
            Span<byte> bytes = stackalloc byte[WideBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, wide.Significand);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], wide.SignExponent);
            if (!context.CheckAlignment(address, 8) || !(stored ? context.TryWriteBytes(address, bytes) : context.TryProbeWrite(address, WideBytes)))
                return false;
        }
        else
        {
            FloatRounding rounding = (op->Aux & X87Store.Truncate) != 0 ? FloatRounding.Zero : status.Rounding;
            ulong bits = format switch
            {
                X87Format.Float32 => Float80.ToFloat32(value, ref found),
                X87Format.Float64 => Float80.ToFloat64(value, ref found),
                X87Format.Int16 => (ulong)Float80.ToInteger(value, 16, rounding, ref found),
                X87Format.Int32 => (ulong)Float80.ToInteger(value, 32, rounding, ref found),
                _ => (ulong)Float80.ToInteger(value, 64, rounding, ref found),
            };
            // Memory never sees the result with the adjusted exponent.
            stored = found.HasResult && (format > X87Format.Float64
                || (found.Raised & ~found.Masked & (FloatExceptions.Overflow | FloatExceptions.Underflow)) == 0);
            int size = Bytes(format);
            if (!(stored ? context.TryStore(address, bits, size) : context.TryProbeWrite(address, size)))
                return false;
        }

        X87Stack.Remember(state, op, address);
        if (empty)
            X87Stack.Fault(state, overflow: false);
        else
            X87Stack.Complete(state, found);
        if (stored && (op->Aux & X87Store.Pop) != 0)
            X87Stack.Pop(state);
        return true;
    }

    private static int Bytes(X87Format format) => format switch
    {
        X87Format.Int16 => 2,
        X87Format.Float32 or X87Format.Int32 => 4,
        _ => 8,
    };
}
