using System.Diagnostics;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>
/// Iced, which the engine decodes with, against Capstone: is there an instruction, and how long is it? On random strings and on real code from every byte offset,
/// so that most of what is decoded is the middle of something. Every difference belongs to a class of <see cref="DecoderDisagreements"/>.
/// </summary>
[TestFixture]
public sealed unsafe class DecoderComparisonTests
{
    private const int Longest = BlockLifter.MaxInstructionLength;

    /// <summary>Of the kernel's code, one offset in so many is compared, at random; of the rest, all.</summary>
    private const int KernelSample = 12;

    private readonly SortedDictionary<string, long> _classes = [];
    private readonly List<string> _unexplained = [];
    private readonly Capstone _capstone = new();
    private readonly Reader _reader = new();
    private readonly Decoder _iced;
    private long _compared;
    private long _differ;

    public DecoderComparisonTests() => _iced = Decoder.Create(64, _reader, BlockLifter.Options);

    [SetUp]
    public void Clear()
    {
        _classes.Clear();
        _unexplained.Clear();
        _compared = 0;
        _differ = 0;
    }

    [OneTimeTearDown]
    public void Close() => _capstone.Dispose();

    [Test]
    public void Random_strings()
    {
        long count = FuzzSettings.Count(1_000_000);
        RandomCode code = new(FuzzSettings.Seed, [.. InstructionForms.All(_ => true).Select(form => form.Bytes)]);
        Report($"{count} random strings of seed {FuzzSettings.Seed}", () =>
        {
            for (long i = 0; i < count; i++)
            {
                code.Next();
                Compare(code.Bytes);
            }
        });
    }

    [Test]
    public void Every_offset_of_busybox()
    {
        if (!File.Exists(RealCode.Busybox))
            Assert.Ignore($"{RealCode.Busybox} is not installed (Debian's package busybox-static)");
        CompareSections(File.ReadAllBytes(RealCode.Busybox), 1, RealCode.Busybox);
    }

    [Test]
    public void Offsets_of_a_kernel()
    {
        string? image = RealCode.KernelImage();
        if (image == null)
            Assert.Ignore("there is no kernel image in artifacts/test-data/cloud/boot ('./build.sh test' fetches Debian's) or /boot");
        CompareSections(RealCode.Vmlinux(File.ReadAllBytes(image!)), FuzzSettings.EveryOffset ? 1 : KernelSample, Path.GetFileName(image!));
    }

    private void CompareSections(byte[] elf, int sample, string name)
    {
        List<byte[]> sections = RealCode.Sections(elf);
        RandomCode random = new(FuzzSettings.Seed, []);
        Report($"{name}, {sections.Sum(section => (long)section.Length)} bytes of code, one offset in {sample}", () =>
        {
            foreach (byte[] section in sections)
            {
                for (int at = 0; at + Longest <= section.Length; at++)
                {
                    if (sample == 1 || random.Below(sample) == 0)
                        Compare(section.AsSpan(at, Longest));
                }
            }
        });
        Assert.That(_compared, Is.GreaterThan(500_000), "hardly any code was compared");
    }

    private void Compare(ReadOnlySpan<byte> bytes)
    {
        _compared++;
        fixed (byte* start = bytes)
        {
            _reader.Start(start, Longest);
            _iced.IP = 0x1000;
            _iced.Decode(out Instruction instruction);
            int length = _capstone.Decode(start, Longest, 0x1000);
            if (length == (instruction.IsInvalid ? 0 : instruction.Length))
                return;
            DecodedPair pair = new(bytes, instruction, length, length == 0 ? "" : _capstone.Mnemonic);
            _differ++;
            DecoderDisagreement? known = DecoderDisagreements.All.FirstOrDefault(disagreement => disagreement.Covers(pair));
            if (known == null)
                _unexplained.Add(pair.ToString());
            else
                Count(known.Name);
        }
    }

    private void Count(string name) => _classes[name] = _classes.GetValueOrDefault(name) + 1;

    private void Report(string what, Action compare)
    {
        Stopwatch clock = Stopwatch.StartNew();
        compare();
        TestContext.Out.WriteLine($"{what}: Iced and {_capstone.Name} compared {_compared} times in {clock.Elapsed.TotalSeconds:F1} s, {_differ} differences");
        foreach ((string name, long count) in _classes.OrderByDescending(pair => pair.Value))
            TestContext.Out.WriteLine($"{count,9} {name}: {DecoderDisagreements.All.First(disagreement => disagreement.Name == name).Reason}");
        Assert.That(_unexplained, Is.Empty, () => $"{_unexplained.Count} differences that no class explains:\n{string.Join('\n', _unexplained.Take(40))}");
    }

    private sealed class Reader : CodeReader
    {
        private byte* _next;
        private byte* _end;

        public void Start(byte* start, int count)
        {
            _next = start;
            _end = start + count;
        }

        public override int ReadByte() => _next < _end ? *_next++ : -1;
    }
}
