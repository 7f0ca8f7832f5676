using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// RCPPS, RSQRTPS and their scalar forms. Intel documents a relative error of at most 1.5 * 2^-12 and leaves the bits to the processor: here they are the
/// host's, where it has the instructions; elsewhere <see cref="PortableApproximations"/> computes some that keep to the documented error.
/// </summary>
public static class FloatApproximations
{
    [MicroOpMethod(MicroOpCode.FloatReciprocal32)]
    public static Vector128<byte> Reciprocal32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse.IsSupported ? Sse.Reciprocal(b.AsSingle()).AsByte() : PortableApproximations.Reciprocal(b);

    [MicroOpMethod(MicroOpCode.FloatReciprocalScalar32)]
    public static Vector128<byte> ReciprocalScalar32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, FloatLanes.Low32(Reciprocal32(a, b, imm)));

    [MicroOpMethod(MicroOpCode.FloatReciprocalSqrt32)]
    public static Vector128<byte> ReciprocalSqrt32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse.IsSupported ? Sse.ReciprocalSqrt(b.AsSingle()).AsByte() : PortableApproximations.ReciprocalSqrt(b);

    [MicroOpMethod(MicroOpCode.FloatReciprocalSqrtScalar32)]
    public static Vector128<byte> ReciprocalSqrtScalar32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, FloatLanes.Low32(ReciprocalSqrt32(a, b, imm)));
}
