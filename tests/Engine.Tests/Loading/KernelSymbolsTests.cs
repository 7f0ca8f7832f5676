using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Rebound.Engine.Loading;
using Rebound.Engine.Loading.Symbols;

namespace Rebound.Engine.Tests.Loading;

/// <summary>Names of addresses from each kind of file that has them.</summary>
[TestFixture]
public sealed class KernelSymbolsTests
{
    private const ulong Limit = 16 << 20;

    [Test]
    public void An_address_is_named_by_the_symbol_before_it()
    {
        var table = new SymbolTable([new(0x2000, "second", true), new(0x1000, "first", true), new(0x1000, "alias", true), new(0x2100, "data", false)]);
        Assert.Multiple(() =>
        {
            Assert.That(table.Count, Is.EqualTo(3));
            Assert.That(table.Describe(0xfff), Is.Null);
            Assert.That(table.Describe(0x1000), Is.EqualTo("first"));
            Assert.That(table.Describe(0x1fff), Is.EqualTo("first+0xfff"));
            Assert.That(table.Describe(0x2010), Is.EqualTo("second+0x10"));
            Assert.That(table.Describe(0x2100 + 0xffff), Is.EqualTo("data+0xffff"));
            Assert.That(table.Describe(0x2100 + 0x10000), Is.Null);
            Assert.That(table.IsCode(0x2010), Is.True);
            Assert.That(table.IsCode(0x2110), Is.False);
            Assert.That(table.IsCode(0), Is.False);
            Assert.That(table.TryFind("second", out ulong address) ? address : 0, Is.EqualTo(0x2000));
            Assert.That(table.TryFind("third", out _), Is.False);
            Assert.That(SymbolTable.Empty.Describe(5), Is.Null);
        });
    }

    [Test]
    public void A_System_map_is_read()
    {
        SymbolTable table = Read(
            """
            0000000000000000 A fixed_percpu_data
            ffffffff81000000 T startup_64
            ffffffff81000100 t helper
            ffffffff82000000 D table

            """u8);
        Assert.Multiple(() =>
        {
            Assert.That(table.Count, Is.EqualTo(3), "an absolute symbol is no place");
            Assert.That(table.Describe(0xffffffff81000110), Is.EqualTo("helper+0x10"));
            Assert.That(table.IsCode(0xffffffff82000004), Is.False);
        });
    }

    [Test]
    public void The_line_that_Debian_ships_in_the_place_of_a_System_map_has_no_symbols() =>
        Assert.That(Refusal("ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"u8), Does.Contain("no symbols"));

    [TestCase("ffffffff81000000 T")]
    [TestCase("ffffffff8100000 T short")]
    [TestCase("hello")]
    [TestCase("")]
    public void What_is_no_System_map_is_not_taken_for_one(string text) => Assert.That(Refusal(Encoding.ASCII.GetBytes(text)), Is.Not.Null);

    [Test]
    public void The_symbol_table_of_an_ELF_file_is_read()
    {
        SymbolTable table = Read(ElfWithSymbols());
        Assert.Multiple(() =>
        {
            Assert.That(table.Count, Is.EqualTo(2));
            Assert.That(table.Describe(0xffffffff80100004), Is.EqualTo("entry+0x4"));
            Assert.That(table.IsCode(0xffffffff80100004), Is.True);
            Assert.That(table.IsCode(0xffffffff80200000), Is.False);
        });
    }

    [Test]
    public void A_broken_ELF_file_is_refused_or_read()
    {
        byte[] file = ElfWithSymbols();
        var random = new Random(3);
        for (int run = 0; run < 5000; run++)
        {
            byte[] broken = [.. file];
            for (int i = random.Next(1, 5); i > 0; i--) broken[random.Next(4, broken.Length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            Refusal(broken);
        }
    }

    [Test]
    public void Kallsyms_are_found_in_every_order([Values] bool newOrder, [Values] bool withOrder, [Values(3, 256, 257, 5000)] int count)
    {
        List<string> names = Names(count);
        SymbolTable table = Read(new KallsymsImage(names, newOrder, withOrder).ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(table.Count, Is.EqualTo(count));
            for (int i = 0; i < count; i += 1 + (count / 50))
                Assert.That(table.Describe(KallsymsImage.Base + ((ulong)i * 32) + 5), Is.EqualTo(names[i][1..] + "+0x5"));
        });
    }

    [Test]
    public void Broken_kallsyms_are_found_or_not()
    {
        byte[] image = new KallsymsImage(Names(700), newOrder: false, withOrder: true).ToArray();
        var random = new Random(4);
        for (int run = 0; run < 300; run++)
        {
            byte[] broken = [.. image];
            for (int i = random.Next(1, 5); i > 0; i--) broken[random.Next(4, broken.Length)] = (byte)(random.Next(3) == 0 ? 0 : random.Next(256));
            if (random.Next(10) == 0) broken = broken[..random.Next(4, broken.Length)];
            Refusal(broken);
        }
    }

    private static List<string> Names(int count)
    {
        // One is longer than a byte can say.
        List<string> names = [.. Enumerable.Range(0, count).Select(i => $"{(i % 3 == 0 ? 'd' : 'T')}sys_function_{i}")];
        names[1] = "t" + new string('x', 200);
        return names;
    }

    private static byte[] ElfWithSymbols()
    {
        byte[] names = "\0entry\0data\0absolute\0"u8.ToArray();
        byte[] file = new byte[0x400];
        "\u007fELF"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), 0x100);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), 3);
        Section(file.AsSpan(0x140), type: 2, offset: 0x200, size: 4 * 24, link: 2);
        Section(file.AsSpan(0x180), type: 3, offset: 0x300, size: names.Length, link: 0);
        Entry(file.AsSpan(0x218), name: 1, kind: 2, section: 1, 0xffffffff80100000);
        Entry(file.AsSpan(0x230), name: 7, kind: 1, section: 1, 0xffffffff80200000);
        Entry(file.AsSpan(0x248), name: 12, kind: 0, section: 0xfff1, 77);
        names.CopyTo(file, 0x300);
        return file;
    }

    private static void Section(Span<byte> header, uint type, ulong offset, int size, uint link)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)size);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], link);
    }

    private static void Entry(Span<byte> entry, uint name, byte kind, ushort section, ulong address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, name);
        entry[4] = kind;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], section);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], address);
    }

    private static SymbolTable Read(ReadOnlySpan<byte> file) => KernelSymbols.Read(file.ToArray(), Limit);

    private static string? Refusal(ReadOnlySpan<byte> file)
    {
        try
        {
            Read(file);
            return null;
        }
        catch (KernelFileException refusal)
        {
            return refusal.Message;
        }
    }
}
