/*
 * Floating-point and vector registers in messages: L4_MSGTAG_TRANSFER_FPU of
 * the sender, L4_UTCB_INHERIT_FPU of the receiver; with exceptions; and a
 * vCPU's user mode without them (L4_VCPU_F_FPU_ENABLED).
 *
 * Two registers that compilers take last stand for all. In the simulator a
 * system call loses the values it does not hand on, and the FPU is never off.
 */
#include "vcpu.h"

enum { MINE = 0x1111, THEIRS = 0x2222, ANSWER = 0x3333, OTHER = 0x4444 };

/* Puts n and n + 1 into them, and reads them. The first must be the last
 * before a system call, the second the first behind it. */
#if defined(__x86_64__)
#define FPU_PUT(n)                                                             \
    __asm__ volatile("movq %0, %%xmm9\n\tmovq %1, %%xmm14"                     \
                     :                                                         \
                     : "r"((l4_umword_t)(n)), "r"((l4_umword_t)(n) + 1)        \
                     : "xmm9", "xmm14")
#define FPU_GET(a, b)                                                          \
    __asm__ volatile("movq %%xmm9, %0\n\tmovq %%xmm14, %1" : "=r"(a), "=r"(b))
#elif defined(__aarch64__)
#define FPU_PUT(n)                                                             \
    __asm__ volatile("fmov d20, %0\n\tfmov d29, %1"                            \
                     :                                                         \
                     : "r"((l4_umword_t)(n)), "r"((l4_umword_t)(n) + 1)        \
                     : "v20", "v29")
#define FPU_GET(a, b)                                                          \
    __asm__ volatile("fmov %0, d20\n\tfmov %1, d29" : "=r"(a), "=r"(b))
#else
#define FPU_PUT(n)                                                             \
    __asm__ volatile("fmv.d.x ft8, %0\n\tfmv.d.x ft11, %1"                     \
                     :                                                         \
                     : "r"((l4_umword_t)(n)), "r"((l4_umword_t)(n) + 1)        \
                     : "ft8", "ft11")
#define FPU_GET(a, b)                                                          \
    __asm__ volatile("fmv.x.d %0, ft8\n\tfmv.x.d %1, ft11" : "=r"(a), "=r"(b))
#endif

static struct {
    l4_cap_idx_t gate;
    int inherit;          /* the receiver asks for them */
    unsigned flags, back; /* of the message, of the answer */
    volatile l4_umword_t got[2], answered[2];
    struct worker server, client;
} fpu;

static void got(volatile l4_umword_t *to, l4_umword_t a, l4_umword_t b)
{
    to[0] = a;
    to[1] = b;
}

static void check_has(const volatile l4_umword_t *r, l4_umword_t n)
{
    CHECK_EQ(r[0], n);
    CHECK_EQ(r[1], n + 1);
}

/* Not those of n; on hardware those it had, `own`. */
static void check_kept(const volatile l4_umword_t *r, l4_umword_t n,
                       l4_umword_t own)
{
    CHECK(r[0] != n && r[1] != n + 1);
#ifndef VITRINE_SIM
    check_has(r, own);
#else
    (void)own;
#endif
}

/* --- messages ------------------------------------------------------------- */

static void serve_once(void *arg)
{
    l4_umword_t label, a, b;
    l4_msgtag_t answer = l4_msgtag(0, 0, 0, fpu.back);
    (void)arg;
    l4_utcb_inherit_fpu(fpu.inherit);
    FPU_PUT(OTHER);
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    FPU_GET(a, b);
    got(fpu.got, a, b);
    FPU_PUT(ANSWER);
    l4_ipc_reply_and_wait(l4_utcb(), answer, &label, L4_IPC_NEVER);
}

static void call_once(void *arg)
{
    l4_umword_t a, b;
    l4_msgtag_t tag = l4_msgtag(1, 1, 0, fpu.flags);
    l4_utcb_t *u = l4_utcb();
    l4_utcb_inherit_fpu(arg != 0);
    FPU_PUT(MINE);
    l4_ipc_call(fpu.gate, u, tag, L4_IPC_NEVER);
    FPU_GET(a, b);
    got(fpu.answered, a, b);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

/* Both have done their part; they go. */
static void wait_and_delete(void)
{
    l4_ipc_sleep_us(100);
    worker_delete(&fpu.client);
    worker_delete(&fpu.server);
    l4_ipc_sleep_us(1);
}

/* One call and its answer; `late`: the receiver comes when the sender waits,
 * and this thread's registers were in force meanwhile. */
static void exchange(int inherit, unsigned flags, unsigned back, int late)
{
    fpu.inherit = inherit;
    fpu.flags = flags;
    fpu.back = back;
    got(fpu.got, 0, 0);
    got(fpu.answered, 0, 0);
    worker_make(&fpu.server);
    worker_make(&fpu.client);
    fpu.gate = gate_to(fpu.server.cap, 8);
    if (!late)
        worker_run(&fpu.server, serve_once, 0, 0);
    worker_run(&fpu.client, call_once, back ? &fpu : 0, 0);
    if (late) {
        FPU_PUT(THEIRS);
        worker_run(&fpu.server, serve_once, 0, 0);
    }
    wait_and_delete();
}

static void registers_come_along(void)
{
    exchange(1, L4_MSGTAG_TRANSFER_FPU, 0, 0);
    check_has(fpu.got, MINE);
}

static void of_a_sender_that_waited(void)
{
    exchange(1, L4_MSGTAG_TRANSFER_FPU, 0, 1);
    check_has(fpu.got, MINE);
}

static void only_to_who_inherits(void)
{
    exchange(0, L4_MSGTAG_TRANSFER_FPU, 0, 1);
    check_kept(fpu.got, MINE, OTHER);
}

static void only_from_who_transfers(void)
{
    exchange(1, 0, 0, 1);
    check_kept(fpu.got, MINE, OTHER);
}

static void an_answer_brings_them(void)
{
    exchange(0, 0, L4_MSGTAG_TRANSFER_FPU, 0);
    check_has(fpu.answered, ANSWER);
    check_kept(fpu.got, ANSWER, OTHER);
}

static void the_sender_keeps_its_own(void)
{
    exchange(1, L4_MSGTAG_TRANSFER_FPU, 0, 0);
#ifndef VITRINE_SIM /* a system call loses them */
    check_has(fpu.answered, MINE);
#endif
    check_has(fpu.got, MINE);
}

static void the_flag_is_in_the_tag(void)
{
    /* A thread that does not inherit them is told that they were sent. */
    struct worker w;
    l4_umword_t label;
    fpu.flags = L4_MSGTAG_TRANSFER_FPU;
    worker_make(&w);
    fpu.gate = gate_to(MAIN_CAP, 8);
    worker_run(&w, call_once, 0, 0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    CHECK_EQ(l4_msgtag_flags(tag), L4_MSGTAG_TRANSFER_FPU);
    worker_delete(&w);
}

/* --- exceptions ------------------------------------------------------------
 */

static void trap(void *arg)
{
    (void)arg;
    FPU_PUT(MINE);
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#elif defined(__aarch64__)
    __asm__ volatile(".inst 0");
#else
    __asm__ volatile("unimp");
#endif
}

static void behind_the_trap(void)
{
    l4_umword_t a, b;
    FPU_GET(a, b);
    got(fpu.answered, a, b);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

static void handle_once(void *arg)
{
    l4_umword_t label, a, b;
    l4_msgtag_t answer = l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, fpu.back);
    (void)arg;
    l4_utcb_inherit_fpu(fpu.inherit);
    FPU_PUT(OTHER);
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    FPU_GET(a, b);
    got(fpu.got, a, b);
    l4_utcb_exc_pc_set(l4_utcb_exc(), (l4_addr_t)behind_the_trap);
    FPU_PUT(ANSWER);
    l4_ipc_reply_and_wait(l4_utcb(), answer, &label, L4_IPC_NEVER);
}

static void raise_one(int inherit, unsigned back)
{
    fpu.inherit = inherit;
    fpu.back = back;
    got(fpu.got, 0, 0);
    got(fpu.answered, 0, 0);
    worker_start(&fpu.server, handle_once, 0, 0);
    worker_make(&fpu.client);
    fpu.gate = gate_to(fpu.server.cap, 8);
    worker_handlers(&fpu.client, L4_BASE_PAGER_CAP, fpu.gate);
    worker_run(&fpu.client, trap, 0, 0);
    wait_and_delete();
}

static void a_handler_may_have_them(void)
{
    raise_one(1, 0);
    check_has(fpu.got, MINE);
    check_has(fpu.answered, MINE); /* and the thread goes on with them */
    raise_one(0, 0);
    CHECK(fpu.got[0] != MINE);
}

static void a_handler_may_set_them(void)
{
    raise_one(0, L4_MSGTAG_TRANSFER_FPU);
    check_has(fpu.answered, ANSWER);
}

/* --- vCPUs ------------------------------------------------------------------
 */

static void use_it(void)
{
    l4_umword_t a, b;
    v.user_ran = 1;
    FPU_PUT(THEIRS);
    FPU_GET(a, b);
    v.user_saw = a + b;
    count_for_ever();
}

static void user_mode_without_an_fpu(void)
{
    space_make(&v.space);
    vcpu_make(use_it, L4_VCPU_F_USER_MODE, v.space.task);
    v.then[1] = RESUME;
    v.resume_flags = L4_VCPU_F_FPU_ENABLED;
    vcpu_run(200);
#ifdef VITRINE_SIM
    CHECK_EQ(v.count, 1); /* the host's is always on */
#else
    CHECK_EQ(v.count, 2);
    CHECK(v.log[1].ip - (l4_addr_t)use_it < 1024);
    CHECK(!(v.log[1].saved & L4_VCPU_F_FPU_ENABLED));
#if defined(__x86_64__)
    CHECK_EQ(v.log[1].type, 7); /* device not available */
#elif defined(__aarch64__)
    CHECK_EQ(v.log[1].type, 7); /* access to SIMD registers */
#else
    CHECK_EQ(v.log[1].type, 2); /* an illegal instruction */
#endif
#endif
    CHECK_EQ(v.user_saw, 2 * THEIRS + 1);
    CHECK(v.user_ran > 1);
    vcpu_delete();
    space_delete(&v.space);
}

static void user_mode_with_one(void)
{
    space_make(&v.space);
    vcpu_make(use_it, L4_VCPU_F_USER_MODE | L4_VCPU_F_FPU_ENABLED,
              v.space.task);
    vcpu_run(100);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(v.user_saw, 2 * THEIRS + 1);
    vcpu_delete();
    space_delete(&v.space);
}

static void kernel_mode_always_has_one(void)
{
    vcpu_make(use_it, 0, L4_INVALID_CAP);
    vcpu_run(100);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(v.user_saw, 2 * THEIRS + 1);
    vcpu_delete();
}

const struct kernel_test fpu_tests[] = {
    {"fpu: registers come along", registers_come_along},
    {"fpu: those of a sender that waited", of_a_sender_that_waited},
    {"fpu: only to who inherits", only_to_who_inherits},
    {"fpu: only from who transfers", only_from_who_transfers},
    {"fpu: an answer brings them", an_answer_brings_them},
    {"fpu: the sender keeps its own", the_sender_keeps_its_own},
    {"fpu: the flag is in the tag", the_flag_is_in_the_tag},
    {"fpu: a handler may have a thread's", a_handler_may_have_them},
    {"fpu: a handler may set a thread's", a_handler_may_set_them},
    {"fpu: a vCPU's user mode without one", user_mode_without_an_fpu},
    {"fpu: a vCPU's user mode with one", user_mode_with_one},
    {"fpu: a vCPU's kernel mode has one", kernel_mode_always_has_one},
    {0, 0},
};
