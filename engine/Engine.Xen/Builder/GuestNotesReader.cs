using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Rebound.Engine.Xen.Builder;

/// <summary>Finds and reads what an ELF image says to a Xen domain builder (public/elfnote.h, xen-unstable's libelf-dominfo).</summary>
public static class GuestNotesReader
{
    private const int NoteHeader = 12;
    private const int LegacyPageShift = 12;

    private enum Note : uint
    {
        Entry = 1,
        HypercallPage = 2,
        VirtualBase = 3,
        PhysicalOffset = 4,
        XenVersion = 5,
        GuestOs = 6,
        GuestVersion = 7,
        Loader = 8,
        Features = 10,
        InitialP2m = 15,
        ModuleStartFrame = 16,
    }

    /// <summary>Reads notes from segments, else from sections, else the legacy section.</summary>
    /// <exception cref="GuestImageException">There is nothing for Xen in the image, or it asks for what a PV domain cannot have.</exception>
    public static GuestNotes Read(ElfImage image)
    {
        GuestNotes? notes = FromNotes(image.NoteSegments) ?? FromNotes(image.NoteSections);
        if (notes is null && image.LegacyGuestText is { } text)
            notes = FromText(text);
        if (notes is null)
            throw new GuestImageException("no Xen note in the ELF file and no __xen_guest section: not a Xen PV kernel");
        Check(notes);
        return notes;
    }

    private static void Check(GuestNotes notes)
    {
        if (!notes.Loader.StartsWith("generic", StringComparison.Ordinal) && !notes.GuestOs.StartsWith("linux", StringComparison.Ordinal))
            throw new GuestImageException($"the kernel asks for the loader '{notes.Loader}', not 'generic'");
        if (!notes.XenVersion.StartsWith("xen-3.0", StringComparison.Ordinal))
            throw new GuestImageException($"the kernel is for '{notes.XenVersion}', not for the interface 'xen-3.0'");
        if (notes.PhysicalOffset is not null && notes.VirtualBase is null)
            throw new GuestImageException("the kernel states a physical offset but no virtual base");
        if (notes.RequiredFeatures.Contains("auto_translated_physmap"))
            throw new GuestImageException("the kernel requires the feature auto_translated_physmap, which a PV domain does not have");
    }

    private static GuestNotes? FromNotes(IReadOnlyList<ReadOnlyMemory<byte>> areas)
    {
        GuestNotes? notes = null;
        foreach (ReadOnlyMemory<byte> area in areas)
        {
            ReadOnlySpan<byte> rest = area.Span;
            while (rest.Length >= NoteHeader)
            {
                ulong nameSize = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                ulong dataSize = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                uint type = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
                ulong dataStart = NoteHeader + Padded(nameSize);
                if (dataStart + dataSize > (ulong)rest.Length)
                    throw new GuestImageException("malformed ELF note: it reaches beyond its section");
                ReadOnlySpan<byte> name = rest.Slice(NoteHeader, (int)nameSize);
                if (name.SequenceEqual("Xen\0"u8))
                    notes = Apply(notes ?? new GuestNotes(), (Note)type, rest.Slice((int)dataStart, (int)dataSize));
                rest = rest[(int)Math.Min(dataStart + Padded(dataSize), (ulong)rest.Length)..];
            }
        }

        return notes;
    }

    private static GuestNotes Apply(GuestNotes notes, Note type, ReadOnlySpan<byte> data) => type switch
    {
        Note.Entry => notes with { Entry = Number(type, data) },
        Note.HypercallPage => notes with { HypercallPage = Number(type, data) },
        Note.VirtualBase => notes with { VirtualBase = Number(type, data) },
        Note.PhysicalOffset => notes with { PhysicalOffset = Number(type, data) },
        Note.InitialP2m => notes with { InitialP2m = Number(type, data) },
        Note.ModuleStartFrame => notes with { ModuleStartFrame = Number(type, data) != 0 },
        Note.XenVersion => notes with { XenVersion = Text(data) },
        Note.GuestOs => notes with { GuestOs = Text(data) },
        Note.GuestVersion => notes with { GuestVersion = Text(data) },
        Note.Loader => notes with { Loader = Text(data) },
        Note.Features => notes with { Features = Text(data) },
        _ => notes,
    };

    private static ulong Number(Note type, ReadOnlySpan<byte> data) => data.Length switch
    {
        4 => BinaryPrimitives.ReadUInt32LittleEndian(data),
        8 => BinaryPrimitives.ReadUInt64LittleEndian(data),
        _ => throw new GuestImageException($"malformed Xen note {type}: {data.Length} bytes instead of 4 or 8"),
    };

    private static string Text(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? data : data[..end]);
    }

    private static ulong Padded(ulong size) => (size + 3) & ~3UL;

    private static GuestNotes FromText(string text)
    {
        var notes = new GuestNotes { Legacy = true };
        ulong? page = null;
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals];
            string value = equals < 0 ? "" : pair[(equals + 1)..];
            switch (key)
            {
                case "VIRT_BASE": notes = notes with { VirtualBase = Number(key, value) }; break;
                case "VIRT_ENTRY": notes = notes with { Entry = Number(key, value) }; break;
                case "ELF_PADDR_OFFSET": notes = notes with { PhysicalOffset = Number(key, value) }; break;
                case "HYPERCALL_PAGE": page = Number(key, value, hexadecimal: true); break;
                case "LOADER": notes = notes with { Loader = value }; break;
                case "GUEST_OS": notes = notes with { GuestOs = value }; break;
                case "GUEST_VER": notes = notes with { GuestVersion = value }; break;
                case "XEN_VER": notes = notes with { XenVersion = value }; break;
                case "FEATURES": notes = notes with { Features = value }; break;
                default: break;
            }
        }

        // The page's number counts from the virtual base.
        return page is { } number ? notes with { HypercallPage = (notes.VirtualBase ?? 0) + (number << LegacyPageShift) } : notes;
    }

    private static ulong Number(string key, string text, bool hexadecimal = false)
    {
        bool prefixed = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool parsed = prefixed || hexadecimal
            ? ulong.TryParse(prefixed ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        return parsed ? value : throw new GuestImageException($"__xen_guest: '{key}={text}' is not a number");
    }
}
