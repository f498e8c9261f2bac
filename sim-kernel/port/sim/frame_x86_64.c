/*
 * Exception messages on x86-64 hosts: registers to message words and back
 * (l4_exc_regs_t, ABI.md section 2).
 */
#include "port.h"
#include "segments.h"
#include <string.h>

/* x86 vector numbers. */
enum {
    TRAP_DE = 0,
    TRAP_DB = 1,
    TRAP_BP = 3,
    TRAP_UD = 6,
    TRAP_GP = 13,
    TRAP_PF = 14,
    TRAP_MF = 16,
    TRAP_AC = 17,
    TRAP_UPCALL = 0xfe,
    TRAP_EX_REGS = 0xff
};
/* Words only this file looks at: what is left over of a check (hw-models/
 * cpu.h, retry), in place of the code and stack segments. */
enum { WORD_RETRY = 19, WORD_RETRY_IP = 22, RETRY_FPU = 1 << 8 };
enum { EXC_WORDS = 26 };

static unsigned frame_vector(enum trap_cause cause)
{
    static const uint8_t vectors[] = {
        [CAUSE_PAGE_FAULT] = TRAP_PF,   [CAUSE_DIVIDE] = TRAP_DE,
        [CAUSE_ILLEGAL] = TRAP_UD,      [CAUSE_BREAKPOINT] = TRAP_BP,
        [CAUSE_ALIGNMENT] = TRAP_AC,    [CAUSE_FPU] = TRAP_MF,
        [CAUSE_BUS] = TRAP_GP,          [CAUSE_EX_REGS] = TRAP_EX_REGS,
        [CAUSE_OTHER] = TRAP_GP,        [CAUSE_SYSCALL] = TRAP_GP,
        [CAUSE_SYSCALL_DONE] = TRAP_GP, [CAUSE_UPCALL] = TRAP_UPCALL,
        [CAUSE_STEP] = TRAP_DB,
    };
    return vectors[cause];
}

/* Error code of a page fault: user, write, fetch. */
static word_t frame_error(const struct port_trap *t)
{
    if (t->cause == CAUSE_SYSCALL_DONE)
        return 1; /* the mark of ABI.md section 2 */
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
        r->retry | (r->full ? RETRY_FPU : 0),
        r->rflags,
        r->rsp,
        r->retry_ip,
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
        &r->rsp, NULL,    &r->tp,  NULL,    NULL,
    };
    for (unsigned i = 0; i < EXC_WORDS; i++)
        if (to[i])
            *to[i] = mr[i];
    r->retry = (uint8_t)mr[WORD_RETRY];
    r->retry_ip = mr[WORD_RETRY_IP];
    if (!r->full && !(mr[WORD_RETRY] & RETRY_FPU)) {
        sim_own_tp();
        hw_regs_release(r); /* no FPU state is live */
    }
    r->full = 1;
}

/* The flat segments of user code under Linux. */
long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    static const struct segments user = {0x2b, 0x33, 0x23};
    return segments_operation(&user, f, mr, words, ret_words);
}
