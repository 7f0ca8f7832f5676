namespace Rebound.Engine.Disks;

/// <summary>What becomes of what a guest writes.</summary>
public enum DiskAccess
{
    /// <summary>It goes to an overlay: the image never changes.</summary>
    Overlay,

    /// <summary>The guest cannot write.</summary>
    ReadOnly,

    /// <summary>It goes to the image.</summary>
    Write,
}
