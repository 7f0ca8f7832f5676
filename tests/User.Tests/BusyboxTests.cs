using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Programs;

namespace Rebound.User.Tests;

/// <summary>Applets of Debian's busybox-static: a program that nobody here wrote or compiled.</summary>
[TestFixture]
internal sealed class BusyboxTests
{
    private static readonly Dictionary<string, byte[]> Files = new()
    {
        ["numbers"] = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"{(i * 7919) % 1000} {(i * 31) % 17} word{i % 13}\n"))),
        ["sum.bc"] = Encoding.ASCII.GetBytes("scale=30\ns=0\nfor(i=1;i<60;i++) s+=1/(i*i)\ns\ne(1)\n4*a(1)\nquit\n"),
        ["packed.gz"] = Pack([.. Enumerable.Range(0, 30000).Select(i => (byte)(i * i / 700))]),
        ["noise"] = [.. Enumerable.Range(0, 20000).Select(i => (byte)((i * i) ^ (i >> 3)))],
        ["other"] = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"{(i * 7919) % 1000} {(i * 31) % 18} word{i % 13}\n"))),
    };

    /// <summary>Command lines that compute with integers only.</summary>
    private static readonly string[] Whole =
    [
        "sha256sum noise numbers", "sha1sum noise", "sha512sum noise", "sha3sum noise", "md5sum noise numbers", "crc32 noise",
        "gzip -k numbers", "bzip2 -c noise", "sort -k2,2 -k1,1r numbers", "sort -u numbers", "sed -E s/([0-9]+).(.*)$/\\2<\\1>/;3,5d numbers",
        "grep -n -E ^[1-3].*word(3|7)$ numbers", "od -A x -t x1z -N 600 noise", "od -t d4 -N 100 noise", "hexdump -C -n 500 noise", "wc numbers noise",
        "cut -d\u00a0 -f2 numbers", "tr a-z A-Z", "diff numbers other", "factor 123456789012345678 97 1000003 4611686014132420609", "tac numbers",
        "uniq -c numbers", "tail -c 100 noise", "base64 noise", "uuencode noise name", "expr 1234567 * 7654321 % 1000", "tar -c -f /dev/null numbers other",
        "cmp numbers other", "fold -w 33 numbers", "nl numbers", "rev numbers", "strings noise", "dc -e 99999999p", "xxd -l 200 noise",
        "gunzip -c packed.gz", "true", "false", "ls -1", "head -n 20 numbers",
    ];

    /// <summary>Command lines that compute with fractions; '~' stands between the words.</summary>
    private static readonly string[] Fractions =
    [
        "awk~{ s += $1 / ($2 + 0.1); n[$3] += $1 * 1.5 } END { print s, sqrt(s); for (i = 0; i < 13; i++) printf \"%.9g %e\\n\", n[\"word\" i], exp(-i) }~numbers",
        "awk~BEGIN { for (x = 0; x < 6; x += 0.37) printf \"%.12f %.10g %g %d\\n\", sin(x), cos(x) * atan2(x, 2), log(x + 1), x ^ 3 }",
        "sort~-n~-k2,2~-k1,1r~numbers",
        "sort~-g~numbers",
        "dc~-e~20 k 2 v 3 7 / + p 5 3 ^ p",
        "bc~-l~sum.bc",
        "seq~0~0.1~3",
        "printf~%5.2f %e %g %a\\n~3.14159~1e-5~123456789~0.1",
        "du~-h~noise",
    ];

    private static IEnumerable<TestCaseData> WholeCases => from line in Whole
                                                           from tier in (Tier[])[Tier.Interpreter, Tier.Auto]
                                                           select new TestCaseData(line, tier);

    [TestCaseSource(nameof(WholeCases))]
    public void An_applet_says_what_it_says_on_the_host(string line, Tier tier) => Judge(line).Compare(tier, Models.Find(Models.First));

    private static IEnumerable<TestCaseData> FractionCases => from words in Fractions
                                                              from model in (string[])[Models.First, Models.Third]
                                                              from tier in (Tier[])[Tier.Interpreter, Tier.Auto]
                                                              select new TestCaseData(words, model, tier);

    [TestCaseSource(nameof(FractionCases))]
    public void An_applet_with_fractions_says_what_it_says_on_the_host(string words, string model, Tier tier) =>
        Judge(words, '~').Compare(tier, Models.Find(model));

    private static byte[] Pack(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream stream = new(packed, CompressionLevel.Optimal))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static Judgement Judge(string line, char separator = ' ') =>
        new(Requirement.File("busybox-static", "/usr/bin/busybox", "/bin/busybox"), ["busybox", .. line.Split(separator)])
        {
            Files = Files,
            Input = Files["numbers"],
        };
}
