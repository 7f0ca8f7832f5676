using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace Rebound.Architecture.Tests;

/// <summary>Two machines in one process share nothing that either can change: engine/ and jit/ have no mutable static state.</summary>
public sealed class StateTests
{
    public static IEnumerable<string> Assemblies => Repository.Projects
        .Where(project => !project.Value.StartsWith("guest-images/", StringComparison.Ordinal))
        .Select(project => project.Key == "Engine.Cli" ? "rebound" : $"Rebound.{project.Key}")
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Assemblies))]
    public void No_static_field_can_be_assigned(string assembly)
    {
        IEnumerable<string> mutable = StaticFields(assembly).Where(field => !field.IsInitOnly).Select(Name);
        Assert.That(mutable, Is.Empty);
    }

    [TestCaseSource(nameof(Assemblies))]
    public void No_static_field_holds_a_collection_that_can_change(string assembly)
    {
        IEnumerable<string> mutable = StaticFields(assembly).Where(field => IsMutableCollection(field.FieldType)).Select(Name);
        Assert.That(mutable, Is.Empty);
    }

    [Test]
    public void The_check_sees_a_mutable_field()
    {
        FieldInfo sample = typeof(StateTests).GetField(nameof(_sample), BindingFlags.NonPublic | BindingFlags.Static)!;
        Assert.Multiple(() =>
        {
            Assert.That(sample.IsInitOnly, Is.False);
            Assert.That(IsMutableCollection(typeof(List<int>)), Is.True);
            Assert.That(IsMutableCollection(typeof(Dictionary<int, int>)), Is.True);
            Assert.That(IsMutableCollection(typeof(System.Collections.Frozen.FrozenDictionary<int, int>)), Is.False);
            Assert.That(_sample, Is.Zero);
        });
    }

#pragma warning disable CS0649, IDE0044 // the field is there to be found
    private static int _sample;
#pragma warning restore CS0649, IDE0044

    private static IEnumerable<FieldInfo> StaticFields(string assembly) =>
        Assembly.Load(assembly).GetTypes()
            .Where(type => !IsGenerated(type))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && field.GetCustomAttribute<CompilerGeneratedAttribute>() is null);

    // What the compiler makes of lambdas, collection expressions and regular expressions; none of it is written by hand.
    private static bool IsGenerated(Type type) =>
        type.GetCustomAttribute<CompilerGeneratedAttribute>() is not null
        || type.Name.Contains('<', StringComparison.Ordinal)
        || type.Namespace == "System.Text.RegularExpressions.Generated"
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    // Tables in arrays are read-only by custom here; growing collections are not even that.
    private static bool IsMutableCollection(Type type) =>
        !type.IsArray
        && type.GetInterfaces().Append(type).Any(face => face == typeof(IList) || face == typeof(IDictionary))
        && !(type.Namespace?.StartsWith("System.Collections.Frozen", StringComparison.Ordinal) ?? false)
        && !(type.Namespace?.StartsWith("System.Collections.Immutable", StringComparison.Ordinal) ?? false);

    private static string Name(FieldInfo field) => $"{field.DeclaringType}.{field.Name}";
}
