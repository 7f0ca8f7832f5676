using System.Buffers.Binary;
using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <content>What vector and x87 instructions need besides random registers: small counts and indices, masks, text, control words.</content>
public sealed partial class FormStates
{
    /// <summary>Prepares an instruction of these families; false if it is none of those that need more than values.</summary>
    private bool PrepareVector(InstructionForm form, StartState state, int index, ulong operand, bool writable)
    {
        Instruction instruction = form.Instruction;
        if (form.Addressing == Addressing.VectorIndex)
        {
            PrepareGather(instruction, state, index);
            return true;
        }

        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldmxcsr or Mnemonic.Vldmxcsr:
                if (writable && index % 4 != 0)
                    state.Patches.Add(new MemoryPatch(operand, BitConverter.GetBytes((uint)Bits() & 0xffff)));
                return true;
            case Mnemonic.Maskmovdqu or Mnemonic.Vmaskmovdqu or Mnemonic.Maskmovq:
                state.Gpr[7] = StringPlace(index);
                return true;
            case Mnemonic.Vmaskmovps or Mnemonic.Vmaskmovpd or Mnemonic.Vpmaskmovd or Mnemonic.Vpmaskmovq:
                PrepareMask(state, instruction.Op1Register, index);
                return true;
            case Mnemonic.Psllw or Mnemonic.Pslld or Mnemonic.Psllq or Mnemonic.Psrlw or Mnemonic.Psrld or Mnemonic.Psrlq or Mnemonic.Psraw or Mnemonic.Psrad
                or Mnemonic.Vpsllw or Mnemonic.Vpslld or Mnemonic.Vpsllq or Mnemonic.Vpsrlw or Mnemonic.Vpsrld or Mnemonic.Vpsrlq or Mnemonic.Vpsraw or Mnemonic.Vpsrad:
                PrepareCount(state, instruction, operand, writable);
                return true;
            case Mnemonic.Pcmpestri or Mnemonic.Pcmpestrm or Mnemonic.Pcmpistri or Mnemonic.Pcmpistrm
                or Mnemonic.Vpcmpestri or Mnemonic.Vpcmpestrm or Mnemonic.Vpcmpistri or Mnemonic.Vpcmpistrm:
                PrepareText(state, instruction, operand, writable);
                return true;
            case Mnemonic.Fyl2xp1:
                KeepSmall(state.Floating.St(0));
                return true;
            case Mnemonic.Fldcw:
                if (writable && index % 4 != 0)
                    state.Patches.Add(new MemoryPatch(operand, BitConverter.GetBytes((ushort)(0x40 | ((ushort)Bits() & 0xf3f)))));
                return true;
            default:
                return false;
        }
    }

    /// <summary>FYL2XP1 is defined for numbers between -(1 - sqrt(2)/2) and 1 - sqrt(2)/2 (SDM vol. 2): larger ones become less than a quarter.</summary>
    private static void KeepSmall(Span<byte> number)
    {
        const int quarter = 0x3ffd;
        int exponent = BinaryPrimitives.ReadUInt16LittleEndian(number[8..]);
        if ((exponent & 0x7fff) is >= quarter and < 0x7fff)
            BinaryPrimitives.WriteUInt16LittleEndian(number[8..], (ushort)((exponent & 0x8000) | (quarter - 1 - (exponent & 31))));
    }

    /// <summary>Indices that stay near, and now and then lead to a page that is missing; masks of every kind.</summary>
    private void PrepareGather(in Instruction instruction, StartState state, int index)
    {
        Span<byte> indices = state.Floating.Ymm(instruction.MemoryIndex.GetNumber());
        bool wide = instruction.Mnemonic is Mnemonic.Vgatherqps or Mnemonic.Vgatherqpd or Mnemonic.Vpgatherqd or Mnemonic.Vpgatherqq;
        int element = wide ? 8 : 4;
        for (int i = 0; i < 32; i += element)
        {
            long value = _random.Next(-0x80, 0x80);
            if (index % 4 == 3 && _random.Next(6) == 0)
                value = (long)((OracleLayout.Hole + 0x40 - OracleLayout.Data - 0x800) / (ulong)instruction.MemoryIndexScale);
            if (wide)
                BinaryPrimitives.WriteInt64LittleEndian(indices[i..], value);
            else
                BinaryPrimitives.WriteInt32LittleEndian(indices[i..], (int)value);
        }

        PrepareMask(state, instruction.Op2Register, index);
    }

    /// <summary>Signs of a mask: none, all, or as they come.</summary>
    private void PrepareMask(StartState state, Register register, int index)
    {
        Span<byte> mask = state.Floating.Ymm(register.GetNumber());
        switch (index % 5)
        {
            case 0:
                mask.Fill(0xff);
                break;
            case 1 when _random.Next(2) == 0:
                mask.Clear();
                break;
            default:
                _random.NextBytes(mask);
                break;
        }
    }

    private void PrepareCount(StartState state, in Instruction instruction, ulong operand, bool writable)
    {
        if (_random.Next(5) == 0)
            return;
        byte[] count = new byte[16];
        count[0] = (byte)_random.Next(70);
        _random.NextBytes(count.AsSpan(8));
        OpKind last = instruction.GetOpKind(instruction.OpCount - 1);
        if (last == OpKind.Memory && writable)
            state.Patches.Add(new MemoryPatch(operand, count));
        else if (last == OpKind.Register)
            Write(state, instruction.GetOpRegister(instruction.OpCount - 1), count);
    }

    /// <summary>Strings over a small alphabet, so that something is found, that end early or not at all.</summary>
    private void PrepareText(StartState state, in Instruction instruction, ulong operand, bool writable)
    {
        Write(state, instruction.Op0Register, Text());
        if (instruction.Op1Kind == OpKind.Register)
            Write(state, instruction.Op1Register, Text());
        else if (writable)
            state.Patches.Add(new MemoryPatch(operand, Text()));
        if (_random.Next(4) != 0)
        {
            state.Gpr[0] = (ulong)(long)_random.Next(-20, 20);
            state.Gpr[2] = (ulong)(long)_random.Next(-20, 20);
        }
    }

    private byte[] Text()
    {
        byte[] text = new byte[16];
        if (_random.Next(6) == 0)
        {
            _random.NextBytes(text);
            return text;
        }

        bool words = _random.Next(2) == 0;
        int end = _random.Next(24);
        for (int i = 0; i < 16; i++)
            text[i] = (byte)(words && i % 2 == 1 ? _random.Next(8) == 0 ? 0x80 : 0 : 'a' + _random.Next(5));
        if (end < 16)
            text[words ? end & ~1 : end] = 0;
        return text;
    }

    private static void Write(StartState state, Register register, byte[] bytes)
    {
        if (register.IsMM())
            bytes.AsSpan(0, 8).CopyTo(state.Floating.St((register.GetNumber() - state.Floating.Top) & 7));
        else if (register.IsVectorRegister())
            bytes.CopyTo(state.Floating.Xmm(register.GetNumber()));
    }
}
