using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>DIV and IDIV. A quotient that does not fit, or a divisor of 0, is #DE and changes nothing. The flags, undefined afterwards, are kept.</summary>
public static unsafe class Divide
{
    [MicroOpMethod(MicroOpCode.DivideUnsigned)]
    public static bool Unsigned(CpuContext context, CpuState* state, MicroOp* op)
    {
        int size = op->Size;
        ulong divisor = Widths.Truncate(state->Gpr[op->A], size);
        ulong quotient;
        ulong remainder;
        if (size == 8)
        {
            ulong high = state->Gpr[Operand.Rdx];
            ulong low = state->Gpr[Operand.Rax];
            // The quotient fits exactly if the high half is below the divisor; that excludes 0 too.
            if (high >= divisor)
                return Fault(state);
            if (high == 0)
            {
                (quotient, remainder) = Math.DivRem(low, divisor);
            }
            else
            {
                UInt128 dividend = new(high, low);
                UInt128 wide = dividend / divisor;
                quotient = (ulong)wide;
                remainder = low - (quotient * divisor);
            }
        }
        else
        {
            if (divisor == 0)
                return Fault(state);
            (quotient, remainder) = Math.DivRem(Dividend(state, size), divisor);
            if (quotient > Widths.Mask(size))
                return Fault(state);
        }

        return Write(state, quotient, remainder, size);
    }

    [MicroOpMethod(MicroOpCode.DivideSigned)]
    public static bool Signed(CpuContext context, CpuState* state, MicroOp* op)
    {
        int size = op->Size;
        long divisor = Widths.SignExtend(state->Gpr[op->A], size);
        if (divisor == 0)
            return Fault(state);
        long quotient;
        long remainder;
        if (size == 8 && (long)state->Gpr[Operand.Rdx] != (long)state->Gpr[Operand.Rax] >> 63)
        {
            if (!TryDivideWide(state->Gpr[Operand.Rdx], state->Gpr[Operand.Rax], divisor, out quotient, out remainder))
                return Fault(state);
            return Write(state, (ulong)quotient, (ulong)remainder, size);
        }

        long dividend = size switch
        {
            8 => (long)state->Gpr[Operand.Rax],
            4 => (long)Dividend(state, size),
            2 => (int)Dividend(state, size),
            _ => (short)Dividend(state, size),
        };
        // The host's own division would trap on this one.
        if (divisor == -1 && dividend == long.MinValue)
            return Fault(state);
        (quotient, remainder) = Math.DivRem(dividend, divisor);
        if (quotient != Widths.SignExtend((ulong)quotient, size))
            return Fault(state);
        return Write(state, (ulong)quotient, (ulong)remainder, size);
    }

    /// <summary>Divides high:low, a signed 128-bit number, on magnitudes.</summary>
    private static bool TryDivideWide(ulong high, ulong low, long divisor, out long quotient, out long remainder)
    {
        bool negativeDividend = (long)high < 0;
        bool negativeQuotient = negativeDividend != divisor < 0;
        UInt128 dividend = new(high, low);
        UInt128 magnitude = negativeDividend ? UInt128.Zero - dividend : dividend;
        ulong divisorMagnitude = divisor < 0 ? 0 - (ulong)divisor : (ulong)divisor;
        UInt128 wide = magnitude / divisorMagnitude;
        ulong rest = (ulong)(magnitude - (wide * divisorMagnitude));
        quotient = negativeQuotient ? (long)(0 - (ulong)wide) : (long)(ulong)wide;
        remainder = negativeDividend ? (long)(0 - rest) : (long)rest;
        return wide <= (negativeQuotient ? (UInt128)(1UL << 63) : (UInt128)long.MaxValue);
    }

    /// <summary>The dividend of the narrow forms: AX, DX:AX or EDX:EAX.</summary>
    private static ulong Dividend(CpuState* state, int size) => size switch
    {
        4 => (state->Gpr[Operand.Rdx] << 32) | (uint)state->Gpr[Operand.Rax],
        2 => (ulong)(ushort)state->Gpr[Operand.Rdx] << 16 | (ushort)state->Gpr[Operand.Rax],
        _ => (ushort)state->Gpr[Operand.Rax],
    };

    private static bool Write(CpuState* state, ulong quotient, ulong remainder, int size)
    {
        if (size == 1)
        {
            state->Gpr[Operand.Rax] = Widths.Insert(state->Gpr[Operand.Rax], (byte)quotient | ((ulong)(byte)remainder << 8), 2);
            return true;
        }

        state->Gpr[Operand.Rax] = Widths.Write(state->Gpr[Operand.Rax], quotient, size);
        state->Gpr[Operand.Rdx] = Widths.Write(state->Gpr[Operand.Rdx], remainder, size);
        return true;
    }

    private static bool Fault(CpuState* state)
    {
        state->RaiseException(ExceptionVector.DivideError, 0, false);
        return false;
    }
}
