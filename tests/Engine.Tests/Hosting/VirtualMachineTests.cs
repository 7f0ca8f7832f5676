using System.Text;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Builder;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Engine.Tests.Hosting;

[TestFixture]
public class VirtualMachineTests
{
    private const int EventSend = 4;
    private const ulong ConsolePort = 2;

    [Test]
    public void A_guest_that_shuts_down_ends_clean() =>
        Assert.That(Run(a => Shutdown(a, 0)).Outcome, Is.EqualTo(RunOutcome.PowerOff));

    [TestCase(1, RunOutcome.Reboot)]
    [TestCase(2, RunOutcome.Suspend)]
    [TestCase(3, RunOutcome.Crash)]
    [TestCase(4, RunOutcome.Crash)]
    [TestCase(5, RunOutcome.Reboot)]
    public void Every_shutdown_reason_has_its_outcome(int reason, RunOutcome outcome) =>
        Assert.That(Run(a => Shutdown(a, reason)).Outcome, Is.EqualTo(outcome));

    [Test]
    public void An_endless_loop_ends_with_the_timeout()
    {
        RunResult result = Run(EndlessLoop, timeout: TimeSpan.FromMilliseconds(300));
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.Timeout));
        Assert.That(result.Counters.HostTime, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [TestCase(Tier.Interpreter)]
    [TestCase(Tier.Jit)]
    public void The_instruction_limit_is_exact(Tier tier)
    {
        RunResult result = Run(EndlessLoop, tier: tier, limit: 1_234_567);
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.InstructionLimit));
        Assert.That(result.Counters.Instructions, Is.EqualTo(1_234_567));
    }

    [Test]
    public void A_stop_from_another_thread_ends_the_run()
    {
        using VirtualMachine machine = Machine(EndlessLoop);
        using var timer = new Timer(_ => machine.RequestStop("enough"), null, 200, Timeout.Infinite);
        RunResult result = machine.Run();
        Assert.That((result.Outcome, result.Reason), Is.EqualTo((RunOutcome.Stopped, "enough")));
    }

    [Test]
    public void A_fault_without_handler_is_a_crash_with_registers_and_blocks()
    {
        RunResult result = Run(a =>
        {
            a.mov(rbx, 0x1122334455667788);
            a.mov(rax, 0x10);
            a.jmp(rax);
        });
        string report = CrashReport.Format(result);
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.Crash));
            Assert.That(result.InternalError, Is.Null);
            Assert.That(result.Registers.Rip, Is.EqualTo(0x10));
            Assert.That(result.Registers.Trail, Does.Contain(SmallKernel.Start));
            Assert.That(report, Does.Contain("rbx 1122334455667788").And.Contain("rip 0000000000000010"));
            Assert.That(report, Does.Contain(SmallKernel.Start.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)));
        });
    }

    [Test]
    public void A_guest_that_waits_for_nothing_is_told_so()
    {
        RunResult result = Run(a =>
        {
            // No timer, no input: nothing can ever wake it.
            a.mov(edi, (int)VcpuCommand.StopPeriodicTimer);
            a.xor(esi, esi);
            a.mov(eax, HypercallNumber.VcpuOp);
            a.syscall();
            a.mov(edi, (int)SchedCommand.Block);
            a.mov(eax, HypercallNumber.SchedOp);
            a.syscall();
            a.ud2();
        });
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.BlockedForever));
    }

    [Test]
    public void Waiting_for_a_time_passes_it_without_instructions()
    {
        const ulong moment = 3_600_000_000_000;
        RunResult result = Run(a =>
        {
            a.mov(rbx, SmallKernel.Data);
            a.mov(rax, moment);
            a.mov(__qword_ptr[rbx + 16], rax);
            a.mov(edi, (int)SchedCommand.Poll);
            a.mov(rsi, rbx);
            a.mov(eax, HypercallNumber.SchedOp);
            a.syscall();
            Shutdown(a, 0);
        });
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff));
            Assert.That(result.Counters.Instructions, Is.LessThan(100));
            Assert.That(result.Counters.GuestTime, Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromMilliseconds(1)));
            Assert.That(result.Counters.HostTime, Is.LessThan(TimeSpan.FromSeconds(20)));
        });
    }

    [Test]
    public void Time_stamps_are_the_same_in_every_tier()
    {
        List<ulong> sums = [];
        foreach (Tier tier in (Tier[])[Tier.Interpreter, Tier.Jit, Tier.Auto])
        {
            RunResult result = Run(
                a =>
                {
                    // Mixes 20000 time stamps, read at places that do not repeat within a region, into rbp.
                    Label loop = a.CreateLabel(), odd = a.CreateLabel();
                    a.mov(ebx, 20_000);
                    a.Label(ref loop);
                    a.rdtsc();
                    a.rol(rbp, 7);
                    a.add(rbp, rax);
                    a.test(bl, 5);
                    a.jne(odd);
                    a.nop();
                    a.rdtsc();
                    a.xor(rbp, rax);
                    a.Label(ref odd);
                    a.dec(ebx);
                    a.jne(loop);
                    Shutdown(a, 0);
                },
                tier: tier);
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), tier.ToString());
            sums.Add(result.Registers.General[5]);
        }

        Assert.That(sums, Is.All.EqualTo(sums[0]).And.All.Not.Zero);
    }

    [Test]
    public void Input_reaches_the_ring_and_output_leaves_it()
    {
        using var output = new MemoryStream();
        RunResult result = Run(
            a =>
            {
                // Polls the console's port, then sends the first byte of input back.
                Label wait = a.CreateLabel();
                FindConsole(a);
                a.mov(rbx, SmallKernel.Data);
                a.lea(rax, __[rbx + 64]);
                a.mov(__qword_ptr[rbx], rax);
                a.mov(__dword_ptr[rbx + 8], 1);
                a.mov(__dword_ptr[rbx + 64], (int)ConsolePort);
                a.Label(ref wait);
                a.mov(edi, (int)SchedCommand.Poll);
                a.mov(rsi, rbx);
                a.mov(eax, HypercallNumber.SchedOp);
                a.syscall();
                a.mov(eax, __dword_ptr[rbp + ConsoleRingLayout.InputProducer]);
                a.test(eax, eax);
                a.je(wait);
                a.mov(al, __byte_ptr[rbp + ConsoleRingLayout.Input]);
                a.mov(__byte_ptr[rbp + ConsoleRingLayout.Output], al);
                a.inc(__dword_ptr[rbp + ConsoleRingLayout.OutputProducer]);
                a.mov(edi, EventSend);
                a.lea(rsi, __[rbx + 64]);
                a.mov(eax, HypercallNumber.EventChannelOp);
                a.syscall();
                Shutdown(a, 0);
            },
            output: output,
            input: new MemoryStream("Q"u8.ToArray()));
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), CrashReport.Format(result));
        Assert.That(Encoding.ASCII.GetString(output.ToArray()), Is.EqualTo("Q"));
    }

    [Test]
    public void What_was_in_the_ring_at_the_end_is_shown()
    {
        using var output = new MemoryStream();
        Run(
            a =>
            {
                FindConsole(a);
                a.mov(__dword_ptr[rbp + ConsoleRingLayout.Output], 0x21216948);
                a.mov(__dword_ptr[rbp + ConsoleRingLayout.OutputProducer], 4);
                Shutdown(a, 0);
            },
            output: output);
        Assert.That(Encoding.ASCII.GetString(output.ToArray()), Is.EqualTo("Hi!!"));
    }

    [Test]
    public void A_trace_names_hypercalls_and_traps()
    {
        var lines = new List<string>();
        Run(a => Shutdown(a, 0), trace: lines.Add);
        Assert.That(lines, Has.Some.Contains("sched_op(Shutdown"));
    }

    [Test]
    public void A_machine_runs_once()
    {
        using VirtualMachine machine = Machine(a => Shutdown(a, 0));
        machine.Run();
        Assert.That(() => machine.Run(), Throws.InvalidOperationException);
    }

    [TestCase(1024)]
    [TestCase(2000)]
    public void A_long_command_line_is_refused(int length) =>
        Assert.That(
            () => new VirtualMachine(new VirtualMachineOptions { Kernel = SmallKernel.Build(EndlessLoop), CommandLine = new string('x', length) }),
            Throws.TypeOf<GuestImageException>().With.Message.Contains("command line"));

    [Test]
    public void Memory_that_no_host_has_is_refused() =>
        Assert.That(
            () => new VirtualMachine(new VirtualMachineOptions { Kernel = SmallKernel.Build(EndlessLoop), MemoryBytes = 1UL << 43 }),
            Throws.TypeOf<GuestImageException>());

    private static void EndlessLoop(Assembler a)
    {
        Label self = a.CreateLabel();
        a.Label(ref self);
        a.inc(rax);
        a.jmp(self);
    }

    /// <summary>rbp := address of the console ring, which is one page of the boot mapping (rsi: start_info).</summary>
    private static void FindConsole(Assembler a)
    {
        // The store page follows start_info, and the console page follows that.
        a.lea(rbp, __[rsi + 0x2000]);
    }

    private static void Shutdown(Assembler a, int reason)
    {
        a.mov(rsi, SmallKernel.Data + 0x100);
        a.mov(__dword_ptr[rsi], reason);
        a.mov(edi, (int)SchedCommand.Shutdown);
        a.mov(eax, HypercallNumber.SchedOp);
        a.syscall();
        a.ud2();
    }

    private static RunResult Run(
        Action<Assembler> code,
        Tier tier = Tier.Interpreter,
        TimeSpan? timeout = null,
        ulong? limit = null,
        Stream? output = null,
        Stream? input = null,
        Action<string>? trace = null)
    {
        using VirtualMachine machine = Machine(code, tier, timeout, limit, output, input, trace);
        return machine.Run();
    }

    private static VirtualMachine Machine(
        Action<Assembler> code,
        Tier tier = Tier.Interpreter,
        TimeSpan? timeout = null,
        ulong? limit = null,
        Stream? output = null,
        Stream? input = null,
        Action<string>? trace = null) =>
        new(new VirtualMachineOptions
        {
            Kernel = SmallKernel.Build(code),
            MemoryBytes = 16UL << 20,
            Execution = new ExecutionOptions { Tier = tier },
            Timeout = timeout ?? TimeSpan.FromSeconds(60),
            MaxInstructions = limit,
            ConsoleOutput = output ?? Stream.Null,
            ConsoleInput = input,
            Trace = trace is null ? TraceCategories.None : TraceCategories.Hypercalls | TraceCategories.Traps,
            TraceSink = trace,
        });
}
