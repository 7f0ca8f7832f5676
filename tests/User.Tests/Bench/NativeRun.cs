using System.Diagnostics;

namespace Rebound.User.Tests.Bench;

/// <summary>The same program on the host: the judge.</summary>
internal static class NativeRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static ProgramResult Of(ProgramStart start)
    {
        // The shell sets argv[0] apart from the path, which ProcessStartInfo cannot.
        ProcessStartInfo info = new("/bin/bash")
        {
            WorkingDirectory = start.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-c", "exec -a \"$0\" \"$@\"", start.Arguments[0], start.Program, .. start.Arguments[1..]])
            info.ArgumentList.Add(argument);
        info.Environment.Clear();
        foreach ((string name, string value) in start.Environment)
            info.Environment[name] = value;
        using Process process = Process.Start(info)!;
        Task<byte[]> output = ReadAll(process.StandardOutput.BaseStream);
        Task<byte[]> errors = ReadAll(process.StandardError.BaseStream);
        try
        {
            process.StandardInput.BaseStream.Write(start.Input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all.
        }

        if (!process.WaitForExit(Longest))
        {
            process.Kill();
            throw new UserProgramException($"{start.Program} did not end on the host within {Longest}");
        }

        return new ProgramResult(process.ExitCode, output.Result, errors.Result);
    }

    private static async Task<byte[]> ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all).ConfigureAwait(false);
        return all.ToArray();
    }
}
