using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rebound.Jit.Judge;

/// <summary>C programs of the judge: part of this assembly, built by the host's compiler when they are needed.</summary>
internal static class NativeProgram
{
    /// <summary>True if the host can build and run them: Linux on x86-64 with gcc or cc; otherwise why not.</summary>
    public static bool CanBuild(out string reason)
    {
        reason = "";
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            reason = "the judge needs an x86-64 Linux host";
        else if (FindCompiler() == null)
            reason = "the judge is a C program, and neither gcc nor cc is installed";
        return reason.Length == 0;
    }

    /// <summary>Compiles a program into a folder of its own and returns its path.</summary>
    /// <param name="name">The source's name without its ending.</param>
    /// <exception cref="InvalidOperationException">The compiler refuses it.</exception>
    public static string Build(string name)
    {
        string compiler = FindCompiler() ?? throw new InvalidOperationException("there is no C compiler");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rebound-judge-");
        string source = Path.Combine(folder.FullName, name + ".c");
        string program = Path.Combine(folder.FullName, name);
        using (Stream text = typeof(NativeProgram).Assembly.GetManifestResourceStream(name + ".c")!)
        using (FileStream file = File.Create(source))
            text.CopyTo(file);
        ProcessStartInfo start = new(compiler) { RedirectStandardError = true };
        foreach (string argument in (string[])["-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", program, source])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0)
            return program;
        folder.Delete(recursive: true);
        throw new InvalidOperationException($"{compiler} does not compile the judge's {name}.c:\n{errors}");
    }

    /// <summary>Removes a program that was built.</summary>
    public static void Delete(string program) => Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);

    private static string? FindCompiler() => FindProgram("gcc") ?? FindProgram("cc");

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
}
