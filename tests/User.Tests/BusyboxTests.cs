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
        ["noise"] = [.. Enumerable.Range(0, 20000).Select(i => (byte)((i * i) ^ (i >> 3)))],
        ["other"] = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"{(i * 7919) % 1000} {(i * 31) % 18} word{i % 13}\n"))),
    };

    /// <summary>Command lines that compute with integers only.</summary>
    private static readonly string[] Whole =
    [
        "sha256sum noise numbers", "sha1sum noise", "sha512sum noise", "sha3sum noise", "md5sum noise numbers", "cksum noise", "crc32 noise", "sum noise",
        "gzip -k numbers", "bzip2 -c noise", "sort -k2,2 -k1,1r numbers", "sort -u numbers", "sed -E s/([0-9]+).(.*)$/\\2<\\1>/;3,5d numbers",
        "grep -n -E ^[1-3].*word(3|7)$ numbers", "od -A x -t x1z -N 600 noise", "od -t d4 -N 100 noise", "hexdump -C -n 500 noise", "wc numbers noise",
        "cut -d\u00a0 -f2 numbers", "tr a-z A-Z", "diff numbers other", "factor 123456789012345678 97 1000003 4611686014132420609", "tac numbers",
        "uniq -c numbers", "comm numbers other", "base64 noise", "uuencode noise name", "expr 1234567 * 7654321 % 1000", "tar -c -f /dev/null numbers other",
        "cmp numbers other", "fold -w 33 numbers", "nl numbers", "rev numbers", "strings noise", "dc -e 99999999p", "xxd -l 200 noise",
        "vi -version", "true", "false", "ls -1", "split -l 100 numbers",
    ];

    private static IEnumerable<TestCaseData> WholeCases => from line in Whole
                                                           from tier in (Tier[])[Tier.Interpreter, Tier.Auto]
                                                           select new TestCaseData(line, tier);

    [TestCaseSource(nameof(WholeCases))]
    public void An_applet_says_what_it_says_on_the_host(string line, Tier tier) => Judge(line).Compare(tier, Models.Find(Models.First));

    private static Judgement Judge(string line) =>
        new(Requirement.File("busybox-static", "/usr/bin/busybox", "/bin/busybox"), ["busybox", .. line.Split(' ')])
        {
            Files = Files,
            Input = Files["numbers"],
        };
}
