/*
 * Exception messages on aarch64 hosts: registers to message words and back
 * (l4_exc_regs_t, ABI.md section 2).
 */
#include "port.h"
#include <l4/sys/utcb.h>
#include <string.h>

enum {
    ESR_DATA = 0x24,
    ESR_FETCH = 0x20,
    ESR_BRK = 0x3c,
    ESR_EX_REGS = 0x3e,
    ESR_SHIFT = 26,
    ESR_WRITE = 1 << 6,
};

enum { EXC_WORDS = sizeof(l4_exc_regs_t) / sizeof(word_t) };

static word_t frame_syndrome(const struct port_trap *t)
{
    bool data = t->cause == CAUSE_PAGE_FAULT || t->cause == CAUSE_BUS;
    if (t->cause == CAUSE_PAGE_FAULT && t->access & RIGHT_X)
        return (word_t)ESR_FETCH << ESR_SHIFT;
    if (data)
        return (word_t)ESR_DATA << ESR_SHIFT |
               (t->access & RIGHT_W ? ESR_WRITE : 0);
    if (t->cause == CAUSE_BREAKPOINT)
        return (word_t)ESR_BRK << ESR_SHIFT;
    if (t->cause == CAUSE_EX_REGS)
        return (word_t)ESR_EX_REGS << ESR_SHIFT;
    return 0;
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->regs.x[0] = value;
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    const struct hw_regs *r = &f->regs;
    l4_exc_regs_t e = {
        .err = frame_syndrome(trap),
        .pfa = trap->address,
        .sp = r->sp,
        .pc = r->pc,
        .pstate = r->pstate,
        .tpidrurw = r->tp,
    };
    memcpy(e.r, r->x, sizeof(e.r));
    memcpy(mr, &e, sizeof(e));
    return EXC_WORDS;
}

void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words)
{
    struct hw_regs *r = &f->regs;
    l4_exc_regs_t e;
    if (words < EXC_WORDS)
        return;
    memcpy(&e, mr, sizeof(e));
    memcpy(r->x, e.r, sizeof(e.r));
    r->sp = e.sp;
    r->pc = e.pc;
    r->pstate = e.pstate;
    r->full = 1;
}
