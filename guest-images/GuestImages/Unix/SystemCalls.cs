namespace Rebound.GuestImages.Unix;

/// <summary>The system call numbers of one operating system, and how it reports an error.</summary>
/// <param name="Exit">exit(status)</param>
/// <param name="Write">write(descriptor, address, length)</param>
/// <param name="GetPid">getpid()</param>
/// <param name="ErrorInCarry">Whether an error is told by the carry flag with a positive number, or by a negative number.</param>
/// <param name="NoSuchCall">The error number for an unknown call.</param>
internal sealed record SystemCalls(int Exit, int Write, int GetPid, bool ErrorInCarry, int NoSuchCall)
{
    public static readonly SystemCalls Solaris = new(Exit: 1, Write: 4, GetPid: 20, ErrorInCarry: true, NoSuchCall: 89);

    public static readonly SystemCalls Linux = new(Exit: 60, Write: 1, GetPid: 39, ErrorInCarry: false, NoSuchCall: 38);
}
