using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

// Imm is a constant of the instruction: where emitted code inlines these methods, the intrinsic gets its immediate.
#pragma warning disable CA1857

namespace Rebound.Jit.Semantics;

/// <summary>
/// Arithmetic over GF(2): GFNI in the field of 256 elements with the polynomial x^8 + x^4 + x^3 + x + 1 (that of AES), and PCLMULQDQ, products of
/// polynomials of degree 63.
/// </summary>
public static class GaloisField
{
    /// <summary>Each byte of A as a vector of bits, times the 8x8 matrix in the same quadword of B (row 0 in its highest byte), plus Imm.</summary>
    [MicroOpMethod(MicroOpCode.GaloisAffine)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Affine(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Gfni.IsSupported ? Gfni.GaloisFieldAffineTransform(a, b, (byte)imm) : AffinePortable(a, b, imm);

    public static Vector128<byte> AffinePortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
            result = result.WithElement(i, (byte)(Transform(a[i], b.AsUInt64()[i >> 3]) ^ imm));
        return result;
    }

    /// <summary>As Affine, but of the inverses of A's bytes (0 for 0).</summary>
    [MicroOpMethod(MicroOpCode.GaloisAffineInverse)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AffineInverse(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Gfni.IsSupported ? Gfni.GaloisFieldAffineTransformInverse(a, b, (byte)imm) : AffineInversePortable(a, b, imm);

    public static Vector128<byte> AffineInversePortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
            result = result.WithElement(i, (byte)(Transform(Inverse(a[i]), b.AsUInt64()[i >> 3]) ^ imm));
        return result;
    }

    /// <summary>Products of the bytes.</summary>
    [MicroOpMethod(MicroOpCode.GaloisMultiply)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Multiply(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Gfni.IsSupported ? Gfni.GaloisFieldMultiply(a, b) : MultiplyPortable(a, b, imm);

    public static Vector128<byte> MultiplyPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
            result = result.WithElement(i, Product(a[i], b[i]));
        return result;
    }

    /// <summary>PCLMULQDQ: the product of the quadword of A that Imm[0] selects and that of B that Imm[4] selects.</summary>
    [MicroOpMethod(MicroOpCode.CarrylessMultiply)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> CarrylessMultiply(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Pclmulqdq.IsSupported ? Pclmulqdq.CarrylessMultiply(a.AsUInt64(), b.AsUInt64(), (byte)imm).AsByte() : CarrylessMultiplyPortable(a, b, imm);

    public static Vector128<byte> CarrylessMultiplyPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        UInt128 factor = a.AsUInt64()[imm & 1];
        ulong bits = b.AsUInt64()[(imm >> 4) & 1];
        UInt128 product = 0;
        for (int i = 0; i < 64; i++)
        {
            if ((bits >> i & 1) != 0)
                product ^= factor << i;
        }

        return Vector128.Create((ulong)product, (ulong)(product >> 64)).AsByte();
    }

    /// <summary>The product of two elements of AES's field.</summary>
    internal static byte Product(byte a, byte b)
    {
        int product = 0;
        int factor = a;
        for (int bits = b; bits != 0; bits >>= 1)
        {
            if ((bits & 1) != 0)
                product ^= factor;
            factor <<= 1;
            if ((factor & 0x100) != 0)
                factor ^= 0x11b;
        }

        return (byte)product;
    }

    /// <summary>The element whose product with <paramref name="a"/> is 1; 0 for 0. That is a to the power of 254.</summary>
    internal static byte Inverse(byte a)
    {
        byte result = 1;
        byte power = a;
        for (int exponent = 254; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result = Product(result, power);
            power = Product(power, power);
        }

        return result;
    }

    private static int Transform(byte x, ulong matrix)
    {
        int result = 0;
        for (int i = 0; i < 8; i++)
            result |= (System.Numerics.BitOperations.PopCount((byte)(matrix >> (8 * (7 - i))) & (uint)x) & 1) << i;
        return result;
    }
}
