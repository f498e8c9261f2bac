/*
 * Exception messages on aarch64 hosts: registers to message words and back
 * (l4_exc_regs_t, ABI.md section 2).
 */
#include "port.h"
#include "thread_pointer.h"
#include <l4/sys/utcb.h>
#include <string.h>

enum {
    ESR_DATA = 0x24,
    ESR_FETCH = 0x20,
    ESR_BRK = 0x3c,
    ESR_SVC = 0x15,
    ESR_EX_REGS = 0x3e,
    ESR_UPCALL = 0x3f,
    ESR_SHIFT = 26,
    ESR_WRITE = 1 << 6,
    ESR_ALIEN_AFTER = 1 << 16,
};
/* eret_work and `reserved` hold what is left over of a check (hw-models/
 * cpu.h, retry): only this file looks at them. */

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
    if (t->cause == CAUSE_UPCALL)
        return (word_t)ESR_UPCALL << ESR_SHIFT;
    if (t->cause == CAUSE_SYSCALL || t->cause == CAUSE_SYSCALL_DONE)
        return (word_t)ESR_SVC << ESR_SHIFT |
               (t->cause == CAUSE_SYSCALL_DONE ? ESR_ALIEN_AFTER : 0);
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
        .eret_work = r->retry,
        .reserved = r->retry_ip,
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
    r->tp = e.tpidrurw;
    r->retry = (uint8_t)e.eret_work;
    r->retry_ip = e.reserved;
    r->full = 1;
}

long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    (void)ret_words;
    return thread_pointer_operation(f, mr, words);
}
