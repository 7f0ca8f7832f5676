namespace Rebound.Engine.Hosting;

/// <summary>Whose time a guest's time is.</summary>
public enum GuestTime
{
    /// <summary>It passes with retired instructions and jumps over idle: the same input gives the same run.</summary>
    Virtual,

    /// <summary>It is the host's.</summary>
    Wall,
}
