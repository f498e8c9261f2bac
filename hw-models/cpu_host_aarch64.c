/*
 * Signal frames and thread registers, aarch64.
 *
 * What we keep as a thread's "FPU state" is a whole signal frame of our own
 * making, laid out as sigreturn wants it: general registers are filled in
 * from struct hw_regs before a full restore, the vector registers are those
 * of the signal. Of the frame's records only the FPSIMD one is kept.
 *
 * Not modelled: SVE and SME state (programs are compiled for the baseline).
 * Sources: Arm ARM (DDI 0487), D17.2.37 ESR_EL1 and C4.1 encodings; Linux,
 * arch/arm64/include/uapi/asm/sigcontext.h.
 */
#define _GNU_SOURCE
#include "cpu_host.h"
#include <asm/sigcontext.h>
#include <stddef.h>
#include <string.h>

#define OFFSET(field, name)                                                    \
    _Static_assert(offsetof(struct hw_regs, field) == (name), #field)
OFFSET(x, REGS_X(0));
OFFSET(sp, REGS_SP);
OFFSET(pc, REGS_PC);
OFFSET(d, REGS_D(0));
OFFSET(tp, REGS_TP);
OFFSET(fpu, REGS_FPU);
OFFSET(full, REGS_FULL);
OFFSET(control, REGS_CONTROL);

enum { NR_GETTID = 178 };
enum { EC_SHIFT = 26, EC_FETCH = 0x20, EC_DATA = 0x24, EC_SAME_EL = 1 };
enum { ISS_WRITE = 1 << 6, ISS_CACHE = 1 << 8 };
static const uint64_t PSTATE_USER = 0xf0000000; /* N, Z, C, V */

struct frame { /* struct rt_sigframe */
    siginfo_t info;
    ucontext_t uc;
};

_Static_assert(offsetof(struct frame, uc) == 128, "as sigreturn wants it");

static long syscall_raw0(long number)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0");

    __asm__ volatile("svc #0" : "=r"(x0) : "r"(x8) : "memory");
    return x0;
}

uint64_t hw_regs_argument(const struct hw_regs *r, unsigned n)
{
    return r->x[n];
}

void hw_regs_set_mmio(struct hw_regs *r, uint64_t value)
{
    r->x[0] = value;
}

pid_t hw_host_gettid(void)
{
    return (pid_t)syscall_raw0(NR_GETTID);
}

void hw_host_bind(struct hw_cpu *c)
{
    uint64_t tp;

    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(tp));
    *hw_block_own(&c->block, BLOCK_HOST_TP) = tp;
    *hw_block_own(&c->block, BLOCK_TP) = tp; /* never lent */
}

/* x18 is loaded on the way into user code. */
void hw_host_point(struct hw_cpu *c)
{
    (void)c;
}

void hw_cpu_take_tp(struct hw_user_block *b)
{
    (void)b;
}

void hw_host_tp_restore(struct hw_cpu *c)
{
    uint64_t tp = *hw_block_own(&c->block, BLOCK_HOST_TP);

    __asm__ volatile("msr tpidr_el0, %0" : : "r"(tp));
}

size_t hw_host_fpu_size(void)
{
    return sizeof(struct frame);
}

void hw_host_fpu_init(void *fpu, uint64_t control)
{
    struct frame *f = fpu;
    struct fpsimd_context *v = (void *)f->uc.uc_mcontext.__reserved;

    memset(f, 0, sizeof(*f));
    sigprocmask(SIG_BLOCK, NULL, &f->uc.uc_sigmask);
    sigaltstack(NULL, &f->uc.uc_stack);
    v->head.magic = FPSIMD_MAGIC;
    v->head.size = sizeof(*v);
    v->fpcr = (uint32_t)control;
}

_Static_assert(offsetof(struct frame, uc.uc_mcontext.__reserved) == FPU_RECORD,
               "layout");
_Static_assert(offsetof(struct fpsimd_context, fpsr) == 8 &&
                   offsetof(struct fpsimd_context, vregs) == 16,
               "layout");

/* The frame's record of a kind, NULL: none. */
static struct _aarch64_ctx *record(const ucontext_t *uc, uint32_t magic)
{
    char *at = (char *)uc->uc_mcontext.__reserved;
    char *end = at + sizeof(uc->uc_mcontext.__reserved);

    while (at + sizeof(struct _aarch64_ctx) <= end) {
        struct _aarch64_ctx *r = (struct _aarch64_ctx *)at;

        if (!r->magic || !r->size)
            return NULL;
        if (r->magic == magic)
            return r;
        at += r->size;
    }
    return NULL;
}

static void frame_make(const ucontext_t *uc, struct frame *f)
{
    const struct _aarch64_ctx *fpsimd = record(uc, FPSIMD_MAGIC);

    memset(f, 0, sizeof(*f));
    f->uc.uc_stack = uc->uc_stack;
    f->uc.uc_sigmask = uc->uc_sigmask;
    if (fpsimd)
        memcpy(f->uc.uc_mcontext.__reserved, fpsimd,
               sizeof(struct fpsimd_context));
}

void hw_host_save(const ucontext_t *uc, struct hw_regs *r, void *fpu)
{
    const mcontext_t *mc = &uc->uc_mcontext;

    for (int i = 0; i < 31; i++)
        r->x[i] = mc->regs[i];
    r->sp = mc->sp;
    r->pc = mc->pc;
    r->pstate = mc->pstate;
    r->full = 1;
    r->retry = HW_RETRY_NONE;
    r->control = 0;
    frame_make(uc, fpu);
}

uint64_t hw_host_frame_ip(const ucontext_t *uc)
{
    return uc->uc_mcontext.pc;
}

/* Hosts that do not tell the syndrome (older QEMU): look at the instruction.
 * Loads and stores have bit 27 set and bit 25 clear; bit 22 tells a load,
 * and with bit 26 clear (no vector) bit 23 a sign-extending one. */
static unsigned access_decode(uint32_t instruction)
{
    bool vector = instruction & 1u << 26;
    bool pair = (instruction & 0x3a000000) == 0x28000000;

    if ((instruction & 0x0a000000) != 0x08000000)
        return HW_ACCESS_R;
    if (instruction & 1u << 22)
        return HW_ACCESS_R;
    if (!vector && !pair && (instruction & 0x38000000) == 0x38000000 &&
        (instruction & 1u << 23))
        return HW_ACCESS_R;
    return HW_ACCESS_W;
}

static unsigned access_syndrome(uint64_t esr)
{
    uint64_t class = esr >> EC_SHIFT & 0x3f & ~(uint64_t)EC_SAME_EL;

    if (class == EC_FETCH)
        return HW_ACCESS_X;
    if (class != EC_DATA)
        return 0;
    return (esr & ISS_WRITE) && !(esr & ISS_CACHE) ? HW_ACCESS_W : HW_ACCESS_R;
}

/* No register of a program's makes it step. */
bool hw_host_is_step(int signo, const ucontext_t *uc)
{
    (void)signo;
    (void)uc;
    return false;
}

void hw_host_step_on(struct hw_regs *r)
{
    (void)r;
}

unsigned hw_host_access(int signo, const siginfo_t *info, const ucontext_t *uc)
{
    const struct _aarch64_ctx *esr = record(uc, ESR_MAGIC);
    uint64_t pc = uc->uc_mcontext.pc;

    if (signo != SIGSEGV)
        return 0;
    if (esr)
        return access_syndrome(((const struct esr_context *)esr)->esr);
    if ((uint64_t)info->si_addr == pc)
        return HW_ACCESS_X;
    return access_decode(*(const uint32_t *)pc);
}

void hw_host_redirect(ucontext_t *uc, struct hw_cpu *c)
{
    struct _aarch64_ctx *fpsimd = record(uc, FPSIMD_MAGIC);

    uc->uc_mcontext.pc = (uint64_t)hw_cpu_entry_signal;
    uc->uc_mcontext.sp = *hw_block_own(&c->block, BLOCK_HOST_SP);
    uc->uc_mcontext.pstate &= PSTATE_USER;
    if (fpsimd) { /* and who handles the trap sees no register of the thread */
        struct fpsimd_context *v = (struct fpsimd_context *)fpsimd;

        v->fpcr = 0;
        memset(v->vregs, 0, sizeof(v->vregs));
    }
}

/* Without a frame (the thread never took a signal) there is nothing that
 * sigreturn could restore. */
void hw_host_prepare_full(struct hw_cpu *c, struct hw_regs *r)
{
    struct frame *f = r->fpu;
    mcontext_t *mc;

    if (!f) {
        r->full = 0;
        return;
    }
    mc = &f->uc.uc_mcontext;
    for (int i = 0; i < 31; i++)
        mc->regs[i] = r->x[i];
    mc->regs[18] = (uint64_t)&c->block;
    mc->sp = r->sp;
    mc->pc = r->pc;
    mc->pstate = r->pstate & PSTATE_USER;
}
