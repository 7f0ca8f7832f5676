using System.Globalization;
using NUnit.Framework;

namespace Rebound.Engine.Tests.Hostile;

/// <summary>
/// Hypercalls at random. No call may end in anything but a result: an exception of the engine fails the test. REBOUND_FUZZ_HYPERCALLS sets how
/// many calls are made, REBOUND_FUZZ_SEED where the generator starts.
/// </summary>
[TestFixture]
public class HypercallFuzzTests
{
    private const int DefaultCalls = 1_000_000;
    private const ulong DefaultSeed = 20_071_015;

    private static int Calls => (int)FromEnvironment("REBOUND_FUZZ_HYPERCALLS", DefaultCalls);

    private static ulong Seed => FromEnvironment("REBOUND_FUZZ_SEED", DefaultSeed);

    [Test]
    public void Hypercalls_at_random_do_no_harm()
    {
        using var fuzzer = new HypercallFuzzer(Seed);
        for (int i = 0; i < Calls; i++)
        {
            bool isLast = fuzzer.Step();
            if (!isLast && i % 500 == 0)
                Assert.That(PageAudit.Find(fuzzer.Guest), Is.Null, $"after call {i}");
        }

        TestContext.Out.WriteLine(
            $"{fuzzer.Calls} hypercalls of {fuzzer.Guests} guests, {fuzzer.Successes} without an error; {fuzzer.Ends} guests ended; digest {fuzzer.Digest:x16}");
        Assert.That(fuzzer.Successes, Is.GreaterThan(fuzzer.Calls / 20), "else the generator meets nothing but refusals");
    }

    [Test]
    public void The_same_seed_gives_the_same_results()
    {
        ulong first = DigestOf(Seed);
        Assert.That(DigestOf(Seed), Is.EqualTo(first));
        Assert.That(DigestOf(Seed + 2), Is.Not.EqualTo(first));
    }

    [Test]
    public void Guests_leave_nothing_behind()
    {
        DigestOf(Seed);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 5; i++)
            DigestOf(Seed);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(grown, Is.LessThan(4 << 20), "bytes kept after five times as many guests");
    }

    private static ulong DigestOf(ulong seed)
    {
        using var fuzzer = new HypercallFuzzer(seed);
        for (int i = 0; i < 10_000; i++)
            fuzzer.Step();
        return fuzzer.Digest;
    }

    private static ulong FromEnvironment(string name, ulong fallback) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out ulong value) ? value : fallback;
}
