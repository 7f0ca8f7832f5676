using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// XSAVE, XSAVEOPT, XSAVEC and XRSTOR (Intel SDM vol. 1, 13.7 to 13.10): images of the state components that XCR0 enables and edx:eax asks for.
/// XSAVEOPT leaves out components in their initial configuration, as the processors do; that nothing changed since the last XRSTOR it never claims to know.
/// </summary>
public static unsafe class XsaveImages
{
    private const int BvOffset = ExtendedState.LegacyBytes;
    private const int CompactionOffset = BvOffset + 8;

    /// <summary>Of the standard format's header, bytes that must be zero end here; of the compacted one's, with the header.</summary>
    private const int ReservedStart = BvOffset + 16;
    private const int StandardReservedEnd = BvOffset + 24;

    private const ulong Compacted = 1UL << 63;
    private const ulong MxcsrComponents = ExtendedState.Sse | ExtendedState.Avx;
    private const int MxcsrOffset = 24;
    private const int MxcsrBytes = 8;
    private const int X87Head = MxcsrOffset;
    private const int StackOffset = 32;
    private const int VectorOffset = 160;
    private const int VectorEnd = 416;

    [MicroOpMethod(MicroOpCode.XsaveImage)]
    public static bool Save(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        XsaveForm form = (XsaveForm)op->Aux;
        ulong asked = Requested(state);
        if (!Check(state, address))
            return false;
        ulong present = form == XsaveForm.Compacted ? StateComponents.InUse(state) : StateComponents.InUseWithoutMxcsr(state);
        ulong stored = form == XsaveForm.Standard ? asked : asked & present;
        bool compacted = form == XsaveForm.Compacted;
        bool mxcsr = compacted ? (stored & ExtendedState.Sse) != 0 : (asked & MxcsrComponents) != 0;
        // XSTATE_BV of XSAVE keeps the bits that were not asked for; what it reads there decides nothing else.
        Span<byte> header = stackalloc byte[16];
        int length = (stored & ExtendedState.Avx) != 0 ? ExtendedState.AvxOffset + ExtendedState.AvxBytes : ExtendedState.AvxOffset;
        if (!context.TryProbeWrite(address, length))
            return false;
        if (compacted)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(header, stored);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], asked | Compacted);
        }
        else
        {
            if (!context.TryReadBytes(address + BvOffset, header[..8]))
                return false;
            ulong old = BinaryPrimitives.ReadUInt64LittleEndian(header);
            BinaryPrimitives.WriteUInt64LittleEndian(header, (old & ~asked) | (asked & present));
        }

        return WriteComponents(context, state, address, stored, mxcsr, op->Size == 8) && context.TryWriteBytes(address + BvOffset, compacted ? header : header[..8]);
    }

    [MicroOpMethod(MicroOpCode.XrestoreImage)]
    public static bool Restore(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        ulong asked = Requested(state);
        Span<byte> image = stackalloc byte[ExtendedState.AvxOffset + ExtendedState.AvxBytes];
        if (!Check(state, address) || !context.TryReadBytes(address, image[..ExtendedState.AvxOffset]))
            return false;
        ulong present = BinaryPrimitives.ReadUInt64LittleEndian(image[BvOffset..]);
        ulong compaction = BinaryPrimitives.ReadUInt64LittleEndian(image[CompactionOffset..]);
        bool compacted = (compaction & Compacted) != 0 && context.Model.Has(CpuFeatures.Xsavec);
        ulong known = compacted ? compaction & ~Compacted : state->Xcr0;
        bool valid = (present & ~known) == 0 && (known & ~state->Xcr0) == 0
            && (compacted || compaction == 0)
            && !image[ReservedStart..(compacted ? ExtendedState.AvxOffset : StandardReservedEnd)].ContainsAnyExcept((byte)0);
        if (!valid)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        ulong loaded = asked & present;
        bool mxcsr = compacted ? (loaded & ExtendedState.Sse) != 0 : (asked & MxcsrComponents) != 0;
        if (mxcsr && !FxImage.CheckMxcsr(state, image))
            return false;
        if ((loaded & ExtendedState.Avx) != 0 && !context.TryReadBytes(address + ExtendedState.AvxOffset, image[ExtendedState.AvxOffset..]))
            return false;
        Load(state, image, asked, loaded, op->Size == 8);
        if (mxcsr)
            FxImage.LoadMxcsr(state, image);
        else if (compacted && (asked & ExtendedState.Sse) != 0)
            StateComponents.InitializeMxcsr(state);
        return true;
    }

    private static ulong Requested(CpuState* state) => state->Xcr0 & ((uint)state->Gpr[Operand.Rax] | (state->Gpr[Operand.Rdx] << 32));

    private static bool Check(CpuState* state, ulong address)
    {
        if (!ExtendedControl.CheckEnabled(state))
            return false;
        if ((state->Cr0 & CpuContext.Cr0Ts) != 0)
        {
            state->RaiseException(ExceptionVector.DeviceNotAvailable, 0, false);
            return false;
        }

        if ((address & (ExtendedState.HeaderBytes - 1)) == 0)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }

    private static bool WriteComponents(CpuContext context, CpuState* state, ulong address, ulong stored, bool mxcsr, bool wide)
    {
        Span<byte> image = stackalloc byte[VectorEnd];
        image.Clear();
        if ((stored & ExtendedState.X87) != 0)
        {
            FxImage.SaveX87(state, image, wide);
            if (!context.TryWriteBytes(address, image[..X87Head]) || !context.TryWriteBytes(address + StackOffset, image[StackOffset..VectorOffset]))
                return false;
        }

        if (mxcsr)
        {
            FxImage.SaveMxcsr(state, image);
            if (!context.TryWriteBytes(address + MxcsrOffset, image.Slice(MxcsrOffset, MxcsrBytes)))
                return false;
        }

        if ((stored & ExtendedState.Sse) != 0)
        {
            FxImage.SaveVectors(state, image);
            if (!context.TryWriteBytes(address + VectorOffset, image[VectorOffset..]))
                return false;
        }

        if ((stored & ExtendedState.Avx) == 0)
            return true;
        for (int i = 0; i < CpuState.VectorCount; i++)
            StateComponents.UpperHalf(state, i).CopyTo(image[(16 * i)..]);
        return context.TryWriteBytes(address + ExtendedState.AvxOffset, image[..ExtendedState.AvxBytes]);
    }

    private static void Load(CpuState* state, ReadOnlySpan<byte> image, ulong asked, ulong loaded, bool wide)
    {
        if ((loaded & ExtendedState.X87) != 0)
            FxImage.LoadX87(state, image, wide);
        else if ((asked & ExtendedState.X87) != 0)
            StateComponents.InitializeX87(state);
        if ((loaded & ExtendedState.Sse) != 0)
            FxImage.LoadVectors(state, image);
        else if ((asked & ExtendedState.Sse) != 0)
            StateComponents.InitializeVectors(state);
        for (int i = 0; i < CpuState.VectorCount && (asked & ExtendedState.Avx) != 0; i++)
        {
            Span<byte> half = StateComponents.UpperHalf(state, i);
            if ((loaded & ExtendedState.Avx) != 0)
                image.Slice(ExtendedState.AvxOffset + (16 * i), 16).CopyTo(half);
            else
                half.Clear();
        }
    }
}
