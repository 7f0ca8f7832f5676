namespace Rebound.GuestImages;

/// <summary>Whether a guest does what it is for on a release: whether it prints its success line.</summary>
public enum GuestVerdict
{
    /// <summary>The guest prints its success line.</summary>
    Works,

    /// <summary>The guest ends without its success line.</summary>
    Breaks,
}
