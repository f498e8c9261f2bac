/*
 * Semaphores: counting, waiting, who is first, the end.
 */
#include "harness.h"
#include <l4/sys/semaphore.h>

enum { WAITERS = 3, LINE = 20 };

static l4_cap_idx_t sem;
static unsigned woken[WAITERS], woken_count;
static long codes[WAITERS];

static l4_cap_idx_t sem_new(void)
{
    l4_cap_idx_t c = cap_new();
    l4_msgtag_t tag =
        l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_SEMAPHORE, c);
    CHECK_EQ(result(tag), 0);
    return c;
}

static long down_now(l4_cap_idx_t s)
{
    return ipc_code(l4_semaphore_down(s, L4_IPC_BOTH_TIMEOUT_0));
}

static void downer(void *number)
{
    unsigned n = (unsigned)(l4_umword_t)number;
    codes[n] = ipc_code(l4_semaphore_down(sem, L4_IPC_NEVER));
    woken[woken_count++] = n;
}

/* WAITERS threads in a down, number n with priority prio[n]. */
static void waiters_start(struct worker *w, const unsigned *prio)
{
    sem = sem_new();
    woken_count = 0;
    for (unsigned n = 0; n < WAITERS; n++) {
        codes[n] = 99;
        worker_start(&w[n], downer, (void *)(l4_umword_t)n, prio[n]);
    }
    CHECK_EQ(woken_count, 0);
}

static void waiters_delete(struct worker *w)
{
    for (unsigned n = 0; n < WAITERS; n++)
        worker_delete(&w[n]);
}

static void ups_are_counted(void)
{
    l4_cap_idx_t s = sem_new();
    CHECK_EQ(down_now(s), L4_IPC_RETIMEOUT);
    for (unsigned i = 0; i < 3; i++)
        PROVE("semaphore_up", "success",
              l4_msgtag_has_error(l4_semaphore_up(s)), 0);
    for (unsigned i = 0; i < 3; i++)
        PROVE("semaphore_down", "success", down_now(s), 0);
    CHECK_EQ(down_now(s), L4_IPC_RETIMEOUT);
}

static void a_down_waits_as_long_as_it_says(void)
{
    l4_cap_idx_t s = sem_new();
    l4_timeout_t ms =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(1000));
    l4_kernel_clock_t before = l4_kip_clock(l4_kip());
    CHECK_EQ(ipc_code(l4_semaphore_down(s, ms)), L4_IPC_RETIMEOUT);
    CHECK(l4_kip_clock(l4_kip()) - before >= 1000);
    CHECK_EQ(down_now(s), L4_IPC_RETIMEOUT);
}

static void equals_are_served_as_they_came(void)
{
    static const unsigned prio[WAITERS] = {MAIN_PRIO + 1, MAIN_PRIO + 1,
                                           MAIN_PRIO + 1};
    struct worker w[WAITERS];
    waiters_start(w, prio);
    for (unsigned n = 0; n < WAITERS; n++) {
        l4_semaphore_up(sem);
        CHECK_EQ(woken_count, n + 1);
        CHECK_EQ(woken[n], n);
        CHECK_EQ(codes[n], 0);
    }
    CHECK_EQ(down_now(sem), L4_IPC_RETIMEOUT); /* nothing was counted */
    waiters_delete(w);
}

static void the_highest_priority_is_first(void)
{
    static const unsigned prio[WAITERS] = {MAIN_PRIO + 1, MAIN_PRIO + 3,
                                           MAIN_PRIO + 2};
    static const unsigned order[WAITERS] = {1, 2, 0};
    struct worker w[WAITERS];
    waiters_start(w, prio);
    for (unsigned n = 0; n < WAITERS; n++) {
        l4_semaphore_up(sem);
        CHECK_EQ(woken[n], order[n]);
    }
    waiters_delete(w);
}

static void deleting_it_wakes_all(void)
{
    static const unsigned prio[WAITERS] = {MAIN_PRIO + 1, MAIN_PRIO + 1,
                                           MAIN_PRIO + 1};
    struct worker w[WAITERS];
    waiters_start(w, prio);
    cap_delete(sem);
    l4_ipc_sleep_us(1);
    CHECK_EQ(woken_count, WAITERS);
    for (unsigned n = 0; n < WAITERS; n++)
        CHECK_EQ(codes[n], L4_IPC_ENOT_EXISTENT | 1);
    waiters_delete(w);
}

static void a_cancelled_waiter_takes_nothing(void)
{
    static const unsigned prio[WAITERS] = {MAIN_PRIO + 1, MAIN_PRIO + 1,
                                           MAIN_PRIO + 1};
    struct worker w[WAITERS];
    waiters_start(w, prio);
    CHECK_EQ(result(l4_thread_ex_regs(w[0].cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    CHECK_EQ(codes[0], L4_IPC_RECANCELED);
    worker_delete(&w[1]);
    l4_ipc_sleep_us(1);
    l4_semaphore_up(sem);
    CHECK_EQ(codes[2], 0);
    CHECK_EQ(codes[1], 99);
    waiters_delete(w);
}

static void down_needs_s_up_nothing(void)
{
    l4_cap_idx_t s = sem_new();
    l4_cap_idx_t weak = cap_copy(s, L4_CAP_FPAGE_RO);
    CHECK_EQ(result(l4_semaphore_up(weak)), 0);
    PROVE("semaphore_down", "no S",
          result(l4_semaphore_down(weak, L4_IPC_NEVER)), -L4_EPERM);
    CHECK_EQ(down_now(cap_copy(s, L4_CAP_FPAGE_RS)), 0);
    /* Nor does a receive, or an up with one, get around it. */
    l4_semaphore_up(s);
    CHECK_EQ(ipc_code(l4_ipc_receive(weak, l4_utcb(), L4_IPC_NEVER)),
             L4_IPC_ENOT_EXISTENT | 1);
    CHECK_EQ(request(weak, L4_PROTO_IRQ, 0, 0), 0);
    CHECK_EQ(down_now(s), 0);
    CHECK_EQ(down_now(s), 0);
    CHECK_EQ(down_now(s), L4_IPC_RETIMEOUT);
}

static void requests_it_does_not_know(void)
{
    l4_cap_idx_t s = sem_new();
    CHECK_EQ(request_op(s, L4_PROTO_SEMAPHORE, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(s, L4_PROTO_IRQ, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(s, L4_PROTO_TASK, 0), -L4_EBADPROTO);
    CHECK_EQ(request(s, L4_PROTO_SEMAPHORE, 0, 0), -L4_EMSGTOOSHORT);
    l4_utcb_mr()->mr[0] = L4_SEMAPHORE_OP_DOWN;
    CHECK_EQ(ipc_code(l4_ipc_send(s, l4_utcb(),
                                  l4_msgtag(L4_PROTO_SEMAPHORE, 1, 0, 0),
                                  L4_IPC_NEVER)),
             L4_IPC_RETIMEOUT);
}

const struct kernel_test semaphore_tests[] = {
    {"semaphore: ups are counted", ups_are_counted},
    {"semaphore: a down waits as long as it says",
     a_down_waits_as_long_as_it_says},
    {"semaphore: equals are served as they came",
     equals_are_served_as_they_came},
    {"semaphore: the highest priority is first", the_highest_priority_is_first},
    {"semaphore: deleting it wakes all", deleting_it_wakes_all},
    {"semaphore: a cancelled waiter takes nothing",
     a_cancelled_waiter_takes_nothing},
    {"semaphore: down needs S, up nothing", down_needs_s_up_nothing},
    {"semaphore: requests it does not know", requests_it_does_not_know},
    {0, 0},
};
