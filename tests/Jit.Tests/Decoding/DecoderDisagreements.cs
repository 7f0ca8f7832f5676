using Iced.Intel;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>A class of bytes that Iced and Capstone decode differently.</summary>
/// <param name="Name">Short, for counts.</param>
/// <param name="Reason">Why they differ, and who is right.</param>
/// <param name="Covers">Whether a disagreement belongs to it.</param>
internal sealed record DecoderDisagreement(string Name, string Reason, Func<DecodedPair, bool> Covers);

/// <summary>Every known class of disagreement between Iced, which the engine decodes with, and Capstone. The first that covers a case has it.</summary>
internal static class DecoderDisagreements
{
    public static IReadOnlyList<DecoderDisagreement> All { get; } =
    [
        // LOCK
        new("LOCK on what cannot be locked", "#UD unless the destination is memory and the operation one of the eighteen; Capstone checks some of these",
            p => p.OnlyCapstone && p.HasLock),
        new("LOCK MOV of CR0", "is CR8 to AMD, whose reading guests get; Capstone does not know it",
            p => p.OnlyIced && p.HasLock && p.IsTwoByte && p.At(1) is 0x20 or 0x22),

        // Lengths
        new("UD0 and UD1 without ModRM", "both have a ModRM byte and so may have an address; Capstone's table has neither",
            p => p.IsTwoByte && p.At(1) is 0xb9 or 0xff),
        new("branch with 66", "66 makes displacements of near branches 16 bits on AMD's processors, whose reading guests get; Capstone overlooks it where other prefixes follow",
            p => p.OnlyLength && p.Has66 && p.IsDirectBranch),
        new("branch with 67 and REX", "neither changes the size of a displacement; Capstone takes 16 bits", p => !p.OnlyIced && p.Has67 && p.HasRex && p.IsDirectBranch),
        new("immediate after 66", "66 makes immediates of RET, PUSH and others 16 bits unless REX.W goes before it; Capstone counts 4 bytes where other prefixes stand around it",
            p => p.OnlyLength && (p.Has66 || p.Has67) && !p.IsTwoByte && !p.IsVex && !p.IsEvex && !p.IsXop),
        new("VMREAD and EXTRQ with 67", "0F 78 is VMREAD without 66 and F2; Capstone takes 67 for 66", p => p.OnlyLength && p.IsTwoByte && p.At(1) is 0x78 or 0x79 && p.Has67 && !p.Has66),
        new("EVEX rounding", "register forms with embedded rounding have no displacement; Capstone counts a byte too many for some", p => p.OnlyLength && p.IsEvex),

        // VEX, EVEX and XOP
        new("legacy prefix before VEX", "66, F2, F3, LOCK and REX before VEX, EVEX or XOP are #UD; Capstone ignores them",
            p => p.OnlyCapstone && (p.IsVex || p.IsEvex || p.IsXop) && (p.Has66 || p.Repeat != 0 || p.HasRex)),
        new("VEX field", "W, L or vvvv must have a value in some instructions, and the registers of a gather must differ, else #UD; Capstone does not look",
            p => p.OnlyCapstone && (p.IsVex || p.IsEvex || p.IsXop)),

        // Segment registers
        new("MOV to CS", "8E /1 is #UD; Capstone calls it MOV", p => p.OnlyCapstone && p.At(0) == 0x8e && p.RegField(1) == 1),
        new("REX.R on a segment register", "processors ignore the bit; Capstone looks for registers 8 to 15 and finds none",
            p => p.OnlyIced && p.At(0) is 0x8c or 0x8e && (p.Rex & 4) != 0),

        // The 0F maps
        new("control register that is not there", "MOV knows CR0, CR2, CR3, CR4 and CR8 and DR0 to DR7; Capstone takes any number",
            p => p.OnlyCapstone && p.IsTwoByte && p.At(1) is >= 0x20 and <= 0x23),
        new("PadLock without REP", "VIA's instructions want F3; Capstone takes them without", p => p.OnlyCapstone && p.IsTwoByte && p.At(1) is 0xa6 or 0xa7),
        new("3DNow! suffix", "the byte behind the operands is the opcode, and few of the 256 exist; Capstone calls all others FEMMS", p => p.OnlyCapstone && p.IsTwoByte && p.At(1) == 0x0f),
        new("prefix that selects no instruction", "66, F2 and F3 choose between instructions of one opcode in the 0F maps, and here chose one that is not there; Capstone takes the one without",
            p => p.OnlyCapstone && p.IsTwoByte && (p.Repeat != 0 || p.Has66 || p.Has67)),

        // Hints
        new("reserved NOP", "0F 0D and 0F 18 to 0F 1F are NOPs where no feature gives them a meaning; Capstone knows those in use",
            p => p.OnlyIced && p.IsTwoByte && p.At(1) is 0x0d or (>= 0x18 and <= 0x1f)),
        new("fence with another r/m", "the low three ModRM bits of LFENCE, MFENCE and SFENCE are ignored; Capstone wants zero",
            p => p.OnlyIced && p.Iced.Code.Mnemonic() is Mnemonic.Lfence or Mnemonic.Mfence or Mnemonic.Sfence),

        // What Capstone's tables do not have
        new("AVX-512", "Capstone 4 knows few of its forms", p => p.OnlyIced && (p.IsEvex || (p.IsVex && (p.Iced.Op0Register.IsK() || p.Iced.Op1Register.IsK())))),
        new("newer than Capstone 4", "instructions of features that came after its tables",
            p => p.OnlyIced && (p.Iced.Code is Code.Enclv or Code.Pbndkb || p.Iced.Code.CpuidFeatures().Any(IsNew))),
        new("holes in Capstone's tables", "VBROADCASTI128, and AMD's LWPINS and LWPVAL",
            p => p.OnlyIced && p.Iced.Code.Mnemonic() is Mnemonic.Vbroadcasti128 or Mnemonic.Lwpins or Mnemonic.Lwpval),

        // Prefixes in an order that no assembler writes
        new("stray REX", "a REX prefix that is not the last prefix is ignored by processors; Capstone gives up on some", p => p.OnlyIced && p.HasStrayRex),
        new("order of prefixes", "of several prefixes F2 or F3 goes before 66 wherever they stand; Capstone asks for the one nearest the opcode, or gives up",
            p => !p.OnlyCapstone && (p.Repeat != 0 || p.Has66)),
    ];

    private static bool IsNew(CpuidFeature feature) => feature is CpuidFeature.GFNI or CpuidFeature.VAES or CpuidFeature.VPCLMULQDQ or CpuidFeature.AVX_VNNI
        or CpuidFeature.AVX_IFMA or CpuidFeature.AVX_NE_CONVERT or CpuidFeature.AVX_VNNI_INT8 or CpuidFeature.AVX_VNNI_INT16 or CpuidFeature.CMPCCXADD
        or CpuidFeature.SHA512 or CpuidFeature.SM3 or CpuidFeature.SM4 or CpuidFeature.SERIALIZE or CpuidFeature.PKU or CpuidFeature.SEV_SNP
        or CpuidFeature.INVLPGB or CpuidFeature.CET_SS or CpuidFeature.CET_IBT or CpuidFeature.WAITPKG or CpuidFeature.MOVDIRI or CpuidFeature.MOVDIR64B
        or CpuidFeature.ENQCMD or CpuidFeature.UINTR or CpuidFeature.WRMSRNS or CpuidFeature.MSRLIST or CpuidFeature.RAO_INT or CpuidFeature.AMX_TILE
        or CpuidFeature.AMX_BF16 or CpuidFeature.AMX_INT8 or CpuidFeature.AMX_FP16 or CpuidFeature.AMX_COMPLEX or CpuidFeature.TSXLDTRK or CpuidFeature.HRESET
        or CpuidFeature.KL or CpuidFeature.AESKLE or CpuidFeature.WIDE_KL or CpuidFeature.CLZERO or CpuidFeature.MCOMMIT or CpuidFeature.RDPRU
        or CpuidFeature.MONITORX or CpuidFeature.PTWRITE or CpuidFeature.RDPID or CpuidFeature.PCONFIG or CpuidFeature.WBNOINVD
        or CpuidFeature.SEV_ES or CpuidFeature.FRED or CpuidFeature.LKGS or CpuidFeature.RMPQUERY or CpuidFeature.TDX or CpuidFeature.CLDEMOTE
        or CpuidFeature.PADLOCK_GMI or CpuidFeature.PADLOCK_UNDOC or CpuidFeature.PADLOCK_RNG;
}
