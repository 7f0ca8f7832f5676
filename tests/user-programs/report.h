/* What all programs here share: numbers that look random and are not, and a running digest of results. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t seed = 0x9e3779b97f4a7c15u;

/* The next of a fixed sequence of 64-bit numbers. */
__attribute__((unused)) static uint64_t next_random(void)
{
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t digest = 0xcbf29ce484222325u;

/* Takes bytes into the digest (FNV-1a). */
__attribute__((unused)) static void take(const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count; i++)
        digest = (digest ^ at[i]) * 0x100000001b3u;
}

/* Prints the digest under a name and begins a new one. */
__attribute__((unused)) static void report(const char *name)
{
    printf("%-24s %016llx\n", name, (unsigned long long)digest);
    digest = 0xcbf29ce484222325u;
}

#endif
