/*
 * Every function that sends or waits (forms.h), against everything that ends a
 * message at once: nobody there, no wait allowed, what does not fit. (What ends
 * a wait is in stages.c, what ends a message in the middle in cut.c.)
 */
#include "forms.h"

/* --- nobody there --------------------------------------------------------- */

static void an_empty_slot(void)
{
    FOR_EACH(f, SENDS | CLOSED)
    {
        act_as(f);
        act.dest = cap_new();
        act_now(0);
        CHECK_EQ(act.code & ~1l, L4_IPC_ENOT_EXISTENT);
        proved(f->page, "L4_IPC_ENOT_EXISTENT", "empty slot");
        act_end();
    }
}

/* A gate stays when the thread it is bound to goes. */
static void a_partner_that_is_gone(void)
{
    struct worker gone;
    worker_make(&gone);
    l4_cap_idx_t gate = gate_to(gone.cap, 0);
    worker_delete(&gone);
    FOR_EACH(f, SENDS)
    {
        act_as(f);
        act.dest = gate;
        act_now(0);
        ACT_PROVES(L4_IPC_ENOT_EXISTENT, "the partner is gone");
        act_end();
    }
}

static void oneself(void)
{
    FOR_EACH(f, SENDS)
    {
        act_as(f);
        act.dest = worker.cap;
        act_now(0);
        ACT_PROVES(L4_IPC_ENOT_EXISTENT, "the partner is the invoker itself");
        act_end();
    }
}

static void who_sends_nothing(void)
{
    l4_cap_idx_t unbound = gate_to(L4_INVALID_CAP, 0);
    FOR_EACH(f, CLOSED)
    {
        if (f->phases & SENDS)
            continue;
        act_as(f);
        act.dest = unbound;
        act_now(0);
        CHECK_EQ(act.code, L4_IPC_ENOT_EXISTENT | 1);
        proved(f->page, "L4_IPC_ENOT_EXISTENT", "unbound gate");
        act_end();
        act_as(f);
        act.dest = L4_BASE_LOG_CAP;
        act_now(0);
        CHECK_EQ(act.code, 0);
        proved(f->page, "-L4_EBADPROTO", "an object that sends nothing");
        CHECK_EQ(act.answer, -L4_EBADPROTO);
        act_end();
    }
}

static void no_caller_to_answer(void)
{
    FOR_EACH(f, REPLIES)
    {
        static struct form at_once;
        act_as(f);
        at_once = *f;
        at_once.phases = 0; /* takes no call */
        act.form = &at_once;
        act_now(0);
        ACT_PROVES(L4_IPC_ENOT_EXISTENT, "nobody is to be answered");
        act_end();
    }
}

static void a_receiver_that_does_not_wait(void)
{
    FOR_EACH(f, SENDS)
    {
        act_as(f);
        act.timeout = L4_IPC_BOTH_TIMEOUT_0;
        act_now(0);
        ACT_PROVES(L4_IPC_SETIMEOUT, "with 0: the receiver does not wait");
        act_end();
    }
}

/* --- what does not fit: the send phase -------------------------------------
 */

static void window(l4_umword_t flags, l4_fpage_t page, l4_cap_idx_t task)
{
    l4_utcb_br()->br[0] = flags | L4_ITEM_MAP;
    l4_utcb_br()->br[1] = page.raw;
    l4_utcb_br()->br[2] = task;
    l4_utcb_br()->br[3] = 0;
    l4_utcb_br()->bdr = 0;
}

/* This thread takes the worker's message: waits for it, or has called it. */
static void take(void)
{
    l4_umword_t label;
    l4_timeout_t now = L4_IPC_BOTH_TIMEOUT_0;
    if (act.form->phases & REPLIES)
        l4_ipc_call(worker.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    else
        l4_ipc_wait(l4_utcb(), &label, now);
    l4_utcb_br()->br[0] = 0;
}

static void too_many_words(void)
{
    FOR_EACH(f, SENDS | REPLIES)
    {
        act_as(f);
        act.tag = l4_msgtag(0, 62, 1, 0);
        act_now(0);
        if (f->phases & REPLIES) { /* it waits for a call to answer */
            l4_timeout_s soon = l4_timeout_from_us(1000);
            l4_ipc_call(worker.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                        l4_timeout(soon, soon));
        }
        ACT_PROVES(L4_IPC_SEMSGCUT, "words and items do not fit 63 registers");
        act_end();
    }
}

static void send_a_capability(void)
{
    act.tag = l4_msgtag(0, 0, 1, 0);
    act.words[0] = L4_ITEM_MAP;
    act.words[1] = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RO).raw;
}

static void a_receiver_without_a_window(void)
{
    FOR_EACH(f, SENDS | REPLIES)
    {
        act_as(f);
        send_a_capability();
        act_now(0);
        l4_utcb_br()->br[0] = 0;
        take();
        ACT_PROVES(L4_IPC_SEMSGCUT, "the receiver has no window for an item");
        act_end();
    }
}

static struct {
    l4_cap_idx_t factory, task, slot; /* full_task() */
} full;

static void full_make(void)
{
    full.task = full_task(&full.factory, &full.slot);
}

static void full_delete(void)
{
    cap_delete(full.task);
    cap_delete(full.factory);
    l4_ipc_sleep_us(1);
}

static void a_receiver_without_memory(void)
{
    full_make();
    FOR_EACH(f, SENDS | REPLIES)
    {
        act_as(f);
        send_a_capability();
        act_now(0);
        window(L4_RCV_ITEM_FORWARD_MAPPINGS, l4_obj_fpage(full.slot, 0, 0),
               full.task);
        take();
        ACT_PROVES(L4_IPC_SEMAPFAILED,
                   "a mapping failed, most often for want of memory");
        act_end();
    }
    full_delete();
}

/* --- what does not fit: the receive phase ----------------------------------
 */

/* This thread sends the worker a capability, when the worker's own message,
 * if there is one, has come. */
static void give(void)
{
    l4_msgtag_t tag = l4_msgtag(0, 0, 1, 0);
    l4_umword_t label;
    l4_timeout_s soon = l4_timeout_from_us(1000);
    if (act.form->phases & SENDS)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0);
    if (act.form->phases & REPLIES)
        l4_ipc_call(worker.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    l4_utcb_mr()->mr[0] = L4_ITEM_MAP;
    l4_utcb_mr()->mr[1] = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RO).raw;
    l4_ipc_send(worker.cap, l4_utcb(), tag, l4_timeout(soon, soon));
    l4_ipc_sleep_us(1);
}

static void no_window_for_what_comes(void)
{
    FOR_EACH(f, CLOSED | OPEN)
    {
        act_as(f);
        act_now(0);
        give();
        ACT_PROVES(L4_IPC_REMSGCUT,
                   "the sender's items did not fit the windows");
        act_end();
    }
}

static void no_memory_for_what_comes(void)
{
    full_make();
    FOR_EACH(f, CLOSED | OPEN)
    {
        act_as(f);
        act.buffers[0] = L4_RCV_ITEM_FORWARD_MAPPINGS | L4_ITEM_MAP;
        act.buffers[1] = l4_obj_fpage(full.slot, 0, 0).raw;
        act.buffers[2] = full.task;
        act_now(0);
        give();
        ACT_PROVES(L4_IPC_REMAPFAILED,
                   "a mapping of the sender's items failed");
        act_end();
    }
    full_delete();
}

/* A server that waits after its answer: it ends as any wait. */
static void a_wait_after_an_answer(void)
{
    const struct form *f = &forms[FORMS - 1];
    l4_timeout_s soon = l4_timeout_from_us(500);
    act_as(f);
    act.timeout = l4_timeout(soon, soon);
    act_now(0);
    CHECK_EQ(ipc_code(l4_ipc_call(worker.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_NEVER)),
             0);
    CHECK_EQ(act.code, NO_CODE);
    l4_ipc_sleep_us(600);
    ACT_PROVES(L4_IPC_RETIMEOUT, "the receive timeout passed");
    act_end();
    act_as(f);
    act_now(0);
    CHECK_EQ(ipc_code(l4_ipc_call(worker.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_NEVER)),
             0);
    CHECK_EQ(result(l4_thread_ex_regs(worker.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    l4_ipc_sleep_us(1);
    ACT_PROVES(L4_IPC_RECANCELED, "`l4_thread_ex_regs()` with CANCEL");
    act_end();
}

/* --- it goes well ------------------------------------------------------------
 */

static void each_form_succeeds(void)
{
    FOR_EACH(f, SENDS | CLOSED | OPEN | REPLIES)
    {
        l4_umword_t label;
        act_as(f);
        act_now(0);
        if (f->phases & REPLIES)
            CHECK_EQ(ipc_code(l4_ipc_call(worker.cap, l4_utcb(),
                                          l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER)),
                     0);
        if (f->phases & SENDS)
            CHECK_EQ(
                ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
                0);
        if (f->phases & (CLOSED | OPEN)) {
            l4_ipc_sleep_us(1);
            CHECK_EQ(act.code, NO_CODE);
            CHECK_EQ(ipc_code(l4_ipc_send(worker.cap, l4_utcb(),
                                          l4_msgtag(0, 0, 0, 0),
                                          L4_IPC_BOTH_TIMEOUT_0)),
                     0);
        }
        l4_ipc_sleep_us(1);
        CHECK_EQ(act.code, 0);
        proved(f->page, "0", "success");
        act_end();
    }
}

const struct kernel_test phase_tests[] = {
    {"ipc: each form, done", each_form_succeeds},
    {"ipc: each form, an empty slot", an_empty_slot},
    {"ipc: each form, the partner is gone", a_partner_that_is_gone},
    {"ipc: each form, to oneself", oneself},
    {"ipc: each form, from who sends nothing", who_sends_nothing},
    {"ipc: each form, no caller to answer", no_caller_to_answer},
    {"ipc: each form, a receiver that does not wait",
     a_receiver_that_does_not_wait},
    {"ipc: each form, too many words", too_many_words},
    {"ipc: each form, a receiver without a window",
     a_receiver_without_a_window},
    {"ipc: each form, a receiver without memory", a_receiver_without_memory},
    {"ipc: each form, no window for what comes", no_window_for_what_comes},
    {"ipc: each form, no memory for what comes", no_memory_for_what_comes},
    {"ipc: reply and wait, the wait ends", a_wait_after_an_answer},
    {0, 0},
};
