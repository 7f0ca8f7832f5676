/* Decimal and back: printf and strtod of many numbers in three formats, each of which must come back as it was. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include "report.h"

static double a_double(int i)
{
    double value;
    uint64_t bits = next_random();
    switch (i % 6) {
    case 0: bits &= ~(0x7ffull << 52); break;
    case 1: return (double)(int64_t)bits / 1000.0;
    case 2: return (double)(int)bits;
    case 3: return (double)bits * 0x1p-70;
    default: break;
    }
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : DBL_MAX;
}

int main(void)
{
    char line[400];
    int lost = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double value = a_double(i);
        int length = snprintf(line, sizeof line, "%.17g", value);
        take(line, (size_t)length);
        double back = strtod(line, NULL);
        lost += memcmp(&back, &value, sizeof back) != 0;
        length = snprintf(line, sizeof line, "%a %e %g %.3f", value, value, value, fmod(value, 1e9));
        take(line, (size_t)length);
        back = strtod(line, NULL);
        lost += memcmp(&back, &value, sizeof back) != 0;

        float narrow = (float)ldexp(value, -(ilogb(value) + (i % 100) - 50));
        length = snprintf(line, sizeof line, "%.9g", (double)narrow);
        take(line, (size_t)length);
        lost += strtof(line, NULL) != narrow;

        long double wide = (long double)value * 1.0000000001L;
        length = snprintf(line, sizeof line, "%.21Lg", wide);
        take(line, (size_t)length);
        lost += strtold(line, NULL) != wide;
        snprintf(line, sizeof line, "%La", wide);
        lost += strtold(line, NULL) != wide;
    }
    printf("lost %d\n", lost);
    report("decimal");
    static const char *const texts[] = { "1e309", "-1e-400", "nan", "inf", "0x1.8p1", "4.9406564584124654e-324", "2.2250738585072011e-308",
        "1.7976931348623157e308", "9007199254740993", "0.1", "  12.5e+3xyz", "123456789012345678901234567890", ".5e-1", "8.5e-310" };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *end;
        double value = strtod(texts[i], &end);
        printf("%s: %a %.20e %a %d\n", texts[i], value, value, (double)strtof(texts[i], NULL), (int)(end - texts[i]));
    }
    for (int i = -20; i < 20; i++)
        printf("%.0f %.1f %.2e %g|", i + 0.5, i * 0.25, i * 1e10 / 3, i * 1e-5);
    printf("\n%f %F %5.1f %-10.2f| %+.3e %010.4f %#.0f\n", 1.0 / 3, HUGE_VAL, -0.05, 2.675, 12345.678, -3.14159, 3.0);
    return 0;
}
