/* Strings, tables, sorting, formatted input and output, regular expressions, non-local jumps. */
#define _GNU_SOURCE
#include <ctype.h>
#include <regex.h>
#include <setjmp.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>
#include "report.h"

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sorting(void)
{
    static uint64_t numbers[3000];
    static char texts[800][24];
    static char *pointers[800];
    for (int i = 0; i < 3000; i++)
        numbers[i] = next_random() >> (i % 50);
    qsort(numbers, 3000, sizeof *numbers, by_value);
    take(numbers, sizeof numbers);
    for (int i = 0; i < 800; i++) {
        snprintf(texts[i], sizeof texts[i], "%llx-%d", (unsigned long long)(next_random() % 5000), i % 7);
        pointers[i] = texts[i];
    }
    qsort(pointers, 800, sizeof *pointers, by_text);
    for (int i = 0; i < 800; i++)
        take(pointers[i], strlen(pointers[i]));
    uint64_t key = numbers[1234];
    printf("found at %d\n", (int)((uint64_t *)bsearch(&key, numbers, 3000, sizeof key, by_value) - numbers));
    report("sorting");
}

/* Each function of <string.h> at all offsets to a page's end and with many lengths. */
static void string_functions(void)
{
    static char a[4096], b[4096], c[4096];
    for (int i = 0; i < 600; i++) {
        size_t length = (size_t)(next_random() % 300), at = (size_t)(next_random() % 70), bt = (size_t)(next_random() % 70);
        for (size_t k = 0; k < length; k++)
            a[at + k] = (char)('a' + next_random() % 3);
        a[at + length] = 0;
        memcpy(b + bt, a + at, length + 1);
        if (i % 3 == 0 && length > 2)
            b[bt + length / 2] = 'z';
        char needle[4] = { (char)('a' + i % 3), 'b', (char)('a' + i % 2), 0 };
        int order = strcmp(a + at, b + bt), some = strncmp(a + at, b + bt, length / 2 + 1), bytes = memcmp(a + at, b + bt, length);
        char *found[] = { strchr(a + at, 'c'), strrchr(a + at, 'a'), strstr(a + at, needle), memchr(a + at, 'b', length), strpbrk(a + at, "xyc"),
            memrchr(a + at, 'b', length), strchrnul(a + at, 'c'), memmem(a + at, length, needle, 2) };
        for (int k = 0; k < 8; k++) {
            long distance = found[k] ? found[k] - (a + at) : -1;
            take(&distance, sizeof distance);
        }
        long numbers[] = { (long)strlen(a + at), (long)strnlen(a + at, 50), (order > 0) - (order < 0), (some > 0) - (some < 0),
            (bytes > 0) - (bytes < 0), (long)strspn(a + at, "ab"), (long)strcspn(a + at, "c") };
        take(numbers, sizeof numbers);
        memset(c, '.', sizeof c);
        strcpy(c + bt, a + at);
        strncat(c + bt, b + bt, 20);
        memmove(c + bt + 5, c + bt, length);
        memmove(c + bt, c + bt + 3, length);
        take(c, 512);
    }
    report("string functions");
}

struct node {
    struct node *next;
    char key[20];
    unsigned count;
};

static void hash_table(void)
{
    static struct node *buckets[256];
    for (int i = 0; i < 3000; i++) {
        char key[20];
        snprintf(key, sizeof key, "key%u", (unsigned)(next_random() % 700));
        unsigned hash = 5381;
        for (const char *at = key; *at; at++)
            hash = hash * 33 ^ (unsigned char)*at;
        struct node **slot = &buckets[hash % 256];
        while (*slot && strcmp((*slot)->key, key))
            slot = &(*slot)->next;
        if (!*slot) {
            *slot = calloc(1, sizeof **slot);
            strcpy((*slot)->key, key);
        }
        (*slot)->count++;
    }
    unsigned entries = 0, most = 0;
    for (int i = 0; i < 256; i++)
        for (struct node *at = buckets[i]; at; at = at->next) {
            entries++;
            most = at->count > most ? at->count : most;
            take(at->key, strlen(at->key));
        }
    printf("entries %u, most %u\n", entries, most);
    report("hash table");
}

static void formatting(void)
{
    char line[200];
    for (int i = 0; i < 300; i++) {
        long long n = (long long)(next_random() >> (i % 63));
        int length = snprintf(line, sizeof line, "%lld|%20llu|%-20llx|%#llo|%+d|%05d|%.3s|%c|%hhd|%hd|%zu", n, (unsigned long long)n,
            (unsigned long long)n, (unsigned long long)n, (int)n, (int)n % 1000, "abcdef", 'A' + i % 26, (signed char)n, (short)n, (size_t)n);
        take(line, (size_t)length);
        long long back = 0;
        unsigned long long hex = 0;
        int got = sscanf(line, "%lld|%*20u|%llx", &back, &hex);
        if (got != 2 || back != n || hex != (unsigned long long)n || strtoll(line, NULL, 10) != n)
            printf("lost %lld\n", n);
    }
    report("formatting");
    struct tm when = { .tm_year = 100, .tm_mon = 1, .tm_mday = 29, .tm_hour = 12 };
    for (int i = 0; i < 5; i++) {
        when.tm_mday += 300;
        time_t moment = mktime(&when);
        strftime(line, sizeof line, "%Y-%m-%d %H:%M:%S %j %a %U", gmtime(&moment));
        puts(line);
    }
    wchar_t wide[40];
    swprintf(wide, 40, L"%ls-%d", L"wide", 42);
    printf("%d %d\n", (int)wcslen(wide), (int)wmemchr(wide, L'-', 40)[1]);
}

static void expressions(void)
{
    regex_t expression;
    regmatch_t groups[4];
    regcomp(&expression, "([a-z]+)([0-9]{2,4})(x|y*z)?", REG_EXTENDED);
    for (int i = 0; i < 60; i++) {
        char line[64];
        snprintf(line, sizeof line, "--%c%c%u%s--", (char)('a' + i % 26), (char)('a' + i % 5), (unsigned)(next_random() % 20000), i % 3 ? "yyz" : "x");
        int missing = regexec(&expression, line, 4, groups, 0);
        take(&missing, sizeof missing);
        if (!missing)
            take(groups, sizeof groups);
    }
    regfree(&expression);
    report("expressions");
}

static jmp_buf back;

__attribute__((noinline)) static void descend(int depth)
{
    char local[64];
    memset(local, depth, sizeof local);
    if (depth == 0)
        longjmp(back, 7);
    if (depth > 0)
        descend(depth - 1);
    take(local, sizeof local);
}

int main(void)
{
    sorting();
    string_functions();
    hash_table();
    formatting();
    expressions();
    volatile int jumps = 0;
    int value = setjmp(back);
    if (jumps++ < 5)
        descend(jumps * 3);
    printf("jumped %d times, value %d\n", jumps, value);
    return 3;
}
