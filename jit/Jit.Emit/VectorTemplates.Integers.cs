using System.Runtime.Intrinsics.X86;
using C = Rebound.Jit.Ir.MicroOpCode;

namespace Rebound.Jit.Emit;

/// <content>Vectors of integers, and bits.</content>
internal static partial class VectorTemplates
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddIntegers(Rows rows)
    {
        Type sse2 = typeof(Sse2), ssse3 = typeof(Ssse3), sse41 = typeof(Sse41), avx2 = typeof(Avx2);

        // Logic
        rows.Add(C.VectorAnd,    sse2, avx2, nameof(Sse2.And),    "ab", typeof(byte));
        rows.Add(C.VectorOr,     sse2, avx2, nameof(Sse2.Or),     "ab", typeof(byte));
        rows.Add(C.VectorXor,    sse2, avx2, nameof(Sse2.Xor),    "ab", typeof(byte));
        rows.Add(C.VectorAndNot, sse2, avx2, nameof(Sse2.AndNot), "ab", typeof(byte));

        // Additions
        rows.Add(C.PackedAdd8,   sse2, avx2, nameof(Sse2.Add),      "ab", typeof(byte));
        rows.Add(C.PackedAdd16,  sse2, avx2, nameof(Sse2.Add),      "ab", typeof(short));
        rows.Add(C.PackedAdd32,  sse2, avx2, nameof(Sse2.Add),      "ab", typeof(int));
        rows.Add(C.PackedAdd64,  sse2, avx2, nameof(Sse2.Add),      "ab", typeof(long));
        rows.Add(C.PackedSub8,   sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(byte));
        rows.Add(C.PackedSub16,  sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(short));
        rows.Add(C.PackedSub32,  sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(int));
        rows.Add(C.PackedSub64,  sse2, avx2, nameof(Sse2.Subtract), "ab", typeof(long));

        // Shuffles
        rows.Add(C.PackedShuffle32,    sse2,  avx2, nameof(Sse2.Shuffle), "ai", typeof(int));
        rows.Add(C.PackedShuffleBytes, ssse3, avx2, nameof(Ssse3.Shuffle), "ab", typeof(byte));
    }
#pragma warning restore format
}
