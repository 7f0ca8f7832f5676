/* C += A B for matrices of 64 x 64 doubles, row by row. */
#include "entry.h"

enum { N = 64 };

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    const double *restrict a = (const double *)data, *restrict b = a + N * N;
    double *restrict c = (double *)data + 2 * N * N;
    for (; turns; turns--)
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k += 4)
                for (int j = 0; j < N; j++)
                    c[i * N + j] += a[i * N + k] * b[k * N + j] + a[i * N + k + 1] * b[(k + 1) * N + j]
                        + a[i * N + k + 2] * b[(k + 2) * N + j] + a[i * N + k + 3] * b[(k + 3) * N + j];
    return digest(c, N * N);
}
