using System.Globalization;
using Iced.Intel;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>What two decoders make of the same 15 bytes.</summary>
internal sealed class DecodedPair
{
    /// <param name="bytes">At least 15.</param>
    /// <param name="iced">What Iced makes of them.</param>
    /// <param name="capstoneLength">Bytes of Capstone's instruction, 0 for none.</param>
    /// <param name="capstoneName">Its mnemonic.</param>
    public DecodedPair(ReadOnlySpan<byte> bytes, in Instruction iced, int capstoneLength, string capstoneName)
    {
        Bytes = bytes[..15].ToArray();
        Iced = iced;
        CapstoneLength = capstoneLength;
        CapstoneName = capstoneName;
        int at = 0;
        while (at < 14)
        {
            byte next = Bytes[at];
            if (next is >= 0x40 and < 0x50)
            {
                HasStrayRex |= HasRex;
                HasRex = true;
                Rex = next;
            }
            else if (next is 0x66 or 0x67 or 0xf0 or 0xf2 or 0xf3 or 0x2e or 0x36 or 0x3e or 0x26 or 0x64 or 0x65)
            {
                HasStrayRex |= HasRex;
                HasRex = false;
                Rex = 0;
                HasLock |= next == 0xf0;
                Has66 |= next == 0x66;
                Has67 |= next == 0x67;
                if (next is 0xf2 or 0xf3)
                    Repeat = next;
            }
            else
            {
                break;
            }

            at++;
        }

        Opcode = at;
    }

    public byte[] Bytes { get; }

    public Instruction Iced { get; }

    /// <summary>0 if Iced knows no instruction there.</summary>
    public int IcedLength => Iced.IsInvalid ? 0 : Iced.Length;

    public int CapstoneLength { get; }

    public string CapstoneName { get; }

    /// <summary>Both know an instruction, of different lengths.</summary>
    public bool OnlyLength => IcedLength != 0 && CapstoneLength != 0;

    public bool OnlyIced => CapstoneLength == 0;

    public bool OnlyCapstone => IcedLength == 0;

    public bool HasLock { get; }

    public bool Has66 { get; }

    public bool Has67 { get; }

    /// <summary>The last of F2 and F3, or 0.</summary>
    public byte Repeat { get; }

    /// <summary>A REX prefix stands directly before the opcode.</summary>
    public bool HasRex { get; }

    public byte Rex { get; }

    /// <summary>A REX prefix stands before another prefix, where processors ignore it.</summary>
    public bool HasStrayRex { get; }

    /// <summary>Where the prefixes end.</summary>
    public int Opcode { get; }

    /// <summary>Byte <paramref name="index"/> from the opcode on; 0 beyond the 15.</summary>
    public byte At(int index) => Opcode + index < Bytes.Length ? Bytes[Opcode + index] : (byte)0;

    /// <summary>Bits 5..3 of the ModRM byte that stands <paramref name="index"/> bytes behind the opcode's first.</summary>
    public int RegField(int index) => At(index) >> 3 & 7;

    public bool IsRegisterForm(int index) => At(index) >= 0xc0;

    /// <summary>The opcode is in the map that 0F opens.</summary>
    public bool IsTwoByte => At(0) == 0x0f;

    /// <summary>C4 and C5 are VEX in 64-bit mode whatever follows, 62 is EVEX.</summary>
    public bool IsVex => At(0) is 0xc4 or 0xc5;

    public bool IsEvex => At(0) == 0x62;

    /// <summary>8F is XOP unless its ModRM would be POP's.</summary>
    public bool IsXop => At(0) == 0x8f && (At(1) & 0x1f) >= 8;

    /// <summary>CALL, JMP or Jcc with a displacement of more than a byte.</summary>
    public bool IsDirectBranch => At(0) is 0xe8 or 0xe9 || (IsTwoByte && At(1) is >= 0x80 and < 0x90);

    public override string ToString()
    {
        int length = Math.Max(IcedLength, CapstoneLength);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Convert.ToHexString(Bytes, 0, length)} ({Convert.ToHexString(Bytes, length, 15 - length)}): Iced {IcedLength} {(IcedLength == 0 ? "" : $"{Iced.Code} '{Iced}'")}, Capstone {CapstoneLength} '{CapstoneName}'");
    }
}
