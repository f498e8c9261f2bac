/*
 * Given: threads that meet in every order there is. Judged is what the kernel
 * makes of it; see protocol.h.
 */
#include "protocol.h"
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>

enum { MAIN_PRIORITY = 2, WAIT_US = 2000, CALLS = 3, PAUSE_MS = 2 };

static l4_cap_idx_t main_cap, partner;
static volatile long scene;
static volatile l4_umword_t number;

static l4_msgtag_t message(l4_umword_t word, unsigned items)
{
    l4_utcb_mr()->mr[0] = word;
    return l4_msgtag(scene, 1, items, 0);
}

static l4_timeout_t within_us(unsigned send, unsigned receive)
{
    return l4_timeout(send ? l4_timeout_from_us(send) : L4_IPC_TIMEOUT_0,
                      receive ? l4_timeout_from_us(receive) : L4_IPC_TIMEOUT_0);
}

static void rest(void)
{
    for (;;)
        l4_ipc_sleep_ms(1000);
}

/* Sends its number to main, and is done. */
static void send_once(void)
{
    l4_ipc_send(main_cap, l4_utcb(), message(number, 0), L4_IPC_NEVER);
    rest();
}

static void call_once(void)
{
    l4_umword_t mine = number;
    l4_ipc_call(main_cap, l4_utcb(), message(mine, 0), L4_IPC_NEVER);
    rest();
}

/* Calls main again and again. */
static void call_often(void)
{
    l4_umword_t n = number;
    for (unsigned i = 0; i < CALLS; i++) {
        l4_ipc_call(main_cap, l4_utcb(), message(n, 0), L4_IPC_NEVER);
        n = l4_utcb_mr()->mr[0];
    }
    rest();
}

static void send_item(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[1] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[2] = l4_obj_fpage(main_cap, 0, L4_CAP_FPAGE_RW).raw;
    l4_ipc_send(main_cap, l4_utcb(), message(1, 1), L4_IPC_NEVER);
    rest();
}

/* A thread for a scene. It runs at once if its priority is above main's. */
static l4_cap_idx_t act(long of, l4_umword_t n, void (*what)(void),
                        unsigned priority)
{
    scene = of;
    number = n;
    return thread_start(what, priority);
}

static void wait_open(void)
{
    l4_umword_t label;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}

static void early_and_late(void)
{
    act(SCENE_EARLY, 1, send_once, MAIN_PRIORITY - 1); /* main waits first */
    wait_open();
    act(SCENE_LATE, 1, send_once, MAIN_PRIORITY + 1);
    l4_ipc_sleep_ms(PAUSE_MS);
    wait_open();
}

static void order(void)
{
    static const unsigned priorities[] = {4, 6, 5};
    for (unsigned i = 0; i < 3; i++)
        act(SCENE_ORDER, priorities[i], send_once, priorities[i]);
    l4_ipc_sleep_ms(PAUSE_MS);
    for (unsigned i = 0; i < 3; i++)
        wait_open();
}

static void closed(void)
{
    act(SCENE_CLOSED, 2, send_once, MAIN_PRIORITY + 1);
    partner = act(SCENE_CLOSED, 1, send_once, MAIN_PRIORITY - 1);
    l4_ipc_receive(partner, l4_utcb(), L4_IPC_NEVER);
    wait_open();
}

static void nobody(void)
{
    l4_cap_idx_t idle = act(SCENE_NOBODY, 0, rest, MAIN_PRIORITY + 1);
    l4_umword_t label;
    l4_ipc_send(idle, l4_utcb(), message(0, 0), within_us(0, 0));
    l4_ipc_send(idle, l4_utcb(), message(1, 0), within_us(WAIT_US, 0));
    l4_ipc_wait(l4_utcb(), &label, within_us(0, 0));
    l4_ipc_wait(l4_utcb(), &label, within_us(0, WAIT_US));
    l4_ipc_receive(idle, l4_utcb(), within_us(0, WAIT_US));
}

/* Answers `count` calls with the number and one more. */
static void serve(unsigned count)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    while (--count > 0)
        tag = l4_ipc_reply_and_wait(
            l4_utcb(),
            message(l4_msgtag_has_error(tag) ? 0 : l4_utcb_mr()->mr[0] + 1, 0),
            &label, L4_IPC_SEND_TIMEOUT_0);
    l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                message(l4_utcb_mr()->mr[0] + 1, 0), L4_IPC_BOTH_TIMEOUT_0);
}

static void calls(unsigned first)
{
    act(SCENE_CALL, first, call_often, MAIN_PRIORITY + 1);
    serve(CALLS);
    act(SCENE_CHANGE, 10, call_once, MAIN_PRIORITY + 1);
    l4_ipc_sleep_ms(PAUSE_MS); /* it has read its number */
    act(SCENE_CHANGE, 20, call_once, MAIN_PRIORITY + 1);
    serve(2);
}

/* No window is open: neither the message nor the item arrives. */
static void no_window(void)
{
    l4_umword_t label;
    act(SCENE_WINDOW, 1, send_item, MAIN_PRIORITY - 1);
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    act(SCENE_END, 1, send_once, MAIN_PRIORITY + 1);
    wait_open();
}

int main(int argc, char **argv)
{
    main_cap = l4re_env()->main_thread;
    thread_priority(main_cap, MAIN_PRIORITY);
    (void)argv;
    early_and_late();
    order();
    closed();
    nobody();
    calls(100u + (unsigned)argc);
    no_window();
    printf("the end\n");
    return 0;
}
