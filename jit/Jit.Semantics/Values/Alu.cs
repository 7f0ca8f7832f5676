using System.Runtime.CompilerServices;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Moves, additions, logic and selection. Operands are zero-extended; bits above the size may be anything in results.</summary>
public static class Alu
{
    [MicroOpMethod(MicroOpCode.Move)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Move(ulong a, int size) => a;

    [MicroOpMethod(MicroOpCode.Not)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Not(ulong a, int size) => ~a;

    [MicroOpMethod(MicroOpCode.Negate)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Negate(ulong a, int size) => 0 - a;

    [MicroOpMethod(MicroOpCode.SignExtend)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SignExtend(ulong a, int size) => (ulong)Widths.SignExtend(a, size);

    [MicroOpMethod(MicroOpCode.ExtractHigh)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ExtractHigh(ulong a, int size) => (byte)(a >> 8);

    [MicroOpMethod(MicroOpCode.InsertLow)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InsertLow(ulong a, ulong b, int size) => Widths.Insert(a, b, size);

    [MicroOpMethod(MicroOpCode.InsertHigh)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InsertHigh(ulong a, ulong b, int size) => (a & ~0xff00UL) | ((ulong)(byte)b << 8);

    [MicroOpMethod(MicroOpCode.Add)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong a, ulong b, int size) => a + b;

    [MicroOpMethod(MicroOpCode.Sub)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sub(ulong a, ulong b, int size) => a - b;

    [MicroOpMethod(MicroOpCode.AddCarry)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddCarry(ulong a, ulong b, ulong c, int size) => a + b + c;

    [MicroOpMethod(MicroOpCode.SubBorrow)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SubBorrow(ulong a, ulong b, ulong c, int size) => a - b - c;

    [MicroOpMethod(MicroOpCode.And)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong And(ulong a, ulong b, int size) => a & b;

    [MicroOpMethod(MicroOpCode.Or)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Or(ulong a, ulong b, int size) => a | b;

    [MicroOpMethod(MicroOpCode.Xor)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong a, ulong b, int size) => a ^ b;

    [MicroOpMethod(MicroOpCode.AndNot)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AndNot(ulong a, ulong b, int size) => ~a & b;

    [MicroOpMethod(MicroOpCode.Equal)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Equal(ulong a, ulong b, int size) => a == b ? 1UL : 0UL;

    [MicroOpMethod(MicroOpCode.Select)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Select(ulong a, ulong b, ulong c, int size) => c != 0 ? a : b;
}
