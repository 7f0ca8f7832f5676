using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>Shared answer to the commands that a hypercall does not know.</summary>
internal static class SubCalls
{
    /// <summary>Logs an unknown command once and returns -ENOSYS.</summary>
    public static long Unknown(in HypercallContext call, string name, ulong command) => Refuse(call, name, command, Errno.ENOSYS);

    /// <summary>Logs a refused command once and returns the negated error.</summary>
    public static long Refuse(in HypercallContext call, string name, ulong command, long error)
    {
        call.Domain.LogOnce(name, command, $"{name} command {command} is not implemented: {-error} (first at RIP 0x{call.Rip:x})");
        return -error;
    }
}
