/*
 * Runs short pieces of x86-64 code on the host's own processor and reports the state they leave: the judge of the engine's tiers.
 *
 * One process serves many cases. Standard input carries, all little-endian:
 *   setup:  u32 region count; per region u64 address, u32 pages, u32 protection (1 read, 2 write, 4 execute), the pages' bytes.
 *           The first region receives the code. Then u64 GS base.
 *   batch:  u32 byte length of what follows; u32 group count; per group
 *             u32 code length, u32 offset in the code region, the code (0xcc is put around it), u32 case count, then per case
 *             u64 gpr[16], u64 rflags, floating-point state, u32 patch count, per patch u64 address, u32 length, bytes.
 * and standard output answers a batch with u32 byte length, then per case
 *   u32 trap number, u32 error code, u64 CR2, u64 rip, u64 gpr[16], u64 rflags, floating-point state,
 *   u32 line count, per 64-byte line of a region that differs from the setup: u64 address, 64 bytes.
 *
 * Floating-point state: u32 MXCSR, u16 FCW, u16 FSW, u8 abridged tag (bit i: physical register i is not empty), 3 bytes of padding,
 * ST0-7 in 16 bytes each (10 used), YMM0-15 in 32 bytes each (the upper halves are ignored and 0 where the host has no AVX).
 *
 * A case starts at its code and ends with the first exception, usually the int3 behind it: every case leaves through the signal
 * handler, which records the state and lets sigreturn go to the landing pad.
 * An endless loop ends by SIGALRM and is reported as trap number 255. End of input ends the process.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, LINE = 64, MAX_REGIONS = 16, TRAP_TIMEOUT = 255 };

/* The image of FXSAVE and the standard form of XSAVE: SDM vol. 1, 10.5.1 and 13.4. */
enum { IMAGE_FCW = 0, IMAGE_FSW = 2, IMAGE_FTW = 4, IMAGE_MXCSR = 24, IMAGE_ST = 32, IMAGE_XMM = 160, IMAGE_SOFTWARE = 464, IMAGE_XSTATE_BV = 512,
       IMAGE_BYTES = 4096 };
enum { COMPONENT_X87 = 1, COMPONENT_SSE = 2, COMPONENT_AVX = 4 };
static const uint32_t SOFTWARE_MAGIC = 0x46505853;

struct region {
    uint8_t *address;
    size_t bytes;
    uint32_t protection;
    uint8_t *pristine;
};

struct float_state {
    uint32_t mxcsr;
    uint16_t fcw;
    uint16_t fsw;
    uint8_t ftw;
    uint8_t padding[3];
    uint8_t st[8][16];
    uint8_t ymm[16][32];
} __attribute__((packed));

struct start_state {
    uint64_t gpr[16];
    uint64_t rflags;
    struct float_state fp;
} __attribute__((packed));

struct end_state {
    uint32_t trap;
    uint32_t error;
    uint64_t cr2;
    uint64_t rip;
    uint64_t gpr[16];
    uint64_t rflags;
    struct float_state fp;
} __attribute__((packed));

static struct region regions[MAX_REGIONS];
static uint32_t region_count;
static struct end_state result;
static uint32_t clean_mxcsr = 0x1f80;

/* Where the upper halves of YMM lie in an XSAVE image; 0 without AVX. */
static uint32_t avx_offset;

/* Reached from the assembly below. */
uint64_t oracle_gpr[16];
uint64_t oracle_rflags;
uint8_t oracle_image[IMAGE_BYTES] __attribute__((aligned(64)));
uint8_t oracle_has_avx;
uint64_t oracle_target;
uint64_t oracle_host_rsp;
extern char oracle_landing[];
void oracle_enter(void);

__asm__(
    ".text\n"
    ".globl oracle_enter\n"
    "oracle_enter:\n"
    "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, oracle_host_rsp(%rip)\n"
      "  cmpb $0, oracle_has_avx(%rip)\n  je 1f\n"
    "  mov $7, %eax\n  xor %edx, %edx\n  xrstor64 oracle_image(%rip)\n  jmp 2f\n"
    "1: fxrstor64 oracle_image(%rip)\n"
    "2:\n"
  "  mov oracle_gpr+0x00(%rip), %rax\n  mov oracle_gpr+0x08(%rip), %rcx\n"
    "  mov oracle_gpr+0x10(%rip), %rdx\n  mov oracle_gpr+0x18(%rip), %rbx\n"
    "  mov oracle_gpr+0x28(%rip), %rbp\n  mov oracle_gpr+0x30(%rip), %rsi\n"
    "  mov oracle_gpr+0x38(%rip), %rdi\n  mov oracle_gpr+0x40(%rip), %r8\n"
    "  mov oracle_gpr+0x48(%rip), %r9\n  mov oracle_gpr+0x50(%rip), %r10\n"
    "  mov oracle_gpr+0x58(%rip), %r11\n  mov oracle_gpr+0x60(%rip), %r12\n"
    "  mov oracle_gpr+0x68(%rip), %r13\n  mov oracle_gpr+0x70(%rip), %r14\n"
    "  mov oracle_gpr+0x78(%rip), %r15\n"
    "  push oracle_rflags(%rip)\n  popfq\n"
    "  mov oracle_gpr+0x20(%rip), %rsp\n"
    "  jmp *oracle_target(%rip)\n"
    ".globl oracle_landing\n"
    "oracle_landing:\n"
    "  cld\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n"
    "  ret\n");

/* Makes the image that oracle_enter loads. The pointers to the last instruction and operand stay 0. */
static void load_float_state(const struct float_state *fp)
{
    memcpy(oracle_image + IMAGE_FCW, &fp->fcw, 2);
    memcpy(oracle_image + IMAGE_FSW, &fp->fsw, 2);
    oracle_image[IMAGE_FTW] = fp->ftw;
    memcpy(oracle_image + IMAGE_MXCSR, &fp->mxcsr, 4);
    memcpy(oracle_image + IMAGE_ST, fp->st, sizeof fp->st);
    for (int i = 0; i < 16; i++)
        memcpy(oracle_image + IMAGE_XMM + 16 * i, fp->ymm[i], 16);
    if (!oracle_has_avx)
        return;
    uint64_t present = COMPONENT_X87 | COMPONENT_SSE | COMPONENT_AVX;
    memcpy(oracle_image + IMAGE_XSTATE_BV, &present, 8);
    for (int i = 0; i < 16; i++)
        memcpy(oracle_image + avx_offset + 16 * i, fp->ymm[i] + 16, 16);
}

/* Takes the state from a signal frame. A component that the header calls absent is in its initial state. */
static void store_float_state(struct float_state *fp, const uint8_t *image)
{
    uint32_t magic;
    uint64_t present = COMPONENT_X87 | COMPONENT_SSE;
    memset(fp, 0, sizeof *fp);
    memcpy(&magic, image + IMAGE_SOFTWARE, 4);
    if (magic == SOFTWARE_MAGIC)
        memcpy(&present, image + IMAGE_XSTATE_BV, 8);
    memcpy(&fp->mxcsr, image + IMAGE_MXCSR, 4);
    fp->fcw = 0x37f;
    if (present & COMPONENT_X87) {
        memcpy(&fp->fcw, image + IMAGE_FCW, 2);
        memcpy(&fp->fsw, image + IMAGE_FSW, 2);
        fp->ftw = image[IMAGE_FTW];
        for (int i = 0; i < 8; i++)
            memcpy(fp->st[i], image + IMAGE_ST + 16 * i, 10);
    }
    for (int i = 0; i < 16; i++) {
        if (present & COMPONENT_SSE)
            memcpy(fp->ymm[i], image + IMAGE_XMM + 16 * i, 16);
        if (oracle_has_avx && (present & COMPONENT_AVX))
            memcpy(fp->ymm[i] + 16, image + avx_offset + 16 * i, 16);
    }
}

static void on_signal(int number, siginfo_t *info, void *opaque)
{
    /* The case may have set AC, under which compiled C is not safe. */
    __asm__ volatile("pushfq\n andq $~0x40000, (%%rsp)\n popfq" ::: "cc", "memory");
    ucontext_t *context = opaque;
    greg_t *g = context->uc_mcontext.gregs;
    static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                   REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };
    (void)info;
    for (int i = 0; i < 16; i++)
        result.gpr[i] = (uint64_t)g[order[i]];
    result.rip = (uint64_t)g[REG_RIP];
    result.rflags = (uint64_t)g[REG_EFL];
    result.trap = number == SIGALRM ? TRAP_TIMEOUT : (uint32_t)g[REG_TRAPNO];
    result.error = (uint32_t)g[REG_ERR];
    result.cr2 = (uint64_t)g[REG_CR2];
    store_float_state(&result.fp, (const uint8_t *)context->uc_mcontext.fpregs);
    g[REG_RIP] = (greg_t)(uintptr_t)oracle_landing;
    g[REG_RSP] = (greg_t)oracle_host_rsp;
    g[REG_EFL] = 0x202;
}

static int read_all(void *destination, size_t count)
{
    uint8_t *p = destination;
    while (count > 0) {
        ssize_t n = read(0, p, count);
        if (n <= 0)
            return 0;
        p += n;
        count -= (size_t)n;
    }
    return 1;
}

static void write_all(const void *source, size_t count)
{
    const uint8_t *p = source;
    while (count > 0) {
        ssize_t n = write(1, p, count);
        if (n <= 0)
            _exit(3);
        p += n;
        count -= (size_t)n;
    }
}

static void fail(const char *what)
{
    perror(what);
    _exit(2);
}

static int setup(void)
{
    if (!read_all(&region_count, 4) || region_count == 0 || region_count > MAX_REGIONS)
        return 0;
    for (uint32_t i = 0; i < region_count; i++) {
        struct region *r = &regions[i];
        uint64_t address;
        uint32_t pages;
        if (!read_all(&address, 8) || !read_all(&pages, 4) || !read_all(&r->protection, 4))
            return 0;
        r->bytes = (size_t)pages * PAGE;
        r->address = mmap((void *)(uintptr_t)address, r->bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (r->address != (void *)(uintptr_t)address)
            fail("mmap");
        r->pristine = malloc(r->bytes);
        if (!r->pristine || !read_all(r->pristine, r->bytes))
            return 0;
        memcpy(r->address, r->pristine, r->bytes);
        int protection = (r->protection & 1 ? PROT_READ : 0) | (r->protection & 2 ? PROT_WRITE : 0) | (r->protection & 4 ? PROT_EXEC : 0);
        if (mprotect(r->address, r->bytes, protection) != 0)
            fail("mprotect");
    }
    uint64_t gs;
    if (!read_all(&gs, 8))
        return 0;
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, gs) != 0)
        fail("arch_prctl");
    return 1;
}

/* AVX counts where the processor has it and the operating system saves it. */
static void find_avx(void)
{
    enum { OSXSAVE = 1 << 27, AVX = 1 << 28, NEEDED = COMPONENT_SSE | COMPONENT_AVX };
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (OSXSAVE | AVX)) != (OSXSAVE | AVX))
        return;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & NEEDED) != NEEDED || !__get_cpuid_count(0xd, 2, &a, &b, &c, &d))
        return;
    avx_offset = b;
    oracle_has_avx = 1;
}

static void install_handlers(void)
{
    static uint8_t alternate[64 * 1024] __attribute__((aligned(16)));
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate };
    if (sigaltstack(&stack, NULL) != 0)
        fail("sigaltstack");
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGALRM };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
        if (sigaction(signals[i], &action, NULL) != 0)
            fail("sigaction");
    }
}

static void run_case(void)
{
    struct itimerval limit = { .it_value = { .tv_sec = 2 } };
    struct itimerval none = { { 0, 0 }, { 0, 0 } };
    setitimer(ITIMER_REAL, &limit, NULL);
    oracle_enter();
    setitimer(ITIMER_REAL, &none, NULL);
    __asm__ volatile("fninit\n ldmxcsr %0" ::"m"(clean_mxcsr));
    if (oracle_has_avx)
        __asm__ volatile("vzeroupper");
}

static uint8_t *answer;
static size_t answer_used;
static size_t answer_size;

static void put(const void *source, size_t count)
{
    if (answer_used + count > answer_size) {
        answer_size = (answer_used + count) * 2 + 65536;
        answer = realloc(answer, answer_size);
        if (!answer)
            _exit(4);
    }
    memcpy(answer + answer_used, source, count);
    answer_used += count;
}

/* Reports the lines that differ from the pristine ones and puts those back. */
static void put_differences(void)
{
    size_t count_at = answer_used;
    uint32_t count = 0;
    put(&count, 4);
    for (uint32_t i = 0; i < region_count; i++) {
        struct region *r = &regions[i];
        if (!(r->protection & 2))
            continue;
        for (size_t page = 0; page < r->bytes; page += PAGE) {
            if (memcmp(r->address + page, r->pristine + page, PAGE) == 0)
                continue;
            for (size_t line = page; line < page + PAGE; line += LINE) {
                if (memcmp(r->address + line, r->pristine + line, LINE) == 0)
                    continue;
                uint64_t address = (uint64_t)(uintptr_t)(r->address + line);
                put(&address, 8);
                put(r->address + line, LINE);
                memcpy(r->address + line, r->pristine + line, LINE);
                count++;
            }
        }
    }
    memcpy(answer + count_at, &count, 4);
}

static const uint8_t *take(const uint8_t **cursor, size_t count)
{
    const uint8_t *p = *cursor;
    *cursor += count;
    return p;
}

static uint32_t take32(const uint8_t **cursor)
{
    uint32_t value;
    memcpy(&value, take(cursor, 4), 4);
    return value;
}

static void run_batch(const uint8_t *cursor)
{
    uint32_t groups = take32(&cursor);
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t length = take32(&cursor);
        uint32_t offset = take32(&cursor);
        const uint8_t *code = take(&cursor, length);
        uint32_t cases = take32(&cursor);
        /* The group's code counts as pristine, so that only what a case changes is reported. */
        memset(regions[0].pristine, 0xcc, regions[0].bytes);
        memcpy(regions[0].pristine + offset, code, length);
        memcpy(regions[0].address, regions[0].pristine, regions[0].bytes);
        oracle_target = (uint64_t)(uintptr_t)(regions[0].address + offset);
        for (uint32_t c = 0; c < cases; c++) {
            struct start_state start;
            memcpy(&start, take(&cursor, sizeof start), sizeof start);
            memcpy(oracle_gpr, start.gpr, sizeof oracle_gpr);
            oracle_rflags = start.rflags;
            load_float_state(&start.fp);
            uint32_t patches = take32(&cursor);
            for (uint32_t p = 0; p < patches; p++) {
                uint64_t address;
                memcpy(&address, take(&cursor, 8), 8);
                uint32_t count = take32(&cursor);
                memcpy((void *)(uintptr_t)address, take(&cursor, count), count);
            }
            run_case();
            put(&result, sizeof result);
            put_differences();
        }
    }
}

int main(void)
{
    if (!setup())
        return 1;
    find_avx();
    install_handlers();
    uint8_t *batch = NULL;
    size_t size = 0;
    uint32_t length;
    while (read_all(&length, 4)) {
        if (length > size) {
            size = length;
            batch = realloc(batch, size);
            if (!batch)
                return 4;
        }
        if (!read_all(batch, length))
            return 1;
        answer_used = 0;
        uint32_t placeholder = 0;
        put(&placeholder, 4);
        run_batch(batch);
        uint32_t bytes = (uint32_t)(answer_used - 4);
        memcpy(answer, &bytes, 4);
        write_all(answer, answer_used);
    }
    return 0;
}
