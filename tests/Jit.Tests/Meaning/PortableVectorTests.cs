using System.Reflection;
using System.Runtime.Intrinsics;
using NUnit.Framework;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>
/// Methods of micro-ops that use an instruction of the host have a second form, named Portable, for hosts without it. On a host with the
/// instruction both must agree.
/// </summary>
[TestFixture]
public sealed class PortableVectorTests
{
    public static IEnumerable<MicroOpCode> Codes() => MicroOpTable.All.Where(r => MicroOpMethods.HasMethod(r.Shape) && Portable(r.Code) != null).Select(r => r.Code);

    [Test]
    public void There_are_some() => Assert.That(Codes(), Does.Contain(MicroOpCode.AesEncrypt).And.Contain(MicroOpCode.CarrylessMultiply));

    [TestCaseSource(nameof(Codes))]
    public void The_portable_form_agrees(MicroOpCode code)
    {
        MethodInfo method = MicroOpMethods.Method(code);
        MethodInfo portable = Portable(code)!;
        Random random = new((int)code);
        for (int i = 0; i < 3000; i++)
        {
            object[] arguments = [.. method.GetParameters().Select(p => Argument(p.ParameterType, random, i))];
            Assert.That(portable.Invoke(null, arguments), Is.EqualTo(method.Invoke(null, arguments)), () => $"{code}({string.Join(", ", arguments)})");
        }
    }

    private static MethodInfo? Portable(MicroOpCode code)
    {
        MethodInfo method = MicroOpMethods.Method(code);
        return method.DeclaringType!.GetMethod(method.Name + "Portable", BindingFlags.Static | BindingFlags.Public);
    }

    private static object Argument(Type type, Random random, int round)
    {
        if (type == typeof(int))
            return (round % 5) switch { 0 => -1, 1 => random.Next(16), _ => random.Next(256) };
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = random.Next(6) switch { 0 => (byte)0, 1 => (byte)0xff, 2 => (byte)0x80, 3 => (byte)random.Next(80), _ => bytes[i] };
        }

        // Small counts for shifts.
        if (round % 2 == 0)
            bytes.AsSpan(1, 7).Clear();
        if (type == typeof(ulong))
            return BitConverter.ToUInt64(bytes);
        return type == typeof(Vector256<byte>) ? Vector256.Create(bytes) : Vector128.Create(bytes);
    }
}
