/* The mathematical library over many arguments, in each rounding mode, with the exceptions that it raises. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include "report.h"

#if defined(WIDE)
typedef long double number;
#define NAME(f) f##l
#define FORMAT "%La"
#else
#define WIDE 0
typedef double number;
#define NAME(f) f
#define FORMAT "%a"
#endif

struct function {
    const char *name;
    number (*of)(number);
    number low, high;
    /* The C library has this one in terms of the x87's own functions (f2xm1, fyl2x, fpatan), whose last bit is the processor's affair. */
    int rough;
};

static const struct function functions[] = {
    { "sin", NAME(sin), -100, 100, 0 }, { "cos", NAME(cos), -1e6, 1e6, 0 }, { "tan", NAME(tan), -10, 10, 0 }, { "asin", NAME(asin), -1, 1, 1 },
    { "acos", NAME(acos), -1, 1, 1 }, { "atan", NAME(atan), -1e3, 1e3, 1 }, { "sinh", NAME(sinh), -20, 20, 1 }, { "cosh", NAME(cosh), -20, 20, 1 },
    { "tanh", NAME(tanh), -5, 5, 1 }, { "asinh", NAME(asinh), -1e5, 1e5, 1 }, { "acosh", NAME(acosh), 1, 1e5, 1 }, { "atanh", NAME(atanh), -1, 1, 1 },
    { "exp", NAME(exp), -700, 700, 1 }, { "exp2", NAME(exp2), -1000, 1000, 1 }, { "expm1", NAME(expm1), -2, 2, 1 }, { "log", NAME(log), 0, 1e9, 1 },
    { "log2", NAME(log2), 0, 10, 1 }, { "log10", NAME(log10), 0, 1e300, 1 }, { "log1p", NAME(log1p), -1, 1, 1 }, { "cbrt", NAME(cbrt), -1e9, 1e9, 0 },
    { "sqrt", NAME(sqrt), 0, 1e6, 0 }, { "erf", NAME(erf), -3, 3, 1 }, { "erfc", NAME(erfc), -3, 10, 1 }, { "lgamma", NAME(lgamma), 0, 50, 1 },
    { "tgamma", NAME(tgamma), 0, 30, 1 }, { "j0", NAME(j0), -30, 30, 1 }, { "y1", NAME(y1), 0, 30, 1 }, { "floor", NAME(floor), -1e3, 1e3, 0 },
    { "ceil", NAME(ceil), -1e3, 1e3, 0 }, { "trunc", NAME(trunc), -1e3, 1e3, 0 }, { "round", NAME(round), -1e3, 1e3, 0 }, { "rint", NAME(rint), -1e3, 1e3, 0 },
    { "nearbyint", NAME(nearbyint), -1e3, 1e3, 0 }, { "logb", NAME(logb), 0, 1e-300L, 0 },
};

static number between(number low, number high)
{
    return low + (high - low) * (number)(next_random() >> 11) * (number)0x1p-53;
}

/* The bytes of a number that count: long double has six that do not. */
static void take_number(number value)
{
    take(&value, sizeof value == 16 ? 10 : sizeof value);
}

/* Of a rough result the 24 bits that every processor gets right count. */
static void take_result(number value, int rough)
{
    if (!WIDE || !rough) {
        take_number(value);
        return;
    }
    float narrow = (float)value;
    take(&narrow, sizeof narrow);
}

static void sweep(const struct function *f, int mode, const char *mode_name)
{
    char label[40];
    fesetround(mode);
    feclearexcept(FE_ALL_EXCEPT);
    number last = 0;
    for (int i = 0; i < ROUNDS; i++) {
        last = f->of(between(f->low, f->high));
        take_result(last, f->rough);
    }
    int raised = fetestexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    snprintf(label, sizeof label, "%s %s", f->name, mode_name);
    printf("%.6Lg %02x ", (long double)last, (unsigned)raised);
    report(label);
}

static void pairs(void)
{
    for (int i = 0; i < ROUNDS * 4; i++) {
        number a = between(-50, 50), b = between(-20, 20), whole;
        int exponent, quotient;
        take_result(NAME(pow)(NAME(fabs)(a), b), 1);
        take_result(NAME(atan2)(a, b), 1);
        take_number(NAME(hypot)(a, b));
        take_number(NAME(fmod)(a * 1000, b));
        take_number(NAME(remainder)(a * 1000, b));
        take_number(NAME(remquo)(a, b, &quotient));
        take_number(NAME(fma)(a, b, a));
        take_number(NAME(fdim)(a, b));
        take_number(NAME(fmax)(a, b));
        take_number(NAME(copysign)(a, b));
        take_number(NAME(nextafter)(a, b));
        take_number(NAME(frexp)(a, &exponent));
        take_number(NAME(ldexp)(a, exponent * 3));
        take_number(NAME(modf)(a, &whole));
        take_number(NAME(scalbn)(b, (int)a));
        long rounded[] = { NAME(lrint)(a), NAME(lround)(b), NAME(lrint)(a * 1e12), quotient & 7, exponent, NAME(ilogb)(a) };
        take(rounded, sizeof rounded);
    }
    report("pairs");
}

static void special(void)
{
    const number values[] = { 0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e-308L, 0x1p-1074L, 1e308L, 710, -746, 0.5, 1e22L };
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        volatile number x = values[i];
        for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++) {
            feclearexcept(FE_ALL_EXCEPT);
            number result = functions[f].of(x);
            int raised = fetestexcept(FE_ALL_EXCEPT);
            take_result(result, functions[f].rough);
            take(&raised, sizeof raised);
        }
        for (unsigned k = 0; k < sizeof values / sizeof *values; k++) {
            volatile number y = values[k];
            feclearexcept(FE_ALL_EXCEPT);
            const number results[] = { x + y, x - y, x * y, x / y, NAME(pow)(x, y), NAME(fmod)(x, y), NAME(atan2)(x, y), NAME(fmin)(x, y),
                NAME(sqrt)(x * y) };
            int state[] = { fetestexcept(FE_ALL_EXCEPT), isless(x, y), x == y, isunordered(x, y), fpclassify(x) };
            for (unsigned r = 0; r < sizeof results / sizeof *results; r++)
                take_result(results[r], r == 4 || r == 6);
            take(state, sizeof state);
        }
        char label[40];
        snprintf(label, sizeof label, "special " FORMAT, values[i]);
        report(label);
    }
}

/* Plain arithmetic in each rounding mode: the compiler may not move it. */
static void arithmetic(int mode, const char *name)
{
    fesetround(mode);
    feclearexcept(FE_ALL_EXCEPT);
    for (int i = 0; i < ROUNDS * 8; i++) {
        volatile number a = between(-1e3, 1e3), b = between(-1e3, 1e3);
        volatile float narrow = (float)a, other = (float)b;
        volatile number sum = a + b, difference = a - b, product = a * b, quotient = a / b, root = NAME(sqrt)(NAME(fabs)(a));
        volatile float small[] = { narrow + other, narrow * other, narrow / other, sqrtf(fabsf(narrow)), (float)sum };
        volatile long whole[] = { (long)a, (long)narrow, (int)b, NAME(lrint)(a), lrintf(other) };
        take_number(sum);
        take_number(difference);
        take_number(product);
        take_number(quotient);
        take_number(root);
        take_number((number)(long)next_random());
        take_number((number)next_random());
        take((const void *)small, sizeof small);
        take((const void *)whole, sizeof whole);
    }
    int raised = fetestexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    printf("%02x ", (unsigned)raised);
    report(name);
}

int main(void)
{
    static const int modes[] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };
    static const char *const names[] = { "near", "down", "up", "zero" };
    for (int mode = 0; mode < 4; mode++) {
        arithmetic(modes[mode], names[mode]);
        for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++)
            sweep(&functions[f], modes[mode], names[mode]);
    }
    pairs();
    special();
    return 0;
}
