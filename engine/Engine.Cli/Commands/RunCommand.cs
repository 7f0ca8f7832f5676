using System.CommandLine;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Cli.Terminal;
using Rebound.Engine.Disks;
using Rebound.Engine.Hosting;
using Rebound.Engine.Loading.Symbols;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound run</c>: boots a kernel with its console on the terminal or on pipes.</summary>
public sealed class RunCommand : CliCommand
{
    private const int DefaultMebibytes = 256;

    // Piped input that is there from the start is there at the guest's first look, so that such a run can be repeated.
    private static readonly TimeSpan PipeHeadStart = TimeSpan.FromMilliseconds(100);

    private readonly Argument<string> _kernel = new("KERNEL") { Description = "A Xen PV kernel: a Linux bzImage, an ELF64 file, either compressed if need be; or a guest image by its name." };
    private readonly Option<string?> _initrd = new("--initrd") { Description = "A ramdisk file for the guest.", HelpName = "F" };
    private readonly Option<string?> _commandLine = new("--cmdline") { Description = "The guest's command line. Default: none, or what an image's manifest says.", HelpName = "S" };
    private readonly Option<string?> _memory = new("--memory") { Description = "Guest memory, such as 256M or 1G. Default: 256M, or what an image's manifest says.", HelpName = "M" };
    private readonly Option<string[]> _disks = new("--disk")
    {
        Description = "A disk, from an image of raw sectors; the first is xvda, the next xvdb. What the guest writes goes to an overlay that is deleted at the end; "
            + "',overlay=PATH' keeps it in PATH, ',write' writes to the image, ',ro' refuses writes.",
        HelpName = "F[,HOW]",
    };

    private readonly Option<string> _release = new("--release")
    {
        Description = "The release of Xen to be; see 'rebound releases'.",
        HelpName = "R",
        DefaultValueFactory = _ => ReleaseCatalog.DefaultName,
    };

    private readonly Option<string> _cpu = MachineOptions.NewCpuOption();
    private readonly Option<string> _tier = MachineOptions.NewTierOption();
    private readonly Option<string> _time = MachineOptions.NewTimeOption();
    private readonly Option<string?> _timeout = new("--timeout") { Description = "End the guest after so many seconds.", HelpName = "S" };
    private readonly Option<string?> _maxInstructions = new("--max-instructions") { Description = "End the guest after so many instructions, the same in every tier.", HelpName = "N" };
    private readonly Option<string?> _trace = new("--trace") { Description = "Write a line for each event of these kinds: syscalls, hypercalls, traps, events, exits, blocks; separated by commas.", HelpName = "KINDS" };
    private readonly Option<string?> _traceFile = new("--trace-file") { Description = "Write the trace there instead of to standard error.", HelpName = "F" };
    private readonly Option<string?> _symbols = new("--symbols")
    {
        Description = "Names for addresses in traces: a System.map, or a kernel with a symbol table or kallsyms. Without it, only reports of crashes have those of the kernel.",
        HelpName = "F",
    };

    private readonly Option<bool> _stats = new("--stats") { Description = "Say on standard error, at the end, what the run took and where the time went." };

    public RunCommand()
        : base("run", "Boot a 64-bit Xen PV kernel.")
    {
        Add(_kernel);
        foreach (Option option in (Option[])[_initrd, _commandLine, _memory, _disks, _release, _cpu, _tier, _time, _timeout, _maxInstructions, _trace, _traceFile, _symbols, _stats]) Add(option);
    }

    /// <inheritdoc/>
    public override string Details =>
        """
        The guest's console is standard input and output: bytes as they are on pipes; on a terminal every key goes to the guest,
        Ctrl-C among them, but Ctrl-], which leaves it and ends the run. Everything else is said on standard error.
        Exit code: 0 the guest shut down cleanly, 1 it crashed or hangs for good, 2 the input cannot be used, 3 a limit ended
        it, 130 Ctrl-] or a signal.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound run hello", "one of our guest images"),
        ("rebound run solaris-2007 --release xen-3.1.1 --trace traps", "a guest on the release that broke it, with its exceptions"),
        ("rebound run vmlinux --initrd initrd.img --disk root.img --disk data.img,ro", "two disks, xvda and xvdb; neither file changes"),
        ("rebound run grub-x86_64-xen.bin --memory 256M", "GRUB as a guest, with its prompt on the terminal"),
        ("rebound run vmlinuz --initrd initrd.cpio --memory 512M --cmdline console=hvc0", "a Linux kernel as a distribution ships it"),
        ("printf 'echo up\\rhalt\\r' | rebound run grub-x86_64-xen.bin --timeout 60", "the same, typed from a pipe"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        KernelFile kernel = KernelFile.Open(arguments.GetRequiredValue(_kernel));
        SymbolTable? given = arguments.GetValue(_symbols) is { } symbols ? SymbolFile.Open(symbols) : null;
        using TraceFile trace = TraceFile.Open(arguments.GetValue(_trace), arguments.GetValue(_traceFile));
        using Stream? input = StandardInput.Open();
        using Stream output = Console.OpenStandardOutput();
        bool interactive = !Console.IsInputRedirected;
        VirtualMachine? running = null;
        bool left = false;
        VirtualMachineOptions options = MachineFor(arguments, kernel) with
        {
            Trace = trace.Categories,
            TraceSink = trace.Write,
            Symbols = given ?? SymbolTable.Empty,
            Profile = arguments.GetValue(_stats),
            // A raw terminal does not go back to the first column by itself.
            Log = line => Console.Error.Write($"rebound: {line}{(interactive ? "\r\n" : Environment.NewLine)}"),
            ConsoleInput = interactive && input is not null ? new EscapableInput(input, Leave) : input,
            ConsoleOutput = output,
            ConsoleInputHeadStart = interactive ? TimeSpan.Zero : PipeHeadStart,
            PaceIdle = interactive,
        };

        using VirtualMachine machine = Build(kernel, options);
        RunResult result;
        running = machine;
        // The key may have been pressed while there was nothing to stop.
        if (left) Leave();
        using (RawTerminal? terminal = RawTerminal.TryEnter(bareNewlines: kernel.Image is not null))
        using (new Interruption(() =>
        {
            terminal?.Dispose();
            trace.Dispose();
        }))
        {
            result = machine.Run();
        }

        if (arguments.GetValue(_stats)) RunStatistics.Write(Console.Error, result.Counters);
        if (left)
        {
            Console.Error.WriteLine("rebound: left with Ctrl-]");
            return ExitCode.Interrupted;
        }

        return Conclude(result, () => given ?? SymbolFile.Of(kernel));

        void Leave()
        {
            left = true;
            running?.RequestStop("left with Ctrl-]");
        }
    }

    private static VirtualMachine Build(KernelFile kernel, VirtualMachineOptions options)
    {
        try
        {
            return new VirtualMachine(options);
        }
        catch (GuestImageException error)
        {
            throw new BadInputException($"{kernel.Name}: {error.Message}", error);
        }
        catch (DiskException error)
        {
            throw new BadInputException(error.Message, error);
        }
    }

    private static int Conclude(RunResult result, Func<SymbolTable> symbols)
    {
        if (result.IsClean) return ExitCode.Success;
        if (result.Outcome is RunOutcome.Timeout or RunOutcome.InstructionLimit)
        {
            string name = symbols().Describe(result.Registers.Rip) is { } found ? $" ({found})" : "";
            Console.Error.WriteLine($"rebound: a limit ended the guest at rip {result.Registers.Rip:x}{name}: {result.Reason}");
            return ExitCode.Limit;
        }

        // Whoever stopped the machine did not ask for the guest's registers.
        Console.Error.WriteLine($"rebound: {(result.Outcome == RunOutcome.Stopped ? result.Reason : CrashReport.Format(result, symbols()))}");
        return ExitCode.Failure;
    }

    private VirtualMachineOptions MachineFor(ParseResult arguments, KernelFile kernel)
    {
        string? memory = arguments.GetValue(_memory), timeout = arguments.GetValue(_timeout), limit = arguments.GetValue(_maxInstructions);
        int mebibytes = memory is null ? kernel.Image?.Manifest.Memory ?? DefaultMebibytes : Values.Mebibytes("--memory", memory);
        return new VirtualMachineOptions
        {
            Kernel = kernel.Bytes,
            Ramdisk = arguments.GetValue(_initrd) is { } initrd ? InputFile.Read(initrd) : default(ReadOnlyMemory<byte>),
            CommandLine = arguments.GetValue(_commandLine) ?? kernel.Image?.Manifest.CommandLine ?? "",
            MemoryBytes = (ulong)mebibytes << 20,
            Disks = [.. (arguments.GetValue(_disks) ?? []).Select(DiskArgument.Parse)],
            Release = MachineOptions.Release(arguments.GetRequiredValue(_release)),
            Cpu = MachineOptions.Cpu(arguments.GetRequiredValue(_cpu)),
            Execution = new ExecutionOptions { Tier = MachineOptions.Tier(arguments.GetRequiredValue(_tier)) },
            Time = MachineOptions.Time(arguments.GetRequiredValue(_time)),
            Timeout = timeout is null ? null : Values.Seconds("--timeout", timeout),
            MaxInstructions = limit is null ? null : (ulong)Values.Count("--max-instructions", limit),
        };
    }
}
