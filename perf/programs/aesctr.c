/* AES-128 in counter mode over 4096 bytes with the processor's AES instructions, four blocks at once. The round keys are any bytes. */
#include <immintrin.h>
#include "entry.h"

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    __m128i *blocks = (__m128i *)data, *keys = (__m128i *)(data + 4096);
    __m128i counter = keys[11];
    const __m128i one = _mm_set_epi64x(0, 1);
    for (; turns; turns--)
        for (int i = 0; i < 256; i += 4) {
            __m128i a = counter, b = _mm_add_epi64(a, one), c = _mm_add_epi64(b, one), d = _mm_add_epi64(c, one);
            counter = _mm_add_epi64(d, one);
            a = _mm_xor_si128(a, keys[0]);
            b = _mm_xor_si128(b, keys[0]);
            c = _mm_xor_si128(c, keys[0]);
            d = _mm_xor_si128(d, keys[0]);
            for (int round = 1; round < 10; round++) {
                a = _mm_aesenc_si128(a, keys[round]);
                b = _mm_aesenc_si128(b, keys[round]);
                c = _mm_aesenc_si128(c, keys[round]);
                d = _mm_aesenc_si128(d, keys[round]);
            }
            blocks[i] = _mm_xor_si128(blocks[i], _mm_aesenclast_si128(a, keys[10]));
            blocks[i + 1] = _mm_xor_si128(blocks[i + 1], _mm_aesenclast_si128(b, keys[10]));
            blocks[i + 2] = _mm_xor_si128(blocks[i + 2], _mm_aesenclast_si128(c, keys[10]));
            blocks[i + 3] = _mm_xor_si128(blocks[i + 3], _mm_aesenclast_si128(d, keys[10]));
        }
    return digest(data, 512);
}
