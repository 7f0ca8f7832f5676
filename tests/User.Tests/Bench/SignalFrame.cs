using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.User.Tests.Bench;

/// <summary>
/// The frame of a signal handler (struct rt_sigframe): return address, ucontext, siginfo, and above them the floating-point state in the
/// standard XSAVE format, so that a handler may read and change all of it.
/// </summary>
internal static unsafe class SignalFrame
{
    private const int RedZone = 128;
    private const int ContextOffset = 8;
    private const int RegistersOffset = ContextOffset + 40;
    private const int FloatPointerOffset = RegistersOffset + 184;
    private const int MaskOffset = RegistersOffset + 256;
    private const int InfoOffset = MaskOffset + 8;
    private const int FrameLength = InfoOffset + 128;

    private const int UpperHalves = 576;
    private const int FloatLength = UpperHalves + (16 * CpuState.VectorCount);
    private const int SoftwareBytes = 464;
    private const uint FirstMagic = 0x4650_5853;
    private const uint SecondMagic = 0x4650_5845;

    private const ulong OnStack = 0x0800_0000;
    private const ulong DirectionFlag = 1 << 10;

    /// <summary>Numbers of the registers in the order of struct sigcontext.</summary>
    private static ReadOnlySpan<byte> Order => [8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4];

    /// <summary>Builds the frame and points the state at the handler, with floating point as a fresh program has it.</summary>
    /// <returns>False if the stack has no room.</returns>
    public static bool TryPush(UserProcess process, SignalAction action, SignalInfo info)
    {
        CpuState* state = process.State;
        ulong top = state->Gpr[4] - RedZone;
        Signals signals = process.Signals;
        bool alternate = (action.Flags & OnStack) != 0 && signals.AlternateSize != 0
            && top - signals.AlternateBase >= signals.AlternateSize;
        if (alternate)
            top = signals.AlternateBase + signals.AlternateSize;
        ulong floats = (top - FloatLength - 4) & ~63ul;
        ulong frame = ((floats - FrameLength) & ~15ul) - 8;

        Span<byte> bytes = stackalloc byte[FrameLength];
        bytes.Clear();
        Put(bytes, 0, action.Restorer);
        for (int i = 0; i < Order.Length; i++)
            Put(bytes, RegistersOffset + (8 * i), state->Gpr[Order[i]]);
        ulong flags = state->Flags;
        Put(bytes, RegistersOffset + 128, state->Rip);
        Put(bytes, RegistersOffset + 136, flags);
        Put(bytes, RegistersOffset + 144, state->Cs | ((ulong)state->Ss << 48));
        Put(bytes, RegistersOffset + 152, info.ErrorCode);
        Put(bytes, RegistersOffset + 160, info.Vector);
        Put(bytes, RegistersOffset + 168, signals.Blocked);
        Put(bytes, RegistersOffset + 176, info.Vector == ExceptionVector.PageFault ? info.Address : 0);
        Put(bytes, FloatPointerOffset, floats);
        Put(bytes, MaskOffset, signals.Blocked);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[InfoOffset..], info.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(InfoOffset + 8)..], info.Code);
        Put(bytes, InfoOffset + 16, info.Address);
        if (!process.Memory.TryWrite(frame, bytes) || !TryPushFloats(process, floats))
            return false;

        ResetFloats(state);
        state->Gpr[4] = frame;
        state->Gpr[7] = (ulong)info.Number;
        state->Gpr[6] = frame + InfoOffset;
        state->Gpr[2] = frame + ContextOffset;
        state->Gpr[0] = 0;
        state->Rip = action.Handler;
        state->Flags = flags & ~(DirectionFlag | Rflags.TF);
        return true;
    }

    /// <summary>Takes the state back from the frame above which the stack pointer is.</summary>
    /// <param name="blocked">The signals that were blocked when the frame was built.</param>
    /// <returns>False if there is no such frame.</returns>
    public static bool TryPop(UserProcess process, out ulong blocked)
    {
        CpuState* state = process.State;
        blocked = 0;
        Span<byte> bytes = stackalloc byte[FrameLength];
        if (!process.Memory.TryRead(state->Gpr[4] - 8, bytes) || !TryPopFloats(process, Get(bytes, FloatPointerOffset)))
            return false;
        for (int i = 0; i < Order.Length; i++)
            state->Gpr[Order[i]] = Get(bytes, RegistersOffset + (8 * i));
        state->Rip = Get(bytes, RegistersOffset + 128);
        state->Flags = Get(bytes, RegistersOffset + 136) | Rflags.IF;
        blocked = Get(bytes, MaskOffset);
        return true;
    }

    private static void ResetFloats(CpuState* state)
    {
        new Span<ulong>(state->Vectors, CpuState.VectorCount * CpuState.VectorStride / 8).Clear();
        new Span<ulong>(state->X87, 16).Clear();
        state->Fcw = 0x37f;
        state->Fsw = 0;
        state->Ftw = 0xffff;
        state->Mxcsr = 0x1f80;
    }

    private static bool TryPushFloats(UserProcess process, ulong address)
    {
        CpuState* state = process.State;
        Span<byte> image = stackalloc byte[FloatLength + 4];
        image.Clear();
        // First zeros: FXSAVE below finds its pages there.
        if (!process.Memory.TryWrite(address, image) || !Execute(process, MicroOpCode.FxSave, address)
            || !process.Memory.TryRead(address, image))
            return false;
        Put32(image, SoftwareBytes, FirstMagic);
        Put32(image, SoftwareBytes + 4, FloatLength + 4);
        Put(image, SoftwareBytes + 8, 7);
        Put32(image, SoftwareBytes + 16, FloatLength);
        Put(image, 512, 7);
        for (int i = 0; i < CpuState.VectorCount; i++)
            Upper(state, i).CopyTo(image[(UpperHalves + (16 * i))..]);
        Put32(image, FloatLength, SecondMagic);
        return process.Memory.TryWrite(address, image);
    }

    private static bool TryPopFloats(UserProcess process, ulong address)
    {
        Span<byte> image = stackalloc byte[FloatLength + 4];
        if (!process.Memory.TryRead(address, image) || !Execute(process, MicroOpCode.FxRestore, address))
            return false;
        for (int i = 0; i < CpuState.VectorCount; i++)
            image.Slice(UpperHalves + (16 * i), 16).CopyTo(Upper(process.State, i));
        return true;
    }

    /// <summary>FXSAVE and FXRSTOR as the processor's instructions do them, with the address in a temporary register.</summary>
    private static bool Execute(UserProcess process, MicroOpCode code, ulong address)
    {
        MicroOp op = new() { Code = code, A = Operand.FirstTemporary };
        process.State->Gpr[Operand.FirstTemporary] = address;
        return code == MicroOpCode.FxSave
            ? FxImage.Save(process.Context, process.State, &op)
            : FxImage.Restore(process.Context, process.State, &op);
    }

    private static Span<byte> Upper(CpuState* state, int register) =>
        new((byte*)state->Vectors + (register * CpuState.VectorStride) + 16, 16);

    private static void Put(Span<byte> bytes, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes[offset..], value);

    private static void Put32(Span<byte> bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[offset..], value);

    private static ulong Get(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
