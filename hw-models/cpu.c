/*
 * CPU: the loop around user code.
 *
 *   hw_cpu_run
 *     again: do the check left over (retry), check code and stack page
 *            hw_cpu_enter ==> user code ==> a door
 *              ACCESS, STEP, MMIO   note the check as left over, again
 *              SIGNAL, page there   again
 *              anything else        a trap: return
 *
 * So a check is done in one place whether it comes for the first time or
 * after a page fault was answered, and "resolved inside" is the case where
 * the loop simply goes round.
 *
 * Invariants:
 * I1  block.budget counts the steps still allowed: a step the hook counted
 *     but the loop did not pass is given back (so *ret_steps is exact).
 * I2  block.in_user is set exactly while user registers are loaded; a signal
 *     then belongs to user code, any other is the simulator's own crash.
 * I3  code and stack page in the block were found in the TLB of the running
 *     space, or are ~0.
 */
#include "cpu_host.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SHIFT = 12, FPU_ALIGN = 64 };
/* A page fault the MMU finds no fault in, so often at one instruction: the
 * host has another reason, and the program gets an exception. */
enum { REPEATS_MAX = 8 };
static const uint64_t NO_PAGE = ~0ull;
/* The lowest address a push reaches, seen from the stack pointer. */
static const uint64_t PUSH = 8;

/* Sanitizers keep their own thread-local variables, in every function. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

static __thread struct hw_cpu *bound; /* whose block this thread shows */
static __thread pid_t thread_id;      /* 0: no signal stack yet */

static void *fpu_room(void)
{
    size_t size = (hw_host_fpu_size() + FPU_ALIGN - 1) & -(size_t)FPU_ALIGN;
    void *room = aligned_alloc(FPU_ALIGN, size);

    if (room) {
        memset(room, 0, size);
        hw_host_fpu_init(room, 0);
    }
    return room;
}

/* The state the handler (or SYSCALL_FPU) saved goes to the registers it belongs
 * to; their old room, or fresh room, waits for the next signal. */
static void fpu_hand_over(struct hw_cpu *c, struct hw_regs *r)
{
    void *room = r->fpu ? r->fpu : fpu_room();

    if (!room)
        abort(); /* no host memory; going on would lose user state */
    r->fpu = c->fpu;
    c->fpu = room;
}

/* Checks before user code is entered */

static const struct hw_tlb_entry *tlb_at(const struct hw_cpu *c, uint64_t page)
{
    return &c->block.tlb[page % HW_TLB_ENTRIES];
}

static bool trap_fault(struct hw_trap *t, uint64_t address, unsigned access)
{
    *t = (struct hw_trap){
        .kind = HW_TRAP_FAULT, .address = address, .access = access};
    return false;
}

static bool trap_exception(struct hw_trap *t, int signo, uint64_t address)
{
    *t = (struct hw_trap){
        .kind = HW_TRAP_EXCEPTION, .address = address, .signo = signo};
    return false;
}

static bool code_check_slow(struct hw_cpu *c, uint64_t ip, struct hw_trap *t)
{
    uint64_t fault;

    if (!hw_mmu_access(c->mmu, ip, 1, HW_ACCESS_X, &fault))
        return trap_fault(t, fault, HW_ACCESS_X);
    c->block.code_page = ip >> PAGE_SHIFT;
    return true;
}

static bool code_check(struct hw_cpu *c, uint64_t ip, struct hw_trap *t)
{
    uint64_t page = ip >> PAGE_SHIFT;

    if (c->block.code_page == page)
        return true;
    if (tlb_at(c, page)->exec != page)
        return code_check_slow(c, ip, t);
    c->block.code_page = page;
    return true;
}

/* A step insists on its stack page. Without one, code that sets its stack up
 * or just gives the last of it back must be able to run; only a stack
 * pointer that is no user address at all is stopped, for what it points to
 * may be ours. */
static bool stack_check_slow(struct hw_cpu *c, uint64_t sp, bool insist,
                             struct hw_trap *t)
{
    uint64_t at = sp - PUSH;
    uint64_t fault;

    if (hw_mmu_access(c->mmu, at, PUSH, HW_ACCESS_W, &fault)) {
        c->block.stack_page = at >> PAGE_SHIFT;
        return true;
    }
    c->block.stack_page = NO_PAGE;
    if (insist || (sp && !hw_mmu_is_user(c->mmu, at)))
        return trap_fault(t, fault, HW_ACCESS_W);
    return true;
}

static bool stack_check(struct hw_cpu *c, uint64_t sp, bool insist,
                        struct hw_trap *t)
{
    uint64_t page = (sp - PUSH) >> PAGE_SHIFT;

    if (c->block.stack_page == page)
        return true;
    if (tlb_at(c, page)->write != page)
        return stack_check_slow(c, sp, insist, t);
    c->block.stack_page = page;
    return true;
}

/* Checks to do again; false: a trap */

static bool access_again(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    unsigned access = hw_regs_argument(r, 2) & (HW_ACCESS_R | HW_ACCESS_W);
    uint64_t fault;

    if (!access)
        access = HW_ACCESS_R;
    if (!hw_mmu_access(c->mmu, hw_regs_argument(r, 0), hw_regs_argument(r, 1),
                       access, &fault))
        return trap_fault(t, fault, access);
    return true;
}

static bool step_again(struct hw_cpu *c, struct hw_trap *t)
{
    if (c->block.budget <= 0) {
        *t = (struct hw_trap){.kind = HW_TRAP_BUDGET};
        return false;
    }
    c->block.budget--;
    return true;
}

/* A device accessor pointed at ordinary memory works on it, as a load or
 * store would. */
static uint64_t ram_access(void *at, uint64_t size, bool write, uint64_t value)
{
    uint64_t old = 0;

    memcpy(&old, at, size);
    if (write)
        memcpy(at, &value, size);
    return old;
}

static bool mmio_again(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    uint64_t address = hw_regs_argument(r, 0);
    uint64_t size = hw_regs_argument(r, 1);
    bool write = hw_regs_argument(r, 2) & 1;
    unsigned access = write ? HW_ACCESS_W : HW_ACCESS_R;
    uint64_t pa, fault;

    if ((size & (size - 1)) || size == 0 || size > sizeof(uint64_t) ||
        address % size)
        return trap_exception(t, SIGBUS, address);
    if (hw_mmu_device(c->mmu, address, (unsigned)size, access, &pa)) {
        r->retry = HW_RETRY_NONE;
        *t = (struct hw_trap){.kind = HW_TRAP_MMIO,
                              .address = address,
                              .access = access,
                              .pa = pa,
                              .size = (unsigned)size,
                              .value = hw_regs_argument(r, 3)};
        return false;
    }
    if (!hw_mmu_access(c->mmu, address, size, access, &fault))
        return trap_fault(t, fault, access);
    hw_regs_set_mmio(r, ram_access(hw_mmu_at(c->mmu, address), size, write,
                                   hw_regs_argument(r, 3)));
    return true;
}

static bool check_again(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    switch (r->retry) {
    case HW_RETRY_ACCESS:
        return access_again(c, r, t);
    case HW_RETRY_STEP:
        return step_again(c, t);
    case HW_RETRY_MMIO:
        return mmio_again(c, r, t);
    default:
        return true;
    }
}

/* False: a trap instead of user code. The checks before a step come first:
 * one that fails has not used up the step. */
static bool may_enter(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    if (r->retry && r->retry_ip != hw_regs_ip(r))
        r->retry = HW_RETRY_NONE; /* the kernel moved the thread */
    if (!code_check(c, hw_regs_ip(r), t) ||
        !stack_check(c, hw_regs_sp(r), r->retry == HW_RETRY_STEP, t))
        return false;
    if (r->retry) {
        if (!check_again(c, r, t))
            return false;
        r->retry = HW_RETRY_NONE;
    }
    if (r->full)
        hw_host_prepare_full(c, r);
    return true;
}

/* Doors; true: go on with user code, false: a trap */

static bool left_over(struct hw_regs *r, enum hw_retry what)
{
    r->retry = (uint8_t)what;
    r->retry_ip = hw_regs_ip(r);
    return true;
}

static bool fault_is_new(struct hw_cpu *c, uint64_t ip)
{
    bool same = c->last_address == c->signal.address && c->last_ip == ip &&
                c->last_budget == c->block.budget;

    c->last_address = c->signal.address;
    c->last_ip = ip;
    c->last_budget = c->block.budget;
    c->repeats = same ? c->repeats + 1 : 0;
    return c->repeats < REPEATS_MAX;
}

static bool signal_door(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    const struct hw_signal *s = &c->signal;
    uint64_t fault;

    fpu_hand_over(c, r);
    if (!s->access || !fault_is_new(c, hw_regs_ip(r))) {
        trap_exception(t, s->signo, s->address);
        t->step = s->step;
        return false;
    }
    if (!hw_mmu_access(c->mmu, s->address, 1, s->access, &fault))
        return trap_fault(t, s->address, s->access);
    return true;
}

static bool stepped_door(struct hw_cpu *c, struct hw_regs *r, int number,
                         struct hw_trap *t);

static bool door(struct hw_cpu *c, struct hw_regs *r, int number,
                 struct hw_trap *t)
{
    switch (number) {
    case DOOR_ACCESS:
        return left_over(r, HW_RETRY_ACCESS);
    case DOOR_STEP:
        c->block.budget++; /* keeps I1 */
        return left_over(r, HW_RETRY_STEP);
    case DOOR_MMIO:
        return left_over(r, HW_RETRY_MMIO);
    case DOOR_SIGNAL:
        return signal_door(c, r, t);
    case DOOR_SYSCALL_FPU:
        fpu_hand_over(c, r);
        r->kept = 1;
        *t = (struct hw_trap){.kind = HW_TRAP_SYSCALL};
        return false;
    case DOOR_SYSCALL:
        *t = (struct hw_trap){.kind = HW_TRAP_SYSCALL};
        return false;
    default:
        return stepped_door(c, r, number, t);
    }
}

/* The same, while each of the program's instructions ends in a trap. */
static bool stepped_door(struct hw_cpu *c, struct hw_regs *r, int number,
                         struct hw_trap *t)
{
    bool goes_on = door(c, r, number & ~DOOR_STEPPED, t);

    hw_host_step_on(r);
    return goes_on;
}

/* Life */

static void entries_set(struct hw_user_block *b)
{
    b->entry_syscall = (void *)hw_cpu_entry_syscall;
    b->entry_access = (void *)hw_cpu_entry_access;
    b->entry_step = (void *)hw_cpu_entry_step;
    b->entry_mmio = (void *)hw_cpu_entry_mmio;
    b->entry_syscall_fpu = (void *)hw_cpu_entry_syscall_fpu;
    b->code_page = NO_PAGE;
    b->stack_page = NO_PAGE;
}

struct hw_cpu *hw_cpu_new(struct hw_mmu *mmu, int *ret_error)
{
    struct hw_cpu *c = aligned_alloc(HW_USER_BLOCK_SIZE,
                                     (sizeof(*c) + HW_USER_BLOCK_SIZE - 1) &
                                         -(size_t)HW_USER_BLOCK_SIZE);

    if (!c) {
        *ret_error = ENOMEM;
        return NULL;
    }
    *c = (struct hw_cpu){.mmu = mmu, .fpu = fpu_room()};
    entries_set(&c->block);
    if (!c->fpu || !hw_signal_register(c)) {
        *ret_error = c->fpu ? ENOSPC : ENOMEM;
        free(c->fpu);
        free(c);
        return NULL;
    }
    return c;
}

void hw_cpu_free(struct hw_cpu *c)
{
    if (!c)
        return;
    hw_signal_unregister(c);
    if (bound == c)
        bound = NULL;
    free(c->fpu);
    free(c);
}

void hw_cpu_lend_tp(struct hw_cpu *c, bool lend)
{
    *hw_block_own(&c->block, BLOCK_LEND_TP) = lend && !SANITIZED;
}

struct hw_user_block *hw_cpu_block(struct hw_cpu *c)
{
    return &c->block;
}

static void cpu_bind(struct hw_cpu *c)
{
    if (!thread_id) {
        hw_signal_stack_make();
        thread_id = hw_host_gettid();
    }
    if (c->tid == thread_id) {
        hw_host_point(c);
    } else {
        c->tid = thread_id;
        hw_host_bind(c);
    }
    bound = c;
}

void hw_cpu_forked(void)
{
    if (!thread_id)
        return; /* nothing ran yet: cpu_bind() does it all */
    thread_id = hw_host_gettid();
    hw_signal_forked(thread_id);
}

void hw_cpu_around(struct hw_cpu *c, bool (*out)(void *data),
                   bool (*back)(void *data), void *data)
{
    c->out = out;
    c->back = back;
    c->around = data;
}

/* Into user code and back; false: the run is over. */
static bool user_run(struct hw_cpu *c, struct hw_regs *r, struct hw_trap *t)
{
    int number;

    if (__builtin_expect(!c->out, 1))
        return door(c, r, hw_cpu_enter(&c->block, r), t);
    *t = (struct hw_trap){.kind = HW_TRAP_BUDGET};
    if (!c->out(c->around))
        return false;
    number = hw_cpu_enter(&c->block, r);
    return c->back(c->around) && door(c, r, number, t);
}

/* Not inline: its thread-local variables are none of hw_cpu_run()'s business
 * while the thread pointer is lent. */
__attribute__((noinline)) static void cpu_find(struct hw_cpu *c)
{
    if (bound != c || c->tid != thread_id)
        cpu_bind(c);
}

void hw_cpu_run(struct hw_cpu *c, struct hw_regs *regs, int64_t budget,
                struct hw_trap *ret_trap, int64_t *ret_steps)
{
    if (!hw_cpu_lends_tp(&c->block)) /* else it is still bound */
        cpu_find(c);
    if (regs->full || regs->retry)
        hw_mmu_settle(c->mmu); /* mmu.h I3 */
    c->repeats = 0;
    c->block.utcb = regs->utcb;
    c->block.budget = budget;
    while (may_enter(c, regs, ret_trap) && user_run(c, regs, ret_trap))
        ;
    /* A step that the run before counted may have been given back in this one
     * (its slow path lay on a page that was not mapped then). */
    int64_t steps = budget - c->block.budget;
    *ret_steps = steps > 0 ? steps : 0;
}

_Static_assert(offsetof(struct hw_cpu, fpu) == CPU_FPU, "layout");
_Static_assert(offsetof(struct hw_regs, kept) ==
                   offsetof(struct hw_regs, full) + 1,
               "the doors clear both at once");

void hw_regs_copy_fpu(struct hw_regs *to, const struct hw_regs *from)
{
    if (!to->fpu && !(to->fpu = fpu_room()))
        abort(); /* as in fpu_hand_over() */
    if (from->fpu && (from->full || from->kept))
        memcpy(to->fpu, from->fpu, hw_host_fpu_size());
    else
        hw_host_fpu_init(to->fpu, from->control);
    to->control = 0;
    to->full = 1;
}

void hw_regs_release(struct hw_regs *r)
{
    free(r->fpu);
    r->fpu = NULL;
}
