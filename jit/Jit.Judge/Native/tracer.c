/*
 * Runs pieces of x86-64 code on the host's processor under ptrace, with debug registers set, and reports every debug exception on the way: the judge of breakpoints.
 *
 * One line of standard input is one case, all numbers hexadecimal:
 *   code bytes, rflags, dr0, dr1, dr2, dr3, dr7, then the 16 general registers in the order of their encoding.
 * and standard output answers with a line for each stop
 *   s  signal number, si_code, rip, rflags, dr6, the 16 general registers
 * and one at the end
 *   e  FNV-1a over data and stack.
 * Each case runs in a process of its own, on code at CODE (0xcc around it), zeroed data at DATA, a zeroed stack at STACK and an initial x87 and SSE state. It ends with its first signal that is
 * no debug exception, the int3 behind the code at the latest, or after MAX_STOPS.
 * If the operating system has no debug registers for traced processes, the first line is "n" and why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CODE_BYTES = 2 * PAGE, DATA_BYTES = 4 * PAGE, STACK_BYTES = 2 * PAGE, MAX_STOPS = 200, GENERAL = 16 };
static uint8_t *const CODE = (uint8_t *)0x10000000;
static uint8_t *const DATA = (uint8_t *)0x20000000;
static uint8_t *const STACK = (uint8_t *)0x30000000;

struct trial {
    uint8_t code[CODE_BYTES];
    size_t length;
    uint64_t rflags;
    uint64_t dr[4];
    uint64_t dr7;
    uint64_t gpr[GENERAL];
};

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void map(uint8_t *address, size_t bytes, int protection)
{
    if (mmap(address, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != address)
        fail("mmap");
}

static unsigned long long *general(struct user_regs_struct *r, int number)
{
    unsigned long long *order[GENERAL] = { &r->rax, &r->rcx, &r->rdx, &r->rbx, &r->rsp, &r->rbp, &r->rsi, &r->rdi,
                                           &r->r8, &r->r9, &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15 };
    return order[number];
}

static long set_debug(pid_t child, int number, uint64_t value)
{
    return ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg) + 8 * (size_t)number, value);
}

/* A child that waits for its first continuation. */
static pid_t spawn(void)
{
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
            _exit(1);
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        errno = EPERM;
        return -1;
    }
    return child;
}

static void finish(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static uint64_t digest(pid_t child)
{
    static uint8_t bytes[DATA_BYTES + STACK_BYTES];
    struct iovec local = { bytes, sizeof bytes };
    struct iovec remote[2] = { { DATA, DATA_BYTES }, { STACK, STACK_BYTES } };
    if (process_vm_readv(child, &local, 1, remote, 2, 0) != (ssize_t)sizeof bytes)
        fail("process_vm_readv");
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < sizeof bytes; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash;
}

static void run(const struct trial *t)
{
    memset(CODE, 0xcc, CODE_BYTES);
    memcpy(CODE, t->code, t->length);
    pid_t child = spawn();
    if (child < 0)
        fail("ptrace");
    struct user_regs_struct regs;
    ptrace(PTRACE_GETREGS, child, 0, &regs);
    for (int i = 0; i < GENERAL; i++)
        *general(&regs, i) = t->gpr[i];
    regs.rip = (uintptr_t)CODE;
    regs.eflags = t->rflags;
    regs.orig_rax = (unsigned long long)-1;
    struct user_fpregs_struct clean = { .cwd = 0x37f, .mxcsr = 0x1f80 };
    if (ptrace(PTRACE_SETREGS, child, 0, &regs) != 0 || ptrace(PTRACE_SETFPREGS, child, 0, &clean) != 0)
        fail("setregs");
    for (int i = 0; i < 4; i++) {
        if (set_debug(child, i, t->dr[i]) != 0)
            fail("dr0-3");
    }
    if (set_debug(child, 7, t->dr7) != 0)
        fail("dr7");
    for (int stops = 0; stops < MAX_STOPS; stops++) {
        int status;
        ptrace(PTRACE_CONT, child, 0, 0);
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
            break;
        siginfo_t info;
        ptrace(PTRACE_GETSIGINFO, child, 0, &info);
        ptrace(PTRACE_GETREGS, child, 0, &regs);
        long dr6 = ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, u_debugreg[6]), 0);
        printf("s %x %x %llx %llx %lx", WSTOPSIG(status), info.si_code, regs.rip, regs.eflags, dr6);
        for (int i = 0; i < GENERAL; i++)
            printf(" %llx", *general(&regs, i));
        printf("\n");
        if (WSTOPSIG(status) != SIGTRAP || info.si_code == SI_KERNEL)
            break;
    }
    printf("e %llx\n", (unsigned long long)digest(child));
    fflush(stdout);
    finish(child);
}

static int probe(void)
{
    pid_t child = spawn();
    if (child < 0 || set_debug(child, 0, (uintptr_t)DATA) != 0 || set_debug(child, 7, 0x000d0001) != 0) {
        printf("n %s\n", strerror(errno));
        return 0;
    }
    finish(child);
    printf("y\n");
    fflush(stdout);
    return 1;
}

static int parse(char *line, struct trial *t)
{
    char *word = strtok(line, " \n");
    if (!word)
        return 0;
    t->length = strlen(word) / 2;
    if (t->length > sizeof t->code)
        return 0;
    for (size_t i = 0; i < t->length; i++) {
        unsigned value;
        if (sscanf(word + 2 * i, "%2x", &value) != 1)
            return 0;
        t->code[i] = (uint8_t)value;
    }
    uint64_t *fields[6 + GENERAL] = { &t->rflags, &t->dr[0], &t->dr[1], &t->dr[2], &t->dr[3], &t->dr7 };
    for (int i = 0; i < GENERAL; i++)
        fields[6 + i] = &t->gpr[i];
    for (int i = 0; i < 6 + GENERAL; i++) {
        word = strtok(NULL, " \n");
        if (!word)
            return 0;
        *fields[i] = strtoull(word, NULL, 16);
    }
    return 1;
}

int main(void)
{
    map(CODE, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC);
    map(DATA, DATA_BYTES, PROT_READ | PROT_WRITE);
    map(STACK, STACK_BYTES, PROT_READ | PROT_WRITE);
    if (!probe())
        return 0;
    static char line[4 * CODE_BYTES];
    static struct trial trial;
    while (fgets(line, sizeof line, stdin)) {
        if (!parse(line, &trial))
            return 1;
        run(&trial);
    }
    return 0;
}
