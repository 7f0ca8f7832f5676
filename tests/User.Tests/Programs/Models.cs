using Rebound.Jit.Cpu;

namespace Rebound.User.Tests.Programs;

/// <summary>The processors that programs run on here.</summary>
internal static class Models
{
    public const string First = "x86-64-v1";
    public const string Second = "x86-64-v2";
    public const string Third = "x86-64-v3";

    /// <summary>Every feature that the engine has, AES, SHA and GFNI among them.</summary>
    public const string Everything = "everything";

    public static CpuModel Find(string name) =>
        name == Everything ? CpuModelCatalog.Everything : CpuModelCatalog.Find(name) ?? throw new ArgumentException($"no model {name}", nameof(name));
}
