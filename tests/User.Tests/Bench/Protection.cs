namespace Rebound.User.Tests.Bench;

/// <summary>Rights of pages, in the values of PROT_READ, PROT_WRITE and PROT_EXEC.</summary>
[Flags]
internal enum Protection
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
}
