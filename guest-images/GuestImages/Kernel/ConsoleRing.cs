namespace Rebound.GuestImages.Building;

/// <summary>Offsets in the page that a domU shares with its console's other side.</summary>
internal static class ConsoleRing
{
    public const int Out = 0x400;
    public const int OutSize = 2048;
    public const int OutConsumed = 0xc08;
    public const int OutProduced = 0xc0c;
}
