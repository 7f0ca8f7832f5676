using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>A processor with a few pages mapped, its environment under the test's control.</summary>
internal sealed unsafe class TestMachine : ICpuEnvironment, IDisposable
{
    /// <summary>First mapped page: <see cref="WritablePages"/> writable ones follow, then an aliased, a read-only and an absent one.</summary>
    public const ulong Base = 0x10_0000;
    public const int WritablePages = 40;

    /// <summary>Maps the frame of the first page again.</summary>
    public const ulong Alias = Base + (WritablePages * 4096);
    public const ulong ReadOnly = Alias + 4096;
    public const ulong Absent = ReadOnly + 4096;

    private const ulong FirstFrame = 16;
    private const ulong Leaf = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User;

    public TestMachine()
    {
        Memory = new GuestMemory(128);
        for (ulong level = 1; level < 4; level++)
            Memory.Write64(new MachineAddress(level << 12), ((level + 1) << 12) | Leaf);
        for (ulong page = 0; page < WritablePages; page++)
            Map(Base + (page << 12), FirstFrame + page, Leaf);
        Map(Alias, FirstFrame, Leaf);
        Map(ReadOnly, FirstFrame + WritablePages, Leaf & ~PageTableEntry.Writable);
        Context = new CpuContext(Memory, this, 1);
        Context.SetRoot(0, new MachineFrame(1));
        Context.State->Cpl = 3;
        Context.UpdateMode();
    }

    public GuestMemory Memory { get; }

    public CpuContext Context { get; }

    public CpuState* State => Context.State;

    public Dictionary<ushort, ulong> Descriptors { get; } = [];

    public ulong TimestampOffset { get; set; } = 1000;

    public ulong ReadTimestampCounter(ulong retired) => TimestampOffset + retired;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => new(leaf, subleaf, leaf + subleaf, 0xffff_ffff);

    public bool TryReadDescriptor(ushort selector, out ulong descriptor) => Descriptors.TryGetValue((ushort)(selector & ~3), out descriptor);

    /// <summary>Calls a helper; <paramref name="a"/> and <paramref name="dst"/> are register numbers.</summary>
    public bool Call(MicroOpCode code, int size = 8, int aux = 0, byte a = Operand.None, byte dst = Operand.None, long imm = 0)
    {
        MicroOp op = new() { Code = code, Size = (byte)size, Aux = (byte)aux, A = a, Dst = dst, B = Operand.None, C = Operand.None, Imm = imm };
        State->Exit = ExitReason.None;
        return MicroOpMethods.Helper(code)(Context, State, &op);
    }

    /// <summary>The bytes of all mapped frames.</summary>
    public Span<byte> Bytes => new(Memory.FramePointer(new MachineFrame(FirstFrame)), (WritablePages + 1) * 4096);

    /// <summary>Records that bytes of a page were translated.</summary>
    public void AddCode(ulong address, int length)
    {
        MachineFrame frame = new(FirstFrame + ((address - Base) >> 12));
        Memory.AddCode(frame, (int)(address & 4095), length);
        Memory.AddListener(new EveryByteIsCode());
        Context.RevokeWrites(frame);
    }

    public void Dispose()
    {
        Context.Dispose();
        Memory.Dispose();
    }

    private void Map(ulong address, ulong frame, ulong bits) =>
        Memory.Write64(new MachineAddress(4UL << 12) + (((address >> 12) & 511) * 8), (frame << 12) | bits);

    /// <summary>Answers for whole granules, as there are no blocks here to look into.</summary>
    private sealed class EveryByteIsCode : ICodeListener
    {
        public void OnCodeWrite(MachineFrame frame, int offset, int length)
        {
        }

        public void OnCodeFrame(MachineFrame frame)
        {
        }

        public ulong CodeMask(MachineFrame frame) => ulong.MaxValue;

        public bool CoversCode(MachineFrame frame, int offset, int length) => true;
    }
}
