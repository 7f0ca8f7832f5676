using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Emit;

/// <content>
/// Vectors and floating point. Guest vector registers are locals: of 128 bits where the region leaves the upper half alone or zeroes it (<see cref="UpperHalves"/>), else of 256. An operation becomes the host
/// instruction that <see cref="VectorTemplates"/> knows for it, or calls the method that states its meaning.
/// </content>
internal sealed unsafe partial class RegionEmitter
{
    private static readonly MethodInfo ExecuteVector = typeof(VectorExecutor).GetMethod(nameof(VectorExecutor.Execute))!;
    private static readonly MethodInfo EnterHostFloats = typeof(HostFloats).GetMethod(nameof(HostFloats.Enter))!;
    private static readonly MethodInfo LeaveHostFloats = typeof(HostFloats).GetMethod(nameof(HostFloats.Leave))!;

    private LocalBuilder?[] _vectors = new LocalBuilder?[CpuState.VectorCount + CpuState.VectorTemporaryCount];
    private LocalBuilder? _half;
    private LocalBuilder? _upperHalf;

    private bool IsWide(int register) => (_analysis.WideVectors >> register & 1) != 0;

    private LocalBuilder VectorLocal(int register) => _vectors[register] ??= IsWide(register)
        ? _il.Local(typeof(Vector256<byte>), register < Operand.FirstVectorTemporary ? $"ymm{register}" : $"vt{register - Operand.FirstVectorTemporary}")
        : _il.Local(typeof(Vector128<byte>), register < Operand.FirstVectorTemporary ? $"xmm{register}" : $"vt{register - Operand.FirstVectorTemporary}");

    private LocalBuilder Half => _half ??= _il.Local(typeof(Vector128<byte>), "half");

    private LocalBuilder UpperHalf => _upperHalf ??= _il.Local(typeof(Vector128<byte>), "upper");

    private void ReloadVector(int register)
    {
        Field(CpuStateLayout.Vector(register));
        _il.LoadObject(IsWide(register) ? typeof(Vector256<byte>) : typeof(Vector128<byte>));
        _il.Store(VectorLocal(register));
    }

    private void SpillVector(int register)
    {
        Field(CpuStateLayout.Vector(register));
        _il.Load(VectorLocal(register));
        _il.StoreObject(IsWide(register) ? typeof(Vector256<byte>) : typeof(Vector128<byte>));
    }

    private void PushVector(int register, int size)
    {
        _il.Load(VectorLocal(register));
        if (size == 16 && IsWide(register))
            _il.Call(VectorMethods.GetLower);
    }

    private void PushUpper(int register)
    {
        _il.Load(VectorLocal(register));
        _il.Call(VectorMethods.GetUpper);
    }

    /// <summary>Pops 16 or 32 bytes into a register, its upper half as the instruction wants it. (That of a temporary nobody sees unless it was written.)</summary>
    private void PopVector(int register, int size, bool zeroUpper)
    {
        LocalBuilder target = VectorLocal(register);
        if (size == 16 && IsWide(register))
        {
            if (zeroUpper)
            {
                _il.Call(VectorMethods.ToVector256);
            }
            else if (register >= Operand.FirstVectorTemporary)
            {
                _il.Call(VectorMethods.ToVector256Unsafe);
            }
            else
            {
                _il.Store(Half);
                _il.Load(target);
                _il.Load(Half);
                _il.Call(VectorMethods.WithLower);
            }
        }

        _il.Store(target);
        if (zeroUpper && register < Operand.FirstVectorTemporary && !IsWide(register) && (_node.UppersZero[_op] >> register & 1) == 0)
            ClearUpperInState(register);
    }

    private void ClearUpperInState(int register)
    {
        Field(CpuStateLayout.Vector(register) + 16);
        _il.Call(VectorMethods.Zero128);
        _il.StoreObject(typeof(Vector128<byte>));
    }

    private void EmitVectorLoad(in MicroOp op)
    {
        bool aligned = (op.Aux & MemoryAux.Aligned) != 0;
        bool zeroUpper = (op.Aux & MemoryAux.ZeroUpper) != 0;
        SlowSite? site = AddSlowSite(SlowAccess.VectorLoad(op.Size, op.Dst, aligned, zeroUpper), null, null, op.Dst);
        MicroOp load = op;
        Access(op, ReadTagOffset, site, () =>
        {
            int size = load.Size;
            if (size >= 16)
            {
                _il.LoadObject(size == 32 ? typeof(Vector256<byte>) : typeof(Vector128<byte>));
            }
            else
            {
                _il.Op(size switch { 1 => OpCodes.Ldind_U1, 2 => OpCodes.Ldind_U2, 4 => OpCodes.Ldind_U4, _ => OpCodes.Ldind_I8 });
                _il.Call(size == 8 ? VectorMethods.CreateScalar64 : VectorMethods.CreateScalar32);
                _il.Call(VectorMethods.As(128, size == 8 ? typeof(ulong) : typeof(uint), typeof(byte)));
            }

            PopVector(load.Dst, Math.Max(size, 16), zeroUpper);
        });
    }

    private void EmitVectorStore(in MicroOp op)
    {
        bool aligned = (op.Aux & MemoryAux.Aligned) != 0;
        SlowSite? site = AddSlowSite(SlowAccess.VectorStore(op.Size, op.C, aligned), null, null, op.C);
        MicroOp store = op;
        Access(op, WriteTagOffset, site, () =>
        {
            int size = store.Size;
            PushVector(store.C, Math.Max(size, 16));
            if (size >= 16)
            {
                _il.StoreObject(size == 32 ? typeof(Vector256<byte>) : typeof(Vector128<byte>));
                return;
            }

            bool wide = size == 8;
            _il.Call(VectorMethods.As(128, typeof(byte), wide ? typeof(ulong) : typeof(uint)));
            _il.Call(wide ? VectorMethods.ToScalar64 : VectorMethods.ToScalar32);
            _il.Op(size switch { 1 => OpCodes.Stind_I1, 2 => OpCodes.Stind_I2, 4 => OpCodes.Stind_I4, _ => OpCodes.Stind_I8 });
        });
    }

    private void BranchIfMisaligned(int size, Label slow)
    {
        _il.Load(_address);
        _il.Int64(size - 1);
        _il.Op(OpCodes.And);
        _il.Branch(OpCodes.Brtrue, slow);
    }

    private void EmitVector(in MicroOp op, MicroOpShape shape)
    {
        bool zeroUpper = (op.Aux & VectorAux.ZeroUpper) != 0;
        if (op.Code == MicroOpCode.VectorXor && op.A == op.B)
        {
            _il.Call(op.Size == 32 ? VectorMethods.Zero256 : VectorMethods.Zero128);
            PopVector(op.Dst, op.Size, zeroUpper);
            return;
        }

        if (op.Code == MicroOpCode.VectorMove)
        {
            PushVector(op.A, op.Size);
            PopVector(op.Dst, op.Size, zeroUpper);
            return;
        }

        if (VectorTemplates.Find(op) is { } template)
        {
            EmitTemplate(op, shape, template);
            return;
        }

        switch (shape)
        {
            case MicroOpShape.VectorToValue:
                PushVector(op.A, 16);
                CallMethod(op, (int)op.Imm);
                Truncate(op.Size);
                _il.Store(Register(op.Dst));
                break;
            case MicroOpShape.VectorsToValue:
            case MicroOpShape.WideToValue:
                PushOperands(op, shape, register => PushVector(register, shape == MicroOpShape.WideToValue ? 32 : 16));
                CallMethod(op, (int)op.Imm);
                Truncate(op.Size);
                _il.Store(Register(op.Dst));
                break;
            case MicroOpShape.ValueToVector:
                PushVector(op.A == Operand.None ? op.Dst : op.A, 16);
                PushOperand(op.B, 0, op.Size);
                CallMethod(op, (int)op.Imm);
                PopVector(op.Dst, 16, zeroUpper);
                break;
            case MicroOpShape.VectorWide:
                PushOperands(op, shape, register => PushVector(register, 32));
                CallMethod(op, (int)op.Imm);
                PopVector(op.Dst, 32, zeroUpper: false);
                break;
            default:
                PushOperands(op, shape, register => PushVector(register, 16));
                CallMethod(op, (int)op.Imm);
                if (op.Size == 32)
                    JoinUpper(op, shape);
                PopVector(op.Dst, op.Size, zeroUpper);
                break;
        }
    }

    /// <summary>The lower half's result is on the stack: makes the whole of it and the upper half's.</summary>
    private void JoinUpper(in MicroOp op, MicroOpShape shape)
    {
        LocalBuilder low = UpperHalf;
        _il.Store(low);
        PushOperands(op, shape, PushUpper);
        CallMethod(op, (int)op.Imm >> VectorAux.UpperImmediateShift(op.Aux));
        _il.Store(Half);
        _il.Load(low);
        _il.Load(Half);
        _il.Call(VectorMethods.Create);
    }

    private static void PushOperands(in MicroOp op, MicroOpShape shape, Action<int> push)
    {
        push(op.A);
        push(op.B == Operand.None ? op.A : op.B);
        if (shape is MicroOpShape.Vector3 or MicroOpShape.Float3)
            push(op.C);
    }

    private void CallMethod(in MicroOp op, int immediate)
    {
        _il.Int32(immediate);
        _il.Call(MicroOpMethods.Method(op.Code));
    }

    /// <summary>Host floating point where there is a template for it, else the method, on the registers in the state.</summary>
    private void EmitFloat(int index, in MicroOp op, MicroOpShape shape)
    {
        if (_hostFloats && TryHostFloat(index, op, shape))
            return;

        // What it writes goes there too: it comes back unchanged if the micro-op stops.
        ForEachRegister(MicroOpOperands.ValueReads(op) | MicroOpOperands.ValueWrites(op), SpillRegister);
        ForEachRegister(MicroOpOperands.VectorReads(op) | MicroOpOperands.VectorWrites(op), SpillVector);
        LeaveFloats();
        _il.Argument(1);
        _il.Int64((long)(_block.Ops + index));
        _il.Op(OpCodes.Conv_I);
        _il.Call(ExecuteVector);
        EnterFloats();
        ForEachRegister(MicroOpOperands.ValueWrites(op), ReloadRegister);
        ForEachRegister(MicroOpOperands.VectorWrites(op), ReloadVector);
        if (_hostFloats)
            _il.Op(OpCodes.Pop);
        else
            FaultIfFalse(AddFaultPoint());
    }

    /// <summary>VZEROUPPER: in the locals that have an upper half, and in the state for all that are not written back from one.</summary>
    private void EmitZeroUppers()
    {
        for (int i = 0; i < CpuState.VectorCount; i++)
        {
            bool local = (_analysis.UsedVectors >> i & 1) != 0 && IsWide(i);
            if (local)
            {
                PushVector(i, 16);
                _il.Call(VectorMethods.ToVector256);
                _il.Store(VectorLocal(i));
            }

            if (local ? (_analysis.ModifiedVectors >> i & 1) == 0 : (_node.UppersZero[_op] >> i & 1) == 0)
                ClearUpperInState(i);
        }
    }

    /// <param name="last">A method of the result to call in the end, with what is on the stack below it; null for none.</param>
    private void EmitTemplate(in MicroOp op, MicroOpShape shape, VectorTemplate template, MethodInfo? last = null)
    {
        int size = shape is MicroOpShape.ValueToVector or MicroOpShape.ValueToFloat ? 16 : op.Size;
        foreach (VectorArgument argument in template.Arguments)
        {
            switch (argument.Kind)
            {
                case VectorArgumentKind.Value:
                    PushOperand(op.B, 0, op.Size);
                    if (op.Size == 4)
                        _il.Op(OpCodes.Conv_I4);
                    break;
                case VectorArgumentKind.Immediate:
                    _il.Int32((int)op.Imm & 0xff);
                    break;
                default:
                    int register = argument.Kind switch
                    {
                        VectorArgumentKind.A => op.A == Operand.None ? op.Dst : op.A,
                        VectorArgumentKind.B => op.B == Operand.None ? op.A : op.B,
                        _ => op.C,
                    };
                    PushVector(register, argument.Width);
                    if (argument.Element != typeof(byte))
                        _il.Call(VectorMethods.As(argument.Width * 8, typeof(byte), argument.Element));
                    break;
            }
        }

        _il.Call(template.Method);
        if (last != null)
            _il.Call(last);
        if (shape is MicroOpShape.VectorToValue or MicroOpShape.VectorsToValue or MicroOpShape.WideToValue or MicroOpShape.FloatToValue)
        {
            if (template.Result == typeof(int) || template.Result == typeof(uint) || template.Result == typeof(bool))
                _il.Op(OpCodes.Conv_U8);
            Truncate(op.Size);
            _il.Store(Register(op.Dst));
            return;
        }

        if (template.Result != typeof(byte))
            _il.Call(VectorMethods.As(template.ResultWidth * 8, template.Result, typeof(byte)));
        if (template.ResultWidth == 16 && size == 32)
            _il.Call(VectorMethods.ToVector256);
        if (_exactNaNs)
            PreferFirstNaN(op);
        PopVector(op.Dst, size, (op.Aux & VectorAux.ZeroUpper) != 0);
    }

    /// <summary>Before host floating point, and after whatever may have used the host's MXCSR.</summary>
    private void EnterFloats()
    {
        if (!_hostFloats)
            return;
        _il.Argument(1);
        _il.Call(EnterHostFloats);
    }

    /// <summary>Before anything that reads the guest's MXCSR or is not compiled guest code.</summary>
    private void LeaveFloats()
    {
        if (!_hostFloats)
            return;
        _il.Argument(1);
        _il.Call(LeaveHostFloats);
    }
}
