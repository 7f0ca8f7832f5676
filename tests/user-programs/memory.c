/* Allocation, mappings, and string functions beside pages that are not there: each fault arrives as a signal with its address. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "report.h"

static sigjmp_buf back;
static volatile long fault_offset;
static char *area;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_offset = number == SIGSEGV ? (char *)info->si_addr - area : -number;
    siglongjmp(back, info->si_code);
}

static void allocation(void)
{
    enum { SLOTS = 200 };
    static unsigned char *slots[SLOTS];
    static size_t sizes[SLOTS];
    for (int i = 0; i < 3000; i++) {
        int k = (int)(next_random() % SLOTS);
        size_t wanted = (size_t)(next_random() % (i % 100 ? 600 : 200000)) + 1;
        slots[k] = realloc(slots[k], wanted);
        if (wanted > sizes[k])
            memset(slots[k] + sizes[k], k, wanted - sizes[k]);
        sizes[k] = wanted;
        if (i % 5 == 0) {
            int other = (int)(next_random() % SLOTS);
            free(slots[other]);
            slots[other] = NULL;
            sizes[other] = 0;
        }
    }
    unsigned wrong = 0;
    for (int k = 0; k < SLOTS; k++)
        for (size_t i = 0; i < sizes[k]; i++)
            wrong += slots[k][i] != k;
    printf("wrong bytes %u\n", wrong);
}

static void mappings(void)
{
    char *one = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 256; i++)
        one[i << 12] = (char)i;
    char *two = mremap(one, 1 << 20, 3 << 20, MREMAP_MAYMOVE);
    for (int i = 0; i < 256; i++)
        take(&two[i << 12], 1);
    take(&two[2 << 20], 4096);
    two = mremap(two, 3 << 20, 1 << 16, 0);
    take(two, 1 << 16);
    munmap(two, 1 << 16);
    report("mappings");
}

/* A copy that faults has copied what lies before, or nothing that the program may rely on: only the fault is compared. */
static void faults(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    area = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(area + 2 * 4096, 4096, PROT_NONE);
    mprotect(area + 3 * 4096, 4096, PROT_READ);
    static volatile char sink __attribute__((unused));
    static char copy[3 * 4096];
    for (volatile int i = 0; i < 8; i++) {
        int code = sigsetjmp(back, 1);
        if (code == 0) {
            fault_offset = -1;
            switch (i) {
            case 0: sink = area[2 * 4096 + 17]; break;
            case 1: area[2 * 4096 + 5] = 1; break;
            case 2: sink = area[3 * 4096]; break;
            case 3: area[3 * 4096 + 9] = 2; break;
            case 4: *(volatile uint64_t *)(area + 2 * 4096 - 3) = 1; break;
            case 5: {
                void *to = copy;
                const void *from = area + 4096 + 1000;
                size_t count = 3596;
                __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
                break;
            }
            case 6: {
                volatile int zero = 0;
                sink = (char)(17 / zero);
                break;
            }
            default: __asm__ volatile("ud2"); break;
            }
        }
        printf("case %d: code %d offset %ld\n", i, code, fault_offset);
    }
    memset(area, 'x', 2 * 4096);
    for (int i = 1; i < 200; i++) {
        area[2 * 4096 - 1] = 0;
        char *at = area + 2 * 4096 - i;
        size_t length = strlen(at);
        char *found = memchr(at, 0, (size_t)i);
        long results[] = { (long)length, found - at, strchr(at, 'y') == NULL, strcmp(at, at), (long)strnlen(at, 1000) };
        take(results, sizeof results);
        memcpy(copy, at, (size_t)i);
        memset(at, 'w' + i % 3, (size_t)i);
        take(copy, 256);
    }
    report("at the edge");
}

int main(void)
{
    allocation();
    mappings();
    faults();
    fflush(stdout);
    abort();
}
