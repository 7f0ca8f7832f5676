using System.Text;

namespace Rebound.User.Tests.Bench;

/// <summary>What a program left.</summary>
/// <param name="Status">Exit status; 128 + number if a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
/// <param name="Note">On the bench, if a signal ended it: which instruction was to blame.</param>
internal sealed record ProgramResult(int Status, byte[] Output, byte[] Errors, string Note = "")
{
    /// <summary>For messages of tests.</summary>
    public override string ToString() =>
        $"status {Status} {Note}\n{Encoding.UTF8.GetString(Output)}\n{Encoding.UTF8.GetString(Errors)}".Trim();
}
