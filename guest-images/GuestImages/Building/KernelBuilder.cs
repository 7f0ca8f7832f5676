using Iced.Intel;
using Rebound.GuestImages.Elf;

namespace Rebound.GuestImages.Building;

/// <summary>
/// Builds one 64-bit PV kernel: an assembler with a place for data, for zeroed memory and for routines, and with the
/// run-time library of the guests (its other parts: hypercalls, console, memory, traps, user programs).
/// The kernel lies in the top 2 GiB, so every address of its own is a sign-extended 32-bit displacement.
/// </summary>
internal sealed partial class KernelBuilder : Assembler
{
    /// <summary>Virtual address of the domain's first page (VIRT_BASE).</summary>
    public const ulong VirtualBase = 0xffffffff80000000;

    // one mebibyte up, as kernels of the time lay; bit 21 stays clear in every address (see the RSP flaw of Xen 4.17)
    private const ulong HypercallPage = VirtualBase + 0x100000;
    private const ulong CodeAddress = HypercallPage + 0x1000;
    private const ulong DataAddress = VirtualBase + 0x120000;
    private const ulong ZeroAddress = VirtualBase + 0x140000;

    private readonly KernelOptions _options;
    private readonly Dictionary<string, Routine> _routines = [];
    private readonly List<Routine> _order = [];
    private AssemblerResult? _assembled;
    private int _placed;

    public KernelBuilder(KernelOptions options)
        : base(64)
    {
        _options = options;
        ReserveState();
    }

    public DataArea Data { get; } = new(DataAddress);

    public ZeroArea Zero { get; } = new(ZeroAddress);

    /// <summary>The routine of that name; its body is emitted when first asked for, behind the code that runs now.</summary>
    public Routine Routine(string name, Action body)
    {
        if (_routines.TryGetValue(name, out Routine? known)) return known;
        var routine = new Routine(name, CreateLabel(name), body);
        _routines.Add(name, routine);
        _order.Add(routine);
        return routine;
    }

    /// <summary>
    /// Emits here, jumped over, the bodies of all routines asked for so far. A kernel that prints addresses of its own does this
    /// first, so that they do not change with every change of the library behind them.
    /// </summary>
    public void PlaceRoutines()
    {
        Label behind = CreateLabel();
        jmp(behind);
        int known = _order.Count;
        while (_placed < known) PlaceNext();
        Label(ref behind);
        nop();
    }

    /// <summary>A table word that will hold the address of a routine.</summary>
    public void StoreAddressOf(Routine routine, ulong at) => Data.Later(at, () => AddressOf(routine));

    /// <summary>A word in memory that holds the address of a routine.</summary>
    public AssemblerMemoryOperand AddressWord(Routine routine)
    {
        ulong word = Data.Words(0ul);
        StoreAddressOf(routine, word);
        return AssemblerRegisters.__qword_ptr[word];
    }

    /// <summary>Emits a call of a routine.</summary>
    public void Call(Routine routine) => call(routine.Label);

    /// <summary>Emits a load of a 64-bit register.</summary>
    public void Load(AssemblerRegister64 target, Value value) => value.LoadInto(this, target);

    /// <summary>Emits the whole program and gives the ELF file.</summary>
    public static byte[] Build(GuestProgram program)
    {
        var builder = new KernelBuilder(program.Options);
        program.Emit(builder);
        return builder.Finish();
    }

    private void PlaceNext()
    {
        Routine routine = _order[_placed++];
        Label(ref routine.Label);
        routine.Body();
    }

    private ulong AddressOf(Routine routine) => _assembled!.Value.GetLabelRIP(routine.Label);

    private byte[] Finish()
    {
        while (_placed < _order.Count) PlaceNext();
        using var stream = new MemoryStream();
        _assembled = Assemble(new StreamCodeWriter(stream), CodeAddress, BlockEncoderOptions.ReturnNewInstructionOffsets);
        byte[] code = stream.ToArray();
        byte[] data = Data.ToBytes();
        if (CodeAddress + (ulong)code.Length > DataAddress || DataAddress + (ulong)data.Length > ZeroAddress)
            throw new InvalidOperationException($"guest kernel too large: {code.Length} bytes of code, {data.Length} of data");
        return new XenElfFile
        {
            VirtualBase = VirtualBase,
            Entry = CodeAddress,
            Segments = Segments(code, data),
            Notes = _options.LegacyGuestSection ? [] : Notes(),
            LegacyGuestSection = _options.LegacyGuestSection ? LegacySection() : null,
            Symbols = [new ElfSymbol("start", CodeAddress), .. _order.Select(r => new ElfSymbol(r.Name, AddressOf(r)))],
        }.ToBytes();
    }

    private List<ElfSegment> Segments(byte[] code, byte[] data)
    {
        // Xen writes the hypercall page, so the file holds a page of zeros for it
        byte[] text = [.. new byte[CodeAddress - HypercallPage], .. code];
        return
        [
            new ElfSegment(".text", HypercallPage, text, (ulong)text.Length, true),
            new ElfSegment(".data", DataAddress, data, (ulong)data.Length, false),
            new ElfSegment(".bss", ZeroAddress, [], Zero.Size, false),
        ];
    }

    private List<XenNote> Notes()
    {
        List<XenNote> notes =
        [
            XenNote.Text(XenNoteType.GuestOs, _options.GuestOs),
            XenNote.Text(XenNoteType.GuestVersion, "1"),
            XenNote.Text(XenNoteType.XenVersion, "xen-3.0"),
            XenNote.Text(XenNoteType.Loader, "generic"),
            XenNote.Number(XenNoteType.VirtBase, VirtualBase),
            XenNote.Number(XenNoteType.PaddrOffset, 0),
            XenNote.Number(XenNoteType.Entry, CodeAddress),
        ];
        if (!_options.InlineHypercalls) notes.Add(XenNote.Number(XenNoteType.HypercallPage, HypercallPage));
        return notes;
    }

    private string LegacySection()
    {
        string text = $"GUEST_OS={_options.GuestOs},GUEST_VER=1,XEN_VER=xen-3.0,LOADER=generic,VIRT_BASE=0x{VirtualBase:x}," +
            $"ELF_PADDR_OFFSET=0x0,VIRT_ENTRY=0x{CodeAddress:x}";
        return _options.InlineHypercalls ? text : text + $",HYPERCALL_PAGE=0x{(HypercallPage - VirtualBase) >> 12:x}";
    }
}
