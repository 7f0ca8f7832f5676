using System.Runtime.Intrinsics;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Reciprocals of numbers and of their square roots for hosts without RCPPS and RSQRTPS: rounded to 24 bits, far within the documented 1.5 * 2^-12.
/// As there, denormal numbers count as zeros, tiny results become zeros, and nothing is raised.
/// </summary>
public static unsafe class PortableApproximations
{
    private const uint One = 0x3f80_0000;

    /// <summary>Of four binary32 numbers.</summary>
    public static Vector128<byte> Reciprocal(Vector128<byte> a)
    {
        FloatStatus status = Rules;
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = Float32.Divide(One, x[i], ref status);
        return a;
    }

    /// <summary>Of four binary32 numbers.</summary>
    public static Vector128<byte> ReciprocalSqrt(Vector128<byte> a)
    {
        FloatStatus status = Rules;
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = Float32.Divide(One, Float32.SquareRoot(x[i], ref status), ref status);
        return a;
    }

    private static FloatStatus Rules => new() { DenormalsAreZero = true, FlushToZero = true, Masked = FloatExceptions.All };
}
