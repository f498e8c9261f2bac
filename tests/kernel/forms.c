/* Functions that send or wait, run by a worker: see forms.h. */
#include "forms.h"

struct act act;
struct worker worker;

static l4_msgtag_t send(void)
{
    return l4_ipc_send(act.dest, l4_utcb(), act.tag, act.timeout);
}

static l4_msgtag_t call(void)
{
    return l4_ipc_call(act.dest, l4_utcb(), act.tag, act.timeout);
}

static l4_msgtag_t receive(void)
{
    return l4_ipc_receive(act.dest, l4_utcb(), act.timeout);
}

static l4_msgtag_t wait(void)
{
    l4_umword_t label;
    return l4_ipc_wait(l4_utcb(), &label, act.timeout);
}

static l4_msgtag_t next_period(void)
{
    l4_umword_t label;
    return l4_ipc_wait_next_period(l4_utcb(), &label, act.timeout);
}

static l4_msgtag_t send_and_wait(void)
{
    l4_umword_t label;
    return l4_ipc_send_and_wait(act.dest, l4_utcb(), act.tag, &label,
                                act.timeout);
}

static l4_msgtag_t reply(void)
{
    return l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), act.tag, act.timeout);
}

static l4_msgtag_t reply_and_wait(void)
{
    l4_umword_t label;
    return l4_ipc_reply_and_wait(l4_utcb(), act.tag, &label, act.timeout);
}

static l4_msgtag_t bare(void)
{
    l4_umword_t label;
    return l4_ipc(act.dest, l4_utcb(), L4_SYSF_CALL, 0, act.tag, &label,
                  act.timeout);
}

const struct form forms[FORMS] = {
    {"ipc", bare, SENDS | CLOSED},
    {"ipc_send", send, SENDS},
    {"ipc_call", call, SENDS | CLOSED},
    {"ipc_receive", receive, CLOSED},
    {"ipc_wait", wait, OPEN},
    {"ipc_wait_next_period", next_period, OPEN},
    {"ipc_send_and_wait", send_and_wait, SENDS | OPEN},
    {"ipc_reply", reply, REPLIES},
    {"ipc_reply_and_wait", reply_and_wait, REPLIES | OPEN},
};

/* --- the worker ----------------------------------------------------------- */

/* A form that replies takes a call first: main's. */
static void act_main(void *arg)
{
    l4_umword_t label;
    (void)arg;
    if (act.form->phases & REPLIES)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (unsigned i = 0; i < 4; i++) {
        l4_utcb_mr()->mr[i] = act.words[i];
        l4_utcb_br()->br[i] = act.buffers[i];
    }
    l4_utcb_br()->bdr = 0;
    l4_msgtag_t tag = act.form->run();
    act.answer = l4_msgtag_label(tag);
    act.code = ipc_code(tag);
}

void act_as(const struct form *f)
{
    act.form = f;
    act.dest = MAIN_CAP;
    act.tag = l4_msgtag(0, 0, 0, 0);
    act.timeout = L4_IPC_NEVER;
    act.code = NO_CODE;
    for (unsigned i = 0; i < 4; i++)
        act.words[i] = act.buffers[i] = 0;
    worker_make(&worker);
}

void act_now(unsigned prio)
{
    worker_run(&worker, act_main, 0, prio);
}

void act_end(void)
{
    l4_ipc_sleep_us(1);
    worker_delete(&worker);
}
