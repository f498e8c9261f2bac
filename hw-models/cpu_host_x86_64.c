/*
 * Signal frames and thread registers, x86-64.
 *
 * The kernel saves the whole user state in the signal frame: general
 * registers in uc_mcontext.gregs, FPU and vectors in the XSAVE image that
 * fpregs points to. We copy both out, and change the frame so that the
 * handler "returns" to the host stack with a clean FPU.
 *
 * Sources: Intel SDM volume 1, 13.4 (XSAVE area) and volume 3A, 4.7 (page-
 * fault error code); Linux, arch/x86/include/uapi/asm/sigcontext.h.
 */
#define _GNU_SOURCE
#include "cpu_host.h"
#include <cpuid.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#define OFFSET(field, name)                                                    \
    _Static_assert(offsetof(struct hw_regs, field) == (name), #field)
OFFSET(rbx, REGS_RBX);
OFFSET(rbp, REGS_RBP);
OFFSET(r12, REGS_R12);
OFFSET(r13, REGS_R13);
OFFSET(r14, REGS_R14);
OFFSET(r15, REGS_R15);
OFFSET(rsp, REGS_RSP);
OFFSET(rip, REGS_RIP);
OFFSET(rax, REGS_RAX);
OFFSET(rcx, REGS_RCX);
OFFSET(rdx, REGS_RDX);
OFFSET(rsi, REGS_RSI);
OFFSET(rdi, REGS_RDI);
OFFSET(r8, REGS_R8);
OFFSET(r9, REGS_R9);
OFFSET(r10, REGS_R10);
OFFSET(r11, REGS_R11);
OFFSET(rflags, REGS_RFLAGS);
OFFSET(tp, REGS_TP);
OFFSET(fpu, REGS_FPU);
OFFSET(full, REGS_FULL);
OFFSET(control, REGS_CONTROL);

enum { ARCH_SET_GS = 0x1001, ARCH_GET_FS = 0x1003, ARCH_SET_FS = 0x1002 };
enum { NR_ARCH_PRCTL = 158, NR_GETTID = 186 };
enum { HWCAP2_FSGSBASE = 2 };
enum { TRAP_DEBUG = 1, TRAP_PAGE_FAULT = 14 };
enum { ERROR_WRITE = 1 << 1, ERROR_FETCH = 1 << 4 };
enum { FXSAVE_SIZE = 512, XSAVE_HEADER = 512, SW_BYTES = 464 };
enum { FPU_MAGIC = 0x46505853, FCW_DEFAULT = 0x37f, MXCSR_DEFAULT = 0x1f80 };
enum { FLAG_TF = 0x100, FLAGS_FIXED = 0x202 };
enum { FLAGS_USER = 0x240cd5 | FLAG_TF }; /* the rest is privileged */
enum { FLAGS_HOST_CLEAR = 0x40500 /* AC, DF, TF */ };

struct fpu_sw_bytes { /* what the kernel notes in the unused bytes */
    uint32_t magic, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size;
};

/* A system call without errno, which is thread-local. */
static long syscall_raw(long number, long a, long b)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

uint64_t hw_regs_argument(const struct hw_regs *r, unsigned n)
{
    const uint64_t argument[4] = {r->rdi, r->rsi, r->rdx, r->rcx};

    return argument[n];
}

void hw_regs_set_mmio(struct hw_regs *r, uint64_t value)
{
    r->rax = value;
}

pid_t hw_host_gettid(void)
{
    return (pid_t)syscall_raw(NR_GETTID, 0, 0);
}

static bool fsgsbase_is_usable(void)
{
    return getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE;
}

void hw_host_bind(struct hw_cpu *c)
{
    uint64_t fs = 0;

    syscall_raw(NR_ARCH_PRCTL, ARCH_GET_FS, (long)&fs);
    *hw_block_own(&c->block, BLOCK_HOST_TP) = fs;
    *hw_block_own(&c->block, BLOCK_TP) = fs;
    *hw_block_own(&c->block, BLOCK_FAST_TP) = fsgsbase_is_usable();
    hw_host_point(c);
}

void hw_host_point(struct hw_cpu *c)
{
    if (*hw_block_own(&c->block, BLOCK_FAST_TP))
        __asm__ volatile("wrgsbase %0" : : "r"(&c->block));
    else
        syscall_raw(NR_ARCH_PRCTL, ARCH_SET_GS, (long)&c->block);
}

_Static_assert(HW_USER_OWN + 8 * HW_OWN_HOST_TP == BLOCK_HOST_TP, "layout");
_Static_assert(HW_USER_OWN + 8 * HW_OWN_TP == BLOCK_TP, "layout");

void hw_cpu_take_tp(struct hw_user_block *b)
{
    uint64_t tp = *hw_block_own(b, BLOCK_HOST_TP);

    if (*hw_block_own(b, BLOCK_FAST_TP))
        __asm__ volatile("wrfsbase %0" : : "r"(tp) : "memory");
    else
        syscall_raw(NR_ARCH_PRCTL, ARCH_SET_FS, (long)tp);
    *hw_block_own(b, BLOCK_TP) = tp;
}

void hw_host_tp_restore(struct hw_cpu *c)
{
    syscall_raw(NR_ARCH_PRCTL, ARCH_SET_FS,
                (long)*hw_block_own(&c->block, BLOCK_HOST_TP));
    *hw_block_own(&c->block, BLOCK_TP) =
        *hw_block_own(&c->block, BLOCK_HOST_TP);
    syscall_raw(NR_ARCH_PRCTL, ARCH_SET_GS, (long)&c->block);
}

size_t hw_host_fpu_size(void)
{
    unsigned a, b = 0, c, d;

    if (__get_cpuid_count(0xd, 0, &a, &b, &c, &d) && b > FXSAVE_SIZE)
        return b;
    return FXSAVE_SIZE;
}

/* XCR0: what XSAVE saves here; 0: there is no XSAVE. */
static uint64_t fpu_features(void)
{
    unsigned a, b, c = 0, d, low, high;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

void hw_host_fpu_init(void *fpu, uint64_t control)
{
    struct _libc_fpstate *f = fpu;
    struct fpu_sw_bytes sw = {.magic = FPU_MAGIC,
                              .xfeatures = fpu_features(),
                              .xstate_size = (uint32_t)hw_host_fpu_size()};

    memset(fpu, 0, hw_host_fpu_size());
    f->mxcsr = control ? (uint32_t)control : MXCSR_DEFAULT;
    f->cwd = control ? (uint16_t)(control >> 32) : FCW_DEFAULT;
    if (sw.xfeatures)
        memcpy((char *)fpu + SW_BYTES, &sw, sizeof(sw));
    if (sw.xfeatures && control) /* the x87 part is not as at the start */
        memcpy((char *)fpu + XSAVE_HEADER, &(uint64_t){1}, sizeof(uint64_t));
}

static void fpu_save(const char *image, char *fpu)
{
    struct fpu_sw_bytes sw;
    size_t size = FXSAVE_SIZE;

    memcpy(&sw, image + SW_BYTES, sizeof(sw));
    if (sw.magic == FPU_MAGIC && sw.xstate_size <= hw_host_fpu_size())
        size = sw.xstate_size;
    memcpy(fpu, image, size);
    if (size == FXSAVE_SIZE)
        memset(fpu + SW_BYTES, 0, sizeof(sw)); /* restore by FXRSTOR */
}

void hw_host_save(const ucontext_t *uc, struct hw_regs *r, void *fpu)
{
    const greg_t *g = uc->uc_mcontext.gregs;

    r->rbx = (uint64_t)g[REG_RBX];
    r->rbp = (uint64_t)g[REG_RBP];
    r->r12 = (uint64_t)g[REG_R12];
    r->r13 = (uint64_t)g[REG_R13];
    r->r14 = (uint64_t)g[REG_R14];
    r->r15 = (uint64_t)g[REG_R15];
    r->rsp = (uint64_t)g[REG_RSP];
    r->rip = (uint64_t)g[REG_RIP];
    r->rax = (uint64_t)g[REG_RAX];
    r->rcx = (uint64_t)g[REG_RCX];
    r->rdx = (uint64_t)g[REG_RDX];
    r->rsi = (uint64_t)g[REG_RSI];
    r->rdi = (uint64_t)g[REG_RDI];
    r->r8 = (uint64_t)g[REG_R8];
    r->r9 = (uint64_t)g[REG_R9];
    r->r10 = (uint64_t)g[REG_R10];
    r->r11 = (uint64_t)g[REG_R11];
    r->rflags = (uint64_t)g[REG_EFL];
    r->full = 1;
    r->retry = HW_RETRY_NONE;
    r->control = 0;
    if (uc->uc_mcontext.fpregs)
        fpu_save((const char *)uc->uc_mcontext.fpregs, fpu);
}

uint64_t hw_host_frame_ip(const ucontext_t *uc)
{
    return (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
}

/* A non-canonical address is no page fault: the CPU raises #GP for it. */
unsigned hw_host_access(int signo, const siginfo_t *info, const ucontext_t *uc)
{
    const greg_t *g = uc->uc_mcontext.gregs;

    (void)info;
    if (signo != SIGSEGV || g[REG_TRAPNO] != TRAP_PAGE_FAULT)
        return 0;
    if (g[REG_ERR] & ERROR_FETCH)
        return HW_ACCESS_X;
    return g[REG_ERR] & ERROR_WRITE ? HW_ACCESS_W : HW_ACCESS_R;
}

bool hw_host_is_step(int signo, const ucontext_t *uc)
{
    return signo == SIGTRAP && uc->uc_mcontext.gregs[REG_TRAPNO] == TRAP_DEBUG;
}

void hw_host_step_on(struct hw_regs *r)
{
    r->rflags = FLAGS_FIXED | FLAG_TF;
    r->rcx = r->r9 = r->r10 = r->r11 = 0; /* r8 is an argument */
    if (!r->kept)
        hw_regs_release(r);
    r->kept = 0;
    r->full = 1;
}

/* XSTATE_BV 0: all parts return to their initial state. */
static void fpu_reset(char *image)
{
    struct _libc_fpstate *f = (struct _libc_fpstate *)image;
    struct fpu_sw_bytes sw;

    memcpy(&sw, image + SW_BYTES, sizeof(sw));
    f->cwd = FCW_DEFAULT;
    f->swd = 0;
    f->ftw = 0;
    f->mxcsr = MXCSR_DEFAULT;
    if (sw.magic == FPU_MAGIC)
        memset(image + XSAVE_HEADER, 0, sizeof(uint64_t));
}

void hw_host_redirect(ucontext_t *uc, struct hw_cpu *c)
{
    greg_t *g = uc->uc_mcontext.gregs;

    g[REG_RIP] = (greg_t)hw_cpu_entry_signal;
    g[REG_RSP] = (greg_t)*hw_block_own(&c->block, BLOCK_HOST_SP);
    g[REG_EFL] &= ~(greg_t)FLAGS_HOST_CLEAR;
    if (uc->uc_mcontext.fpregs)
        fpu_reset((char *)uc->uc_mcontext.fpregs);
}

void hw_host_prepare_full(struct hw_cpu *c, struct hw_regs *r)
{
    r->rflags = (r->rflags & FLAGS_USER) | FLAGS_FIXED;
    c->arrives = r->rflags & FLAG_TF;
}
