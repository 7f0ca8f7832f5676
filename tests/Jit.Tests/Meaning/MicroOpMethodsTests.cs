using NUnit.Framework;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Meaning;

[TestFixture]
public sealed class MicroOpMethodsTests
{
    [Test]
    public void Every_code_has_exactly_the_method_its_shape_wants() => Assert.That(MicroOpMethods.Problems, Is.Empty);

    [Test]
    public void Codes_that_executors_do_themselves_have_none()
    {
        Assert.Multiple(() =>
        {
            Assert.That(MicroOpMethods.Find(MicroOpCode.Load), Is.Null);
            Assert.That(MicroOpMethods.Find(MicroOpCode.SetFlags), Is.Null);
            Assert.That(() => MicroOpMethods.Method(MicroOpCode.Store), Throws.InvalidOperationException);
            Assert.That(MicroOpMethods.Method(MicroOpCode.Add).Name, Is.EqualTo("Add"));
        });
    }
}
