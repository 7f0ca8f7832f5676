namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>Whether a guest does on a release what it is for.</summary>
public enum AbiVerdict
{
    /// <summary>The guest printed its success line and shut down cleanly.</summary>
    Works,

    /// <summary>It did not.</summary>
    Breaks,
}
