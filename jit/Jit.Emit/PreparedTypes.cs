using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Emit;

/// <summary>
/// Types whose static methods were compiled before guest code can call them. RyuJIT itself computes with floats: a method compiled at its first call, by the guest or by a method that the
/// guest called, would leave its traces in the MXCSR that host floating point runs under.
/// </summary>
internal sealed class PreparedTypes
{
    private const BindingFlags Own = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly ConcurrentDictionary<Type, bool> _types = [];

    /// <summary>Compiles what compiled code may call when it calls a method of <paramref name="type"/>. The runtime's own types are left alone: they come compiled.</summary>
    public void Add(Type type)
    {
        if (type.Assembly == typeof(object).Assembly)
            return;
        Prepare(type);
        // What the others are made of.
        Prepare(typeof(LazyFlags));
        Prepare(typeof(Widths));
    }

    private void Prepare(Type type)
    {
        if (_types.ContainsKey(type))
            return;
        foreach (MethodInfo method in type.GetMethods(Own))
        {
            if (!method.ContainsGenericParameters)
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        _types[type] = true;
    }
}
