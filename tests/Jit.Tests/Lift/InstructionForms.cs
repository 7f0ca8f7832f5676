using Iced.Intel;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>An instruction the decoder knows, with an encoding of it.</summary>
internal readonly record struct InstructionForm(Instruction Instruction, byte[] Bytes)
{
    public override string ToString() => $"{Instruction.Code} ({Convert.ToHexString(Bytes)})";
}

/// <summary>
/// Finds encodings of every instruction that has a row in the table by decoding the opcode maps: all operand sizes, pairs of registers,
/// memory at [rsi], with LOCK where that is allowed.
/// </summary>
internal static class InstructionForms
{
    private static readonly byte[][] Prefixes = [[], [0x66], [0x48], [0xf3], [0xf2], [0xf3, 0x48], [0x66, 0x48], [0x66, 0xf3],
        [0xf0], [0xf0, 0x66], [0xf0, 0x48]];

    private static readonly byte[][] Maps = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];

    // Behind the opcode and ModRM: enough for any immediate.
    private static readonly byte[] Tail = [0x2b, 0x11, 0x47, 0x1d, 0x05, 0x06, 0x07, 0x08];

    /// <summary>One form per encoding of operands, for each of the table's instructions.</summary>
    /// <param name="registers">Registers to use as ModRM operand, by number; the other operand is each of the first eight.</param>
    public static IEnumerable<InstructionForm> All(params byte[] registers)
    {
        foreach (byte[] map in Maps)
        {
            foreach (byte[] prefix in Prefixes)
            {
                foreach (InstructionForm form in Opcodes([.. prefix, .. map], registers))
                    yield return form;
            }
        }

        // VEX, maps 0F38 and 0F3A, operand size by W; the second source is RCX.
        foreach (byte map in (byte[])[2, 3])
        {
            foreach (byte pp in (byte[])[0, 1, 2, 3])
            {
                foreach (byte wide in (byte[])[0, 0x80])
                {
                    foreach (byte first in (byte[])[0x70, 0x78])
                    {
                        foreach (InstructionForm form in Opcodes([0xc4, (byte)(0xe0 | map), (byte)(wide | first | pp)], registers))
                            yield return form;
                    }
                }
            }
        }
    }

    private static IEnumerable<InstructionForm> Opcodes(byte[] start, byte[] registers)
    {
        for (int opcode = 0; opcode < 256; opcode++)
        {
            HashSet<string> seen = [];
            for (int modRm = 0; modRm < 256; modRm++)
            {
                // Registers, or [rsi].
                if (modRm < 0xc0 ? (modRm & 0xc7) != 6 : !registers.Contains((byte)(modRm & 7)))
                    continue;
                byte[] bytes = [.. start, (byte)opcode, (byte)modRm, .. Tail];
                Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes), DecoderOptions.ForceReservedNop);
                decoder.IP = LiftHelper.Start;
                Instruction instruction = decoder.Decode();
                if (instruction.IsInvalid || InstructionTable.Find(instruction.Code) == null)
                    continue;
                byte[] used = bytes[..instruction.Length];
                // Without ModRM all these are the same instruction.
                if (seen.Add(Convert.ToHexString(used)))
                    yield return new InstructionForm(instruction, used);
                if (used.Length <= start.Length + 1)
                    break;
            }
        }
    }
}
