/* Floating-point exceptions that are not masked: each arrives as SIGFPE with its code; the handler finds the state of the moment. */
#define _GNU_SOURCE
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>
#include "report.h"

static sigjmp_buf back;
static volatile int code, mask;

static void on_trap(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    code = info->si_code;
    siglongjmp(back, 1);
}

#define TRY(type, name, expression) \
    do { \
        volatile type a = 1, zero = 0, huge = (type)1e300L, tiny = (type)1e-300L, minus = -1, third = 3; \
        volatile type result __attribute__((unused)); \
        (void)a, (void)zero, (void)huge, (void)tiny, (void)minus, (void)third; \
        for (mask = 0; mask < 5; mask++) { \
            static const int bits[] = { FE_DIVBYZERO, FE_INVALID, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT }; \
            code = 0; \
            feclearexcept(FE_ALL_EXCEPT); \
            if (sigsetjmp(back, 1) == 0) { \
                feenableexcept(bits[mask]); \
                result = expression; \
                __asm__ volatile("fwait" : : : "memory"); \
            } \
            fedisableexcept(FE_ALL_EXCEPT); \
            feclearexcept(FE_ALL_EXCEPT); \
            printf("%s %s %d: %d\n", #type, name, mask, code); \
        } \
    } while (0)

#define ALL(type, root) \
    TRY(type, "divide", a / zero); \
    TRY(type, "no number", zero / zero); \
    TRY(type, "overflow", huge * huge); \
    TRY(type, "underflow", tiny * tiny); \
    TRY(type, "inexact", a / third); \
    TRY(type, "exact", a + third); \
    TRY(type, "root", root(minus))

int main(void)
{
    struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
    sigaction(SIGFPE, &action, NULL);
    ALL(double, sqrt);
    ALL(long double, sqrtl);
    TRY(int, "whole divide", a / zero);
    return 0;
}
