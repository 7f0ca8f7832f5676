using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rebound.Jit.Judge;

/// <summary>The host processor as judge of debug exceptions: a C program (tracer.c) runs cases under ptrace with the debug registers set.</summary>
public sealed class NativeDebugger : IDisposable
{
    private const int SigTrap = 5;

    /// <summary>si_code of a signal that the kernel sends for INT3.</summary>
    private const int Kernel = 0x80;

    private readonly Process _process;

    private NativeDebugger(Process process) => _process = process;

    /// <summary>Builds and starts the tracer.</summary>
    /// <param name="debugger">The judge, or null.</param>
    /// <param name="reason">Why there is none: no Linux on x86-64, no C compiler, or no debug registers for traced processes.</param>
    public static bool TryStart([NotNullWhen(true)] out NativeDebugger? debugger, out string reason)
    {
        debugger = null;
        if (!NativeProgram.CanBuild(out reason))
            return false;
        ProcessStartInfo start = new(NativeProgram.Build("tracer")) { RedirectStandardInput = true, RedirectStandardOutput = true };
        NativeDebugger started = new(Process.Start(start)!);
        string answer = started.ReadLine();
        if (answer == "y")
        {
            debugger = started;
            return true;
        }

        started.Dispose();
        reason = $"the host gives traced processes no debug registers: {answer[1..].Trim()}";
        return false;
    }

    public DebugTrace Run(DebugCase test)
    {
        IEnumerable<ulong> addresses = Enumerable.Range(0, 4).Select(i => i < test.Breakpoints.Count ? test.Breakpoints[i].Address : 0);
        IEnumerable<ulong> numbers = [test.Rflags, .. addresses, test.Dr7, .. test.Gpr];
        _process.StandardInput.WriteLine($"{Convert.ToHexString(test.Code)} {string.Join(' ', numbers.Select(n => n.ToString("x", CultureInfo.InvariantCulture)))}");
        _process.StandardInput.Flush();
        List<DebugStop> stops = [];
        while (true)
        {
            string[] words = ReadLine().Split(' ');
            ulong[] values = [.. words[1..].Select(w => ulong.Parse(w, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            if (words[0] == "e")
                return new DebugTrace(stops, values[0]);
            bool debug = values[0] == SigTrap && values[1] != Kernel;
            stops.Add(new DebugStop((int)values[0], debug, values[2], values[3], values[4], values[5..]));
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Dispose();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        string program = _process.StartInfo.FileName;
        _process.Dispose();
        NativeProgram.Delete(program);
    }

    private string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the judge's tracer ended");
}
