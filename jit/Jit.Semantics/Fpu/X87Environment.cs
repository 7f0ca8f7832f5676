using System.Buffers.Binary;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>FNSTENV, FLDENV, FNSAVE and FRSTOR, in the layouts of protected mode with 16 and 32 bits (Intel SDM vol. 1, 8.1.10).</summary>
public static unsafe class X87Environment
{
    private const int RegisterBytes = 10;
    private const int Words = 7;

    [MicroOpMethod(MicroOpCode.X87Environment)]
    public static bool Execute(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!FpuState.CheckAvailable(state))
            return false;
        X87Image image = (X87Image)op->Aux;
        bool load = image is X87Image.LoadEnvironment or X87Image.Restore;
        if (load && !X87Stack.CheckPending(state))
            return false;
        ulong address = state->Gpr[op->A];
        // The environment is seven words or doublewords.
        int word = op->Size == 2 ? 2 : 4;
        int length = (Words * word) + (image is X87Image.Save or X87Image.Restore ? 8 * RegisterBytes : 0);
        Span<byte> bytes = stackalloc byte[(Words * 4) + (8 * RegisterBytes)];
        bytes = bytes[..length];
        if (!context.CheckAlignment(address, word))
            return false;
        if (load)
        {
            if (!context.TryReadBytes(address, bytes))
                return false;
            LoadEnvironment(state, bytes, word);
            if (image == X87Image.Restore)
            {
                for (int i = 0; i < 8; i++)
                    bytes.Slice((Words * word) + (i * RegisterBytes), RegisterBytes).CopyTo(FxImage.Register(state, i));
            }

            X87Stack.Summarize(state);
            return true;
        }

        StoreEnvironment(state, bytes, word);
        if (image == X87Image.Save)
        {
            for (int i = 0; i < 8; i++)
                FxImage.Register(state, i).CopyTo(bytes[((Words * word) + (i * RegisterBytes))..]);
        }

        if (!context.TryWriteBytes(address, bytes))
            return false;
        if (image == X87Image.Save)
        {
            FpuState.Initialize(state);
        }
        else
        {
            state->Fcw |= (ushort)FloatExceptions.All;
            X87Stack.Summarize(state);
        }

        return true;
    }

    private static void StoreEnvironment(CpuState* state, Span<byte> bytes, int word)
    {
        // The upper halves of the 32-bit layout's first three doublewords, and of the last, are reserved and stored as ones.
        bytes[..(Words * word)].Fill(0xff);
        Put(bytes, 0, word, state->Fcw);
        Put(bytes, 1, word, state->Fsw);
        Put(bytes, 2, word, FxImage.FullTag(state));
        if (word == 2)
        {
            Put(bytes, 3, word, (ushort)state->X87InstructionPointer);
            Put(bytes, 4, word, state->X87CodeSelector);
            Put(bytes, 5, word, (ushort)state->X87DataPointer);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)state->X87InstructionPointer);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], state->X87CodeSelector | ((uint)state->X87Opcode << 16));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], (uint)state->X87DataPointer);
        }

        Put(bytes, 6, word, state->X87DataSelector);
    }

    private static void LoadEnvironment(CpuState* state, ReadOnlySpan<byte> bytes, int word)
    {
        state->Fcw = FpuState.ControlWord(Get(bytes, 0, word));
        state->Fsw = Get(bytes, 1, word);
        // Which register is empty is all that counts of the tags: the rest follows from the contents.
        ushort tags = Get(bytes, 2, word);
        int kept = 0;
        for (int i = 0; i < 8; i++)
        {
            if ((tags >> (2 * i) & 3) == 3)
                kept |= 3 << (2 * i);
        }

        state->Ftw = (ushort)kept;
        state->X87CodeSelector = Get(bytes, 4, word);
        if (word == 2)
        {
            state->X87InstructionPointer = Get(bytes, 3, word);
            state->X87DataPointer = Get(bytes, 5, word);
        }
        else
        {
            state->X87InstructionPointer = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
            state->X87Opcode = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]) & 0x7ff);
            state->X87DataPointer = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        }

        state->X87DataSelector = Get(bytes, 6, word);
    }

    private static ushort Get(ReadOnlySpan<byte> bytes, int index, int word) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * word)..]);

    private static void Put(Span<byte> bytes, int index, int word, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[(index * word)..], value);
}
