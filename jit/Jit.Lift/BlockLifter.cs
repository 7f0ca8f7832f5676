using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Ir.Passes;

namespace Rebound.Jit.Lift;

/// <summary>Decodes x86-64 machine code into blocks of micro-ops. Holds reusable buffers: one per thread.</summary>
public sealed unsafe class BlockLifter
{
    /// <summary>The longest instruction there is; a longer one is a #GP(0).</summary>
    public const int MaxInstructionLength = 15;

    // GuestInstruction counts micro-ops in 16 bits.
    private const int MaxOps = 60_000;

    // CET, MPX and prefetch hints live in encodings that are NOPs on a processor without them. Of the few encodings in which processors differ
    // by maker, guests get AMD's reading, as CPUID tells them: 16-bit near branches, LOCK MOV CR0 as CR8, far pointers without a 64-bit form.
    internal const DecoderOptions Options = DecoderOptions.ForceReservedNop | DecoderOptions.AMD;

    private readonly PointerCodeReader _reader = new();
    private readonly Decoder _decoder;
    private readonly Lifter _lifter;
    private GuestInstruction[] _instructions = new GuestInstruction[64];
    private int _count;

    /// <param name="features">What the processor has: instructions of other features are #UD.</param>
    public BlockLifter(CpuFeatures features)
    {
        // Without the feature the prefix of TZCNT and LZCNT means nothing, and they are BSF and BSR.
        DecoderOptions options = Options
            | ((features & CpuFeatures.Bmi1) == 0 ? DecoderOptions.NoMPFX_0FBC : 0)
            | ((features & CpuFeatures.Lzcnt) == 0 ? DecoderOptions.NoMPFX_0FBD : 0);
        _decoder = Decoder.Create(64, _reader, options);
        _lifter = new Lifter(features);
    }

    /// <summary>A lifter for a processor with everything.</summary>
    public BlockLifter()
        : this(CpuModelCatalog.Everything.Features)
    {
    }

    /// <summary>
    /// Lifts instructions from <paramref name="rip"/> until a control transfer, the page's end or <paramref name="maxInstructions"/>.
    /// An instruction that crosses the page's end is lifted only if it is the first, and then alone.
    /// </summary>
    /// <param name="code">The bytes at <paramref name="rip"/>.</param>
    /// <param name="available">Readable bytes: those to the page's end, and up to 15 of the next page if it is mapped.</param>
    /// <param name="pageRemaining">Bytes to the end of the page, at least 1.</param>
    /// <param name="rip">Virtual address of the first instruction.</param>
    /// <param name="mode">What the block is lifted for.</param>
    /// <param name="maxInstructions">At least 1.</param>
    /// <returns>The block; null if the first instruction needs more than the available bytes.</returns>
    public MicroBlock? Lift(byte* code, int available, int pageRemaining, ulong rip, BlockMode mode, int maxInstructions)
    {
        _lifter.Emit.Clear();
        _count = 0;
        int offset = 0;
        Terminal? terminal = null;
        while (terminal == null)
        {
            if (_count > 0 && (_count >= maxInstructions || offset >= pageRemaining || _lifter.Emit.Count > MaxOps))
            {
                terminal = Terminal.Jump(rip + (uint)offset);
                break;
            }

            int length = Decode(code + offset, available - offset, rip + (uint)offset, out Instruction instruction);
            bool incomplete = length == 0;
            if (_count > 0 && (incomplete || offset + length > pageRemaining))
            {
                terminal = Terminal.Jump(rip + (uint)offset);
                break;
            }

            if (incomplete)
                return null;
            AddInstruction(new GuestInstruction((ushort)offset, (byte)length, (ushort)_lifter.Emit.Count));
            terminal = instruction.IsInvalid
                ? Invalid(code + offset, available - offset, length, rip + (uint)offset)
                : _lifter.Lift(instruction, rip + (uint)offset, mode);
            offset += length;
        }

        return Build(rip, mode, offset, terminal.Value);
    }

    /// <summary>Decodes one instruction; returns its length, or that of the bytes that make it invalid, or 0 if bytes are missing.</summary>
    private int Decode(byte* code, int available, ulong rip, out Instruction instruction)
    {
        _reader.Start(code, available);
        _decoder.IP = rip;
        _decoder.Decode(out instruction);
        if (!instruction.IsInvalid)
            return instruction.Length;
        // The decoder wants a ModRM byte even for an undefined opcode, which may be the last byte there is.
        return _decoder.LastError == DecoderError.NoMoreBytes && !EndsInUndefinedOpcode(new ReadOnlySpan<byte>(code, _reader.Consumed))
            ? 0
            : Math.Clamp(_reader.Consumed, 1, MaxInstructionLength);
    }

    /// <summary>True if the bytes are prefixes and then a one-byte opcode that 64-bit mode does not have.</summary>
    private static bool EndsInUndefinedOpcode(ReadOnlySpan<byte> bytes)
    {
        int prefixes = 0;
        while (prefixes < bytes.Length && bytes[prefixes] is 0x66 or 0x67 or 0xf0 or 0xf2 or 0xf3 or 0x26 or 0x2e or 0x36 or 0x3e or 0x64 or 0x65 or (>= 0x40 and < 0x50))
            prefixes++;
        return prefixes == bytes.Length - 1
            && bytes[prefixes] is 0x06 or 0x07 or 0x0e or 0x16 or 0x17 or 0x1e or 0x1f or 0x27 or 0x2f or 0x37 or 0x3f or 0x60 or 0x61
                or 0x82 or 0x9a or 0xce or 0xd4 or 0xd5 or 0xd6 or 0xea;
    }

    private Terminal Invalid(byte* code, int available, int length, ulong rip) =>
        length == MaxInstructionLength && IsTooLong(code, available)
            ? Terminal.Fault(ExceptionVector.GeneralProtection, rip, 0)
            : Terminal.Fault(ExceptionVector.InvalidOpcode, rip);

    /// <summary>
    /// True if 15 bytes are not all of an instruction. The decoder does not tell that from an undefined one of 15 bytes; but without its first byte, which at
    /// this length is a prefix, the latter has 14.
    /// </summary>
    private bool IsTooLong(byte* code, int available)
    {
        _reader.Start(code + 1, available - 1);
        _decoder.Decode(out Instruction rest);
        return (rest.IsInvalid ? _reader.Consumed : rest.Length) >= MaxInstructionLength || _decoder.LastError == DecoderError.NoMoreBytes;
    }

    private void AddInstruction(GuestInstruction instruction)
    {
        if (_count == _instructions.Length)
            Array.Resize(ref _instructions, _count * 2);
        _instructions[_count++] = instruction;
    }

    private MicroBlock Build(ulong rip, BlockMode mode, int byteLength, in Terminal terminal)
    {
        Span<GuestInstruction> instructions = _instructions.AsSpan(0, _count);
        Span<MicroOp> ops = _lifter.Emit.Ops;
        FillTimestamps(ops, instructions, terminal.Kind == TerminalKind.Fault ? _count - 1 : _count);
        int kept = DeadFlags.Run(ops, instructions, terminal, mode);
        return new MicroBlock(rip, mode, byteLength, ops[..kept], instructions.ToArray(), terminal);
    }

    /// <summary>RDTSC, and RDMSR of the same counter, must know how many instructions of its block have not retired yet.</summary>
    private static void FillTimestamps(Span<MicroOp> ops, ReadOnlySpan<GuestInstruction> instructions, int retired)
    {
        for (int i = 0; i < instructions.Length; i++)
        {
            // The helper is its instruction's only micro-op.
            int first = instructions[i].FirstOp;
            if (first < ops.Length && ops[first].Code is MicroOpCode.ReadTimestamp or MicroOpCode.ReadTimestampAndId
                or MicroOpCode.ReadModelSpecific)
                ops[first].Imm = retired - i;
        }
    }
}
