using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rebound.Guests.Tests;

namespace Rebound.Benchmarks.Boot;

/// <summary>
/// <c>perf boot</c>: the same kernel and ramdisk on Rebound, on QEMU's TCG as bare metal and, where REBOUND_XEN_RUNNER names a program that boots
/// kernels on it, on real Xen in QEMU. Rounds are interleaved; the time is from the start of the process to the first line of user space.
/// </summary>
internal static class BootTable
{
    private const string FirstLine = "user space is up";

    /// <summary>A machine that is switched off at once may not have drawn the line yet.</summary>
    private const string Init = $"#!/bin/sh\necho {FirstLine}\nbusybox sleep 1\nbusybox poweroff -f\n";

    /// <summary>What a kernel says just before; as domain 0 some have no console that user space could write to.</summary>
    private const string LastKernelLine = "Run /init as init process";

    private sealed record Machine(string Name, string Program, string[] Arguments, string Line = FirstLine);

    private sealed record Boot(double Seconds, double PeakMebibytes, string Statistics);

    /// <summary>Arguments: a kernel file (default: Debian's cloud kernel as './build.sh test' fetches it), then the number of rounds (default 3).</summary>
    public static int Run(string[] args)
    {
        string root = Environment.GetEnvironmentVariable("REBOUND_ROOT") ?? Directory.GetCurrentDirectory();
        string? kernel = args.Length > 0 ? args[0] : FindKernel(Path.Combine(root, "artifacts", "test-data", "cloud", "boot"));
        string? busybox = new[] { "/bin/busybox", "/usr/bin/busybox" }.FirstOrDefault(File.Exists);
        int rounds = 3;
        if (kernel is null || !File.Exists(kernel) || busybox is null || (args.Length > 1 && (!int.TryParse(args[1], out rounds) || rounds < 1)))
        {
            Console.Error.WriteLine("rebound: perf boot [KERNEL [ROUNDS]] needs a Linux kernel ('./build.sh test' fetches Debian's) and a static busybox");
            return 2;
        }

        string ramdisk = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(ramdisk, Ramdisk(busybox));
            Measure(Machines(root, kernel, ramdisk), rounds);
        }
        finally
        {
            File.Delete(ramdisk);
        }

        return 0;
    }

    private static string? FindKernel(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "vmlinuz-*").Order(StringComparer.Ordinal).FirstOrDefault() : null;

    private static byte[] Ramdisk(string busybox)
    {
        CpioArchive archive = new();
        foreach (string folder in (string[])["bin", "dev"])
            archive.AddDirectory(folder);
        archive.AddCharacterDevice("dev/console", major: 5, minor: 1);
        archive.AddFile("bin/busybox", File.ReadAllBytes(busybox), executable: true);
        archive.AddLink("bin/sh", "busybox");
        archive.AddFile("init", Encoding.ASCII.GetBytes(Init), executable: true);
        return archive.ToArray();
    }

    private static List<Machine> Machines(string root, string kernel, string ramdisk)
    {
        List<Machine> machines =
        [
            new("Rebound", Path.Combine(root, "artifacts", "rebound", "rebound"),
                ["run", kernel, "--initrd", ramdisk, "--memory", "512M", "--cmdline", "console=hvc0", "--stats"]),
            new("QEMU's TCG, bare metal", "qemu-system-x86_64",
                ["-accel", "tcg", "-cpu", "max", "-m", "512", "-nographic", "-no-reboot", "-kernel", kernel, "-initrd", ramdisk, "-append", "console=ttyS0"]),
        ];
        if (Environment.GetEnvironmentVariable("REBOUND_XEN_RUNNER") is { Length: > 0 } runner)
            machines.Add(new("real Xen in QEMU", runner, ["--mem", "512", "--initrd", ramdisk, "--cmdline", "console=hvc0 earlyprintk=xen", kernel], LastKernelLine));
        return machines;
    }

    private static void Measure(List<Machine> machines, int rounds)
    {
        List<Boot>[] boots = [.. machines.Select(_ => new List<Boot>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < machines.Count; i++)
                boots[i].Add(Once(machines[i]));
        }

        double reference = Median(boots[0]).Seconds;
        Console.WriteLine("| machine | seconds to user space, median | lowest | highest | Rebound's time to its | peak MiB |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (int i = 0; i < machines.Count; i++)
        {
            Boot median = Median(boots[i]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {machines[i].Name} | {median.Seconds:0.00} | {boots[i].Min(b => b.Seconds):0.00} | {boots[i].Max(b => b.Seconds):0.00} | {reference / median.Seconds:0.00} | {median.PeakMebibytes:0} |"));
        }

        Console.WriteLine();
        Console.WriteLine(Median(boots[0]).Statistics.TrimEnd());
    }

    private static Boot Median(List<Boot> boots) => boots.OrderBy(b => b.Seconds).ElementAt(boots.Count / 2);

    /// <summary>One boot. What a machine says on standard error comes with it.</summary>
    private static Boot Once(Machine machine)
    {
        ProcessStartInfo start = new(machine.Program, machine.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{machine.Program} does not start");
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        double seconds = 0;
        double peak = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            // The kernel prints its command line, but not this.
            if (seconds != 0 || !line.Contains(machine.Line, StringComparison.Ordinal))
                continue;
            seconds = watch.Elapsed.TotalSeconds;
            process.Refresh();
            peak = process.PeakWorkingSet64 / (double)(1 << 20);
        }

        process.WaitForExit();
        if (seconds == 0)
            throw new InvalidOperationException($"{machine.Name} did not come to user space: {error.Result}");
        return new Boot(seconds, peak, error.Result);
    }
}
