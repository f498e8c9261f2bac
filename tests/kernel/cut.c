/*
 * Messages that end in the middle of their items: the partner is cancelled, or
 * deleted, between two pieces of a transfer.
 *
 * Both partners have less priority than the main thread, which sleeps a while
 * and then strikes. When the transfer is under way it cannot know, so it tries
 * later and later; one try in many hits it (a transfer takes ten times as long
 * as two tries are apart), and what the partner is told then is no chance.
 */
#include "forms.h"
#include <stdbool.h>

enum {
    ORDER = 12, /* 4,096 pages, some hundred microseconds */
    BITS = ORDER + L4_PAGESHIFT,
    PRIO = MAIN_PRIO - 10,
    FIRST_US = 10,
    STEP_US = 20,
    TRIES = 100,
};

static struct worker partner;
static l4_addr_t many, room; /* the pages, where they are sent to */

static void map(l4_addr_t from, unsigned bits, l4_addr_t to)
{
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                l4_fpage(from, bits, L4_FPAGE_RW), to)),
             0);
}

static void take_back(l4_addr_t at)
{
    l4_fpage_t all = l4_fpage(at, BITS, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, all, L4_FP_ALL_SPACES)), 0);
}

static void many_make(void)
{
    if (!many) {
        many = window_new();
        room = window_new();
    }
    map((l4_addr_t)page_new(), L4_PAGESHIFT, many);
    for (unsigned bits = L4_PAGESHIFT; bits < BITS; bits++)
        map(many, bits, many + (1ul << bits));
    map(many, BITS, room); /* once: its page tables stay */
    take_back(room);
}

/* --- the partner ---------------------------------------------------------- */

static const l4_msgtag_t nothing;

static void put_item(l4_umword_t *at)
{
    at[0] = L4_ITEM_MAP;
    at[1] = l4_fpage(many, BITS, L4_FPAGE_RW).raw;
}

static void put_window(l4_umword_t *at)
{
    at[0] = L4_ITEM_MAP;
    at[1] = l4_fpage(room, BITS, L4_FPAGE_RW).raw;
}

/* Takes what the worker sends. */
static void take(void *arg)
{
    l4_umword_t label;
    (void)arg;
    put_window(l4_utcb_br()->br);
    l4_utcb_br()->bdr = 0;
    if (act.form->phases & REPLIES)
        l4_ipc_call(worker.cap, l4_utcb(), nothing, L4_IPC_NEVER);
    else
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}

/* Sends to the worker, once that waits. */
static void give(void *arg)
{
    l4_umword_t label;
    (void)arg;
    if (act.form->phases & REPLIES)
        l4_ipc_call(worker.cap, l4_utcb(), nothing, L4_IPC_NEVER);
    else if (act.form->phases & SENDS)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    put_item(l4_utcb_mr()->mr);
    l4_ipc_send(worker.cap, l4_utcb(), l4_msgtag(0, 0, 1, 0), L4_IPC_NEVER);
}

/* --- one try -------------------------------------------------------------- */

static void end_partner(bool cancel)
{
    if (cancel)
        CHECK_EQ(result(l4_thread_ex_regs(partner.cap, ~0ul, ~0ul,
                                          L4_THREAD_EX_REGS_CANCEL)),
                 0);
    else
        worker_delete(&partner);
    l4_ipc_sleep_us(50); /* who was told goes on */
}

/* How the worker's message ends if its partner does after `us`. The partner's
 * priority tells which of the two has the transfer to do. */
static long strike(const struct form *f, bool sends, unsigned us, unsigned way)
{
    bool cancel = way & 1;
    worker_make(&partner);
    act_as(f);
    act.dest = partner.cap;
    if (sends) {
        act.tag = l4_msgtag(0, 0, 1, 0);
        put_item(act.words);
    } else {
        put_window(act.buffers);
    }
    act_now(PRIO);
    worker_run(&partner, sends ? take : give, 0, way & 2 ? PRIO + 1 : PRIO - 1);
    l4_ipc_sleep_us(us);
    end_partner(cancel);
    long code = act.code;
    if (cancel)
        worker_delete(&partner);
    act_end();
    take_back(room);
    return code;
}

static void each_way(const struct form *f, bool sends, long expected)
{
    for (unsigned way = 0; way < 4; way++) {
        long code = NO_CODE;
        for (unsigned i = 0; i < TRIES && code != expected; i++)
            code = strike(f, sends, FIRST_US + i * STEP_US, way);
        CHECK_EQ(code, expected);
    }
}

static void the_receiver_ends(void)
{
    many_make();
    FOR_EACH(f, SENDS | REPLIES)
    {
        each_way(f, true, L4_IPC_SEABORTED);
        proved(f->page, "L4_IPC_SEABORTED",
               "the receiver ended or was cancelled in the middle of the "
               "items");
    }
    take_back(many);
}

static void the_sender_ends(void)
{
    many_make();
    FOR_EACH(f, CLOSED | OPEN)
    {
        each_way(f, false, L4_IPC_REABORTED);
        proved(f->page, "L4_IPC_REABORTED",
               "the sender ended or was cancelled in the middle of the items");
    }
    take_back(many);
}

const struct kernel_test cut_tests[] = {
    {"ipc: each form, the receiver ends in the middle", the_receiver_ends},
    {"ipc: each form, the sender ends in the middle", the_sender_ends},
    {0, 0},
};
