using System.Reflection;
using NUnit.Framework;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Architecture.Tests;

/// <summary>The list of micro-ops is complete: each code has its row, and its meaning is stated once.</summary>
public sealed class MicroOpTests
{
    public static IEnumerable<MicroOpCode> Codes => Enum.GetValues<MicroOpCode>();

    [TestCaseSource(nameof(Codes))]
    public void Has_a_row(MicroOpCode code)
    {
        MicroOpRow row = MicroOpTable.Row(code);
        Assert.Multiple(() =>
        {
            Assert.That(row.Code, Is.EqualTo(code));
            Assert.That(typeof(MicroOpCode).GetField(code.ToString())!.GetCustomAttribute<MicroOpRowAttribute>(), Is.Not.Null);
        });
    }

    /// <summary>Where a helper stops, executors take what it may write from the state: they must have put it there before.</summary>
    [TestCaseSource(nameof(Codes))]
    public void A_helper_that_may_stop_reads_what_it_writes(MicroOpCode code)
    {
        MicroOpRow row = MicroOpTable.Row(code);
        Assert.That(!row.MayExit || (row.ImplicitWrites & ~row.ImplicitReads) == 0);
    }

    [Test]
    public void Each_meaning_is_stated_once()
    {
        ILookup<MicroOpCode, MethodInfo> methods = Assembly.Load("Rebound.Jit.Semantics").GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .SelectMany(method => method.GetCustomAttributes<MicroOpMethodAttribute>().Select(attribute => (attribute.Code, Method: method)))
            .ToLookup(entry => entry.Code, entry => entry.Method);
        // What moves words between registers, memory and flags is the executors' own; all else has one method.
        IEnumerable<string> wrong = Codes
            .Where(code => methods[code].Count() != (MicroOpMethods.HasMethod(MicroOpTable.Shape(code)) ? 1 : 0))
            .Select(code => $"{code}: {methods[code].Count()} methods");
        Assert.Multiple(() =>
        {
            Assert.That(wrong, Is.Empty);
            Assert.That(MicroOpMethods.Problems, Is.Empty);
        });
    }
}
