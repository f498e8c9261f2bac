/*
 * Alien threads: each system call is an exception before and after it, each
 * page fault an exception.
 */
#include "harness.h"

enum { LOG_MAX = 8 };

static struct {
    unsigned count;
    struct {
        long label;
        l4_umword_t after, is_pf, pfa;
    } log[LOG_MAX];
    int allow;           /* let its calls be made */
    l4_addr_t resume_at; /* after a page fault */
} handled;

static volatile l4_umword_t seen, got_error;
static struct worker handler, alien;
static l4_cap_idx_t irq;

/* Is it the exception after a call? */
static l4_umword_t is_after(const l4_exc_regs_t *r)
{
#if defined(__x86_64__)
    return r->err == 1;
#elif defined(__aarch64__)
    return r->err >> 16 & 1;
#else
    return r->cause == L4_ARCH_CAUSE_ALIEN_AFTER;
#endif
}

static void handle(void *arg)
{
    l4_umword_t from;
    (void)arg;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &from, L4_IPC_NEVER);
    for (;;) {
        unsigned n = handled.count < LOG_MAX ? handled.count++ : LOG_MAX - 1;
        l4_exc_regs_t *r = l4_utcb_exc();
        handled.log[n].label = l4_msgtag_label(tag);
        handled.log[n].is_pf = (l4_umword_t)l4_utcb_exc_is_pf(r);
        handled.log[n].after = is_after(r);
        handled.log[n].pfa = l4_utcb_exc_pfa(r);
        if (l4_utcb_exc_is_pf(r))
            l4_utcb_exc_pc_set(r, handled.resume_at);
        tag = l4_msgtag(handled.allow ? L4_PROTO_ALLOW_SYSCALL : 0,
                        L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0);
        tag =
            l4_ipc_reply_and_wait(l4_utcb(), tag, &from, L4_IPC_SEND_TIMEOUT_0);
    }
}

static void run(void (*fn)(void *), void *arg, int on)
{
    handled.count = 0;
    seen = 0;
    got_error = ~0ul;
    worker_start(&handler, handle, 0, 0);
    worker_make(&alien);
    worker_handlers(&alien, L4_BASE_PAGER_CAP, gate_to(handler.cap, 0));
    l4_thread_control_start();
    l4_thread_control_alien(on);
    CHECK_EQ(result(l4_thread_control_commit(alien.cap)), 0);
    worker_run(&alien, fn, arg, 2);
    l4_ipc_sleep_us(200);
}

static void end(void)
{
    worker_delete(&alien);
    worker_delete(&handler);
    l4_ipc_sleep_us(1);
}

static void call_once(void *arg)
{
    (void)arg;
    seen = 1;
    l4_kernel_clock_t us;
    got_error = (l4_umword_t)result(l4_thread_stats_time(L4_INVALID_CAP, &us));
    seen = 2;
    for (;;)
        seen |= 4;
}

static void an_allowed_call_is_made_between_two(void)
{
    handled.allow = 1;
    run(call_once, 0, 1);
    CHECK_EQ(seen, 6);
    CHECK_EQ(got_error, 0);
    CHECK_EQ(handled.count, 2);
    CHECK_EQ(handled.log[0].label, L4_PROTO_EXCEPTION);
    CHECK_EQ(handled.log[0].after, 0);
    CHECK_EQ(handled.log[1].label, L4_PROTO_EXCEPTION);
    CHECK_EQ(handled.log[1].after, 1);
    end();
}

static void skip_call(void *arg)
{
    (void)arg;
    seen = 1;
    l4_irq_trigger(irq);
    seen = 2;
    for (;;)
        seen |= 4;
}

static void one_not_allowed_is_left_out(void)
{
    l4_umword_t label;
    handled.allow = 0;
    irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0x40)), 0);
    run(skip_call, 0, 1);
    CHECK_EQ(seen, 6);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    end();
}

static void sleep_long(void *arg)
{
    (void)arg;
    seen = 1;
    l4_msgtag_t tag = l4_ipc_sleep_us(300);
    got_error = (l4_umword_t)ipc_code(tag);
    seen = 2;
    for (;;)
        seen |= 4;
}

static void a_call_that_blocks_is_after_when_it_ends(void)
{
    handled.allow = 1;
    run(sleep_long, 0, 1);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(seen, 1);
    l4_ipc_sleep_us(300);
    CHECK_EQ(handled.count, 2);
    CHECK_EQ(handled.log[1].after, 1);
    CHECK_EQ(got_error, L4_IPC_RETIMEOUT);
    CHECK_EQ(seen, 6);
    end();
}

static void a_cancelled_call_is_after_too(void)
{
    handled.allow = 1;
    run(sleep_long, 0, 1);
    CHECK_EQ(result(l4_thread_ex_regs(alien.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(handled.count, 2);
    CHECK_EQ(got_error, L4_IPC_RECANCELED);
    CHECK_EQ(seen, 6);
    end();
}

static void here_instead(void)
{
    seen = 0x600d;
    for (;;)
        seen |= 0;
}

static void touch(void *arg)
{
    *(volatile l4_umword_t *)arg = 1;
    seen = 1;
}

static void a_page_fault_is_an_exception(void)
{
    l4_addr_t window = window_new();
    handled.allow = 0;
    handled.resume_at = (l4_addr_t)here_instead;
    run(touch, (void *)window, 1);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(handled.log[0].is_pf, 1);
    CHECK_EQ(handled.log[0].pfa, window | 2);
    CHECK_EQ(seen, 0x600d);
    end();
}

static void it_can_be_switched_off(void)
{
    handled.allow = 0;
    run(call_once, 0, 0);
    CHECK_EQ(handled.count, 0);
    CHECK_EQ(seen, 6);
    CHECK_EQ(got_error, 0);
    end();
}

const struct kernel_test alien_tests[] = {
    {"alien: an allowed call is made between two exceptions",
     an_allowed_call_is_made_between_two},
    {"alien: one not allowed is left out", one_not_allowed_is_left_out},
    {"alien: one that blocks is `after` when it ends",
     a_call_that_blocks_is_after_when_it_ends},
    {"alien: a cancelled one is `after`, too", a_cancelled_call_is_after_too},
    {"alien: a page fault is an exception", a_page_fault_is_an_exception},
    {"alien: can be switched off", it_can_be_switched_off},
    {0, 0},
};
