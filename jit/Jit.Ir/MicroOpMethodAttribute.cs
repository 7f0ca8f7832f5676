namespace Rebound.Jit.Ir;

/// <summary>Marks the static method that states the meaning of a micro-op; its signature is that of the code's <see cref="MicroOpShape"/>.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
public sealed class MicroOpMethodAttribute(MicroOpCode code) : Attribute
{
    public MicroOpCode Code { get; } = code;
}
