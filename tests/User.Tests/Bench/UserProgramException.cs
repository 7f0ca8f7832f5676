namespace Rebound.User.Tests.Bench;

/// <summary>The bench cannot go on with a program: a system call it does not serve, a file that is no static x86-64 program, a limit.</summary>
internal sealed class UserProgramException(string message) : Exception(message);
