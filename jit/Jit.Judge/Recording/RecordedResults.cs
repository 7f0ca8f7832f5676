using System.Buffers.Binary;
using System.Security.Cryptography;
using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>
/// Native results of a fixed set of cases in a few bytes each, for hosts that lack a feature: per code and case four bytes of a digest of all that the
/// comparison would look at. The cases themselves come from a fixed seed.
/// </summary>
public static class RecordedResults
{
    private const int Seed = 2007;
    private const int Forms = 4;
    private const int StatesPerForm = 3;
    private const int DigestDigits = 8;

    private static readonly CpuidFeature[] Optional =
    [
        CpuidFeature.SSE3, CpuidFeature.SSSE3, CpuidFeature.SSE4_1, CpuidFeature.SSE4_2, CpuidFeature.POPCNT, CpuidFeature.MOVBE, CpuidFeature.LZCNT,
        CpuidFeature.BMI1, CpuidFeature.BMI2, CpuidFeature.ADX, CpuidFeature.AES, CpuidFeature.PCLMULQDQ, CpuidFeature.SHA, CpuidFeature.GFNI,
        CpuidFeature.F16C, CpuidFeature.AVX, CpuidFeature.AVX2, CpuidFeature.FMA, CpuidFeature.VAES, CpuidFeature.VPCLMULQDQ,
    ];

    /// <summary>True if the code belongs to a feature that a 64-bit host may lack and that is recorded.</summary>
    public static bool Covers(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return info.IsInstruction && info.Mode64 && info.Encoding is EncodingKind.Legacy or EncodingKind.VEX && NotJudged.Reason(code) == null
            && code.CpuidFeatures() is { } features && features.Any(f => Optional.Contains(f)) && features.All(f => Optional.Contains(f) || HostFeatures.IsBase(f));
    }

    /// <summary>The cases of a code, a group per form.</summary>
    public static IReadOnlyList<OracleGroup> Cases(Code code)
    {
        List<InstructionForm> forms = [.. InstructionForms.OfCode(code)];
        FormStates states = new(Seed + (int)code);
        int step = Math.Max(forms.Count / Forms, 1);
        List<OracleGroup> groups = [];
        for (int i = 0; i < forms.Count && groups.Count < Forms; i += step)
        {
            OracleGroup group = SystematicCases.Group(forms[i]);
            for (int n = 0; n < StatesPerForm; n++)
                group.Cases.Add(states.For(forms[i], n));
            groups.Add(group);
        }

        return groups;
    }

    /// <summary>A line of a recording: the code's name and the digests of its cases.</summary>
    /// <param name="code">A code that <see cref="Covers"/>.</param>
    /// <param name="groups">Its <see cref="Cases"/>.</param>
    /// <param name="ends">What each case ended in, group by group.</param>
    public static string Line(Code code, IReadOnlyList<OracleGroup> groups, IReadOnlyList<EndState> ends)
    {
        int next = 0;
        return $"{code} {string.Concat(groups.SelectMany(group => group.Cases.Select(_ => Digest(group, ends[next++]))))}";
    }

    /// <summary>In which case two lines of one code differ first, counted from 0; -1 if they do not.</summary>
    public static int FirstDifference(string line, string other)
    {
        if (line == other)
            return -1;
        int start = line.IndexOf(' ', StringComparison.Ordinal) + 1;
        int at = start;
        while (at < line.Length && at < other.Length && line[at] == other[at])
            at++;
        return Math.Max(at - start, 0) / DigestDigits;
    }

    /// <summary>The first bytes of a SHA-256 of what counts of an end state.</summary>
    private static string Digest(OracleGroup group, EndState end)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> word = stackalloc byte[8];
        Add(hash, word, (ulong)end.Trap);
        if (ExceptionVector.HasErrorCode(end.Trap))
            Add(hash, word, end.ErrorCode);
        if (end.Trap == ExceptionVector.PageFault && !group.IsFaultAddressOpen)
            Add(hash, word, end.FaultAddress);
        Add(hash, word, end.Rip);
        foreach (ulong value in end.Gpr)
            Add(hash, word, value);
        Add(hash, word, end.Rflags & FlagRules.Compared & ~group.UndefinedIn(end));
        FloatingState floating = end.Floating;
        Add(hash, word, floating.Mxcsr);
        Add(hash, word, ((ulong)floating.Fcw << 32) | ((ulong)floating.Fsw << 16) | floating.Tags);
        for (int i = 0; i < 8; i++)
            hash.AppendData(floating.St(i));
        hash.AppendData(floating.Vectors);
        foreach (ChangedLine line in end.Changes)
        {
            Add(hash, word, line.Address);
            hash.AppendData(line.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, DigestDigits / 2));
    }

    private static void Add(IncrementalHash hash, Span<byte> word, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        hash.AppendData(word);
    }
}
