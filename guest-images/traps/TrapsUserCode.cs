using Iced.Intel;
using Rebound.GuestImages.Probe;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>User code of the "traps" guest: for each case the storing of all registers, and then the instruction it is about.</summary>
internal sealed class TrapsUserCode : ProbeProgram
{
    public const ulong Unmapped = 0xdead000, KernelOnly = 0xffffffff80100000, NonCanonical = 0x8000000000000000;
    public const int BadSelector = 0x1230;

    private readonly List<Piece> _pieces = [];

    public TrapsUserCode()
    {
        Syscall = Stored(() => syscall());
        InvalidOpcode = Stored(() => ud2());
        Breakpoint = Stored(() => int3());
        Int80 = Stored(() => @int(0x80));
        Int20 = Stored(() => @int(0x20));
        Int21 = Stored(() => @int(0x21));
        Int22 = Stored(() => @int(0x22));
        Halt = Stored(() => hlt());
        ClearInterrupts = Stored(() => cli());
        PortInput = Stored(() => @in(al, dx));
        ReadControl = Stored(() => mov(rax, cr0));
        Divide = Add(
            () =>
            {
                StoreRegisters(Found);
                xor(edx, edx);
                xor(ecx, ecx);
            },
            () => div(rcx));
        ReadUnmapped = Stored(() => mov(rcx, __qword_ptr[Unmapped]));
        WriteUnmapped = Stored(() => mov(__qword_ptr[Unmapped + 8], rcx));
        WriteReadOnly = Stored(() => mov(__qword_ptr[ReadOnlyPage], rcx));
        ReadKernel = ReadThroughRbx(KernelOnly);
        ReadNonCanonical = ReadThroughRbx(NonCanonical);
        FetchUnmapped = JumpThroughRbx(Unmapped);
        FetchNoExecute = JumpThroughRbx(DataPage);
        LoadBadSelector = Add(
            () =>
            {
                StoreRegisters(Found);
                mov(ecx, BadSelector);
            },
            () => mov(ds, ecx));
        SingleStep = Add(() => nop(), () => syscall());
        Spin = AddSpin();
        Content = ToBytes();
    }

    public byte[] Content { get; }

    public Piece Syscall { get; }

    public Piece InvalidOpcode { get; }

    public Piece Breakpoint { get; }

    public Piece Int80 { get; }

    public Piece Int20 { get; }

    public Piece Int21 { get; }

    public Piece Int22 { get; }

    public Piece Halt { get; }

    public Piece ClearInterrupts { get; }

    public Piece PortInput { get; }

    public Piece ReadControl { get; }

    public Piece Divide { get; }

    public Piece ReadUnmapped { get; }

    public Piece WriteUnmapped { get; }

    public Piece WriteReadOnly { get; }

    public Piece ReadKernel { get; }

    public Piece ReadNonCanonical { get; }

    public Piece FetchUnmapped { get; }

    public Piece FetchNoExecute { get; }

    public Piece LoadBadSelector { get; }

    public Piece SingleStep { get; }

    public Piece Spin { get; }

    /// <summary>Where a piece begins, and where the instruction is that it is about.</summary>
    public (ulong Start, ulong Instruction) AddressesOf(Piece piece) => (AddressOf(piece.Start), AddressOf(piece.Instruction));

    private Piece Stored(Action instruction) => Add(() => StoreRegisters(Found), instruction);

    private Piece ReadThroughRbx(ulong address) => Add(
        () =>
        {
            StoreRegisters(Found);
            mov(rbx, address);
        },
        () => mov(rax, __qword_ptr[rbx]));

    private Piece JumpThroughRbx(ulong address) => Add(
        () =>
        {
            StoreRegisters(Found);
            mov(rbx, address);
        },
        () => jmp(rbx));

    private Piece Add(Action before, Action instruction)
    {
        var piece = new Piece(CreateLabel(), CreateLabel());
        _pieces.Add(piece);
        Label(ref piece.Start);
        before();
        Label(ref piece.Instruction);
        instruction();
        ud2(); // should it not trap
        return piece;
    }

    /// <summary>One instruction that waits for ever: whenever an event comes, it is at this place.</summary>
    private Piece AddSpin()
    {
        var piece = new Piece(CreateLabel(), CreateLabel());
        Label(ref piece.Start);
        nop();
        Label(ref piece.Instruction);
        jmp(piece.Instruction);
        return piece;
    }

    /// <summary>The two places of a piece of code.</summary>
    internal sealed class Piece(Label start, Label instruction)
    {
        public Label Start = start;

        public Label Instruction = instruction;
    }
}
