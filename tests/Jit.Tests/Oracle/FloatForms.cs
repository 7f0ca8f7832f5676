using System.Buffers.Binary;
using Iced.Intel;
using K = Iced.Intel.OpCodeOperandKind;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Floating-point instructions with chosen operands, and states of numbers that matter to them under every MXCSR.</summary>
internal sealed class FloatForms(int seed)
{
    private const ulong Place = OracleLayout.Data + 0x400;

    private static readonly uint[] Edges32 =
    [
        0, 0x8000_0000, 1, 0x8000_0001, 0x007f_ffff, 0x807f_ffff, 0x0080_0000, 0x8080_0000, 0x0080_0001, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000,
        0x7fc0_0000, 0xffc0_0000, 0x7fc1_2345, 0xffc5_4321, 0x7f80_0001, 0xffbf_ffff, 0x7fa0_0000, 0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x3f7f_ffff,
        0x4000_0000, 0x3f00_0000, 0xbf00_0000, 0x3fc0_0000, 0x4020_0000, 0x4b00_0000, 0x4aff_ffff, 0x4eff_ffff, 0x4f00_0000, 0xcf00_0000, 0xcf00_0001,
        0x5eff_ffff, 0x5f00_0000, 0xdf00_0000, 0x1f80_0000, 0x2000_0000, 0x6000_0000, 0x477f_e000, 0x477f_f000, 0x3880_0000, 0x3300_0000, 0x3300_0001,
    ];

    private static readonly ulong[] Edges64 =
    [
        0, 0x8000_0000_0000_0000, 1, 0x8000_0000_0000_0001, 0x000f_ffff_ffff_ffff, 0x800f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x8010_0000_0000_0001,
        0x7fef_ffff_ffff_ffff, 0xffef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000,
        0x7ff8_1234_5678_9abc, 0xfffc_ba98_7654_3210, 0x7ff0_0000_0000_0001, 0xfff7_ffff_ffff_ffff, 0x7ff4_0000_0000_0000, 0x3ff0_0000_0000_0000,
        0xbff0_0000_0000_0000, 0x3ff0_0000_0000_0001, 0x3fef_ffff_ffff_ffff, 0x4000_0000_0000_0000, 0x3fe0_0000_0000_0000, 0xbfe0_0000_0000_0000,
        0x3ff8_0000_0000_0000, 0x4004_0000_0000_0000, 0x4330_0000_0000_0000, 0x432f_ffff_ffff_ffff, 0x41df_ffff_ffc0_0000, 0x41df_ffff_ffe0_0000,
        0x41e0_0000_0000_0000, 0xc1e0_0000_0000_0000, 0xc1e0_0000_0010_0000, 0xc1e0_0000_0020_0000, 0x43df_ffff_ffff_ffff, 0x43e0_0000_0000_0000,
        0xc3e0_0000_0000_0000, 0xc3e0_0000_0000_0001, 0x47ef_ffff_e000_0000, 0x47ef_ffff_f000_0000, 0x3810_0000_0000_0000, 0x380f_ffff_f000_0000,
        0x3690_0000_0000_0000, 0x3690_0000_0000_0001, 0x1ff0_0000_0000_0000, 0x2000_0000_0000_0000, 0x6000_0000_0000_0000,
    ];

    private static readonly ushort[] Edges16 =
        [0, 0x8000, 1, 0x8001, 0x3ff, 0x400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7c01, 0xfdff, 0x7d55, 0x3c00, 0xbc00, 0x3555];

    private readonly Random _random = new(seed);

    /// <summary>The instruction with registers, or with memory where it can have it; false if it has no such form.</summary>
    public bool TryPick(Code code, bool memory, int immediate, out Instruction instruction)
    {
        OpCodeInfo info = code.ToOpCode();
        instruction = default;
        instruction.Code = code;
        bool used = false;
        for (int i = 0; i < info.OpCount; i++)
        {
            int vector = _random.Next(3) == 0 ? _random.Next(3) : _random.Next(16);
            K kind = info.GetOpKind(i);
            if (memory && kind is K.xmm_or_mem or K.ymm_or_mem or K.r32_or_mem or K.r64_or_mem)
            {
                used = true;
                instruction.SetOpKind(i, OpKind.Memory);
                instruction.MemoryBase = Register.RBX;
                instruction.MemoryDisplSize = 1;
                instruction.MemoryDisplacement64 = 0x20;
                continue;
            }

            Register register = kind switch
            {
                K.xmm_reg or K.xmm_vvvv or K.xmm_rm or K.xmm_or_mem => Register.XMM0 + vector,
                K.ymm_reg or K.ymm_vvvv or K.ymm_rm or K.ymm_or_mem => Register.YMM0 + vector,
                K.r32_reg or K.r32_or_mem => _random.Next(2) == 0 ? Register.EDX : Register.R9D,
                K.r64_reg or K.r64_or_mem => _random.Next(2) == 0 ? Register.RDX : Register.R9,
                _ => Register.None,
            };
            if (register != Register.None)
            {
                instruction.SetOpKind(i, OpKind.Register);
                instruction.SetOpRegister(i, register);
            }
            else if (kind == K.imm8)
            {
                instruction.SetOpKind(i, OpKind.Immediate8);
                instruction.Immediate8 = (byte)immediate;
            }
            else
            {
                return false;
            }
        }

        return memory == used;
    }

    /// <summary>Vectors and memory of one kind of number, near each other or not; MXCSR with everything masked or not.</summary>
    public StartState State(bool masked)
    {
        StartState state = new();
        for (int i = 0; i < 16; i++)
            state.Gpr[i] = _random.Next(3) == 0 ? (ulong)_random.NextInt64(-3, 3) : Bits() >> _random.Next(64);
        state.Gpr[4] = OracleLayout.Stack + 0x1000;
        state.Gpr[3] = Place - 0x20 + (_random.Next(12) == 0 ? (ulong)_random.Next(64) : 0);
        Fill(state.Floating.Vectors);
        byte[] memory = new byte[128];
        Fill(memory);
        state.Patches.Add(new MemoryPatch(Place, memory));
        uint mxcsr = 0x1f80;
        if (_random.Next(2) == 0)
            mxcsr |= (uint)_random.Next(4) << 13;
        if (_random.Next(4) == 0)
            mxcsr |= 0x40;
        if (_random.Next(4) == 0)
            mxcsr |= 0x8000;
        if (_random.Next(4) == 0)
            mxcsr |= (uint)_random.Next(64);
        // A pending flag that is unmasked does nothing by itself.
        if (!masked)
            mxcsr &= ~((uint)_random.Next(1, 64) << 7);
        state.Floating.Mxcsr = mxcsr;
        return state;
    }

    private void Fill(Span<byte> bytes)
    {
        int width = _random.Next(5) switch { 0 => 16, 1 or 2 => 32, _ => 64 };
        for (int i = 0; i < bytes.Length; i += width / 8)
        {
            if (width == 64)
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], Number64());
            else if (width == 32)
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[i..], Number32());
            else
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[i..], _random.Next(2) == 0 ? Edges16[_random.Next(Edges16.Length)] : (ushort)Bits());
        }
    }

    private ulong Number64() => _random.Next(8) switch
    {
        0 or 1 or 2 => Edges64[_random.Next(Edges64.Length)],
        // Near one another, with few bits, as integers, near the ends.
        3 => (Bits() & 0x801f_ffff_ffff_ffff) | 0x3fe0_0000_0000_0000,
        4 => BitConverter.DoubleToUInt64Bits(_random.Next(-2000, 2000) / 8.0),
        5 => BitConverter.DoubleToUInt64Bits(_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64)),
        6 => (Bits() & 0x800f_ffff_ffff_ffff) | ((ulong)_random.Next(60) << 52),
        _ => Bits(),
    };

    private uint Number32() => _random.Next(8) switch
    {
        0 or 1 or 2 => Edges32[_random.Next(Edges32.Length)],
        3 => ((uint)Bits() & 0x80ff_ffff) | 0x3f00_0000,
        4 => BitConverter.SingleToUInt32Bits(_random.Next(-2000, 2000) / 8.0f),
        5 => BitConverter.SingleToUInt32Bits(_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64)),
        6 => ((uint)Bits() & 0x807f_ffff) | ((uint)_random.Next(30) << 23),
        _ => (uint)Bits(),
    };

    private ulong Bits() => (ulong)_random.NextInt64(long.MinValue, long.MaxValue);
}
