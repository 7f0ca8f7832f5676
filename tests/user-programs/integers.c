/* Integer code of every kind that compilers make: wide products and quotients, bits, rotations, shifts, carries, division by constants. */
#include <limits.h>
#include <stdlib.h>
#include "report.h"

static void arithmetic(void)
{
    for (int i = 0; i < 3000; i++) {
        uint64_t a = next_random() >> (next_random() % 64), b = next_random() >> (next_random() % 64);
        if (b == 0)
            b = 1;
        int64_t sa = (int64_t)a, sb = (int64_t)b;
        uint64_t results[] = {
            a + b, a - b, a * b, a / b, a % b, (uint64_t)(sa / sb), (uint64_t)(sa % sb),
            a / 7, a % 10, a / 1000000007u, (uint64_t)(sa / 3), (uint64_t)(sa % -9),
            (uint64_t)(((unsigned __int128)a * b) >> 64), (uint64_t)(((__int128)sa * sb) >> 64),
            (uint32_t)a / (((uint32_t)b) | 1), (uint64_t)((int32_t)a % ((int32_t)b | 3)),
            (uint16_t)a / (uint16_t)(b | 1), (uint8_t)((uint8_t)a / (uint8_t)(b | 1)),
        };
        take(results, sizeof results);
        unsigned __int128 wide = ((unsigned __int128)a << 64) | b;
        unsigned __int128 quotient = wide / (next_random() | 1), rest = wide % 1000003u;
        take(&quotient, sizeof quotient);
        take(&rest, sizeof rest);
        int64_t sum;
        uint64_t carry;
        int overflow = __builtin_add_overflow(sa, sb, &sum);
        int carried = __builtin_mul_overflow(a, b, &carry);
        take(&overflow, sizeof overflow);
        take(&carried, sizeof carried);
    }
    report("arithmetic");
}

static void bits(void)
{
    for (int i = 0; i < 4000; i++) {
        uint64_t a = next_random() >> (next_random() % 64);
        int n = (int)(next_random() % 63) + 1;
        uint64_t results[] = {
            a << n, a >> n, (uint64_t)((int64_t)a >> n), (a << n) | (a >> (64 - n)), __builtin_bswap64(a), __builtin_bswap32((uint32_t)a),
            (uint64_t)__builtin_popcountll(a), (uint64_t)__builtin_parityll(a), a ? (uint64_t)__builtin_clzll(a) : 64,
            a ? (uint64_t)__builtin_ctzll(a) : 64, (uint64_t)__builtin_ffsll((long long)a), a & (a - 1), a & -a, a ^ (a - 1), ~a & (a >> 1),
            (a >> (n & 31)) & 0xffu, (uint64_t)(int8_t)a, (uint64_t)(int16_t)a, (uint64_t)(int32_t)a, (uint32_t)a << (n & 31),
            (uint64_t)((int32_t)a >> (n & 31)), a & ((1ull << n) - 1),
        };
        take(results, sizeof results);
    }
    report("bits");
}

/* Numbers of 2048 bits. */
#define WORDS 32
static void multiply(uint64_t *result, const uint64_t *a, const uint64_t *b)
{
    memset(result, 0, 2 * WORDS * 8);
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            unsigned __int128 t = (unsigned __int128)a[i] * b[j] + result[i + j] + carry;
            result[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        result[i + WORDS] = carry;
    }
}

static void big_numbers(void)
{
    uint64_t a[WORDS], b[WORDS], product[2 * WORDS];
    for (int i = 0; i < WORDS; i++) {
        a[i] = next_random();
        b[i] = next_random();
    }
    for (int round = 0; round < 40; round++) {
        multiply(product, a, b);
        unsigned char borrow = 0;
        for (int i = 0; i < WORDS; i++) {
            unsigned __int128 t = (unsigned __int128)product[i] - b[i] - borrow;
            borrow = (unsigned char)((t >> 64) & 1);
            a[i] = (uint64_t)t;
            b[i] = product[i + WORDS] ^ a[i];
        }
        take(product, sizeof product);
    }
    report("big numbers");
}

static uint64_t collatz(uint64_t n)
{
    uint64_t steps = 0;
    for (; n != 1; steps++)
        n = n % 2 ? 3 * n + 1 : n / 2;
    return steps;
}

static int sieve(void)
{
    static unsigned char composite[60000];
    int count = 0;
    for (int i = 2; i < (int)sizeof composite; i++) {
        if (composite[i])
            continue;
        count++;
        for (int j = 2 * i; j < (int)sizeof composite; j += i)
            composite[j] = 1;
    }
    return count;
}

/* A little machine: its dispatch is a jump table. */
static uint64_t interpret(const unsigned char *program, size_t length)
{
    uint64_t r[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    for (int turn = 0; turn < 60; turn++) {
        for (size_t pc = 0; pc + 1 < length; pc += 2) {
            uint64_t *d = &r[program[pc + 1] & 7], s = r[(program[pc + 1] >> 3) & 7];
            switch (program[pc] & 15) {
            case 0: *d += s; break;
            case 1: *d -= s; break;
            case 2: *d ^= s; break;
            case 3: *d *= s | 1; break;
            case 4: *d = *d << (s & 31) | *d >> (64 - (s & 31)) % 64; break;
            case 5: *d = s > *d ? s - *d : *d - s; break;
            case 6: *d = (uint64_t)((int64_t)*d >> (s & 63)); break;
            case 7: *d = __builtin_bswap64(*d); break;
            case 8: if (*d & 1) *d = s; break;
            case 9: *d /= s | 1; break;
            case 10: *d = (int32_t)s; break;
            case 11: *d = (uint16_t)s; break;
            case 12: *d |= s >> 3; break;
            case 13: *d &= ~s; break;
            case 14: *d = (uint64_t)__builtin_popcountll(s); break;
            default: *d = -*d; break;
            }
        }
    }
    take(r, sizeof r);
    return r[0];
}

int main(void)
{
    arithmetic();
    bits();
    big_numbers();
    uint64_t longest = 0, at = 0;
    for (uint64_t n = 1; n < 3000; n++) {
        uint64_t steps = collatz(n);
        if (steps > longest) {
            longest = steps;
            at = n;
        }
    }
    printf("collatz %llu at %llu, primes %d\n", (unsigned long long)longest, (unsigned long long)at, sieve());
    unsigned char program[512];
    for (size_t i = 0; i < sizeof program; i++)
        program[i] = (unsigned char)next_random();
    interpret(program, sizeof program);
    report("little machine");
    return 0;
}
