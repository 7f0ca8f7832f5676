/* A polynomial, a quotient and a root of each of 512 numbers in the x87's 80 bits. */
#include "entry.h"

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    const double *numbers = (const double *)data;
    double *results = (double *)data + 512;
    for (; turns; turns--) {
        for (int i = 0; i < 512; i++) {
            long double x = numbers[i];
            long double sum = (((x * 0.125L + 0.25L) * x - 1.5L) * x + 3) * x - 0.75L;
            results[i] = (double)(sum / (x * x + 1) + __builtin_sqrtl(x * x + 2));
        }
        NEXT_TURN();
    }
    return digest(results, 512);
}
