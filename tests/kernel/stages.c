/*
 * Every way to wait, ended in every way: cancelled, timed out, its object
 * deleted, the waiting thread itself deleted.
 */
#include "harness.h"
#include <l4/sys/semaphore.h>

enum { WAITS = 99, TIMEOUT_US = 1000 };

/* Who waits, and what for. The partner never receives, but one message. */
static struct {
    struct worker partner, waiter;
    l4_cap_idx_t gate, unbound, irq, semaphore;
    l4_timeout_t timeout;
    volatile long code;
} stage;

static const l4_msgtag_t nothing = {0};

static l4_msgtag_t send_to_thread(void)
{
    return l4_ipc_send(stage.partner.cap, l4_utcb(), nothing, stage.timeout);
}

static l4_msgtag_t send_through_gate(void)
{
    return l4_ipc_send(stage.gate, l4_utcb(), nothing, stage.timeout);
}

static l4_msgtag_t send_to_unbound_gate(void)
{
    return l4_ipc_send(stage.unbound, l4_utcb(), nothing, stage.timeout);
}

static l4_msgtag_t call_thread(void)
{
    return l4_ipc_call(stage.partner.cap, l4_utcb(), nothing, stage.timeout);
}

static l4_msgtag_t receive_from_thread(void)
{
    return l4_ipc_receive(stage.partner.cap, l4_utcb(), stage.timeout);
}

static l4_msgtag_t receive_from_gate(void)
{
    return l4_ipc_receive(stage.gate, l4_utcb(), stage.timeout);
}

static l4_msgtag_t open_wait(void)
{
    l4_umword_t label;
    return l4_ipc_wait(l4_utcb(), &label, stage.timeout);
}

static l4_msgtag_t send_and_wait(void)
{
    l4_umword_t label;
    return l4_ipc_send_and_wait(stage.partner.cap, l4_utcb(), nothing, &label,
                                stage.timeout);
}

static l4_msgtag_t next_period(void)
{
    l4_umword_t label;
    return l4_ipc_wait_next_period(l4_utcb(), &label, stage.timeout);
}

static l4_msgtag_t bare(unsigned flags)
{
    l4_umword_t label;
    return l4_ipc(stage.partner.cap, l4_utcb(), flags, 0, nothing, &label,
                  stage.timeout);
}

static l4_msgtag_t bare_send(void)
{
    return bare(L4_SYSF_SEND);
}

static l4_msgtag_t bare_receive(void)
{
    return bare(L4_SYSF_RECV);
}

static l4_msgtag_t sleep_on(void)
{
    return l4_ipc_sleep(stage.timeout);
}

static l4_msgtag_t receive_irq(void)
{
    return l4_irq_receive(stage.irq, stage.timeout);
}

static l4_msgtag_t down(void)
{
    return l4_semaphore_down(stage.semaphore, stage.timeout);
}

/* --- the ends ------------------------------------------------------------- */

struct way {
    const char *page; /* of docs/kernel, that documents its outcomes */
    l4_msgtag_t (*wait)(void);
    long phase;           /* 0 send, 1 receive */
    int answered;         /* the partner takes one message first */
    l4_cap_idx_t *object; /* what it waits for; 0: nobody */
    long gone;            /* the code when that is deleted */
    const char *gone_why; /* as the page has it */
};
#define SEND_ENDED  "the gate or the partner ended during the wait"
#define CLOSE_ENDED "the partner of a closed receive ended"

static void partner_main(void *arg)
{
    l4_umword_t label;
    const struct way *w = arg;
    if (w->answered)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}

static void waiter_main(void *arg)
{
    const struct way *w = arg;
    stage.code = ipc_code(w->wait());
}

static void stage_begin(const struct way *w, l4_timeout_t timeout)
{
    stage.timeout = timeout;
    stage.code = WAITS;
    stage.irq = cap_new();
    stage.semaphore = cap_new();
    worker_start(&stage.partner, partner_main, (void *)w, 0);
    stage.gate = gate_to(stage.partner.cap, 0);
    stage.unbound = gate_to(L4_INVALID_CAP, 0);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, stage.irq)), 0);
    CHECK_EQ(result(l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_SEMAPHORE,
                                      stage.semaphore)),
             0);
    worker_make(&stage.waiter);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(stage.irq, stage.waiter.cap, 0)), 0);
    worker_run(&stage.waiter, waiter_main, (void *)w, 0);
    CHECK_EQ(stage.code, WAITS);
}

static void stage_end(void)
{
    cap_delete(stage.gate);
    cap_delete(stage.unbound);
    cap_delete(stage.irq);
    cap_delete(stage.semaphore);
    worker_delete(&stage.waiter);
    worker_delete(&stage.partner);
}

static void cancelled(const struct way *w)
{
    stage_begin(w, L4_IPC_NEVER);
    CHECK_EQ(result(l4_thread_ex_regs(stage.waiter.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    l4_ipc_sleep_us(1);
    CHECK_EQ(stage.code, L4_IPC_SECANCELED | w->phase);
    proved(w->page, w->phase ? "L4_IPC_RECANCELED" : "L4_IPC_SECANCELED",
           "`l4_thread_ex_regs()` with CANCEL");
    stage_end();
}

static void timed_out(const struct way *w)
{
    l4_timeout_s t = l4_timeout_from_us(TIMEOUT_US);
    stage_begin(w, l4_timeout(t, t));
    l4_ipc_sleep_us(TIMEOUT_US / 2);
    CHECK_EQ(stage.code, WAITS);
    l4_ipc_sleep_us(TIMEOUT_US);
    CHECK_EQ(stage.code, L4_IPC_SETIMEOUT | w->phase);
    if (w->wait != sleep_on) /* its ordinary end */
        proved(w->page, w->phase ? "L4_IPC_RETIMEOUT" : "L4_IPC_SETIMEOUT",
               w->phase ? "the receive timeout passed"
                        : "the send timeout passed");
    stage_end();
}

static void object_deleted(const struct way *w)
{
    stage_begin(w, L4_IPC_NEVER);
    cap_delete(*w->object);
    l4_ipc_sleep_us(1);
    CHECK_EQ(stage.code, w->gone);
    proved(w->page,
           w->gone == L4_IPC_REABORTED ? "L4_IPC_REABORTED"
                                       : "L4_IPC_ENOT_EXISTENT",
           w->gone_why);
    stage_end();
}

/* Nobody meets it afterwards, and it never goes on. */
static void waiter_deleted(const struct way *w)
{
    stage_begin(w, L4_IPC_NEVER);
    worker_delete(&stage.waiter);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_semaphore_up(stage.semaphore)), 0);
    CHECK_EQ(result(l4_semaphore_down(stage.semaphore, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    CHECK_EQ(stage.code, WAITS);
    stage_end();
}

/* --- the ways ------------------------------------------------------------- */

#define WAY(name, ...)                                                         \
    static const struct way name##_way = {__VA_ARGS__};                        \
    static void name##_cancelled(void)                                         \
    {                                                                          \
        cancelled(&name##_way);                                                \
    }                                                                          \
    static void name##_timed_out(void)                                         \
    {                                                                          \
        timed_out(&name##_way);                                                \
    }                                                                          \
    static void name##_waiter_deleted(void)                                    \
    {                                                                          \
        waiter_deleted(&name##_way);                                           \
    }

/* One that also waits for an object which can go. */
#define WAY_FOR(name, ...)                                                     \
    WAY(name, __VA_ARGS__)                                                     \
    static void name##_object_deleted(void)                                    \
    {                                                                          \
        object_deleted(&name##_way);                                           \
    }

WAY_FOR(send_thread, "ipc_send", send_to_thread, 0, 0, &stage.partner.cap,
        L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(send_gate, "ipc_send", send_through_gate, 0, 0, &stage.gate,
        L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(send_unbound, "ipc_send", send_to_unbound_gate, 0, 0, &stage.unbound,
        L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(call_send, "ipc_call", call_thread, 0, 0, &stage.partner.cap,
        L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(call_reply, "ipc_call", call_thread, 1, 1, &stage.partner.cap,
        L4_IPC_REABORTED, CLOSE_ENDED)
WAY_FOR(receive, "ipc_receive", receive_from_thread, 1, 0, &stage.partner.cap,
        L4_IPC_REABORTED, CLOSE_ENDED)
WAY_FOR(receive_gate, "ipc_receive", receive_from_gate, 1, 0,
        &stage.partner.cap, L4_IPC_REABORTED, CLOSE_ENDED)
WAY_FOR(irq, "irq_receive", receive_irq, 1, 0, &stage.irq,
        L4_IPC_ENOT_EXISTENT | 1, "the IRQ ended (receive phase)")
WAY_FOR(semaphore, "semaphore_down", down, 1, 0, &stage.semaphore,
        L4_IPC_ENOT_EXISTENT | 1, "the semaphore ended (receive phase)")
WAY_FOR(send_wait_send, "ipc_send_and_wait", send_and_wait, 0, 0,
        &stage.partner.cap, L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(ipc_send, "ipc", bare_send, 0, 0, &stage.partner.cap,
        L4_IPC_ENOT_EXISTENT, SEND_ENDED)
WAY_FOR(ipc_receive, "ipc", bare_receive, 1, 0, &stage.partner.cap,
        L4_IPC_REABORTED, CLOSE_ENDED)
WAY(wait, "ipc_wait", open_wait, 1, 0, 0, 0, 0)
WAY(send_wait, "ipc_send_and_wait", send_and_wait, 1, 1, 0, 0, 0)
WAY(period, "ipc_wait_next_period", next_period, 1, 0, 0, 0, 0)
WAY(sleeping, "ipc_sleep", sleep_on, 1, 0, 0, 0, 0)

static void send_gate_thread_object_deleted(void)
{
    static const struct way way = {
        "ipc_send",         send_through_gate,    0,         0,
        &stage.partner.cap, L4_IPC_ENOT_EXISTENT, SEND_ENDED};
    object_deleted(&way);
}

#define WAY_TESTS(text, name)                                                  \
    {text ", cancelled", name##_cancelled},                                    \
        {text ", timed out", name##_timed_out},                                \
    {                                                                          \
        text ", the waiting thread deleted", name##_waiter_deleted             \
    }

const struct kernel_test stage_tests[] = {
    WAY_TESTS("ipc: send to a thread", send_thread),
    {"ipc: send to a thread, the receiver deleted", send_thread_object_deleted},
    WAY_TESTS("ipc: send through a gate", send_gate),
    {"ipc: send through a gate, the gate deleted", send_gate_object_deleted},
    {"ipc: send through a gate, the receiver deleted",
     send_gate_thread_object_deleted},
    WAY_TESTS("ipc: send to an unbound gate", send_unbound),
    {"ipc: send to an unbound gate, the gate deleted",
     send_unbound_object_deleted},
    WAY_TESTS("ipc: call, not yet sent", call_send),
    {"ipc: call, not yet sent, the receiver deleted", call_send_object_deleted},
    WAY_TESTS("ipc: call, not yet answered", call_reply),
    {"ipc: call, not yet answered, the server deleted",
     call_reply_object_deleted},
    WAY_TESTS("ipc: receive from a thread", receive),
    {"ipc: receive from a thread, it is deleted", receive_object_deleted},
    WAY_TESTS("ipc: receive from a gate's thread", receive_gate),
    {"ipc: receive from a gate's thread, it is deleted",
     receive_gate_object_deleted},
    WAY_TESTS("ipc: open wait", wait),
    WAY_TESTS("ipc: wait for the next period", period),
    WAY_TESTS("ipc: send and wait, not yet sent", send_wait_send),
    {"ipc: send and wait, the receiver deleted", send_wait_send_object_deleted},
    WAY_TESTS("ipc: the bare call, send", ipc_send),
    {"ipc: the bare call, the receiver deleted", ipc_send_object_deleted},
    WAY_TESTS("ipc: the bare call, receive", ipc_receive),
    {"ipc: the bare call, the sender deleted", ipc_receive_object_deleted},
    WAY_TESTS("ipc: send and wait, sent", send_wait),
    WAY_TESTS("ipc: sleep", sleeping),
    WAY_TESTS("irq: receive", irq),
    {"irq: receive, the IRQ deleted", irq_object_deleted},
    WAY_TESTS("semaphore: down", semaphore),
    {"semaphore: down, the semaphore deleted", semaphore_object_deleted},
    {0, 0},
};
