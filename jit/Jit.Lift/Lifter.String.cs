using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>String instructions; the helper does all repetitions.</content>
internal sealed partial class Lifter
{
    internal void Movs(int size) => String(MicroOpCode.StringMove, size, compares: false);

    internal void Stos(int size) => String(MicroOpCode.StringStore, size, compares: false);

    internal void Lods(int size) => String(MicroOpCode.StringLoad, size, compares: false);

    internal void Cmps(int size) => String(MicroOpCode.StringCompare, size, compares: true);

    internal void Scas(int size) => String(MicroOpCode.StringScan, size, compares: true);

    private void String(MicroOpCode code, int size, bool compares)
    {
        int aux = 0;
        if (_instruction.HasRepnePrefix)
            aux = compares ? StringAux.RepeatNotEqual : StringAux.Repeat;
        else if (_instruction.HasRepPrefix)
            aux = StringAux.Repeat;
        for (int i = 0; i < _instruction.OpCount; i++)
        {
            OpKind kind = _instruction.GetOpKind(i);
            if (kind is OpKind.MemorySegESI or OpKind.MemoryESEDI)
                aux |= StringAux.Address32;
            if (kind is OpKind.MemorySegESI or OpKind.MemorySegRSI)
                aux |= SegmentBits();
        }

        Emit.Helper(code, size, aux: aux);
    }
}
