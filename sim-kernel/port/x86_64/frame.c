/*
 * Frames of the x86_64 port: a thread's registers, and as exception messages
 * carry them (l4_exc_regs_t, ABI.md section 2, Exception state).
 */
#include "machine.h"
#include "segments.h"
#include <l4/sys/utcb.h>
#include <string.h>

enum { EXC_WORDS = sizeof(l4_exc_regs_t) / sizeof(word_t) };
/* What is not the CPU's number of an exception. */
enum { TRAP_UPCALL = 0xfe };
enum { ERROR_AFTER = 1, ERROR_WRITE = 2, ERROR_USER = 4, ERROR_FETCH = 16 };

#define FLAGS_ON 0x202ul /* interrupts */
#define FLAGS_USER                                                             \
    0x240dd5ul /* the user's own: status, direction, step ...                  \
                */

#define SAME(field, other)                                                     \
    _Static_assert(offsetof(struct port_frame, field) - FRAME_R15 ==           \
                       offsetof(l4_exc_regs_t, other),                         \
                   "a frame is a message's registers")
SAME(r15, r15);
SAME(rdi, rdi);
SAME(address, pfa);
SAME(rax, rax);
SAME(vector, trapno);
SAME(ip, ip);
SAME(ss, ss);
_Static_assert(offsetof(struct port_frame, r15) == FRAME_R15, "layout.h");
_Static_assert(offsetof(struct port_frame, vector) == FRAME_VECTOR, "layout.h");
_Static_assert(offsetof(struct port_frame, ip) == FRAME_IP, "layout.h");
_Static_assert(offsetof(struct port_frame, flags) == FRAME_FLAGS, "layout.h");
_Static_assert(offsetof(struct port_frame, sp) == FRAME_SP, "layout.h");
_Static_assert(offsetof(struct port_frame, r12) == FRAME_R12, "layout.h");
_Static_assert(offsetof(struct port_frame, r8) == FRAME_R8, "layout.h");
_Static_assert(offsetof(struct port_frame, rsi) == FRAME_RSI, "layout.h");
_Static_assert(offsetof(struct port_frame, rbp) == FRAME_RBP, "layout.h");
_Static_assert(offsetof(struct port_frame, rbx) == FRAME_RBX, "layout.h");
_Static_assert(offsetof(struct port_frame, rdx) == FRAME_RDX, "layout.h");
_Static_assert(offsetof(struct port_frame, rax) == FRAME_RAX, "layout.h");
_Static_assert(offsetof(struct port_frame, tp) == FRAME_END, "layout.h");
_Static_assert(offsetof(struct port_frame, tp) == FRAME_TP, "layout.h");
_Static_assert(offsetof(struct port_frame, utcb) == FRAME_UTCB, "layout.h");
_Static_assert(FRAME_END % 16 == 0, "as the CPU aligns its stack");
_Static_assert(offsetof(struct machine_cpu, stack) == CPU_STACK, "layout.h");
_Static_assert(offsetof(struct machine_cpu, scratch) == CPU_SCRATCH, "");
_Static_assert(offsetof(struct machine_cpu, woken) == CPU_WOKEN, "layout.h");
_Static_assert(offsetof(struct machine_cpu, tss.rsp0) == CPU_FRAME_END, "");
_Static_assert(offsetof(struct machine_cpu, fpu_on) == CPU_FPU_ON, "");
_Static_assert(offsetof(struct machine_cpu, fpu) == CPU_FPU, "layout.h");
_Static_assert(offsetof(struct machine_cpu, loaded) == CPU_LOADED, "");
_Static_assert(offsetof(struct machine_cpu, tp) == CPU_TP, "layout.h");
_Static_assert(offsetof(struct machine_cpu, word) == CPU_WORD, "layout.h");
_Static_assert(offsetof(struct machine_cpu, word_user) == CPU_WORD_USER, "");
_Static_assert(WORDS_USER >> 32 == 0xffffffff, "as entry.S loads it");

/* A number a FPU begins with that masks all its exceptions. */
static void frame_init_fpu(struct port_frame *f)
{
    const uint16_t control = 0x37f;
    const uint32_t mxcsr = 0x1f80;
    memcpy(f->fpu, &control, sizeof(control));
    memcpy(f->fpu + 24, &mxcsr, sizeof(mxcsr));
}

void port_frame_init(struct port_frame *f)
{
    memset(f, 0, sizeof(*f));
    f->cs = USER_CS;
    f->ss = USER_SS;
    f->flags = FLAGS_ON;
    frame_init_fpu(f);
}

/* Nobody's values are in the FPU then: they are not saved. */
void port_frame_release(struct port_frame *f)
{
    if (machine_self()->fpu == f)
        machine_self()->fpu = NULL;
    for (unsigned i = 0; i < run_cpu_count; i++)
        if (machine_cpus[i].loaded == f)
            machine_cpus[i].loaded = NULL;
}

void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from)
{
    struct machine_cpu *c = machine_self();
    if (c->fpu == from)
        machine_park_fpu();
    memcpy(to->fpu, from->fpu, sizeof(to->fpu));
    if (c->fpu == to)
        c->fpu = NULL; /* loaded anew before it runs */
}

void port_frame_allow_fpu(struct port_frame *f, bool on)
{
    f->no_fpu = !on;
}

/* IRET stumbles in the kernel over an address of more than 48 bits: those
 * above are made to follow bit 47. */
static uaddr_t frame_address(uaddr_t ip)
{
    return (uaddr_t)((int64_t)(ip << 16) >> 16);
}

void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp)
{
    f->ip = frame_address(ip);
    f->sp = sp;
    f->vector = 0;
}

void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb)
{
    f->utcb = utcb;
}

void port_frame_set_tp(struct port_frame *f, word_t base)
{
    f->tp = frame_address(base);
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->rdi = value;
}

/* The CPU's number where it raised it; the nearest, if somebody else did. */
static word_t frame_vector(const struct port_frame *f, enum trap_cause cause)
{
    static const uint8_t vectors[] = {
        [CAUSE_PAGE_FAULT] = L4_ARCH_TRAP_PAGE_FAULT,
        [CAUSE_DIVIDE] = TRAP_DIVIDE,
        [CAUSE_ILLEGAL] = TRAP_ILLEGAL,
        [CAUSE_BREAKPOINT] = TRAP_BREAKPOINT,
        [CAUSE_ALIGNMENT] = TRAP_ALIGNMENT,
        [CAUSE_FPU] = TRAP_FPU,
        [CAUSE_BUS] = TRAP_PROTECTION,
        [CAUSE_EX_REGS] = L4_ARCH_TRAP_EX_REGS,
        [CAUSE_SYSCALL] = TRAP_PROTECTION,
        [CAUSE_SYSCALL_DONE] = TRAP_PROTECTION,
        [CAUSE_UPCALL] = TRAP_UPCALL,
        [CAUSE_OTHER] = TRAP_PROTECTION,
        [CAUSE_STEP] = TRAP_DEBUG,
    };
    bool raised = f->vector && f->vector < VECTOR_LINE &&
                  machine_cause(f->vector) == cause;
    return raised ? f->vector : vectors[cause];
}

static word_t frame_error(const struct port_trap *t)
{
    if (t->cause == CAUSE_SYSCALL_DONE)
        return ERROR_AFTER;
    if (t->cause != CAUSE_PAGE_FAULT)
        return 0;
    return ERROR_USER | (t->access & RIGHT_W ? ERROR_WRITE : 0) |
           (t->access & RIGHT_X ? ERROR_FETCH : 0);
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    l4_exc_regs_t e = {0};
    memcpy(&e, &f->r15, FRAME_END - FRAME_R15);
    e.pfa = trap->address;
    e.trapno = frame_vector(f, trap->cause);
    e.err = frame_error(trap);
    e.fs_base = f->tp;
    memcpy(mr, &e, sizeof(e));
    return EXC_WORDS;
}

void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words)
{
    l4_exc_regs_t e;
    if (words < EXC_WORDS)
        return;
    memcpy(&e, mr, sizeof(e));
    memcpy(&f->r15, &e, FRAME_END - FRAME_R15);
    f->ip = frame_address(e.ip);
    f->flags = (e.flags & FLAGS_USER) | FLAGS_ON;
    f->cs = USER_CS;
    f->ss = USER_SS;
    f->vector = 0;
    port_frame_set_tp(f, e.fs_base);
}

long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    static const struct segments user = {USER_SS, USER_CS, USER_CS32};
    return segments_operation(&user, f, mr, words, ret_words);
}
