/*
 * Frames of the aarch64 port: a thread's registers, and as exception messages
 * carry them (l4_exc_regs_t, ABI.md section 2, Exception state).
 */
#include "machine.h"
#include "thread_pointer.h"
#include <l4/sys/utcb.h>
#include <string.h>

enum { EXC_WORDS = sizeof(l4_exc_regs_t) / sizeof(word_t) };
enum {
    ESR_FPU = 0x07,
    ESR_SVC = 0x15,
    ESR_UPCALL = 0x3f,
    ESR_ALIEN_AFTER = 1 << 16,
    ESR_BRK = 0x3c,
    ESR_SHIFT = 26,
    ESR_WRITE = 1 << 6
};

/* Condition flags and SS may be the user's own; the rest is EL0, 64 bit,
 * interrupts on. */
#define PSTATE_USER 0xf0000000ul

_Static_assert(offsetof(struct machine_cpu, fpu) == CPU_FPU, "layout.h");
_Static_assert(offsetof(struct port_frame, sp) == FRAME_SP, "layout.h");
_Static_assert(offsetof(struct port_frame, pc) == FRAME_PC, "layout.h");
_Static_assert(offsetof(struct port_frame, tp) == FRAME_TP, "layout.h");
_Static_assert(offsetof(struct port_frame, esr) == FRAME_ESR, "layout.h");
_Static_assert(offsetof(struct port_frame, v) == FRAME_V, "layout.h");
_Static_assert(offsetof(struct port_frame, fpcr) == FRAME_FPCR, "layout.h");
_Static_assert(offsetof(struct machine_cpu, frame) == CPU_FRAME, "layout.h");

void port_frame_init(struct port_frame *f)
{
    memset(f, 0, sizeof(*f));
}

/* Nobody's values are in the vector registers then: they are not saved. */
void port_frame_release(struct port_frame *f)
{
    if (machine_self()->fpu == f)
        machine_self()->fpu = NULL;
}

void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from)
{
    struct machine_cpu *c = machine_self();
    if (c->fpu == from)
        fpu_save(from);
    memcpy(to->v, from->v, sizeof(to->v));
    to->fpcr = from->fpcr;
    to->fpsr = from->fpsr;
    if (c->fpu == to)
        c->fpu = NULL; /* loaded anew before it runs */
}

void port_frame_allow_fpu(struct port_frame *f, bool on)
{
    f->no_fpu = !on;
}

void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp)
{
    f->pc = ip;
    f->sp = sp;
}

void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb)
{
    f->utcb = utcb;
}

void port_frame_set_tp(struct port_frame *f, word_t base)
{
    f->tp = base;
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->x[0] = value;
}

static word_t frame_syndrome(const struct port_trap *t)
{
    word_t write = t->access & RIGHT_W ? ESR_WRITE : 0;
    switch (t->cause) {
    case CAUSE_PAGE_FAULT:
        if (t->access & RIGHT_X)
            return (word_t)L4_ARCH_EC_INSTRUCTION_ABORT << ESR_SHIFT;
        return (word_t)L4_ARCH_EC_DATA_ABORT << ESR_SHIFT | write;
    case CAUSE_BUS:
        return (word_t)L4_ARCH_EC_DATA_ABORT << ESR_SHIFT | write;
    case CAUSE_BREAKPOINT:
        return (word_t)ESR_BRK << ESR_SHIFT;
    case CAUSE_EX_REGS:
        return (word_t)L4_ARCH_EC_EX_REGS << ESR_SHIFT;
    case CAUSE_UPCALL:
        return (word_t)ESR_UPCALL << ESR_SHIFT;
    case CAUSE_FPU:
        return (word_t)ESR_FPU << ESR_SHIFT;
    case CAUSE_SYSCALL:
        return (word_t)ESR_SVC << ESR_SHIFT;
    case CAUSE_SYSCALL_DONE:
        return (word_t)ESR_SVC << ESR_SHIFT | ESR_ALIEN_AFTER;
    default:
        return 0;
    }
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    l4_exc_regs_t e = {
        .err = frame_syndrome(trap),
        .pfa = trap->address,
        .sp = f->sp,
        .pc = f->pc,
        .pstate = f->pstate,
        .tpidrurw = f->tp,
    };
    memcpy(e.r, f->x, sizeof(e.r));
    memcpy(mr, &e, sizeof(e));
    return EXC_WORDS;
}

void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words)
{
    l4_exc_regs_t e;
    if (words < EXC_WORDS)
        return;
    memcpy(&e, mr, sizeof(e));
    memcpy(f->x, e.r, sizeof(e.r));
    f->sp = e.sp;
    f->pc = e.pc;
    f->pstate = e.pstate & PSTATE_USER;
}

long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    (void)ret_words;
    return thread_pointer_operation(f, mr, words);
}
