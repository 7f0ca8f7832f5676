using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Interpret;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>Every SSE form that the lifter knows, lifted and interpreted, against the host executing the same bytes.</summary>
[TestFixture]
public sealed unsafe class SseTests
{
    private const int MemoryBytes = 64;
    private const ulong GuestMemoryAddress = TestMachine.Base + 0x100;

    /// <summary>Moves whose memory operand need not be aligned.</summary>
    private static readonly Mnemonic[] Unaligned =
    [
        Mnemonic.Movups, Mnemonic.Movupd, Mnemonic.Movdqu, Mnemonic.Lddqu,
        Mnemonic.Pcmpestrm, Mnemonic.Pcmpestrm64, Mnemonic.Pcmpestri, Mnemonic.Pcmpestri64, Mnemonic.Pcmpistrm, Mnemonic.Pcmpistri,
    ];

    private static readonly Code[] Supported = [.. SseInstruction.Forms().Where(c => IsVector(c) && Lift(SseInstruction.Encode(c, false, 0)) != null)];

    private static bool IsVector(Code code) => code.ToString().Contains("xmm", StringComparison.Ordinal);

    [Test]
    public void Forms_of_SSE2_integer_code_are_supported([Values(
        "movd movq movaps movups movapd movupd movdqa movdqu movlps movhps movlpd movhpd movhlps movlhps movss movsd movntps movntpd movntdq lddqu",
        "andps andpd pand andnps andnpd pandn orps orpd por xorps xorpd pxor",
        "paddb paddw paddd paddq paddsb paddsw paddusb paddusw psubb psubw psubd psubq psubsb psubsw psubusb psubusw",
        "pmullw pmulhw pmulhuw pmuludq pmaddwd psadbw pavgb pavgw",
        "pcmpeqb pcmpeqw pcmpeqd pcmpgtb pcmpgtw pcmpgtd pminub pminsw pmaxub pmaxsw",
        "psllw pslld psllq psrlw psrld psrlq psraw psrad pslldq psrldq",
        "packsswb packssdw packuswb punpcklbw punpcklwd punpckldq punpcklqdq punpckhbw punpckhwd punpckhdq punpckhqdq",
        "pshufd pshuflw pshufhw shufps shufpd unpcklps unpckhps unpcklpd unpckhpd pinsrw pextrw pmovmskb movmskps movmskpd",
        "pshufb palignr pabsb pabsw pabsd phaddw phaddd ptest pcmpeqq pcmpgtq pextrb pextrd pextrq pinsrb pinsrd pinsrq pblendw pblendvb pmulld")] string names)
    {
        HashSet<string> supported = [.. Supported.Select(c => c.Mnemonic().ToString().ToLowerInvariant())];
        Assert.That(names.Split(' ').Where(n => !supported.Contains(n)), Is.Empty);
    }

    [TestCaseSource(nameof(Supported))]
    public void Instruction_is_the_hosts(Code code)
    {
        if (!Sse42.IsSupported)
            Assert.Ignore("needs a host with SSE4.2");
        using HostCpu host = new();
        using TestMachine machine = new();
        byte* memory = (byte*)NativeMemory.AlignedAlloc(MemoryBytes, 64);
        try
        {
            Random random = new((int)code);
            foreach (bool inMemory in new[] { false, true })
            {
                if (inMemory ? !SseInstruction.HasMemoryForm(code) : !SseInstruction.HasRegisterForm(code))
                    continue;
                int immediates = SseInstruction.HasImmediate(code) ? 48 : 1;
                for (int i = 0; i < immediates; i++)
                {
                    byte immediate = (byte)(i < 34 ? i : random.Next(256));
                    byte[] bytes = SseInstruction.Encode(code, inMemory, immediate);
                    host.Load(bytes);
                    MicroBlock block = Lift(bytes)!;
                    for (int round = 0; round < (immediates == 1 ? 250 : 12); round++)
                        Compare(host, machine, block, memory, random, $"{code}, immediate {immediate}, memory {inMemory}");
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [TestCaseSource(nameof(Supported))]
    public void Misaligned_memory_faults_unless_the_instruction_is_made_for_it(Code code)
    {
        if (!SseInstruction.HasMemoryForm(code))
            return;
        using TestMachine machine = new();
        MicroBlock block = Lift(SseInstruction.Encode(code, true, 1))!;
        machine.State->Gpr[Operand.Rsi] = GuestMemoryAddress + 8;
        machine.State->Budget = 100;
        _ = new MicroInterpreter().Execute(machine.Context, block);
        bool mustAlign = MemorySizeOf(code) == 16 && !Unaligned.Contains(code.Mnemonic());
        Assert.That(machine.State->Exit, Is.EqualTo(mustAlign ? ExitReason.Exception : ExitReason.None));
        if (mustAlign)
            Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
    }

    private static void Compare(HostCpu host, TestMachine machine, MicroBlock block, byte* memory, Random random, string what)
    {
        CpuState* state = machine.State;
        HostFrame frame = new()
        {
            Rax = (ulong)random.NextInt64(),
            Rcx = (ulong)random.NextInt64(),
            Flags = (ulong)random.NextInt64() & Rflags.Arithmetic,
            Rsi = memory,
        };
        Vectors(random, new Span<ulong>(frame.Xmm0, 2));
        Vectors(random, new Span<ulong>(frame.Xmm1, 2));
        // Shift counts are whole quadwords: small ones must come up.
        if (random.Next(2) == 0)
            frame.Xmm1[0] = (ulong)random.Next(70);
        Vectors(random, new Span<ulong>(memory, MemoryBytes / 8));
        if (random.Next(3) == 0)
            *(ulong*)memory = (ulong)random.Next(70);
        if (random.Next(4) == 0)
            new Span<ulong>(frame.Xmm0, 2).CopyTo(new Span<ulong>(frame.Xmm1, 2));

        ulong* xmm0 = state->Vectors;
        ulong* xmm1 = state->Vectors + (CpuState.VectorStride / 8);
        new Span<ulong>(frame.Xmm0, 2).CopyTo(new Span<ulong>(xmm0, 2));
        new Span<ulong>(frame.Xmm1, 2).CopyTo(new Span<ulong>(xmm1, 2));
        // The upper halves of YMM0 belong to nobody here and must stay.
        xmm0[2] = xmm0[3] = 0x1234;
        state->Gpr[Operand.Rax] = frame.Rax;
        state->Gpr[Operand.Rcx] = frame.Rcx;
        state->Gpr[Operand.Rsi] = GuestMemoryAddress;
        state->Flags = frame.Flags;
        state->Exit = ExitReason.None;
        state->Budget = 100;
        Span<byte> guest = machine.Bytes.Slice((int)(GuestMemoryAddress - TestMachine.Base), MemoryBytes);
        new Span<byte>(memory, MemoryBytes).CopyTo(guest);

        _ = new MicroInterpreter().Execute(machine.Context, block);
        host.Run(ref frame);

        Assert.That(state->Exit, Is.EqualTo(ExitReason.None), what);
        Assert.That((xmm0[0], xmm0[1]), Is.EqualTo((frame.Xmm0[0], frame.Xmm0[1])), what);
        Assert.That((xmm1[0], xmm1[1]), Is.EqualTo((frame.Xmm1[0], frame.Xmm1[1])), what);
        Assert.That((xmm0[2], xmm0[3]), Is.EqualTo((0x1234UL, 0x1234UL)), what);
        Assert.That((state->Gpr[Operand.Rax], state->Gpr[Operand.Rcx]), Is.EqualTo((frame.Rax, frame.Rcx)), what);
        Assert.That(state->ArithmeticFlags, Is.EqualTo(frame.Flags), what);
        Assert.That(guest.SequenceEqual(new ReadOnlySpan<byte>(memory, MemoryBytes)), what);
    }

    private static void Vectors(Random random, Span<ulong> words)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        random.NextBytes(bytes);
        // Zeros, ones and extremes are where saturation and comparisons turn.
        if (random.Next(2) == 0)
            return;
        foreach (ref byte b in bytes)
        {
            b = random.Next(6) switch { 0 => 0, 1 => 0xff, 2 => 0x80, 3 => 0x7f, _ => b };
        }
    }

    /// <summary>The block of one instruction; null if it is not supported.</summary>
    private static MicroBlock? Lift(byte[] bytes)
    {
        fixed (byte* code = bytes)
        {
            MicroBlock? block = new BlockLifter().Lift(code, bytes.Length, bytes.Length, 0x1000, BlockMode.None, 1);
            return block is { Terminal.Kind: TerminalKind.Fault } ? null : block;
        }
    }

    private static int MemorySizeOf(Code code)
    {
        Decoder decoder = Decoder.Create(64, SseInstruction.Encode(code, true, 1));
        return decoder.Decode().MemorySize.GetSize();
    }
}
