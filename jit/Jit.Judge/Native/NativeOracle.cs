using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Rebound.Jit.Judge;

/// <summary>The host processor as a judge: a small C program (runner.c), built on first use, that runs cases natively in one process.</summary>
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

    /// <summary>Builds and starts the runner.</summary>
    /// <param name="layout">The address space of the cases.</param>
    /// <param name="oracle">The judge, or null.</param>
    /// <param name="reason">Why there is no judge on this host: it needs Linux on x86-64 and a C compiler (gcc or cc).</param>
    /// <exception cref="InvalidOperationException">There is a compiler, and it refuses the runner.</exception>
    public static bool TryStart(OracleLayout layout, [NotNullWhen(true)] out NativeOracle? oracle, out string reason)
    {
        oracle = null;
        if (!IsAvailable(out reason))
            return false;
        ProcessStartInfo start = new(NativeProgram.Build("runner")) { RedirectStandardInput = true, RedirectStandardOutput = true };
        oracle = new NativeOracle(Process.Start(start)!, layout);
        return true;
    }

    /// <summary>True if the host can be the judge; otherwise why not.</summary>
    public static bool IsAvailable(out string reason) => NativeProgram.CanBuild(out reason);

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
        NativeProgram.Delete(program);
    }

    private static void Write(BinaryWriter writer, StartState start)
    {
        foreach (ulong value in start.Gpr)
            writer.Write(value);
        writer.Write(start.Rflags);
        start.Floating.Write(writer);
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
        end.Floating.Read(reader);
        int lines = reader.ReadInt32();
        for (int i = 0; i < lines; i++)
            end.Changes.Add(new ChangedLine(reader.ReadUInt64(), reader.ReadBytes(64)));
        return end;
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
