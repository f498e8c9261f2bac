/*
 * ex_regs of a thread in every state: what is cancelled, when the exception
 * it asks for comes, what a thread in an exception keeps, what is told.
 */
#include "harness.h"

enum { WAITS = 99, DONE = 0x600d, NAP_US = 500 };

static struct worker subject, handler;
static volatile long code;
static volatile l4_umword_t seen;

/* The handler of the subject's exceptions. */
static struct {
    volatile unsigned count;
    l4_umword_t by_ex_regs; /* the last of them */
    long code_then;         /* what the subject had come to */
    unsigned hold_us;       /* answers late */
    volatile long answered; /* what its own answer came to */
} handled;

static void handle(void *arg)
{
    l4_umword_t from;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &from, L4_IPC_NEVER);
    for (;;) {
        l4_exc_regs_t *r = l4_utcb_exc();
        handled.by_ex_regs = (l4_umword_t)l4_utcb_exc_is_ex_regs_exception(r);
        handled.code_then = code;
        handled.count++;
        l4_exc_regs_t kept = *r;
        if (handled.hold_us)
            l4_ipc_sleep_us(handled.hold_us);
        *l4_utcb_exc() = kept;
        l4_msgtag_t tag = l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0);
        tag = l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(), tag,
                          L4_IPC_BOTH_TIMEOUT_0);
        handled.answered = ipc_code(tag);
        l4_ipc_wait(l4_utcb(), &from, L4_IPC_NEVER);
    }
}

static void nap(void *arg)
{
    (void)arg;
    code = ipc_code(l4_ipc_sleep_us(NAP_US));
    seen = 1;
}

static void send_to_main(void *arg)
{
    (void)arg;
    code = ipc_code(
        l4_ipc_send(MAIN_CAP, l4_utcb(), l4_msgtag(3, 0, 0, 0), L4_IPC_NEVER));
    seen = 1;
}

static void call_main(void *arg)
{
    (void)arg;
    code = ipc_code(
        l4_ipc_call(MAIN_CAP, l4_utcb(), l4_msgtag(3, 0, 0, 0), L4_IPC_NEVER));
    seen = 1;
}

static void spin(void *arg)
{
    (void)arg;
    for (;;)
        seen++;
}

static void here_instead(void)
{
    seen = DONE;
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

static void start(void (*fn)(void *))
{
    handled.count = handled.hold_us = 0;
    handled.answered = WAITS;
    code = WAITS;
    seen = 0;
    worker_start(&handler, handle, 0, 0);
    worker_make(&subject);
    worker_handlers(&subject, L4_BASE_PAGER_CAP, gate_to(handler.cap, 0));
    worker_run(&subject, fn, 0, fn == spin ? 2 : 0);
}

static void end(void)
{
    worker_delete(&subject);
    worker_delete(&handler);
    l4_ipc_sleep_us(1);
}

static long ex_regs(l4_addr_t ip, l4_umword_t flags)
{
    return result(l4_thread_ex_regs(subject.cap, ip, ~0ul, flags));
}

static long trigger(l4_umword_t flags)
{
    return ex_regs(~0ul, L4_THREAD_EX_REGS_TRIGGER_EXCEPTION | flags);
}

static l4_msgtag_t take(void)
{
    l4_umword_t label;
    return l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0);
}

/* --- TRIGGER_EXCEPTION ---------------------------------------------------- */

static void a_receive_ends_first(void)
{
    start(nap);
    CHECK_EQ(trigger(0), 0);
    l4_ipc_sleep_us(NAP_US / 2);
    CHECK_EQ(handled.count, 0);
    l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(handled.by_ex_regs, 1);
    CHECK_EQ(handled.code_then, WAITS); /* before it went on */
    CHECK_EQ(code, L4_IPC_RETIMEOUT);
    CHECK_EQ(seen, 1);
    end();
}

static void a_send_ends_first(void)
{
    start(send_to_main);
    CHECK_EQ(trigger(0), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 0);
    CHECK_EQ(l4_msgtag_label(take()), 3);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(handled.code_then, WAITS);
    CHECK_EQ(code, 0);
    end();
}

static void a_call_ends_first(void)
{
    start(call_main);
    CHECK_EQ(l4_msgtag_label(take()), 3);
    l4_cap_idx_t caller = subject.cap;
    CHECK_EQ(trigger(0), 0); /* the reply capability is still there */
    CHECK_EQ(handled.count, 0);
    CHECK_EQ(code, WAITS);
    CHECK_EQ(ipc_code(l4_ipc_send(caller, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0)),
             0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(handled.code_then, WAITS);
    CHECK_EQ(code, 0);
    end();
}

static void twice_is_once(void)
{
    start(send_to_main);
    CHECK_EQ(trigger(0), 0);
    CHECK_EQ(trigger(0), 0);
    take();
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(code, 0);
    end();
}

static void cancelled_it_comes_at_once(void)
{
    start(send_to_main);
    CHECK_EQ(trigger(L4_THREAD_EX_REGS_CANCEL), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(handled.by_ex_regs, 1);
    CHECK_EQ(code, L4_IPC_SECANCELED);
    CHECK_EQ(ipc_code(take()), L4_IPC_RETIMEOUT); /* nothing was sent */
    end();
    start(nap);
    CHECK_EQ(trigger(L4_THREAD_EX_REGS_CANCEL), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(code, L4_IPC_RECANCELED);
    end();
}

static void a_late_one_survives_a_cancel(void)
{
    start(send_to_main);
    CHECK_EQ(trigger(0), 0);
    CHECK_EQ(ex_regs(~0ul, L4_THREAD_EX_REGS_CANCEL), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(code, L4_IPC_SECANCELED);
    end();
}

/* --- in an exception ------------------------------------------------------ */

static void in_an_exception_nothing_changes(void)
{
    start(spin);
    handled.hold_us = NAP_US;
    CHECK_EQ(trigger(0), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(trigger(0), 0);
    l4_addr_t ip = (l4_addr_t)here_instead, sp = ~0ul;
    l4_umword_t flags = 0;
    CHECK_EQ(result(l4_thread_ex_regs_ret(subject.cap, &ip, &sp, &flags)), 0);
    CHECK(ip != (l4_addr_t)here_instead && ip != ~0ul);
    l4_addr_t again = ~0ul; /* told all the same, and not set */
    flags = 0;
    sp = ~0ul;
    CHECK_EQ(result(l4_thread_ex_regs_ret(subject.cap, &again, &sp, &flags)),
             0);
    CHECK_EQ(again, ip);
    CHECK_EQ(flags, 0);
    l4_umword_t before = seen;
    l4_ipc_sleep_us(NAP_US * 2);
    CHECK_EQ(handled.answered, 0);
    CHECK_EQ(handled.count, 1); /* no second exception */
    CHECK(seen > before && seen != DONE);
    end();
}

static void cancel_ends_the_exception(void)
{
    start(spin);
    handled.hold_us = NAP_US;
    CHECK_EQ(trigger(0), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(handled.count, 1);
    CHECK_EQ(ex_regs((l4_addr_t)here_instead, L4_THREAD_EX_REGS_CANCEL), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(seen, DONE);
    l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(handled.answered, L4_IPC_ENOT_EXISTENT); /* nobody waits */
    CHECK_EQ(seen, DONE);
    end();
}

static void cancel_and_trigger_in_an_exception(void)
{
    start(spin);
    handled.hold_us = NAP_US;
    CHECK_EQ(trigger(0), 0);
    l4_ipc_sleep_us(10);
    CHECK_EQ(trigger(L4_THREAD_EX_REGS_CANCEL), 0); /* waits for its handler */
    CHECK_EQ(handled.count, 1);
    l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(handled.count, 2);
    CHECK_EQ(handled.by_ex_regs, 1);
    end();
}

/* --- in a page fault ------------------------------------------------------ */

static struct worker mute; /* the pager, which takes one message or none */

static void take_some(void *count)
{
    l4_umword_t label;
    if (count)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}

static l4_addr_t missing;

static void touch(void *arg)
{
    (void)arg;
    seen = *(volatile l4_umword_t *)missing;
}

/* The subject stands in its fault: not sent, or taken and not answered. */
static void start_fault(int taken)
{
    missing = window_new();
    handled.count = handled.hold_us = 0;
    seen = 0;
    worker_start(&mute, take_some, (void *)(l4_addr_t)taken, 0);
    worker_start(&handler, handle, 0, 0);
    handled.hold_us = NAP_US; /* one exception is enough */
    worker_make(&subject);
    worker_handlers(&subject, gate_to(mute.cap, 0), gate_to(handler.cap, 0));
    worker_run(&subject, touch, 0, 0);
    CHECK_EQ(handled.count, 0);
}

static void end_fault(void)
{
    end();
    worker_delete(&mute);
    l4_ipc_sleep_us(1);
}

static void cancelled_in_a_fault(void)
{
    for (int taken = 0; taken < 2; taken++) {
        start_fault(taken);
        CHECK_EQ(ex_regs((l4_addr_t)here_instead, L4_THREAD_EX_REGS_CANCEL), 0);
        l4_ipc_sleep_us(10);
        CHECK_EQ(seen, DONE);
        CHECK_EQ(handled.count, 0); /* no exception of it */
        end_fault();
    }
}

static void the_pager_ends_in_a_fault(void)
{
    for (int taken = 0; taken < 2; taken++) {
        start_fault(taken);
        worker_delete(&mute);
        l4_ipc_sleep_us(10);
        CHECK_EQ(handled.count, 1);
        CHECK_EQ(handled.by_ex_regs, 0);
        CHECK_EQ(seen, 0);
        end_fault();
    }
}

static void deleted_in_a_fault(void)
{
    for (int taken = 0; taken < 2; taken++) {
        start_fault(taken);
        worker_delete(&subject);
        worker_delete(&mute);
        l4_ipc_sleep_us(10);
        CHECK_EQ(handled.count, 0);
        CHECK_EQ(seen, 0);
        end_fault();
    }
}

static void triggered_in_a_fault(void)
{
    for (int taken = 0; taken < 2; taken++) {
        start_fault(taken);
        CHECK_EQ(trigger(0), 0);
        l4_ipc_sleep_us(10);
        CHECK_EQ(handled.count, 0); /* waits for the fault's end */
        CHECK_EQ(trigger(L4_THREAD_EX_REGS_CANCEL), 0);
        l4_ipc_sleep_us(10);
        CHECK_EQ(handled.count, 1);
        CHECK_EQ(handled.by_ex_regs, 1);
        end_fault();
    }
}

/* --- registers ------------------------------------------------------------ */

static void a_new_ip_waits_for_the_end_of_the_ipc(void)
{
    start(nap);
    CHECK_EQ(ex_regs((l4_addr_t)here_instead, 0), 0);
    l4_ipc_sleep_us(NAP_US / 2);
    CHECK_EQ(seen, 0);
    l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(seen, DONE);
    CHECK_EQ(code, WAITS);
    end();
}

static void a_new_ip_with_cancel_is_now(void)
{
    start(nap);
    CHECK_EQ(ex_regs((l4_addr_t)here_instead, L4_THREAD_EX_REGS_CANCEL), 0);
    l4_ipc_sleep_us(1);
    CHECK_EQ(seen, DONE);
    end();
}

static void cancel_of_a_running_one_is_nothing(void)
{
    start(spin);
    l4_ipc_sleep_us(10);
    CHECK_EQ(ex_regs(~0ul, L4_THREAD_EX_REGS_CANCEL), 0);
    l4_umword_t before = seen;
    l4_ipc_sleep_us(10);
    CHECK(seen > before);
    CHECK_EQ(handled.count, 0);
    end();
}

/* What a thread is told is the same before and after it was not changed. */
static void reading_changes_nothing(void)
{
    l4_addr_t ip[2], sp[2];
    l4_umword_t flags = 0;
    start(nap);
    for (unsigned i = 0; i < 2; i++) {
        ip[i] = sp[i] = ~0ul;
        CHECK_EQ(
            result(l4_thread_ex_regs_ret(subject.cap, &ip[i], &sp[i], &flags)),
            0);
        flags = 0;
    }
    CHECK_EQ(ip[0], ip[1]);
    CHECK_EQ(sp[0], sp[1]);
    CHECK_EQ(code, WAITS);
    l4_ipc_sleep_us(NAP_US * 2);
    CHECK_EQ(code, L4_IPC_RETIMEOUT);
    end();
}

const struct kernel_test ex_regs_tests[] = {
    {"ex_regs: trigger, a receive ends first", a_receive_ends_first},
    {"ex_regs: trigger, a send ends first", a_send_ends_first},
    {"ex_regs: trigger, a call ends first", a_call_ends_first},
    {"ex_regs: trigger, twice is once", twice_is_once},
    {"ex_regs: trigger and cancel, at once", cancelled_it_comes_at_once},
    {"ex_regs: trigger, then cancel, still comes",
     a_late_one_survives_a_cancel},
    {"ex_regs: in an exception nothing changes",
     in_an_exception_nothing_changes},
    {"ex_regs: cancel ends the exception", cancel_ends_the_exception},
    {"ex_regs: cancel and trigger, in an exception",
     cancel_and_trigger_in_an_exception},
    {"fault: not sent or not answered, cancelled", cancelled_in_a_fault},
    {"fault: not sent or not answered, the pager deleted",
     the_pager_ends_in_a_fault},
    {"fault: not sent or not answered, the thread deleted", deleted_in_a_fault},
    {"ex_regs: trigger, a fault ends first", triggered_in_a_fault},
    {"ex_regs: a new ip waits for the IPC's end",
     a_new_ip_waits_for_the_end_of_the_ipc},
    {"ex_regs: a new ip with cancel is now", a_new_ip_with_cancel_is_now},
    {"ex_regs: cancel of a running one is nothing",
     cancel_of_a_running_one_is_nothing},
    {"ex_regs: reading changes nothing", reading_changes_nothing},
    {0, 0},
};
