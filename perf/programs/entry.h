/* Every program here is one function: it works on the bytes at data, repeats as often as it is told, and returns a digest of what it made. */
#ifndef ENTRY_H
#define ENTRY_H

#include <stddef.h>
#include <stdint.h>

#define ENTRY __attribute__((section(".text.entry")))

/* At the end of a turn that does the same as the one before: without it the compiler does one turn for all. */
#define NEXT_TURN() __asm__ volatile("" : : : "memory")

uint64_t run(unsigned char *data, uint64_t turns);

/* Adds the words of a result up, each turned by its place. */
static inline uint64_t digest(const void *words, size_t count)
{
    const uint64_t *at = words;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = (sum << 1 | sum >> 63) + at[i];
    return sum;
}

#endif
