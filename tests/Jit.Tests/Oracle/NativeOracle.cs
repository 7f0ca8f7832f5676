using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>The host processor as a judge: builds tests/oracle-runner with gcc once and keeps one process of it.</summary>
public sealed class NativeOracle : IDisposable
{
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;

    private NativeOracle(Process process, OracleLayout layout)
    {
        _process = process;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        using MemoryStream setup = new();
        using BinaryWriter writer = new(setup);
        writer.Write(layout.Regions.Length);
        foreach (OracleRegion region in layout.Regions)
        {
            writer.Write(region.Address);
            writer.Write(region.Pages);
            writer.Write(region.Protection);
            writer.Write(region.Pristine);
        }

        writer.Write(OracleLayout.GsBase);
        writer.Flush();
        _input.Write(setup.GetBuffer(), 0, (int)setup.Length);
        _input.Flush();
    }

    /// <summary>Starts the runner; where it cannot be built, the calling test is ignored with the reason.</summary>
    public static NativeOracle StartOrIgnore(OracleLayout layout)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("the judge needs an x86-64 Linux host");
        string gcc = FindProgram("gcc") ?? "";
        if (gcc.Length == 0)
            Assert.Ignore("the judge is a C program and gcc is not installed");
        string source = FindSource();
        string program = Path.Combine(AppContext.BaseDirectory, $"oracle-runner-{Guid.NewGuid():N}");
        ProcessStartInfo compile = new(gcc) { RedirectStandardError = true };
        foreach (string argument in (string[])["-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", program, source])
            compile.ArgumentList.Add(argument);
        using Process compiler = Process.Start(compile)!;
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.That(compiler.ExitCode, Is.Zero, $"gcc failed on {source}:\n{errors}");

        ProcessStartInfo start = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new NativeOracle(Process.Start(start)!, layout);
    }

    /// <summary>Runs all cases of all groups and returns their end states, in order.</summary>
    public List<EndState> Run(IReadOnlyCollection<OracleGroup> groups)
    {
        using MemoryStream batch = new();
        using BinaryWriter writer = new(batch);
        writer.Write(0);
        writer.Write(groups.Count);
        int count = 0;
        foreach (OracleGroup group in groups)
        {
            writer.Write(group.Code.Length);
            writer.Write(group.Offset);
            writer.Write(group.Code);
            writer.Write(group.Cases.Count);
            foreach (StartState start in group.Cases)
                Write(writer, start);
            count += group.Cases.Count;
        }

        writer.Flush();
        BitConverter.TryWriteBytes(batch.GetBuffer(), (int)batch.Length - 4);
        _input.Write(batch.GetBuffer(), 0, (int)batch.Length);
        _input.Flush();

        byte[] answer = new byte[BitConverter.ToInt32(ReadExactly(4))];
        _output.ReadExactly(answer);
        using BinaryReader reader = new(new MemoryStream(answer));
        List<EndState> ends = new(count);
        for (int i = 0; i < count; i++)
            ends.Add(Read(reader));
        return ends;
    }

    public void Dispose()
    {
        _input.Dispose();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        string program = _process.StartInfo.FileName;
        _process.Dispose();
        File.Delete(program);
    }

    private static void Write(BinaryWriter writer, StartState start)
    {
        foreach (ulong value in start.Gpr)
            writer.Write(value);
        writer.Write(start.Rflags);
        writer.Write(start.Xmm);
        writer.Write(start.Patches.Count);
        foreach (MemoryPatch patch in start.Patches)
        {
            writer.Write(patch.Address);
            writer.Write(patch.Bytes.Length);
            writer.Write(patch.Bytes);
        }
    }

    private static EndState Read(BinaryReader reader)
    {
        EndState end = new()
        {
            Trap = reader.ReadInt32(),
            ErrorCode = reader.ReadUInt32(),
            FaultAddress = reader.ReadUInt64(),
            Rip = reader.ReadUInt64(),
        };
        for (int i = 0; i < 16; i++)
            end.Gpr[i] = reader.ReadUInt64();
        end.Rflags = reader.ReadUInt64();
        reader.BaseStream.ReadExactly(end.Xmm);
        int lines = reader.ReadInt32();
        for (int i = 0; i < lines; i++)
            end.Changes.Add(new ChangedLine(reader.ReadUInt64(), reader.ReadBytes(64)));
        return end;
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    private static string FindSource()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            string candidate = Path.Combine(directory.FullName, "tests", "oracle-runner", "runner.c");
            if (File.Exists(candidate))
                return candidate;
        }

        throw new FileNotFoundException("tests/oracle-runner/runner.c is not above the test's directory");
    }

    private byte[] ReadExactly(int count)
    {
        byte[] bytes = new byte[count];
        int got = _output.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        if (got < count)
            throw new InvalidOperationException($"the oracle runner ended (exit code {(_process.WaitForExit(1000) ? _process.ExitCode : -1)})");
        return bytes;
    }
}
