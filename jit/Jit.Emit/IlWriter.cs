using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace Rebound.Jit.Emit;

/// <summary>ILGenerator with the few forms a region needs, and a readable record of what was written if asked for.</summary>
internal sealed class IlWriter(ILGenerator il, bool record, PreparedTypes? prepared = null)
{
    private readonly StringBuilder? _text = record ? new StringBuilder() : null;
    private readonly Dictionary<Label, string> _labelNames = [];
    private readonly Dictionary<LocalBuilder, string> _localNames = [];

    public string? Text => _text?.ToString();

    /// <summary>IL instructions written.</summary>
    public int Count { get; private set; }

    public LocalBuilder Local(Type type, string name)
    {
        LocalBuilder local = il.DeclareLocal(type);
        if (_text != null)
            _localNames[local] = name;
        return local;
    }

    public Label Label(string name)
    {
        Label label = il.DefineLabel();
        if (_text != null)
            _labelNames[label] = $"{name}_{_labelNames.Count}";
        return label;
    }

    public void Mark(Label label)
    {
        il.MarkLabel(label);
        _text?.Append(_labelNames[label]).Append(':').AppendLine();
    }

    public void Comment(string text) => _text?.Append("    // ").AppendLine(text);

    public void Op(OpCode code)
    {
        il.Emit(code);
        Write(code, "");
    }

    public void Load(LocalBuilder local)
    {
        il.Emit(OpCodes.Ldloc, local);
        Write("ldloc", Name(local));
    }

    public void Store(LocalBuilder local)
    {
        il.Emit(OpCodes.Stloc, local);
        Write("stloc", Name(local));
    }

    public void LoadAddress(LocalBuilder local)
    {
        il.Emit(OpCodes.Ldloca, local);
        Write("ldloca", Name(local));
    }

    public void StoreArgument(int index)
    {
        il.Emit(OpCodes.Starg_S, (byte)index);
        Write("starg", index.ToString(CultureInfo.InvariantCulture));
    }

    public void Argument(int index)
    {
        il.Emit(index == 0 ? OpCodes.Ldarg_0 : index == 1 ? OpCodes.Ldarg_1 : OpCodes.Ldarg_2);
        Write("ldarg", index == 0 ? "context" : index == 1 ? "state" : "entry");
    }

    public void Int32(int value)
    {
        il.Emit(OpCodes.Ldc_I4, value);
        Write("ldc.i4", value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds a constant to the address on the stack.</summary>
    public void AddOffset(int offset)
    {
        if (offset == 0)
            return;
        Int32(offset);
        Op(OpCodes.Add);
    }

    public void Int64(long value)
    {
        il.Emit(OpCodes.Ldc_I8, value);
        Write("ldc.i8", "0x" + value.ToString("x", CultureInfo.InvariantCulture));
    }

    public void Branch(OpCode code, Label label)
    {
        il.Emit(code, label);
        Write(code, _text == null ? "" : _labelNames[label]);
    }

    public void Switch(Label[] labels)
    {
        il.Emit(OpCodes.Switch, labels);
        Write("switch", _text == null ? "" : string.Join(", ", labels.Select(l => _labelNames[l])));
    }

    public void Call(MethodInfo method)
    {
        prepared?.Add(method.DeclaringType!);
        il.Emit(method.IsVirtual ? OpCodes.Callvirt : OpCodes.Call, method);
        Write("call", method.DeclaringType?.Name + "." + method.Name);
    }

    /// <summary>Tail-calls the region function pointer on the stack; the arguments are below it.</summary>
    public void TailCallRegion()
    {
        il.Emit(OpCodes.Tailcall);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(void), [typeof(Cpu.CpuContext), typeof(Cpu.CpuState).MakePointerType(), typeof(nint)], null);
        il.Emit(OpCodes.Ret);
        Write("tail. calli", "region");
    }

    public void LoadObject(Type type)
    {
        il.Emit(OpCodes.Unaligned, (byte)1);
        il.Emit(OpCodes.Ldobj, type);
        Write("ldobj", type.Name);
    }

    public void StoreObject(Type type)
    {
        il.Emit(OpCodes.Unaligned, (byte)1);
        il.Emit(OpCodes.Stobj, type);
        Write("stobj", type.Name);
    }

    private string Name(LocalBuilder local) => _text == null ? "" : _localNames[local];

    private void Write(OpCode code, string operand) => Write(code.Name!, operand);

    private void Write(string name, string operand)
    {
        Count++;
        if (_text != null)
            _text.Append("    ").Append(name).Append(' ').AppendLine(operand);
    }
}
