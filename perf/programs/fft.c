/* The discrete Fourier transform of 1024 complex doubles, decimation in frequency; results are scaled so that turns may follow each other. */
#include "entry.h"

enum { N = 1024 };

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    double *restrict re = (double *)data, *restrict im = re + N;
    const double *restrict cosines = re + 2 * N, *restrict sines = re + 3 * N;
    double *restrict wr = re + 4 * N, *restrict wi = re + 5 * N;
    for (; turns; turns--) {
        for (int half = N / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
            for (int j = 0; j < half; j++) {
                wr[j] = cosines[j * stride];
                wi[j] = sines[j * stride];
            }
            for (int start = 0; start < N; start += 2 * half) {
                double *restrict r = re + start, *restrict i = im + start, *restrict s = r + half, *restrict t = i + half;
                for (int j = 0; j < half; j++) {
                    double dr = r[j] - s[j], di = i[j] - t[j];
                    r[j] = (r[j] + s[j]) * 0.7;
                    i[j] = (i[j] + t[j]) * 0.7;
                    s[j] = (dr * wr[j] - di * wi[j]) * 0.7;
                    t[j] = (dr * wi[j] + di * wr[j]) * 0.7;
                }
            }
        }
    }
    return digest(re, 2 * N);
}
