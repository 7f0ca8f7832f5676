namespace Rebound.User.Tests.Bench;

/// <summary>Arguments of a system call, in the order of the registers RDI, RSI, RDX, R10, R8, R9.</summary>
internal readonly record struct SyscallArguments(ulong A, ulong B, ulong C, ulong D, ulong E, ulong F);

/// <summary>The system calls that the bench serves. Each returns what RAX receives: a result, or a negative <see cref="LinuxError"/>.</summary>
internal sealed class SyscallTable
{
    private readonly Dictionary<LinuxCall, Func<SyscallArguments, long>> _calls = [];

    public void Add(LinuxCall call, Func<SyscallArguments, long> serve) => _calls.Add(call, serve);

    /// <summary>For calls that say the same whatever they are asked.</summary>
    public void Add(LinuxCall call, long answer) => _calls.Add(call, _ => answer);

    /// <exception cref="UserProgramException">Nobody serves the call.</exception>
    public long Serve(ulong number, SyscallArguments arguments, ulong rip)
    {
        if (_calls.TryGetValue((LinuxCall)number, out Func<SyscallArguments, long>? serve))
            return serve(arguments);
        string name = Enum.IsDefined((LinuxCall)(int)number) ? ((LinuxCall)number).ToString() : "without a name";
        throw new UserProgramException($"the bench does not serve system call {number} ({name}), called at 0x{rip:x} with {arguments}");
    }
}
