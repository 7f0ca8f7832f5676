using Iced.Intel;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>
/// Builds one instance of an SSE instruction form: xmm0 and rax are destinations, xmm1 and rcx sources, memory is at [rsi].
/// </summary>
internal static class SseInstruction
{
    /// <summary>Legacy-encoded forms of SSE to SSE4.2; those with MMX registers, and MASKMOVDQU, whose operand is at [rdi], left out.</summary>
    public static IEnumerable<Code> Forms()
    {
        foreach (Code code in Enum.GetValues<Code>())
        {
            if (code.Encoding() == EncodingKind.Legacy && code.CpuidFeatures().Any(IsSse) && !Operands(code).Any(IsMmx)
                && !code.ToString().Contains("rDI", StringComparison.Ordinal))
                yield return code;
        }
    }

    public static bool HasMemoryForm(Code code) => Operands(code).Any(k => IsMemory(k) || IsEither(k));

    public static bool HasRegisterForm(Code code) => !Operands(code).Any(IsMemory);

    public static bool HasImmediate(Code code) => Operands(code).Contains(OpCodeOperandKind.imm8);

    /// <summary>The machine code of a form.</summary>
    public static byte[] Encode(Code code, bool memory, byte immediate)
    {
        Instruction instruction = new() { Code = code };
        OpCodeOperandKind[] operands = Operands(code);
        for (int i = 0; i < operands.Length; i++)
        {
            OpCodeOperandKind kind = operands[i];
            if (kind == OpCodeOperandKind.imm8)
            {
                instruction.SetOpKind(i, OpKind.Immediate8);
                instruction.Immediate8 = immediate;
            }
            else if (IsMemory(kind) || (IsEither(kind) && memory))
            {
                instruction.SetOpKind(i, OpKind.Memory);
                instruction.MemoryBase = Iced.Intel.Register.RSI;
            }
            else
            {
                instruction.SetOpKind(i, OpKind.Register);
                instruction.SetOpRegister(i, Register(kind, i));
            }
        }

        using MemoryStream stream = new();
        Encoder.Create(64, new StreamCodeWriter(stream)).Encode(instruction, 0);
        return stream.ToArray();
    }

    private static OpCodeOperandKind[] Operands(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return [.. Enumerable.Range(0, info.OpCount).Select(info.GetOpKind)];
    }

    private static bool IsSse(CpuidFeature feature) => feature is CpuidFeature.SSE or CpuidFeature.SSE2 or CpuidFeature.SSE3
        or CpuidFeature.SSSE3 or CpuidFeature.SSE4_1 or CpuidFeature.SSE4_2;

    private static bool IsMmx(OpCodeOperandKind kind) => kind.ToString().StartsWith("mm_", StringComparison.Ordinal);

    private static bool IsMemory(OpCodeOperandKind kind) => kind == OpCodeOperandKind.mem;

    private static bool IsEither(OpCodeOperandKind kind) => kind.ToString().EndsWith("_or_mem", StringComparison.Ordinal);

    private static Register Register(OpCodeOperandKind kind, int operand)
    {
        string name = kind.ToString();
        if (name.StartsWith("xmm", StringComparison.Ordinal))
            return operand == 0 ? Iced.Intel.Register.XMM0 : Iced.Intel.Register.XMM1;
        return name.StartsWith("r64", StringComparison.Ordinal)
            ? (operand == 0 ? Iced.Intel.Register.RAX : Iced.Intel.Register.RCX)
            : (operand == 0 ? Iced.Intel.Register.EAX : Iced.Intel.Register.ECX);
    }
}
