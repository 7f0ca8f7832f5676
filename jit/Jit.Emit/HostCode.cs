using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Emit;

/// <summary>The only type that knows how a <see cref="DynamicMethod"/> becomes a function pointer.</summary>
internal static class HostCode
{
    // There is no public way from a DynamicMethod to its RuntimeMethodHandle; dotnet/runtime issue 45232 asks for one.
    private static readonly MethodInfo MethodDescriptor =
        typeof(DynamicMethod).GetMethod("GetMethodDescriptor", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new PlatformNotSupportedException("this runtime's DynamicMethod has no GetMethodDescriptor");

    public static DynamicMethod Create(string name)
    {
        DynamicMethod method = new(
            name,
            typeof(void),
            [typeof(CpuContext), typeof(CpuState).MakePointerType(), typeof(nint)],
            typeof(HostCode).Module,
            skipVisibility: true)
        {
            InitLocals = false,
        };
        return method;
    }

    /// <summary>Has RyuJIT compile the method now and gives its address. The delegate must stay referenced as long as the address is used.</summary>
    public static (RegionEntry Method, nint Pointer) Compile(DynamicMethod method)
    {
        RegionEntry entry = method.CreateDelegate<RegionEntry>();
        RuntimeMethodHandle handle = (RuntimeMethodHandle)MethodDescriptor.Invoke(method, null)!;
        // A delegate alone would leave the compilation to the first call, on the guest's thread.
        RuntimeHelpers.PrepareMethod(handle);
        return (entry, handle.GetFunctionPointer());
    }
}
