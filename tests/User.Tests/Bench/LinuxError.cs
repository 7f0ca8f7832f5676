namespace Rebound.User.Tests.Bench;

/// <summary>Error numbers of Linux, as system calls return them: negative.</summary>
internal static class LinuxError
{
    public const long NoPermission = -1;
    public const long NoEntry = -2;
    public const long BadFile = -9;
    public const long TryAgain = -11;
    public const long NoMemory = -12;
    public const long AccessDenied = -13;
    public const long BadAddress = -14;
    public const long Exists = -17;
    public const long NotDirectory = -20;
    public const long IsDirectory = -21;
    public const long Invalid = -22;
    public const long NotTerminal = -25;
    public const long IllegalSeek = -29;
    public const long BrokenPipe = -32;
    public const long Range = -34;
    public const long NotServed = -38;
    public const long NotEmpty = -39;
}
