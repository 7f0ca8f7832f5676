namespace Rebound.Jit.Ir;

/// <summary>Aux of the micro-ops on system tables and their selectors.</summary>
public enum SystemTable : byte
{
    Global,
    Interrupt,
    Local,
    Task,
}

/// <summary>Aux of <see cref="MicroOpCode.InspectSelector"/>.</summary>
public enum SelectorQuestion : byte
{
    /// <summary>LAR.</summary>
    AccessRights,

    /// <summary>LSL.</summary>
    Limit,

    /// <summary>VERR.</summary>
    Readable,

    /// <summary>VERW.</summary>
    Writable,
}

/// <summary>Aux of <see cref="MicroOpCode.XsaveImage"/>.</summary>
public enum XsaveForm : byte
{
    /// <summary>XSAVE.</summary>
    Standard,

    /// <summary>XSAVEOPT.</summary>
    Optimized,

    /// <summary>XSAVEC.</summary>
    Compacted,
}
