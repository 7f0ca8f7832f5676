using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Instructions of AVX and AVX2 that have no SSE form, and those of SSE with operands of their own kind.</content>
internal sealed partial class Lifter
{
    /// <summary>VZEROUPPER and VZEROALL.</summary>
    internal void ZeroVectors(MicroOpCode code) => Emit.Helper(code);

    /// <summary>The lowest element, or the low half, everywhere.</summary>
    internal void Broadcast(MicroOpCode half, MicroOpCode whole) => PackedExtend(half, whole);

    /// <summary>VINSERTF128.</summary>
    internal void InsertHalf()
    {
        byte source = IsMemory(2) ? LoadVector(2) : VectorNumber(2);
        Wide(MicroOpCode.WideInsert128, VectorNumber(0), VectorNumber(1), source, _instruction.Immediate8 & 1);
    }

    /// <summary>VEXTRACTF128.</summary>
    internal void ExtractHalf()
    {
        byte source = VectorNumber(1);
        bool high = (_instruction.Immediate8 & 1) != 0;
        if (IsMemory(0))
        {
            if (high)
            {
                byte half = Emit.VectorTemporary();
                Wide(MicroOpCode.WideExtract128, half, source, source, 1);
                source = half;
            }

            Emit.VectorStore(16, Address(), source);
        }
        else if (high)
        {
            Wide(MicroOpCode.WideExtract128, VectorNumber(0), source, source, 1);
        }
        else
        {
            Emit.Append(new MicroOp
            {
                Code = MicroOpCode.VectorMove,
                Size = 16,
                Dst = VectorNumber(0),
                A = source,
                B = source,
                C = Operand.None,
                Aux = VectorAux.ZeroUpper,
            });
        }
    }

    /// <summary>VPERM2F128.</summary>
    internal void PermuteHalves() => Wide(MicroOpCode.WidePermute128, VectorNumber(0), VectorNumber(1), VectorSource(2), _instruction.Immediate8);

    /// <summary>VPERMQ and VPERMPD.</summary>
    internal void PermuteQuadwords()
    {
        byte source = VectorSource(1);
        Wide(MicroOpCode.WidePermute64, VectorNumber(0), source, source, _instruction.Immediate8);
    }

    /// <summary>VPERMD and VPERMPS: the selectors are the first source.</summary>
    internal void PermuteDoublewords() => Wide(MicroOpCode.WidePermute32, VectorNumber(0), VectorSource(2), VectorNumber(1));

    /// <summary>VPERMILPS and VPERMILPD, by a vector or by an immediate.</summary>
    internal void PermuteWithinHalves(MicroOpCode byVector, MicroOpCode byImmediate, int upperShift)
    {
        if (_instruction.Op2Kind != OpKind.Immediate8)
        {
            Packed(byVector);
            return;
        }

        byte source = VectorSource(1);
        Vector(byImmediate, VectorNumber(0), source, source, _instruction.Immediate8, upperShift);
    }

    /// <summary>INSERTPS's bits for elements that become zero.</summary>
    private const int AllElements = 15;

    /// <summary>INSERTPS: the bits that select an element of the source mean nothing if it is memory.</summary>
    internal void InsertScalar()
    {
        int first = FirstSource;
        bool memory = IsMemory(first + 1);
        byte source = memory ? LoadVector(first + 1) : VectorNumber(first + 1);
        if ((_instruction.Immediate8 & AllElements) == AllElements)
        {
            // Zero whatever the operands are, which an optimiser of the host's code would find, and with it that they need not be computed.
            byte zero = VectorNumber(0);
            Vector(MicroOpCode.VectorXor, zero, zero, zero);
            return;
        }

        Vector(MicroOpCode.PackedInsertScalar32, VectorNumber(0), VectorNumber(first), source, _instruction.Immediate8 & (memory ? 0x3f : 0xff));
    }

    /// <summary>VMASKMOVPS and its kin, with elements of <paramref name="size"/> bytes.</summary>
    internal void MaskedMove(int size)
    {
        byte address = LinearAddress();
        bool store = IsMemory(0);
        Emit.Append(new MicroOp
        {
            Code = store ? MicroOpCode.MaskedStore : MicroOpCode.MaskedLoad,
            Size = (byte)VectorBytes,
            Dst = store ? Operand.None : VectorNumber(0),
            A = address,
            B = VectorNumber(1),
            C = store ? VectorNumber(2) : Operand.None,
            Aux = (byte)size,
        });
    }

    /// <summary>Gathers of elements of <paramref name="size"/> bytes by indices of <paramref name="indexSize"/>.</summary>
    internal void Gather(int size, int indexSize)
    {
        Register index = _instruction.MemoryIndex;
        byte target = VectorNumber(0);
        byte mask = VectorNumber(2);
        byte indices = VectorNumber(index);
        if (target == mask || target == indices || mask == indices)
        {
            Fault(ExceptionVector.InvalidOpcode);
            return;
        }

        Register baseRegister = _instruction.MemoryBase;
        bool address32 = baseRegister is >= Register.EAX and <= Register.R15D || (baseRegister == Register.None && _instruction.MemoryDisplSize == 4);
        Emit.Append(new MicroOp
        {
            Code = MicroOpCode.Gather,
            Size = (byte)(VectorBytes == 32 || index.IsYMM() ? 32 : 16),
            Dst = target,
            A = baseRegister == Register.None ? Operand.None : Number(baseRegister),
            B = indices,
            C = mask,
            Aux = (byte)(System.Numerics.BitOperations.Log2((uint)_instruction.MemoryIndexScale) | SegmentBits() | (address32 ? MemoryAux.Address32 : 0)
                | (size == 8 ? GatherAux.Data64 : 0) | (indexSize == 8 ? GatherAux.Index64 : 0)),
            Imm = (long)_instruction.MemoryDisplacement64,
        });
    }

    /// <summary>PCMPESTRI and its kin: results in RCX or XMM0; a memory operand need not be aligned.</summary>
    internal void CompareStrings(MicroOpCode code, int aux)
    {
        byte second = IsMemory(1) ? LoadVector(1) : VectorNumber(1);
        bool mask = code == MicroOpCode.CompareStringsMask;
        Emit.Append(new MicroOp
        {
            Code = code,
            Size = 16,
            Dst = mask ? (byte)0 : Operand.None,
            A = VectorNumber(0),
            B = second,
            C = Operand.None,
            Aux = (byte)(aux | (mask && Vex ? CompareStringsAux.ZeroUpper : 0)),
            Imm = _instruction.Immediate8,
        });
    }

    /// <summary>SHA256RNDS2: message and constants are in XMM0.</summary>
    internal void ShaRounds() => Vector3(MicroOpCode.Sha256Rounds, VectorNumber(0), VectorNumber(0), VectorSource(1), 0);
}
