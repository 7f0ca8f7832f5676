using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

// Imm is a constant of the instruction: where emitted code inlines these methods, the intrinsic gets its immediate.
#pragma warning disable CA1857

namespace Rebound.Jit.Semantics;

/// <summary>Rounds of AES (FIPS 197), as the AES instructions do them. A is the state, column by column; B the round key.</summary>
public static class AesRounds
{
    private static readonly byte[] Substitutes = Tables().Forward;
    private static readonly byte[] Originals = Tables().Backward;

    [MicroOpMethod(MicroOpCode.AesEncrypt)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Encrypt(Vector128<byte> a, Vector128<byte> b, int imm) => Aes.IsSupported ? Aes.Encrypt(a, b) : EncryptPortable(a, b, imm);

    public static Vector128<byte> EncryptPortable(Vector128<byte> a, Vector128<byte> b, int imm) => MixColumns(EncryptLastPortable(a, default, imm), 2, 3, 1, 1) ^ b;

    [MicroOpMethod(MicroOpCode.AesEncryptLast)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> EncryptLast(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Aes.IsSupported ? Aes.EncryptLast(a, b) : EncryptLastPortable(a, b, imm);

    public static Vector128<byte> EncryptLastPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        // Row i of the state moves i columns to the left.
        Vector128<byte> shifted = Vector128.Shuffle(a, Vector128.Create((byte)0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11));
        return Substitute(shifted, Substitutes) ^ b;
    }

    [MicroOpMethod(MicroOpCode.AesDecrypt)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Decrypt(Vector128<byte> a, Vector128<byte> b, int imm) => Aes.IsSupported ? Aes.Decrypt(a, b) : DecryptPortable(a, b, imm);

    public static Vector128<byte> DecryptPortable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        InverseMixColumnsPortable(DecryptLastPortable(a, default, imm), default, imm) ^ b;

    [MicroOpMethod(MicroOpCode.AesDecryptLast)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> DecryptLast(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Aes.IsSupported ? Aes.DecryptLast(a, b) : DecryptLastPortable(a, b, imm);

    public static Vector128<byte> DecryptLastPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> shifted = Vector128.Shuffle(a, Vector128.Create((byte)0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3));
        return Substitute(shifted, Originals) ^ b;
    }

    [MicroOpMethod(MicroOpCode.AesInverseMixColumns)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InverseMixColumns(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Aes.IsSupported ? Aes.InverseMixColumns(a) : InverseMixColumnsPortable(a, b, imm);

    public static Vector128<byte> InverseMixColumnsPortable(Vector128<byte> a, Vector128<byte> b, int imm) => MixColumns(a, 14, 11, 13, 9);

    /// <summary>AESKEYGENASSIST: words 1 and 3 of A substituted, and the same rotated by a byte with the round constant Imm added.</summary>
    [MicroOpMethod(MicroOpCode.AesKeygenAssist)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> KeygenAssist(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Aes.IsSupported ? Aes.KeygenAssist(a, (byte)imm) : KeygenAssistPortable(a, b, imm);

    public static Vector128<byte> KeygenAssistPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> words = Substitute(a, Substitutes).AsUInt32();
        uint first = words[1];
        uint third = words[3];
        return Vector128.Create(first, BitOperations.RotateRight(first, 8) ^ (byte)imm, third, BitOperations.RotateRight(third, 8) ^ (byte)imm).AsByte();
    }

    private static Vector128<byte> Substitute(Vector128<byte> a, byte[] table)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
            result = result.WithElement(i, table[a[i]]);
        return result;
    }

    /// <summary>Each column times the polynomial whose coefficients for rows 0, 1, 2 and 3 stand in the first row of its matrix.</summary>
    private static Vector128<byte> MixColumns(Vector128<byte> a, byte c0, byte c1, byte c2, byte c3)
    {
        ReadOnlySpan<byte> row = [c0, c1, c2, c3];
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
        {
            byte sum = 0;
            for (int k = 0; k < 4; k++)
                sum ^= GaloisField.Product(a[(i & ~3) + ((i + k) & 3)], row[k]);
            result = result.WithElement(i, sum);
        }

        return result;
    }

    /// <summary>The S-box, from its definition: the inverse in the field, then an affine map of its bits.</summary>
    private static (byte[] Forward, byte[] Backward) Tables()
    {
        byte[] forward = new byte[256];
        byte[] backward = new byte[256];
        for (int i = 0; i < 256; i++)
        {
            uint inverse = GaloisField.Inverse((byte)i);
            uint twice = inverse | (inverse << 8);
            byte substitute = (byte)(inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4) ^ 0x63);
            forward[i] = substitute;
            backward[substitute] = (byte)i;
        }

        return (forward, backward);
    }
}
