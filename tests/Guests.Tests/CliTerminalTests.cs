using System.Diagnostics;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>A person at a terminal: the program runs on a pseudo-terminal, and keys are typed when the guest has printed what they answer.</summary>
[TestFixture]
[Category("ThirdParty")]
public sealed class CliTerminalTests
{
    private const string Shell =
        """
        busybox mount -t proc proc /proc
        busybox mount -t sysfs sys /sys
        busybox mount -t devtmpfs dev /dev
        busybox --install -s /bin
        exec setsid cttyhack sh
        """;

    [Test]
    public void A_shell_edits_its_line_and_Ctrl_C_reaches_the_guest()
    {
        (int exit, string output) = Type(
            ["--time", "wall"],
            """
            expect / # \x1b[6n
            send echo onf\x7fe $((6 * 7))\r
            expect one 42\r\n
            expect / # \x1b[6n
            send sh -c 'echo star''ted; exec sleep 1000'\r
            expect started\r\n
            send \x03
            expect ^C
            expect / # \x1b[6n
            send echo code $?\r
            expect code 130
            expect / # \x1b[6n
            send poweroff -f\r
            """);
        Assert.That(exit, Is.Zero, output);
    }

    [Test]
    public void Programs_that_draw_get_the_keys_and_draw_as_they_like()
    {
        (int exit, string output) = Type(
            [],
            """
            expect / # \x1b[6n
            send vi /tmp/text\r
            expect - /tmp/text
            send ihello from vi
            send \x1b
            expect - /tmp/text [Modified]
            send :wq\r
            expect / # \x1b[6n
            send cat /tmp/text\r
            expect hello from vi\r\n
            expect / # \x1b[6n
            send top\r
            expect COMMAND
            expect top
            send q
            expect / # \x1b[6n
            send poweroff -f\r
            """);
        Assert.That(exit, Is.Zero, output);
    }

    [Test]
    public void Ctrl_bracket_leaves_and_the_terminal_is_as_before()
    {
        (int exit, string output) = Type(
            [],
            """
            expect / # \x1b[6n
            send sh -c 'echo star''ted; exec sleep 1000'\r
            expect started\r\n
            send \x1d
            expect left with Ctrl-]\r\n
            """);
        Assert.That(exit, Is.EqualTo(130), output);
    }

    private static (int ExitCode, string Output) Type(string[] options, string script)
    {
        using var files = new CliFiles();
        string kernel = CliDebian.RequireKernel("cloud");
        string ramdisk = files.Write("initrd", CliDebian.Ramdisk(Shell));
        string keys = files.Write("keys", System.Text.Encoding.ASCII.GetBytes(script + "\n"));
        string terminal = Path.Combine(AppContext.BaseDirectory, "Debian", "terminal.py");
        ProcessStartInfo start = new(
            "python3",
            [terminal, keys, CliProcess.Program, "run", kernel, "--initrd", ramdisk, "--memory", "256M", "--cmdline", "console=hvc0 quiet", .. options])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
