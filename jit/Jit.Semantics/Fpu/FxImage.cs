using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// FXSAVE and FXRSTOR: the 512-byte image of Intel SDM vol. 1, 10.5.1. The last instruction and operand pointers are not kept and
/// stored as 0, so that the forms with and without REX.W agree.
/// </summary>
public static unsafe class FxImage
{
    public const int Length = 512;

    private const int ControlOffset = 0;
    private const int StatusOffset = 2;
    private const int TagOffset = 4;
    private const int MxcsrOffset = 24;
    private const int MxcsrMaskOffset = 28;
    private const int StackOffset = 32;
    private const int VectorOffset = 160;

    /// <summary>Bytes from here on belong to software and are left alone.</summary>
    private const int Used = 416;

    private const int RegisterBytes = 10;
    private const int SlotBytes = 16;

    [MicroOpMethod(MicroOpCode.FxSave)]
    public static bool Save(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        if (!FpuState.CheckAvailable(state) || !CheckAligned(state, address) || !context.TryProbeWrite(address, Length))
            return false;
        Span<byte> image = stackalloc byte[Used];
        image.Clear();
        SaveX87(state, image);
        SaveMxcsr(state, image);
        SaveVectors(state, image);
        return context.TryWriteBytes(address, image);
    }

    [MicroOpMethod(MicroOpCode.FxRestore)]
    public static bool Restore(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        Span<byte> image = stackalloc byte[Length];
        if (!FpuState.CheckAvailable(state) || !CheckAligned(state, address) || !context.TryReadBytes(address, image) || !CheckMxcsr(state, image))
            return false;
        LoadX87(state, image);
        LoadMxcsr(state, image);
        LoadVectors(state, image);
        return true;
    }

    /// <summary>The x87 part: bytes 0 to 23 and the registers from byte 32 on. Reserved bytes are zero in <paramref name="image"/> and stay so.</summary>
    internal static void SaveX87(CpuState* state, Span<byte> image)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image[ControlOffset..], state->Fcw);
        BinaryPrimitives.WriteUInt16LittleEndian(image[StatusOffset..], state->Fsw);
        image[TagOffset] = AbridgedTag(state->Ftw);
        for (int i = 0; i < 8; i++)
            new ReadOnlySpan<byte>(Physical(state, i), RegisterBytes).CopyTo(image[(StackOffset + (SlotBytes * i))..]);
    }

    internal static void SaveMxcsr(CpuState* state, Span<byte> image)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(image[MxcsrOffset..], state->Mxcsr);
        BinaryPrimitives.WriteUInt32LittleEndian(image[MxcsrMaskOffset..], FpuState.MxcsrMask);
    }

    /// <summary>The low 128 bits of the vector registers.</summary>
    internal static void SaveVectors(CpuState* state, Span<byte> image)
    {
        for (int i = 0; i < CpuState.VectorCount; i++)
            new ReadOnlySpan<byte>(Vector(state, i), SlotBytes).CopyTo(image[(VectorOffset + (SlotBytes * i))..]);
    }

    internal static void LoadX87(CpuState* state, ReadOnlySpan<byte> image)
    {
        state->Fcw = BinaryPrimitives.ReadUInt16LittleEndian(image[ControlOffset..]);
        state->Fsw = BinaryPrimitives.ReadUInt16LittleEndian(image[StatusOffset..]);
        // TOP comes from the status word just loaded.
        for (int i = 0; i < 8; i++)
            image.Slice(StackOffset + (SlotBytes * i), RegisterBytes).CopyTo(new Span<byte>(Physical(state, i), RegisterBytes));
        state->Ftw = FullTag(state, image[TagOffset]);
    }

    internal static void LoadMxcsr(CpuState* state, ReadOnlySpan<byte> image) =>
        state->Mxcsr = BinaryPrimitives.ReadUInt32LittleEndian(image[MxcsrOffset..]);

    internal static void LoadVectors(CpuState* state, ReadOnlySpan<byte> image)
    {
        for (int i = 0; i < CpuState.VectorCount; i++)
            image.Slice(VectorOffset + (SlotBytes * i), SlotBytes).CopyTo(new Span<byte>(Vector(state, i), SlotBytes));
    }

    /// <summary>#GP if the image's MXCSR has a bit that does not exist.</summary>
    internal static bool CheckMxcsr(CpuState* state, ReadOnlySpan<byte> image)
    {
        if ((BinaryPrimitives.ReadUInt32LittleEndian(image[MxcsrOffset..]) & ~FpuState.MxcsrMask) == 0)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }

    /// <summary>One bit per physical register: 1 if it is not empty.</summary>
    private static byte AbridgedTag(ushort full)
    {
        int abridged = 0;
        for (int i = 0; i < 8; i++)
        {
            if (((full >> (2 * i)) & 3) != 3)
                abridged |= 1 << i;
        }

        return (byte)abridged;
    }

    /// <summary>Two bits per physical register: 0 valid, 1 zero, 2 special (denormal, infinity, NaN, unnormal), 3 empty.</summary>
    private static ushort FullTag(CpuState* state, byte abridged)
    {
        int full = 0;
        for (int i = 0; i < 8; i++)
        {
            int tag = 3;
            if ((abridged & (1 << i)) != 0)
            {
                ulong significand = state->X87[2 * i];
                int exponent = (int)state->X87[(2 * i) + 1] & 0x7fff;
                if (exponent == 0 && significand == 0)
                    tag = 1;
                else if (exponent is 0 or 0x7fff || (long)significand >= 0)
                    tag = 2;
                else
                    tag = 0;
            }

            full |= tag << (2 * i);
        }

        return (ushort)full;
    }

    private static bool CheckAligned(CpuState* state, ulong address)
    {
        if ((address & 15) == 0)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }

    /// <summary>The bytes of ST(<paramref name="index"/>).</summary>
    private static byte* Physical(CpuState* state, int index)
    {
        int top = (state->Fsw >> 11) & 7;
        return (byte*)(state->X87 + (2 * ((top + index) & 7)));
    }

    private static byte* Vector(CpuState* state, int index) => (byte*)state->Vectors + (CpuState.VectorStride * index);
}
