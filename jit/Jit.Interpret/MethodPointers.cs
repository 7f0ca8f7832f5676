using System.Reflection;
using System.Runtime.CompilerServices;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Interpret;

/// <summary>
/// Entry point and shape of every micro-op's method, found by <see cref="MicroOpMethodAttribute"/> in Jit.Semantics. The pointers are those of
/// the runtime's stubs, so they follow the methods from tier to tier.
/// </summary>
internal sealed class MethodPointers
{
    private readonly nint[] _pointers = new nint[MicroOpTable.Count];
    private readonly MicroOpShape[] _shapes = new MicroOpShape[MicroOpTable.Count];

    public MethodPointers()
    {
        foreach (MicroOpRow row in MicroOpTable.All)
            _shapes[(int)row.Code] = row.Shape;
        foreach (Type type in Assembly.Load("Rebound.Jit.Semantics").GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            {
                if (method.GetCustomAttribute<MicroOpMethodAttribute>() is { } mark)
                    _pointers[(int)mark.Code] = method.MethodHandle.GetFunctionPointer();
            }
        }
    }

    /// <summary>Entry point of the method of micro-op <paramref name="code"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Of(int code)
    {
        nint pointer = _pointers[code];
        return pointer != 0 ? pointer : Missing(code);
    }

    public MicroOpShape Shape(int code) => _shapes[code];

    private static nint Missing(int code) => throw new InvalidOperationException($"no method states the meaning of micro-op {(MicroOpCode)code}");
}
