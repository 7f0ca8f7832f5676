using NUnit.Framework;
using Rebound.Engine.Loading;
using Rebound.Engine.Tests.Builder;

namespace Rebound.Engine.Tests.Loading;

/// <summary>Kernels in every packing that there is, whole, broken, and lying about their size.</summary>
[TestFixture]
public sealed class KernelImageTests
{
    private const ulong Limit = 64 << 20;

    private static IEnumerable<string> Formats => Compressor.All.Select(compressor => compressor.Format);

    [TestCaseSource(nameof(Formats))]
    public void A_compressed_file_is_unpacked(string format)
    {
        byte[] kernel = Kernel(9 << 20);
        AssertUnpacked(Of(format).Compress(kernel), kernel);
    }

    [TestCaseSource(nameof(Formats))]
    public void The_payload_of_a_bzImage_is_unpacked(string format)
    {
        byte[] kernel = Kernel(9 << 20);
        AssertUnpacked(BzImages.Of(kernel, Of(format)), kernel);
    }

    [Test]
    public void A_compressed_bzImage_is_unpacked_too()
    {
        byte[] file = Of("gzip").Compress(BzImages.Of(TestImages.Hello, Of("xz")));
        AssertUnpacked(file, TestImages.Hello);
    }

    [Test]
    public void An_ELF_file_stays_where_it_is()
    {
        ReadOnlyMemory<byte> file = TestImages.Hello;
        Assert.That(KernelImage.Unpack(file, 1).Equals(file), Is.True);
    }

    [Test]
    public void A_bzImage_may_carry_a_plain_ELF_file() =>
        AssertUnpacked(BzImages.Around(TestImages.Hello), TestImages.Hello);

    [TestCaseSource(nameof(Formats))]
    public void What_does_not_fit_the_limit_is_refused(string format)
    {
        byte[] bomb = new byte[32 << 20];
        TestImages.Hello.CopyTo(bomb, 0);
        byte[] compressed = Of(format).Compress(bomb);
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(compressed, (8 << 20) - 1), Does.Contain("too large").And.Contain("7 MiB"));
            Assert.That(Refusal(compressed, (32 << 20) - 1), Does.Contain("too large"));
            Assert.That(Refusal(compressed, 32 << 20), Is.Null);
        });
    }

    [TestCaseSource(nameof(Formats))]
    public void Every_truncation_is_refused(string format)
    {
        byte[] file = BzImages.Of(TestImages.Hello, Of(format));
        int payload = ((BzImages.SetupSectors + 1) * 512) + BzImages.PayloadOffset;
        int end = file.Length - 0x100;
        for (int length = 1; length < end; length += length < payload ? 61 : 7)
            Assert.That(Refusal(file[..length], Limit), Is.Not.Null, $"{length} of {file.Length} bytes");
    }

    /// <summary>The stream ends too early although the header is right: the bytes behind it are missing.</summary>
    [TestCaseSource(nameof(Formats))]
    public void A_truncated_stream_never_gives_the_kernel(string format)
    {
        byte[] kernel = TestImages.Hello;
        byte[] compressed = Of(format).Compress(kernel);
        for (int length = 1; length < compressed.Length - 16; length += 23)
        {
            byte[]? unpacked = Try(compressed[..length], Limit);
            Assert.That(unpacked is null || unpacked.Length < kernel.Length, Is.True, $"{length} of {compressed.Length} bytes");
        }
    }

    [TestCaseSource(nameof(Formats))]
    public void Broken_streams_are_refused_or_harmless(string format)
    {
        var random = new Random(format.Length);
        byte[] file = BzImages.Of(TestImages.Hello, Of(format));
        int refused = 0;
        for (int run = 0; run < 400; run++)
        {
            byte[] broken = [.. file];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                // Headers decide most: half of the changes are where they are.
                int start = random.Next(3) switch { 0 => 0x1f0, 1 => (BzImages.SetupSectors + 1) * 512 - 0x20, _ => random.Next(file.Length - 100) };
                broken[start + random.Next(100)] = (byte)random.Next(256);
            }

            if (Refusal(broken, Limit) is not null) refused++;
        }

        Assert.That(refused, Is.GreaterThan(50));
    }

    [Test]
    public void Random_bytes_behind_a_magic_are_refused()
    {
        byte[][] magics = [[0x1f, 0x8b], "BZh9"u8.ToArray(), [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], [0x5d, 0, 0], [0x28, 0xb5, 0x2f, 0xfd], [2, 0x21, 0x4c, 0x18], [4, 0x22, 0x4d, 0x18]];
        var random = new Random(7);
        foreach (byte[] magic in magics)
        {
            for (int run = 0; run < 50; run++)
            {
                byte[] file = new byte[random.Next(16, 20_000)];
                random.NextBytes(file);
                magic.CopyTo(file, 0);
                byte[]? unpacked = Try(file, Limit);
                Assert.That(unpacked, Is.Null, Convert.ToHexString(magic));
            }
        }
    }

    [TestCase(0x1fe, 0x00, "boot flag")]
    [TestCase(0x206, 0x07, "boot protocol 2.07")]
    [TestCase(0x24f, 0x7f, "truncated")]
    [TestCase(0x24b, 0xff, "truncated")]
    [TestCase(0x1f1, 0xff, "truncated")]
    [TestCase(0x248, 0x41, "payload starts with 454c")]
    public void A_bad_setup_header_is_named(int offset, byte value, string message)
    {
        byte[] file = BzImages.Around(TestImages.Hello);
        file[offset] = value;
        Assert.That(Refusal(file, Limit), Does.Contain(message));
    }

    [Test]
    public void An_empty_payload_is_refused() => Assert.That(Refusal(BzImages.Around([]), Limit), Does.Contain("empty"));

    [Test]
    public void A_bzImage_that_ends_in_its_header_is_refused() =>
        Assert.That(Refusal(BzImages.Around(TestImages.Hello)[..0x220], Limit), Does.Contain("setup header"));

    [TestCase(1)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    public void A_size_that_is_not_so_is_refused(int difference)
    {
        byte[] payload = [.. Of("lz4").Compress(TestImages.Hello), .. BitConverter.GetBytes(unchecked(TestImages.Hello.Length + difference))];
        Assert.That(Refusal(BzImages.Around(payload), Limit), Does.Contain("stated"));
    }

    [Test]
    public void lzo_is_refused_by_its_name() =>
        Assert.That(Refusal(BzImages.Around([0x89, .. "LZO"u8, 0, 13, 10, 26, 10, 0, 0, 0, 0]), Limit), Does.Contain("lzo").And.Contain("gzip"));

    [Test]
    public void Anything_else_is_refused_with_what_it_could_be() =>
        Assert.That(Refusal("This is no kernel."u8.ToArray(), Limit), Does.Contain("ELF").And.Contain("bzImage").And.Contain("zstd"));

    [Test]
    public void Packing_without_end_is_refused()
    {
        byte[] file = TestImages.Hello;
        for (int i = 0; i < 5; i++) file = Of("gzip").Compress(file);
        Assert.That(Refusal(file, Limit), Does.Contain("packed more than"));
    }

    private static Compressor Of(string format) => Compressor.All.Single(compressor => compressor.Format == format);

    /// <summary>An ELF magic and bytes of which some can be guessed; more than a block of any format.</summary>
    private static byte[] Kernel(int size)
    {
        byte[] bytes = new byte[size];
        var random = new Random(1);
        for (int at = 0; at < size; at += 4096)
        {
            random.NextBytes(bytes.AsSpan(at, 512));
            // A call every few bytes, for the filter that makes x86 code more alike.
            for (int call = at + 1024; call < at + 3072; call += 24) bytes[call] = 0xe8;
        }

        "\u007fELF"u8.CopyTo(bytes);
        return bytes;
    }

    private static void AssertUnpacked(byte[] file, byte[] kernel)
    {
        ReadOnlyMemory<byte> unpacked = KernelImage.Unpack(file, Limit);
        Assert.That(unpacked.Span.SequenceEqual(kernel), Is.True, $"{unpacked.Length} bytes came out of {kernel.Length}");
    }

    private static byte[] Unpacked(byte[] file, ulong limit) => KernelImage.Unpack(file, limit).ToArray();

    private static byte[]? Try(byte[] file, ulong limit)
    {
        try
        {
            return Unpacked(file, limit);
        }
        catch (KernelFileException)
        {
            return null;
        }
    }

    /// <summary>The message with which a file is refused, or null. Any other exception fails the test.</summary>
    private static string? Refusal(byte[] file, ulong limit)
    {
        try
        {
            KernelImage.Unpack(file, limit);
            return null;
        }
        catch (KernelFileException refusal)
        {
            Assert.That(refusal.Message, Does.Not.Contain('\n').And.Not.Empty);
            return refusal.Message;
        }
    }
}
