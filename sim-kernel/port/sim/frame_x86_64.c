/*
 * Exception messages on x86-64 hosts: registers to message words and back
 * (l4_exc_regs_t, ABI.md section 2).
 */
#include "port.h"
#include <string.h>

/* x86 vector numbers. */
enum {
    TRAP_DE = 0,
    TRAP_BP = 3,
    TRAP_UD = 6,
    TRAP_GP = 13,
    TRAP_PF = 14,
    TRAP_MF = 16,
    TRAP_AC = 17,
    TRAP_EX_REGS = 0xff
};
enum { EXC_WORDS = 26 };

static unsigned frame_vector(enum trap_cause cause)
{
    static const uint8_t vectors[] = {
        [CAUSE_PAGE_FAULT] = TRAP_PF, [CAUSE_DIVIDE] = TRAP_DE,
        [CAUSE_ILLEGAL] = TRAP_UD,    [CAUSE_BREAKPOINT] = TRAP_BP,
        [CAUSE_ALIGNMENT] = TRAP_AC,  [CAUSE_FPU] = TRAP_MF,
        [CAUSE_BUS] = TRAP_GP,        [CAUSE_EX_REGS] = TRAP_EX_REGS,
        [CAUSE_OTHER] = TRAP_GP,
    };
    return vectors[cause];
}

/* Error code of a page fault: user, write, fetch. */
static word_t frame_error(const struct port_trap *t)
{
    if (t->cause != CAUSE_PAGE_FAULT)
        return 0;
    return 4 | (t->access & RIGHT_W ? 2 : 0) | (t->access & RIGHT_X ? 16 : 0);
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->regs.rdi = value;
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    const struct hw_regs *r = &f->regs;
    const word_t words[EXC_WORDS] = {
        r->r15,
        r->r14,
        r->r13,
        r->r12,
        r->r11,
        r->r10,
        r->r9,
        r->r8,
        r->rdi,
        r->rsi,
        r->rbp,
        trap->address,
        r->rbx,
        r->rdx,
        r->rcx,
        r->rax,
        frame_vector(trap->cause),
        frame_error(trap),
        r->rip,
        0,
        r->rflags,
        r->rsp,
        0,
        r->tp,
        0,
        0,
    };
    memcpy(mr, words, sizeof(words));
    return EXC_WORDS;
}

void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words)
{
    struct hw_regs *r = &f->regs;
    if (words < EXC_WORDS)
        return;
    uint64_t *to[EXC_WORDS] = {
        &r->r15, &r->r14, &r->r13, &r->r12, &r->r11, &r->r10, &r->r9,
        &r->r8,  &r->rdi, &r->rsi, &r->rbp, NULL,    &r->rbx, &r->rdx,
        &r->rcx, &r->rax, NULL,    NULL,    &r->rip, NULL,    &r->rflags,
        &r->rsp, NULL,    NULL,    NULL,    NULL,
    };
    for (unsigned i = 0; i < EXC_WORDS; i++)
        if (to[i])
            *to[i] = mr[i];
    if (!r->full) {
        hw_regs_release(r); /* no FPU state is live */
        r->full = 1;
    }
}
