using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The registers of one string instruction: count, source and destination index. They live in the state and are advanced there
/// with every completed element, so that a fault finds them as hardware leaves them.
/// </summary>
internal readonly unsafe struct StringOperands
{
    /// <summary>Bytes one portion may cover: after that many the instruction is left, to be started again, so that a run can be stopped.</summary>
    private const int PortionBytes = 64 * 1024;

    private readonly CpuState* _state;
    private readonly ulong _indexMask;
    private readonly ulong _sourceBase;

    public StringOperands(CpuState* state, MicroOp* op)
    {
        _state = state;
        Size = op->Size;
        Repeats = (op->Aux & (StringAux.Repeat | StringAux.RepeatNotEqual)) != 0;
        _indexMask = (op->Aux & StringAux.Address32) != 0 ? uint.MaxValue : ulong.MaxValue;
        _sourceBase = (op->Aux & StringAux.Fs) != 0 ? state->FsBase : (op->Aux & StringAux.Gs) != 0 ? state->GsBase : 0;
        Forward = (state->SystemFlags & Rflags.DF) == 0;
    }

    public int Size { get; }

    public bool Repeats { get; }

    public bool Forward { get; }

    /// <summary>Elements still to do.</summary>
    public ulong Count => Repeats ? _state->Gpr[Operand.Rcx] & _indexMask : 1;

    /// <summary>Elements that one call may do.</summary>
    public int Portion => PortionBytes / Size;

    /// <summary>Linear address of the source element.</summary>
    public ulong Source => _sourceBase + (_state->Gpr[Operand.Rsi] & _indexMask);

    /// <summary>Linear address of the destination element; its segment is always ES, whose base is 0.</summary>
    public ulong Destination => _state->Gpr[Operand.Rdi] & _indexMask;

    /// <summary>Whole elements from the source on to the end of its page, and to where a 32-bit index wraps.</summary>
    public ulong SourceRoom => Room(Source, _state->Gpr[Operand.Rsi]);

    /// <summary>Whole elements from the destination on to the end of its page, and to where a 32-bit index wraps.</summary>
    public ulong DestinationRoom => Room(Destination, _state->Gpr[Operand.Rdi]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(ulong elements, bool source, bool destination)
    {
        ulong step = Forward ? elements * (uint)Size : 0 - (elements * (uint)Size);
        if (source)
            _state->Gpr[Operand.Rsi] = (_state->Gpr[Operand.Rsi] + step) & _indexMask;
        if (destination)
            _state->Gpr[Operand.Rdi] = (_state->Gpr[Operand.Rdi] + step) & _indexMask;
        if (Repeats)
            _state->Gpr[Operand.Rcx] = (_state->Gpr[Operand.Rcx] - elements) & _indexMask;
    }

    private ulong Room(ulong linear, ulong index)
    {
        ulong bytes = GuestMemory.FrameSize - (linear & GuestMemory.FrameMask);
        if (_indexMask == uint.MaxValue)
            bytes = Math.Min(bytes, (1UL << 32) - (uint)index);
        return bytes / (uint)Size;
    }
}
