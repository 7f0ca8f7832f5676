using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Iced.Intel;
using NUnit.Framework;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Guests.Tests;

/// <summary><c>rebound run</c> as its users see it: streams, exit codes, limits, and what it says of a guest that went down.</summary>
[TestFixture("interpreter")]
[TestFixture("jit")]
[TestFixture("auto")]
public sealed partial class CliRunTests(string tier)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [Test]
    public void The_console_of_a_guest_is_all_there_is_on_standard_output()
    {
        CliResult result = RunKernel(a =>
        {
            CliKernel.Say(a, "all is well");
            CliKernel.End(a, CliKernel.PowerOff);
        });
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Is.EqualTo("all is well\n"));
            Assert.That(result.Error, Is.Empty);
        });
    }

    [Test]
    public void A_guest_image_runs_by_its_name()
    {
        CliResult result = CliProcess.Run("run", "hello", "--tier", tier, "--cmdline", "a b", "--stats");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("command line: \"a b\""));
            Assert.That(result.Error, Does.Contain("instructions"));
        });
    }

    [Test]
    public void A_jump_to_nowhere_is_told_with_registers_blocks_and_reason()
    {
        CliResult result = RunKernel(a =>
        {
            CliKernel.Say(a, "going");
            RunManyBlocks(a);
            a.mov(rbx, 0x1122334455667788);
            a.mov(rax, 0x123456789000);
            a.jmp(rax);
        });
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Output, Is.EqualTo("going\n"));
            Assert.That(result.Error, Does.Contain("#PF").And.Contain("123456789000").And.Contain("1122334455667788"));
            // Compiled code notes the blocks it is entered at; the interpreter notes all.
            Assert.That(BlocksNamed(result.Error), tier == "jit" ? Is.InRange(1, 16) : Is.EqualTo(16), result.ToString());
        });
    }

    [Test]
    public void A_fault_whose_handler_cannot_be_entered_ends_the_guest()
    {
        const int setTrapTable = 0, stackSwitch = 3;
        CliResult result = RunKernel(a =>
        {
            Label table = a.CreateLabel(), handler = a.CreateLabel(), over = a.CreateLabel();
            a.jmp(over);
            a.Label(ref handler);
            a.ud2();
            a.Label(ref table);
            a.db(6, 0);
            a.dw(0xe033);
            a.dd(0);
            a.dq(CliKernel.EntryPoint);
            a.dq(0, 0);
            a.Label(ref over);
            a.lea(rdi, __[table]);
            a.mov(eax, setTrapTable);
            a.syscall();
            a.mov(edi, 0xe02b);
            a.mov(rsi, 0x1000);
            a.mov(eax, stackSwitch);
            a.syscall();
            a.mov(rsp, 0x1000);
            a.ud2();
        });
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.Contain("rip").And.Contain("rsp"));
        });
    }

    [Test]
    public void A_guest_that_says_it_crashed_is_believed()
    {
        CliResult result = RunKernel(a => CliKernel.End(a, CliKernel.Crash));
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.Contain("crash"));
        });
    }

    [Test]
    public void An_exception_without_a_handler_names_itself()
    {
        CliResult result = RunKernel(a => a.ud2());
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.Contain("#UD"));
        });
    }

    [Test]
    public void A_time_limit_ends_an_endless_loop()
    {
        CliResult result = RunKernel(EndlessLoop, "--timeout", "0.5");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
            Assert.That(result.Duration, Is.LessThan(TimeSpan.FromSeconds(0.5) + AtOnce));
            Assert.That(result.Error, Does.Contain("0.5"));
        });
    }

    [Test]
    public void An_instruction_limit_ends_an_endless_loop()
    {
        CliResult result = RunKernel(EndlessLoop, "--max-instructions", "1000001");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
            Assert.That(result.Error, Does.Contain("1000001").Or.Contain("1,000,001"));
        });
    }

    [Test]
    [Platform(Include = "Linux")]
    public void Ctrl_c_ends_an_endless_loop_at_once()
    {
        using var files = new CliFiles();
        string kernel = files.Write("loop.elf", CliKernel.Build(a =>
        {
            CliKernel.Say(a, "looping");
            EndlessLoop(a);
        }));
        using Process process = CliProcess.Start("run", kernel, "--tier", tier);
        Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo("looping"));
        var watch = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) kill.WaitForExit();
        bool ended = process.WaitForExit(AtOnce);
        if (!ended) process.Kill();
        Assert.Multiple(() =>
        {
            Assert.That(ended, Is.True);
            Assert.That(watch.Elapsed, Is.LessThan(AtOnce));
            Assert.That(process.ExitCode, Is.EqualTo(130));
        });
    }

    [Test]
    public void A_trace_goes_to_its_file_and_names_the_calls()
    {
        using var files = new CliFiles();
        string trace = files.PathOf("trace.txt");
        CliResult result = CliProcess.Run("run", "hello", "--tier", tier, "--trace", "hypercalls", "--trace-file", trace);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Error, Is.Empty);
            Assert.That(File.ReadAllText(trace), Does.Contain("xen_version").And.Contain("sched_op"));
        });
    }

    [TestCase("exits", "Syscall at 0xffffffff80101")]
    [TestCase("blocks", "block     0xffffffff80101000")]
    [TestCase("exits,blocks,events,traps,syscalls,hypercalls", "exit      Syscall")]
    public void A_trace_changes_nothing_in_the_guest(string kinds, string expected)
    {
        using var files = new CliFiles();
        string kernel = files.Write("kernel.elf", CliKernel.Build(a =>
        {
            RunManyBlocks(a);
            CliKernel.Say(a, "done");
            CliKernel.End(a, CliKernel.PowerOff);
        }));
        string trace = files.PathOf("trace.txt");
        CliResult plain = CliProcess.Run("run", kernel, "--tier", tier, "--stats");
        CliResult traced = CliProcess.Run("run", kernel, "--tier", tier, "--stats", "--trace", kinds, "--trace-file", trace);
        Assert.Multiple(() =>
        {
            Assert.That(traced.ExitCode, Is.Zero, traced.ToString());
            Assert.That(traced.Output, Is.EqualTo(plain.Output));
            Assert.That(Instructions().Match(traced.Error).Value, Is.EqualTo(Instructions().Match(plain.Error).Value).And.Not.Empty);
            Assert.That(File.ReadAllText(trace), Does.Contain(expected));
        });
    }

    [Test]
    public void Events_are_traced_with_their_ports()
    {
        using var files = new CliFiles();
        string trace = files.PathOf("trace.txt");
        CliResult result = CliProcess.Run("run", "traps", "--tier", tier, "--trace", "events", "--trace-file", trace);
        Assert.That(File.ReadAllText(trace), Does.Match(@"event +Event for port \d+ from (kernel|user) 0x[0-9a-f]+ to 0x[0-9a-f]+"), result.ToString());
    }

    [Test]
    public void Statistics_say_where_time_and_memory_went()
    {
        CliResult result = CliProcess.Run("run", "hypercall-results", "--tier", tier, "--stats");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Error, Does.Match(@"(?m)^instructions +[\d,]+ \("));
            Assert.That(result.Error, Does.Match(@"(?m)^hypercalls +\d[\d,]* in \d"));
            Assert.That(result.Error, Does.Match(@"(?m)^  xen_version +[1-9]"));
            Assert.That(result.Error, Does.Match(@"(?m)^memory +\d+ MiB"));
        });
    }

    [Test]
    public void A_report_names_addresses_by_the_file_of_symbols()
    {
        using var files = new CliFiles();
        string kernel = files.Write("kernel.elf", CliKernel.Build(a =>
        {
            a.nop();
            a.ud2();
        }));
        string symbols = files.Write("System.map", "ffffffff80101000 T the_entry_point\nffffffff80102000 T behind\n"u8.ToArray());
        CliResult result = CliProcess.Run("run", kernel, "--tier", tier, "--symbols", symbols);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.Contain("rip is the_entry_point+0x1"));
            Assert.That(result.Error, Does.Contain("page walk of rip ffffffff80101001: l4[511] "));
            Assert.That(result.Error, Does.Contain("stack:"));
            Assert.That(result.Error, Does.Contain("ffffffff80101000 the_entry_point"), "the last blocks");
        });
    }

    [Test]
    public void Piped_input_reaches_a_guest_as_bytes()
    {
        string grub = CliGrub.RequirePath();
        CliResult result = CliProcess.Run(
            Encoding.ASCII.GetBytes("echo up\rhalt\r"), ["run", grub, "--memory", "256M", "--timeout", "60", "--tier", tier]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("grub>"));
            Assert.That(UpLine().IsMatch(result.Output), Is.True, result.ToString());
        });
    }

    private static void EndlessLoop(Assembler a)
    {
        Label again = a.CreateLabel();
        a.Label(ref again);
        a.inc(rcx);
        a.jmp(again);
    }

    private static void RunManyBlocks(Assembler a)
    {
        Label again = a.CreateLabel(), half = a.CreateLabel();
        a.mov(ecx, 40);
        a.Label(ref again);
        a.test(ecx, 1);
        a.jz(half);
        a.inc(edx);
        a.Label(ref half);
        a.dec(ecx);
        a.jnz(again);
    }

    private CliResult RunKernel(Action<Assembler> code, params string[] options)
    {
        using var files = new CliFiles();
        string kernel = files.Write("kernel.elf", CliKernel.Build(code));
        return CliProcess.Run(["run", kernel, "--memory", "32M", "--tier", tier, .. options]);
    }

    private static int BlocksNamed(string report) =>
        BlockAddress().Count(report[report.IndexOf("last blocks", StringComparison.Ordinal)..]);

    [GeneratedRegex(@"instructions +[\d,]+")]
    private static partial Regex Instructions();

    [GeneratedRegex(@"\bffffffff801[0-9a-f]{5}\b")]
    private static partial Regex BlockAddress();

    // The line that echo printed, not the one that was typed.
    [GeneratedRegex(@"(^|[\r\n\u001b][^\r\n]*?)\bup\s*[\r\n]")]
    private static partial Regex UpLine();
}
