using Iced.Intel;

namespace Rebound.GuestImages.Building;

/// <summary>A named piece of code whose body is emitted once, after the code that asked for it.</summary>
internal sealed class Routine(string name, Label label, Action body)
{
    /// <summary>Iced marks the place in the label itself, so it must be a field that can be passed by reference.</summary>
    public Label Label = label;

    public string Name { get; } = name;

    public Action Body { get; } = body;
}
