/*
 * Frames of the riscv64 port: a thread's registers, and as exception messages
 * carry them (l4_exc_regs_t, ABI.md section 2, Exception state).
 */
#include "machine.h"
#include "thread_pointer.h"
#include <l4/sys/utcb.h>
#include <string.h>

enum { EXC_WORDS = sizeof(l4_exc_regs_t) / sizeof(word_t) };
enum { CAUSE_NONE = 31 }; /* scause values for custom use */

_Static_assert(offsetof(struct port_frame, x) == FRAME_X(1), "layout.h");
_Static_assert(offsetof(struct port_frame, status) == FRAME_STATUS, "layout.h");
_Static_assert(offsetof(struct port_frame, cpu) == FRAME_CPU, "layout.h");
_Static_assert(offsetof(struct port_frame, cause) == FRAME_CAUSE, "layout.h");
_Static_assert(offsetof(struct port_frame, f) == FRAME_F(0), "layout.h");
_Static_assert(offsetof(struct machine_cpu, fpu) == CPU_FPU, "layout.h");
_Static_assert(offsetof(struct port_frame, fcsr) == FRAME_FCSR, "layout.h");

void port_frame_init(struct port_frame *f)
{
    memset(f, 0, sizeof(*f));
    f->status = STATUS_SPIE;
}

/* Nobody's values are in the FP registers then: they are not saved. */
void port_frame_release(struct port_frame *f)
{
    if (machine_self->fpu == f)
        machine_self->fpu = NULL;
}

void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from)
{
    if (machine_self->fpu == from)
        fpu_save(from);
    memcpy(to->f, from->f, sizeof(to->f));
    to->fcsr = from->fcsr;
    if (machine_self->fpu == to)
        machine_self->fpu = NULL; /* loaded anew before it runs */
}

void port_frame_allow_fpu(struct port_frame *f, bool on)
{
    f->no_fpu = !on;
}

void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp)
{
    f->pc = ip;
    f->x[REG_SP] = sp;
}

/* ABI.md: tp. The C library makes tp its thread pointer and looks in gp. */
void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb)
{
    f->x[REG_TP] = utcb;
    f->x[REG_GP] = utcb;
}

void port_frame_set_tp(struct port_frame *f, word_t base)
{
    f->x[REG_TP] = base;
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->x[REG_A0] = value;
}

static word_t frame_cause(const struct port_trap *t)
{
    bool write = t->access & RIGHT_W, fetch = t->access & RIGHT_X;
    switch (t->cause) {
    case CAUSE_PAGE_FAULT:
        return fetch ? 12 : write ? 15 : 13;
    case CAUSE_BUS:
        return fetch ? 1 : write ? 7 : 5;
    case CAUSE_ALIGNMENT:
        return fetch ? 0 : write ? 6 : 4;
    case CAUSE_BREAKPOINT:
        return 3;
    case CAUSE_EX_REGS:
        return L4_ARCH_CAUSE_EX_REGS;
    case CAUSE_UPCALL:
        return L4_ARCH_CAUSE_IPC_UPCALL;
    case CAUSE_SYSCALL:
        return CAUSE_ECALL;
    case CAUSE_SYSCALL_DONE:
        return L4_ARCH_CAUSE_ALIEN_AFTER;
    case CAUSE_ILLEGAL:
    case CAUSE_FPU: /* is one */
        return 2;
    default:
        return CAUSE_NONE;
    }
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    l4_exc_regs_t e = {
        .pc = f->pc,
        .status = f->status,
        .cause = frame_cause(trap),
        .tval = trap->address,
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
    f->pc = e.pc;
}

long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    (void)ret_words;
    return thread_pointer_operation(f, mr, words);
}
