namespace Rebound.Jit.Semantics;

/// <summary>Conversions of binary16, as VCVTPH2PS and VCVTPS2PH do them.</summary>
public static class Float16
{
    /// <summary>Denormal halves are taken as they are, whatever the rules say, and raise nothing.</summary>
    public static uint ToFloat32(ushort a, ref FloatStatus status) =>
        (uint)BinaryFloat<Binary32Format>.ConvertFrom<Binary16Format>(a, false, ref status);

    /// <summary>Tiny results stay denormal, whatever <see cref="FloatStatus.FlushToZero"/> says.</summary>
    public static ushort FromFloat32(uint a, FloatRounding rounding, ref FloatStatus status)
    {
        FloatStatus own = status;
        own.Rounding = rounding;
        own.FlushToZero = false;
        ushort result = (ushort)BinaryFloat<Binary16Format>.ConvertFrom<Binary32Format>(a, true, ref own);
        status.Raised |= own.Raised;
        return result;
    }
}
