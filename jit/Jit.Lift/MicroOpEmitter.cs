using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <summary>
/// Appends micro-ops to a reusable buffer. A micro-op has one immediate: the emitter puts the first constant operand there and
/// moves a second, different one into a temporary, so that callers need not care.
/// </summary>
internal sealed class MicroOpEmitter
{
    private MicroOp[] _ops = new MicroOp[256];
    private int _nextTemporary;
    private int _nextVectorTemporary;

    /// <summary>Micro-ops emitted so far.</summary>
    public int Count { get; private set; }

    public Span<MicroOp> Ops => _ops.AsSpan(0, Count);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        BeginInstruction();
    }

    /// <summary>Makes all temporaries free again.</summary>
    public void BeginInstruction()
    {
        _nextTemporary = 0;
        _nextVectorTemporary = 0;
    }

    /// <summary>Drops the micro-ops from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>A fresh temporary of this instruction.</summary>
    public byte Temporary()
    {
        if (_nextTemporary == CpuState.TemporaryCount)
            throw new InvalidOperationException("an instruction needs more temporaries than there are");
        return (byte)(Operand.FirstTemporary + _nextTemporary++);
    }

    /// <summary>A fresh vector temporary of this instruction.</summary>
    public byte VectorTemporary()
    {
        if (_nextVectorTemporary == CpuState.VectorTemporaryCount)
            throw new InvalidOperationException("an instruction needs more vector temporaries than there are");
        return (byte)(Operand.FirstVectorTemporary + _nextVectorTemporary++);
    }

    /// <summary>Appends a micro-op as it is.</summary>
    public void Append(in MicroOp op)
    {
        if (Count == _ops.Length)
            Array.Resize(ref _ops, Count * 2);
        _ops[Count++] = op;
    }

    /// <summary>dst = code(a).</summary>
    public void Value(MicroOpCode code, int size, byte dst, Source a) => Value(code, size, dst, a, Source.None, Source.None);

    /// <summary>dst = code(a, b).</summary>
    public void Value(MicroOpCode code, int size, byte dst, Source a, Source b) => Value(code, size, dst, a, b, Source.None);

    /// <summary>dst = code(a, b, c). Also for flag operations (no dst) and helpers without Imm of their own.</summary>
    public void Value(MicroOpCode code, int size, byte dst, Source a, Source b, Source c, int aux = 0)
    {
        long immediate = 0;
        bool used = false;
        MicroOp op = new()
        {
            Code = code,
            Size = (byte)size,
            Dst = dst,
            A = Place(a, ref immediate, ref used),
            B = Place(b, ref immediate, ref used),
            C = Place(c, ref immediate, ref used),
            Aux = (byte)aux,
        };
        op.Imm = immediate;
        Append(op);
    }

    /// <summary>A new temporary = code(a).</summary>
    public byte Temporary(MicroOpCode code, int size, Source a)
    {
        byte dst = Temporary();
        Value(code, size, dst, a);
        return dst;
    }

    /// <summary>A new temporary = code(a, b).</summary>
    public byte Temporary(MicroOpCode code, int size, Source a, Source b)
    {
        byte dst = Temporary();
        Value(code, size, dst, a, b);
        return dst;
    }

    /// <summary>A new temporary = code(a, b, c).</summary>
    public byte Temporary(MicroOpCode code, int size, Source a, Source b, Source c)
    {
        byte dst = Temporary();
        Value(code, size, dst, a, b, c);
        return dst;
    }

    /// <summary>dst = a sign-extended from <paramref name="size"/> bytes to <paramref name="to"/>.</summary>
    public void SignExtend(int size, int to, byte dst, Source a) => Value(MicroOpCode.SignExtend, size, dst, a, Source.None, Source.None, to);

    /// <summary>A new temporary = a sign-extended from <paramref name="size"/> bytes to <paramref name="to"/>.</summary>
    public byte SignExtend(int size, int to, Source a)
    {
        byte dst = Temporary();
        SignExtend(size, to, dst, a);
        return dst;
    }

    public void Move(int size, byte dst, Source a) => Value(MicroOpCode.Move, size, dst, a);

    /// <summary>The source itself if it is a register, else a temporary that holds the constant.</summary>
    public byte InRegister(Source a) => a.IsConstant ? Temporary(MicroOpCode.Move, 8, a) : a.Register;

    public void SetFlags(FlagKind kind, int size, Source a) => SetFlags(kind, size, a, Source.None, Source.None);

    public void SetFlags(FlagKind kind, int size, Source a, Source b) => SetFlags(kind, size, a, b, Source.None);

    public void SetFlags(FlagKind kind, int size, Source a, Source b, Source c) =>
        Value(MicroOpCode.SetFlags, size, Operand.None, a, b, c, (int)kind);

    /// <summary>A condition code as 0 or 1 in a new temporary.</summary>
    public byte Condition(Condition condition)
    {
        byte dst = Temporary();
        Value(MicroOpCode.Condition, 8, dst, Source.None, Source.None, Source.None, (int)condition);
        return dst;
    }

    /// <summary>The six arithmetic flags in a new temporary.</summary>
    public byte ReadFlags() => Temporary(MicroOpCode.ReadFlags, 8, Source.None);

    public void Load(int size, byte dst, in EffectiveAddress address, bool forWrite = false) =>
        Append(Memory(MicroOpCode.Load, size, dst, Operand.None, address, forWrite ? MemoryAux.WriteIntent : (byte)0));

    /// <summary>Loads into a new temporary.</summary>
    public byte Load(int size, in EffectiveAddress address, bool forWrite = false)
    {
        byte dst = Temporary();
        Load(size, dst, address, forWrite);
        return dst;
    }

    public void Store(int size, in EffectiveAddress address, Source value) =>
        Append(Memory(MicroOpCode.Store, size, Operand.None, InRegister(value), address, 0));

    /// <summary>dst = the address without its segment's base, truncated to <paramref name="size"/>.</summary>
    public void LoadAddress(int size, byte dst, in EffectiveAddress address) =>
        Append(Memory(MicroOpCode.LoadAddress, size, dst, Operand.None, address with { Aux = (byte)(address.Aux & ~(MemoryAux.Fs | MemoryAux.Gs)) }, 0));

    /// <summary>An atomic operation on memory; the old value in a new temporary.</summary>
    public byte Atomic(MicroOpCode code, int size, in EffectiveAddress address, Source operand)
    {
        byte old = Temporary();
        Append(Memory(code, size, old, operand.Register == Operand.None ? Operand.None : InRegister(operand), address, 0));
        return old;
    }

    public void VectorLoad(int size, byte dst, in EffectiveAddress address, bool aligned = false, bool zeroUpper = false) =>
        Append(Memory(MicroOpCode.VectorLoad, size, dst, Operand.None, address, (byte)((aligned ? MemoryAux.Aligned : 0) | (zeroUpper ? MemoryAux.ZeroUpper : 0))));

    public void VectorStore(int size, in EffectiveAddress address, byte vector, bool aligned = false) =>
        Append(Memory(MicroOpCode.VectorStore, size, Operand.None, vector, address, aligned ? MemoryAux.Aligned : (byte)0));

    /// <summary>A helper; operands it does not take are <see cref="Operand.None"/>.</summary>
    public void Helper(MicroOpCode code, int size = 8, byte dst = Operand.None, byte a = Operand.None, byte b = Operand.None, int aux = 0, long imm = 0) =>
        Append(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = a, B = b, C = Operand.None, Aux = (byte)aux, Imm = imm });

    private static MicroOp Memory(MicroOpCode code, int size, byte dst, byte value, in EffectiveAddress address, byte aux) => new()
    {
        Code = code,
        Size = (byte)size,
        Dst = dst,
        A = address.Base,
        B = address.Index,
        C = value,
        Aux = (byte)(address.Aux | aux),
        Imm = address.Displacement,
    };

    private byte Place(Source source, ref long immediate, ref bool used)
    {
        if (!source.IsConstant)
            return source.Register;
        if (used && immediate != source.Constant)
            return Temporary(MicroOpCode.Move, 8, source);
        used = true;
        immediate = source.Constant;
        return Operand.Immediate;
    }
}
