/*
 * The server library from a client's side: a TAP producer in the simulator.
 *
 * The server is another thread of this program (probe.c); what it hands out
 * is released here to see it close.
 */
#include "depot-client.h"
#include "probe-client.h"
#include "probe.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/c/server.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/meta.h>
#include <l4/sys/task.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static l4_cap_idx_t server_end, gate;
static int cases, failures;

static void fact(int holds, const char *name)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++cases, name);
    failures += !holds;
}

static void *server_thread(void *argument)
{
    (void)argument;
    return (void *)probe_serve(server_end);
}

/* Once the servers' threads have seen what has gone. */
static l4_umword_t open_count(void)
{
    l4_umword_t open = ~0ul, closed, hits;
    l4_ipc_sleep_ms(1);
    probe_state(gate, &open, &closed, &hits);
    return open;
}

static void arguments_go_there_and_back(void)
{
    long difference = 0;
    char turned[300], loud[PROBE_SHOUT_LOUD_MAX + 1];
    size_t size = sizeof turned;
    l4_umword_t length = 0;

    fact(probe_subtract(gate, 3, 5, &difference) == 0 && difference == -2,
         "numbers");
    fact(probe_reverse(gate, "a\0bc", 4, turned, &size) == 0 && size == 4 &&
             !memcmp(turned, "cb\0a", 4),
         "bytes, with a zero among them");
    size = sizeof turned;
    fact(probe_reverse(gate, "", 0, turned, &size) == 0 && size == 0,
         "no bytes");
    char many[200];
    memset(many, 'm', sizeof many);
    size = sizeof turned;
    fact(probe_reverse(gate, many, 200, turned, &size) == 0 && size == 200 &&
             !memcmp(turned, many, 200),
         "as many bytes as the description allows");
    fact(probe_shout(gate, "psst", loud, &length) == 4 && length == 4 &&
             !strcmp(loud, "PSST"),
         "text, and a result");
}

static void limits_are_kept(void)
{
    char buffer[300] = {0};
    char loud[PROBE_SHOUT_LOUD_MAX + 1];
    size_t size = sizeof buffer;
    l4_umword_t length;

    fact(probe_reverse(gate, buffer, 201, buffer, &size) == -L4_EMSGTOOLONG,
         "the client does not send too many bytes");
    size = 3;
    fact(probe_reverse(gate, "abcd", 4, buffer, &size) == -L4_EMSGTOOLONG,
         "nor takes more than it has room for");
    fact(probe_shout(gate, "123456789012345678901", loud, &length) ==
             -L4_ENAMETOOLONG,
         "text of one byte too many");
    fact(probe_shout(gate, "", loud, &length) == -L4_EINVAL,
         "a handler's error comes back");
    fact(probe_nothing(gate) == -L4_ENOSYS, "a method nobody wrote");
}

/* A request of `words` words made by hand. */
static long raw(long protocol, unsigned words, l4_umword_t a, l4_umword_t b,
                l4_umword_t c)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = a, m->mr[1] = b, m->mr[2] = c;
    return l4_error(l4_ipc_call(
        gate, l4_utcb(), l4_msgtag(protocol, words, 0, 0), L4_IPC_NEVER));
}

static void malformed_requests_are_refused(void)
{
    fact(raw(PROBE_PROTOCOL + 9, 1, 0, 0, 0) == -L4_EBADPROTO,
         "another protocol");
    fact(raw(PROBE_PROTOCOL, 0, 0, 0, 0) == -L4_EMSGTOOSHORT, "no operation");
    fact(raw(PROBE_PROTOCOL, 1, 999, 0, 0) == -L4_ENOSYS,
         "an operation there is not");
    fact(raw(PROBE_PROTOCOL, 2, PROBE_SUBTRACT, 1, 0) == -L4_EMSGTOOSHORT,
         "a number missing");
    fact(raw(PROBE_PROTOCOL, 2, PROBE_REVERSE, 8, 0) == -L4_EMSGTOOSHORT,
         "fewer bytes than it says");
    fact(raw(PROBE_PROTOCOL, 3, PROBE_REVERSE, 201, 0) == -L4_EMSGTOOLONG,
         "more bytes than allowed");
    fact(raw(PROBE_PROTOCOL, 3, PROBE_REVERSE, ~0ul, 0) == -L4_EMSGTOOLONG,
         "a length of all ones");
    fact(raw(PROBE_PROTOCOL, 3, PROBE_SHOUT, 3, 'a') == -L4_EMSGMISSARG,
         "a zero byte in a text");
    fact(raw(PROBE_PROTOCOL, 1, PROBE_ASK, 0, 0) == -L4_EMSGMISSARG,
         "a capability missing");
    fact(raw(L4_PROTO_META, 2, L4_META_OP_SUPPORTS, PROBE_PROTOCOL, 0) == 1 &&
             raw(L4_PROTO_META, 2, L4_META_OP_SUPPORTS, 77, 0) == 0,
         "what it supports");
    fact(raw(L4_PROTO_FACTORY, 1, 0, 0, 0) == -L4_EBADPROTO,
         "no sessions by create where there are none");
}

static void sessions_are_apart(long (*open)(l4_cap_idx_t, l4_cap_idx_t),
                               const char *apart, const char *close)
{
    l4_cap_idx_t a = l4re_util_cap_alloc(), b = l4re_util_cap_alloc();
    l4_umword_t in_a = 0, in_b = 0;
    l4_umword_t before = open_count();

    open(gate, a);
    open(gate, b);
    depot_put(a, 11);
    depot_put(b, 22);
    depot_get(a, &in_a);
    depot_get(b, &in_b);
    fact(in_a == 11 && in_b == 22 && open_count() == before + 2, apart);
    l4re_util_cap_free_um(a);
    l4_umword_t with_b = open_count();
    l4re_util_cap_free_um(b);
    fact(with_b == before + 1 && open_count() == before, close);
}

static void sessions_are_handed_out_again(void)
{
    enum { TIMES = 4 };
    l4_cap_idx_t cap[TIMES];
    l4_umword_t value = 0, before = open_count();

    for (int i = 0; i < TIMES; i++)
        cap[i] = l4re_util_cap_alloc();
    probe_open(gate, cap[0]);
    depot_put(cap[0], 44);
    int all = 1;
    for (int i = 1; i < TIMES; i++)
        all = all && probe_open_again(gate, cap[i]) == 0;
    fact(all, "a session's capability is handed out again");
    for (int i = 0; i < TIMES - 1; i++) { /* the first goes first */
        l4re_util_cap_free_um(cap[i]);
        value = 0;
        all = all && open_count() == before + 1 &&
              depot_get(cap[i + 1], &value) == 0 && value == 44;
    }
    fact(all, "each keeps it open");
    l4re_util_cap_free_um(cap[TIMES - 1]);
    fact(open_count() == before, "until the last has gone");
    fact(probe_open_again(gate, cap[0]) == -L4_ENOENT, "then it has closed");
}

/* Who has the gate that was published is no client with an account. */
static void a_gate_opens_so_many(void)
{
    static l4_cap_idx_t cap[L4RE_GATE_SESSIONS];
    unsigned count = 0;
    l4_umword_t before = open_count();
    l4_cap_idx_t more = l4re_util_cap_alloc();

    while (count < L4RE_GATE_SESSIONS &&
           probe_open(gate, cap[count] = l4re_util_cap_alloc()) == 0)
        count++;
    fact(count == L4RE_GATE_SESSIONS - before &&
             probe_open(gate, more) == -L4_ENOMEM,
         "a published gate opens so many sessions");
    while (count)
        l4re_util_cap_free_um(cap[--count]);
    fact(open_count() == before && probe_open(gate, more) == 0,
         "and more when they have closed");
    l4re_util_cap_free_um(more);
}

static void capabilities_are_lent_and_kept(void)
{
    l4_cap_idx_t depot = l4re_util_cap_alloc();
    l4_cap_idx_t again = l4re_util_cap_alloc();
    l4_umword_t value = 0, before = open_count();

    probe_open_elsewhere(gate, depot);
    depot_put(depot, 33);
    fact(probe_ask(gate, depot, &value) == 0 && value == 33,
         "the server asks a depot it was lent");
    fact(probe_ask_if(gate, depot, &value) == 0 && value == 33,
         "a capability that may be left out is there");
    fact(probe_ask_if(gate, L4_INVALID_CAP, &value) == -L4_ENOENT,
         "and is left out");
    fact(probe_recall(gate, again) == -L4_ENOENT &&
             probe_keep(gate, depot) == 0,
         "it keeps one");
    l4re_util_cap_free_um(depot);
    fact(open_count() == before + 1, "which so stays open");
    fact(probe_recall(gate, again) == 0 && depot_get(again, &value) == 0 &&
             value == 33,
         "and comes back");
    int all = 1;
    for (int i = 0; i < 200; i++) /* more than there are slots */
        all = all && probe_ask(gate, again, &value) == 0;
    fact(all, "what is lent is given back each time");
    l4re_util_cap_free_um(again);
}

static void *long_pause(void *argument)
{
    l4_umword_t waited = 0;
    long error = probe_pause(gate, (l4_umword_t)argument, &waited);
    return (void *)(error < 0 ? error : (long)waited);
}

static void answers_come_later(void)
{
    pthread_t threads[3];
    static const long us[3] = {9000, 3000, 6000};
    long waited[3];
    long difference = 0;

    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, long_pause, (void *)us[i]);
    l4_ipc_sleep_ms(1);
    fact(probe_subtract(gate, 7, 4, &difference) == 0 && difference == 3,
         "others are served while callers wait");
    int right = 1;
    for (int i = 0; i < 3; i++) {
        void *result;
        pthread_join(threads[i], &result);
        waited[i] = (long)result;
        right = right && waited[i] >= us[i] && waited[i] < us[i] + 2000;
    }
    fact(right, "each is answered when its time has come");
}

static void interrupts_are_counted(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    l4_umword_t open, closed, before = 0, after = 0;
    probe_interrupt(gate, irq);
    probe_state(gate, &open, &closed, &before);
    l4_irq_trigger(irq);
    probe_state(gate, &open, &closed, &after);
    fact(after == before + 1, "an interrupt of the loop");
    l4re_util_cap_free_um(irq);
}

/* A gate, and a client's capability to it: without the server right. */
static void make_gate(void)
{
    server_end = l4re_util_cap_alloc();
    gate = l4re_util_cap_alloc();
    l4_factory_create(l4re_env()->factory, L4_PROTO_KOBJECT, server_end);
    l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                l4_obj_fpage(server_end, 0, L4_CAP_FPAGE_RWS),
                l4_map_obj_control(gate, L4_MAP_ITEM_MAP));
}

int main(void)
{
    pthread_t server;
    void *result = NULL;

    make_gate();
    pthread_create(&server, NULL, server_thread, NULL);

    arguments_go_there_and_back();
    limits_are_kept();
    malformed_requests_are_refused();
    sessions_are_apart(probe_open, "two sessions are apart",
                       "and close with their clients");
    sessions_are_apart(probe_open_elsewhere, "two sessions of another thread",
                       "close there");
    sessions_are_handed_out_again();
    a_gate_opens_so_many();
    capabilities_are_lent_and_kept();
    answers_come_later();
    interrupts_are_counted();
    fact(probe_stop(gate) == 0 && !pthread_join(server, &result) && !result,
         "the server stops, its invariants hold");
    printf("1..%d\n", cases);
    return failures ? 1 : 0;
}
