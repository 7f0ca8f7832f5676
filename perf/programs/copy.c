/* 64 KiB from one place to another: by rep movsb (-DSTRING), or by loads and stores of the widest registers the build has. */
#include <immintrin.h>
#include "entry.h"

enum { BYTES = 1 << 16 };

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    for (; turns; turns--) {
        unsigned char *to = data + BYTES;
        const unsigned char *from = data;
#ifdef STRING
        size_t count = BYTES;
        __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
#elif defined(__AVX__)
        for (size_t i = 0; i < BYTES; i += 64) {
            __m256i a = _mm256_loadu_si256((const __m256i *)(from + i)), b = _mm256_loadu_si256((const __m256i *)(from + i + 32));
            _mm256_storeu_si256((__m256i *)(to + i), a);
            _mm256_storeu_si256((__m256i *)(to + i + 32), b);
        }
#else
        for (size_t i = 0; i < BYTES; i += 32) {
            __m128i a = _mm_load_si128((const __m128i *)(from + i)), b = _mm_load_si128((const __m128i *)(from + i + 16));
            _mm_store_si128((__m128i *)(to + i), a);
            _mm_store_si128((__m128i *)(to + i + 16), b);
        }
#endif
        data[0]++;
    }
    return digest(data + BYTES, 256);
}
