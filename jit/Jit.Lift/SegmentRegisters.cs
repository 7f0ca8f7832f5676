using Iced.Intel;

namespace Rebound.Jit.Lift;

internal static class SegmentRegisters
{
    /// <summary>True for a segment register, with its number as in ModRM: 0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS.</summary>
    public static bool IsSegment(this Register register, out byte number)
    {
        bool segment = register.IsSegmentRegister();
        number = segment ? (byte)(register - Register.ES) : (byte)0;
        return segment;
    }
}
