using Iced.Intel;
using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Builder;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Engine.Tests.Hosting;

/// <summary>Memory of any size costs the host what the guest uses of it.</summary>
[TestFixture]
[NonParallelizable]
public sealed class LargeMemoryTests
{
    private const ulong Gigabyte = 1UL << 30;
    private const long Megabyte = 1 << 20;

    /// <summary>A domain of 8 GiB in which a kernel writes to 200 MiB.</summary>
    [Test]
    [Platform(Include = "Linux")]
    public void Memory_that_a_guest_does_not_touch_costs_little()
    {
        const long touched = 200 * Megabyte;
        byte[] kernel = SmallKernel.Build(a => Touch(a, touched), size: (ulong)touched + 0x200000);
        long before = Resident();
        using var machine = new VirtualMachine(new VirtualMachineOptions { Kernel = kernel, MemoryBytes = 8 * Gigabyte });
        RunResult result = machine.Run();
        long after = Resident();
        long guest = machine.Domain.Memory.ResidentBytes() ?? -1;
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), CrashReport.Format(result));
            // Beside what the kernel touches: the lists of frame numbers in both directions, 16 MiB each, and page tables.
            Assert.That(guest / Megabyte, Is.InRange(touched / Megabyte, (touched / Megabyte) + 48));
            Assert.That((after - before) / Megabyte, Is.LessThan((touched / Megabyte) + 80));
        });
    }

    [TestCase(64UL << 20)]
    [TestCase(3 * Gigabyte)]
    [TestCase(64 * Gigabyte)]
    public void A_guest_of_any_size_runs(ulong bytes)
    {
        using var machine = new VirtualMachine(new VirtualMachineOptions { Kernel = SmallKernel.Build(PowerOff), MemoryBytes = bytes });
        RunResult result = machine.Run();
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), CrashReport.Format(result));
            Assert.That(machine.Domain.Pages, Is.EqualTo(bytes >> 12));
        });
    }

    [TestCase((64 * Gigabyte) + 4096)]
    [TestCase(1UL << 50)]
    [TestCase(0UL)]
    public void A_guest_outside_the_range_is_refused(ulong bytes) =>
        Assert.That(
            () => new VirtualMachine(new VirtualMachineOptions { Kernel = SmallKernel.Build(PowerOff), MemoryBytes = bytes }),
            Throws.TypeOf<GuestImageException>().With.Message.Contains("64 GiB"));

    /// <summary>Writes one word to each page of the segment behind its first 64 KiB.</summary>
    private static void Touch(Assembler a, long bytes)
    {
        Label again = a.CreateLabel();
        a.mov(rbx, SmallKernel.Start + 0x10000);
        a.mov(ecx, (int)(bytes >> 12));
        a.Label(ref again);
        a.mov(__qword_ptr[rbx], rbx);
        a.add(rbx, 4096);
        a.dec(ecx);
        a.jne(again);
        PowerOff(a);
    }

    private static void PowerOff(Assembler a)
    {
        const int schedOp = 29, shutdown = 2;
        a.push(0);
        a.mov(edi, shutdown);
        a.mov(rsi, rsp);
        a.mov(eax, schedOp);
        a.syscall();
    }

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").Single(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }
}
