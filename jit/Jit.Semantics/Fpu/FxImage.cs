using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// FXSAVE and FXRSTOR: the 512-byte image of Intel SDM vol. 1, 10.5.1. As on AMD's processors the last instruction and operand pointers are stored
/// and loaded only while an unmasked exception is pending, else 0 is stored.
/// </summary>
public static unsafe class FxImage
{
    public const int Length = 512;

    private const int ControlOffset = 0;
    private const int StatusOffset = 2;
    private const int TagOffset = 4;
    private const int OpcodeOffset = 6;
    private const int InstructionOffset = 8;
    private const int DataOffset = 16;
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
        if (!FpuState.CheckAvailable(state) || !CheckAligned(context, state, address) || !context.TryProbeWrite(address, Length))
            return false;
        Span<byte> image = stackalloc byte[Used];
        image.Clear();
        SaveX87(state, image, op->Size == 8);
        SaveMxcsr(state, image);
        SaveVectors(state, image);
        return context.TryWriteBytes(address, image);
    }

    [MicroOpMethod(MicroOpCode.FxRestore)]
    public static bool Restore(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        Span<byte> image = stackalloc byte[Length];
        if (!FpuState.CheckAvailable(state) || !CheckAligned(context, state, address) || !context.TryReadBytes(address, image) || !CheckMxcsr(state, image))
            return false;
        LoadX87(state, image, op->Size == 8);
        LoadMxcsr(state, image);
        LoadVectors(state, image);
        return true;
    }

    /// <summary>The x87 part: bytes 0 to 23 and the registers from byte 32 on. Reserved bytes are zero in <paramref name="image"/> and stay so.</summary>
    /// <param name="wide">True: instruction and data pointers of 64 bits; false: of 32, with selectors.</param>
    internal static void SaveX87(CpuState* state, Span<byte> image, bool wide)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image[ControlOffset..], state->Fcw);
        BinaryPrimitives.WriteUInt16LittleEndian(image[StatusOffset..], state->Fsw);
        image[TagOffset] = AbridgedTag(state->Ftw);
        if (X87Stack.IsPending(state))
            StorePointers(state, image, wide);
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

    internal static void LoadX87(CpuState* state, ReadOnlySpan<byte> image, bool wide)
    {
        state->Fcw = FpuState.ControlWord(BinaryPrimitives.ReadUInt16LittleEndian(image[ControlOffset..]));
        state->Fsw = BinaryPrimitives.ReadUInt16LittleEndian(image[StatusOffset..]);
        X87Stack.Summarize(state);
        if (X87Stack.IsPending(state))
            LoadPointers(state, image, wide);
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

    private static void StorePointers(CpuState* state, Span<byte> image, bool wide)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image[OpcodeOffset..], state->X87Opcode);
        BinaryPrimitives.WriteUInt64LittleEndian(image[InstructionOffset..], state->X87InstructionPointer);
        BinaryPrimitives.WriteUInt64LittleEndian(image[DataOffset..], state->X87DataPointer);
        if (wide)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(image[(InstructionOffset + 4)..], state->X87CodeSelector);
        BinaryPrimitives.WriteUInt32LittleEndian(image[(DataOffset + 4)..], state->X87DataSelector);
    }

    private static void LoadPointers(CpuState* state, ReadOnlySpan<byte> image, bool wide)
    {
        state->X87Opcode = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(image[OpcodeOffset..]) & 0x7ff);
        state->X87InstructionPointer = BinaryPrimitives.ReadUInt64LittleEndian(image[InstructionOffset..]);
        state->X87DataPointer = BinaryPrimitives.ReadUInt64LittleEndian(image[DataOffset..]);
        if (wide)
            return;
        state->X87CodeSelector = (ushort)(state->X87InstructionPointer >> 32);
        state->X87DataSelector = (ushort)(state->X87DataPointer >> 32);
        state->X87InstructionPointer = (uint)state->X87InstructionPointer;
        state->X87DataPointer = (uint)state->X87DataPointer;
    }

    /// <summary>The full tag word as the contents of the registers make it.</summary>
    internal static ushort FullTag(CpuState* state) => FullTag(state, AbridgedTag(state->Ftw));

    /// <summary>The bytes of ST(<paramref name="index"/>).</summary>
    internal static Span<byte> Register(CpuState* state, int index) => new(Physical(state, index), RegisterBytes);

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

    private static bool CheckAligned(CpuContext context, CpuState* state, ulong address)
    {
        if ((address & 15) == 0)
            return true;
        // As AMD's processors do: #AC, where it is on, for what is not even aligned to 4 bytes.
        if (!context.CheckAlignment(address, sizeof(uint)))
            return false;
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
