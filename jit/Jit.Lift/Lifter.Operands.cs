using System.Numerics;
using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Operands: registers of all widths, immediates, memory.</content>
internal sealed partial class Lifter
{
    private bool IsMemory(int operand) => _instruction.GetOpKind(operand) == OpKind.Memory;

    private bool IsRegister(int operand) => _instruction.GetOpKind(operand) == OpKind.Register;

    /// <summary>Bytes of an operand: the register's, the memory access's, or those of operand 0 for an immediate.</summary>
    private int SizeOf(int operand) => _instruction.GetOpKind(operand) switch
    {
        OpKind.Register => RegisterSize(_instruction.GetOpRegister(operand)),
        OpKind.Memory => _instruction.MemorySize.GetSize(),
        _ => SizeOf(0),
    };

    /// <summary>The shift or bit count mask of an operand size.</summary>
    private static int CountMask(int size) => size == 8 ? 63 : 31;

    private static int RegisterSize(Register register) => register switch
    {
        >= Register.RAX and <= Register.R15 => 8,
        >= Register.EAX and <= Register.R15D => 4,
        >= Register.AX and <= Register.R15W => 2,
        >= Register.AL and <= Register.R15L => 1,
        _ => register.GetSize(),
    };

    private static bool IsHighByte(Register register) => register is >= Register.AH and <= Register.BH;

    /// <summary>The register number of a general register of any width; that of AX for AH and so on.</summary>
    private static byte Number(Register register) => (byte)(register switch
    {
        >= Register.RAX and <= Register.R15 => register - Register.RAX,
        >= Register.EAX and <= Register.R15D => register - Register.EAX,
        >= Register.AX and <= Register.R15W => register - Register.AX,
        >= Register.SPL and <= Register.R15L => register - Register.SPL + 4,
        >= Register.AH and <= Register.BH => register - Register.AH,
        >= Register.AL and <= Register.BL => register - Register.AL,
        _ => throw new InvalidOperationException($"{register} is not a general register"),
    });

    /// <summary>
    /// An operand as source. Registers come as they are, their upper bits not cleared: micro-ops truncate by their size.
    /// Memory is loaded, so a memory operand must be read once only.
    /// </summary>
    private Source Read(int operand)
    {
        switch (_instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return ReadRegister(_instruction.GetOpRegister(operand));
            case OpKind.Memory:
                return Emit.Load(SizeOf(operand), Address());
            default:
                return Source.Of((long)_instruction.GetImmediate(operand));
        }
    }

    /// <summary>An operand zero-extended to 64 bits, in a temporary.</summary>
    private byte ReadCopy(int operand) =>
        IsMemory(operand) ? Emit.Load(SizeOf(operand), Address()) : Emit.Temporary(MicroOpCode.Move, SizeOf(operand), Read(operand));

    private byte ReadRegister(Register register) =>
        IsHighByte(register) ? Emit.Temporary(MicroOpCode.ExtractHigh, 2, Number(register)) : Number(register);

    /// <summary>Where the result for a register operand is to be computed: the register itself if that is a whole write, else a temporary.</summary>
    private byte ResultFor(int operand) => SizeOf(operand) >= 4 ? Number(_instruction.GetOpRegister(operand)) : Emit.Temporary();

    /// <summary>Completes a write begun with <see cref="ResultFor"/>: 8- and 16-bit results replace a part of the register.</summary>
    private void Commit(int operand, byte result)
    {
        Register register = _instruction.GetOpRegister(operand);
        int size = RegisterSize(register);
        if (size < 4)
            Insert(register, size, result);
    }

    /// <summary>Writes a value to a register operand.</summary>
    private void WriteRegister(int operand, Source value)
    {
        Register register = _instruction.GetOpRegister(operand);
        int size = RegisterSize(register);
        if (size >= 4)
            Emit.Move(size, Number(register), value);
        else
            Insert(register, size, value);
    }

    /// <summary>Writes a value to a register or memory operand. Memory: before any register or flag changes.</summary>
    private void Write(int operand, Source value)
    {
        if (IsMemory(operand))
            Emit.Store(SizeOf(operand), Address(), value);
        else
            WriteRegister(operand, value);
    }

    private void Insert(Register register, int size, Source value)
    {
        byte number = Number(register);
        Emit.Value(IsHighByte(register) ? MicroOpCode.InsertHigh : MicroOpCode.InsertLow, size, number, number, value);
    }

    /// <summary>Writes <paramref name="size"/> bytes of a general register given by number.</summary>
    private void WriteNumbered(byte number, int size, Source value)
    {
        if (size >= 4)
            Emit.Move(size, number, value);
        else
            Emit.Value(MicroOpCode.InsertLow, size, number, number, value);
    }

    /// <summary>The memory operand.</summary>
    private EffectiveAddress Address()
    {
        Register baseRegister = _instruction.MemoryBase;
        Register index = _instruction.MemoryIndex;
        int aux = SegmentBits();
        byte baseNumber = Operand.None;
        byte indexNumber = Operand.None;
        if (baseRegister is not (Register.None or Register.RIP or Register.EIP))
            baseNumber = Number(baseRegister);
        if (index != Register.None)
        {
            indexNumber = Number(index);
            aux |= BitOperations.Log2((uint)_instruction.MemoryIndexScale);
        }

        bool address32 = baseRegister is >= Register.EAX and <= Register.R15D or Register.EIP
            || index is >= Register.EAX and <= Register.R15D
            || (baseRegister == Register.None && index == Register.None && _instruction.MemoryDisplSize == 4);
        if (address32)
            aux |= MemoryAux.Address32;
        return new EffectiveAddress(baseNumber, indexNumber, (byte)aux, (long)_instruction.MemoryDisplacement64);
    }

    /// <summary>FS and GS have bases in 64-bit mode; other overrides mean nothing.</summary>
    private int SegmentBits() => _instruction.MemorySegment switch
    {
        Register.FS => MemoryAux.Fs,
        Register.GS => MemoryAux.Gs,
        _ => 0,
    };

    /// <summary>The memory operand's whole address, segment base included, in a register: for helpers.</summary>
    private byte LinearAddress() => LinearAddress(Address());

    /// <summary>The same of an address that no operand states.</summary>
    private byte LinearAddress(in EffectiveAddress address)
    {
        byte linear = Emit.Temporary();
        Emit.LoadAddress(8, linear, address);
        int segment = address.Aux & (MemoryAux.Fs | MemoryAux.Gs);
        if (segment != 0)
        {
            byte segmentBase = Emit.Temporary();
            Emit.Helper(MicroOpCode.ReadSegmentBase, 8, segmentBase, aux: segment == MemoryAux.Fs ? 4 : 5);
            Emit.Value(MicroOpCode.Add, 8, linear, linear, segmentBase);
        }

        return linear;
    }
}
