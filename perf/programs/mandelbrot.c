/* 64 x 64 points of Mandelbrot's set with at most 64 turns each, as many points at once as a register has doubles. */
#include <immintrin.h>
#include "entry.h"

#ifdef __AVX__
typedef __m256d points;
enum { WIDTH = 4 };
#define ALL(x) _mm256_set1_pd(x)
#define AT(x) _mm256_add_pd(ALL(x), _mm256_mul_pd(ALL(0.045), _mm256_setr_pd(0, 1, 2, 3)))
#define WITHIN(x) _mm256_cmp_pd(x, ALL(4), _CMP_LT_OQ)
#define ANY(x) _mm256_movemask_pd(x)
#define STORE(to, x) _mm256_storeu_pd(to, x)
#define AND(a, b) _mm256_and_pd(a, b)
#else
typedef __m128d points;
enum { WIDTH = 2 };
#define ALL(x) _mm_set1_pd(x)
#define AT(x) _mm_add_pd(ALL(x), _mm_mul_pd(ALL(0.045), _mm_setr_pd(0, 1)))
#define WITHIN(x) _mm_cmplt_pd(x, ALL(4))
#define ANY(x) _mm_movemask_pd(x)
#define STORE(to, x) _mm_storeu_pd(to, x)
#define AND(a, b) _mm_and_pd(a, b)
#endif

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    double *counts = (double *)data;
    for (; turns; turns--) {
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x += WIDTH) {
                points cr = AT(-2.1 + 0.045 * x), ci = ALL(-1.3 + 0.04 * y), r = cr, i = ci, count = ALL(0);
                for (int n = 0; n < 64; n++) {
                    points rr = r * r, ii = i * i, within = WITHIN(rr + ii);
                    if (!ANY(within))
                        break;
                    count += AND(within, ALL(1));
                    i = (r + r) * i + ci;
                    r = rr - ii + cr;
                }
                STORE(counts + y * 64 + x, count);
            }
        NEXT_TURN();
    }
    return digest(counts, 64 * 64);
}
