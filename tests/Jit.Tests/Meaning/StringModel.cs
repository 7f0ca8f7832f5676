using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>A string instruction element by element, as the manual's pseudo-code tells it.</summary>
internal sealed unsafe class StringModel
{
    private readonly MicroOpCode _code;
    private readonly int _size;
    private readonly int _aux;
    private readonly ulong _sourceBase;

    public StringModel(MicroOpCode code, int size, int aux, byte[] memory, CpuState* state, ulong sourceBase)
    {
        _code = code;
        _size = size;
        _aux = aux;
        _sourceBase = sourceBase;
        Memory = new ModelMemory(memory);
        Rax = state->Gpr[Operand.Rax];
        Rcx = state->Gpr[Operand.Rcx];
        Rsi = state->Gpr[Operand.Rsi];
        Rdi = state->Gpr[Operand.Rdi];
        Flags = state->Flags;
    }

    public ModelMemory Memory { get; }

    public ulong Rax { get; private set; }

    public ulong Rcx { get; private set; }

    public ulong Rsi { get; private set; }

    public ulong Rdi { get; private set; }

    public ulong Flags { get; private set; }

    /// <summary>Address of the page fault that ended it.</summary>
    public ulong? Fault { get; private set; }

    private bool Short => (_aux & StringAux.Address32) != 0;

    public void Run()
    {
        bool repeat = (_aux & (StringAux.Repeat | StringAux.RepeatNotEqual)) != 0;
        ulong a = 0;
        ulong b = 0;
        bool compared = false;
        while (!repeat || Cut(Rcx) != 0)
        {
            if (!Element(ref a, ref b))
                return;
            compared = _code is MicroOpCode.StringCompare or MicroOpCode.StringScan;
            if (!repeat)
                break;
            Rcx = Cut(Rcx - 1);
            if (compared && (a == b) != ((_aux & StringAux.Repeat) != 0))
                break;
        }

        if (compared)
            Flags = (Flags & ~Rflags.Arithmetic) | Difference(a, b);
    }

    private bool Element(ref ulong a, ref ulong b)
    {
        ulong source = _sourceBase + Cut(Rsi);
        ulong destination = Cut(Rdi);
        bool readsSource = _code is MicroOpCode.StringMove or MicroOpCode.StringLoad or MicroOpCode.StringCompare;
        bool usesDestination = _code != MicroOpCode.StringLoad;
        bool writes = _code is MicroOpCode.StringMove or MicroOpCode.StringStore;
        if (readsSource)
            Fault = ModelMemory.FaultOf(source, _size, write: false);
        if (Fault == null && usesDestination)
            Fault = ModelMemory.FaultOf(destination, _size, writes);
        if (Fault != null)
            return false;
        a = readsSource ? Memory.Read(source, _size) : Rax & (ulong.MaxValue >> (64 - (8 * _size)));
        if (writes)
            Memory.Write(destination, a, _size);
        else if (usesDestination)
            b = Memory.Read(destination, _size);
        else
            Rax = _size switch { 8 => a, 4 => a, 2 => (Rax & ~0xffffUL) | a, _ => (Rax & ~0xffUL) | a };
        ulong step = (Flags & Rflags.DF) != 0 ? 0 - (ulong)_size : (ulong)_size;
        if (readsSource)
            Rsi = Cut(Rsi + step);
        if (usesDestination)
            Rdi = Cut(Rdi + step);
        return true;
    }

    private ulong Difference(ulong a, ulong b)
    {
        int top = (8 * _size) - 1;
        ulong r = a - b;
        ulong flags = (a < b ? Rflags.CF : 0) | (a == b ? Rflags.ZF : 0);
        if (((r >> top) & 1) != 0)
            flags |= Rflags.SF;
        if ((((a ^ b) & (a ^ r)) >> top & 1) != 0)
            flags |= Rflags.OF;
        if ((a & 15) < (b & 15))
            flags |= Rflags.AF;
        int ones = 0;
        for (int bit = 0; bit < 8; bit++)
            ones += (int)(r >> bit) & 1;
        return flags | (ones % 2 == 0 ? Rflags.PF : 0);
    }

    private ulong Cut(ulong value) => Short ? (uint)value : value;
}
