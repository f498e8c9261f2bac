/*
 * 10,000 requests, well-formed and malformed, to the server of probe.c, in
 * another task: it must answer each with a result or an error, and be as it
 * was afterwards.
 *
 *      argument 1: the seed; argument 2: how many requests
 *
 * A request starts well-formed, from the interface's table (probe-table.h),
 * with random values; then each of some ways to spoil it is taken with a small
 * probability: another operation, a length that lies, words left out or
 * added, another protocol, items that are not capabilities. The methods that
 * stop the server or wait are left out.
 */
#include "probe-table.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 10000, METHODS = sizeof probe_table / sizeof probe_table[0] };

static l4_cap_idx_t gate, depot, spare;
static unsigned long random_state;

static unsigned long draw(unsigned long below)
{
    random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
    return (random_state >> 33) % below;
}

static bool spoils(void)
{
    return draw(8) == 0;
}

/* A number of which some are large. */
static l4_umword_t draw_word(void)
{
    return draw(4) ? draw(1000) : ~0ul >> draw(64);
}

/* A slot with nothing in it. (Any other would let the server, which asks what
 * it was given for its number, call whatever that is: `ask` trusts clients.) */
static l4_cap_idx_t draw_empty(void)
{
    return (0x700 + draw(0x100)) << L4_CAP_SHIFT;
}

static void put_words(struct l4re_msg *m, unsigned limit, bool text)
{
    unsigned long size = draw(limit + 1);
    unsigned long said = spoils() ? draw_word() : size;
    l4re_msg_word(m, said);
    for (unsigned long i = 0; i < size; i += sizeof(l4_umword_t))
        l4re_msg_word(m,
                      text && !spoils() ? 0x6161616161616161ul : draw_word());
}

/* The words of a request; the capability comes behind them. */
static struct l4re_msg draw_request(void)
{
    const struct l4_vitrine_method *method = &probe_table[draw(METHODS)];
    long protocol = spoils() ? (long)draw(0x8000) : PROBE_PROTOCOL;
    struct l4re_msg m =
        l4re_msg_start(protocol, spoils() ? draw_word() : method->number);

    l4_utcb_br()->br[0] = spare | L4_RCV_ITEM_SINGLE_CAP;
    l4_utcb_br()->br[1] = 0;
    for (unsigned i = 0; i < method->takes; i++) {
        const struct l4_vitrine_argument *a = &method->argument[i];
        if (a->kind == L4_VITRINE_ARGUMENT_WORD)
            l4re_msg_word(&m, draw_word());
        else if (a->kind != L4_VITRINE_ARGUMENT_CAP)
            put_words(&m, a->limit, a->kind == L4_VITRINE_ARGUMENT_TEXT);
        else if (!spoils())
            l4re_msg_cap(&m, depot, L4_CAP_FPAGE_RWS);
    }
    m.error = 0;
    if (spoils())
        m.words = (unsigned)draw(m.words + 1);
    if (spoils() && m.words < 50)
        m.words += (unsigned)draw(10);
    if (spoils() && m.words < 50)
        l4re_msg_cap(&m, spoils() ? draw_empty() : depot, L4_CAP_FPAGE_RWS);
    /* Words that have become items: a depot, or nothing. */
    unsigned items = m.items;
    m.items = 0;
    while (m.items < items)
        l4re_msg_cap(&m, spoils() ? draw_empty() : depot, L4_CAP_FPAGE_RWS);
    return m;
}

/* Would it stop the server, or take its time? */
static bool is_left_out(const struct l4re_msg *m)
{
    l4_umword_t operation = l4_utcb_mr()->mr[0];
    return m->protocol == PROBE_PROTOCOL &&
           (operation == PROBE_STOP || operation == PROBE_PAUSE ||
            operation == PROBE_KEEP);
}

/* Results a well-behaved server may give. */
static bool is_sound(long result)
{
    static const long errors[] = {
        -L4_ENOSYS, -L4_EBADPROTO,   -L4_EMSGTOOSHORT,
        -L4_EINVAL, -L4_EMSGTOOLONG, -L4_EMSGMISSARG,
        -L4_ENOENT, -L4_EPERM,       -L4_ENAMETOOLONG,
    };
    if (result >= 0)
        return true;
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (result == errors[i])
            return true;
    /* The message never left, or what the depot answers came through. */
    return result == -(L4_EIPC_LO + L4_IPC_SEMSGCUT) ||
           result == -(L4_EIPC_LO + L4_IPC_ENOT_EXISTENT) ||
           result == -(L4_EIPC_LO + L4_IPC_SEMAPFAILED);
}

/* Depots open, once the server's threads have seen what has gone. */
static l4_umword_t open_count(void)
{
    l4_umword_t open = ~0ul, closed, hits;
    for (unsigned i = 0; i < 100 && open != 0; i++) {
        l4_ipc_sleep_ms(1);
        probe_state(gate, &open, &closed, &hits);
    }
    return open;
}

static long fuzz(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        struct l4re_msg m = draw_request();
        if (is_left_out(&m))
            continue;
        l4_umword_t operation = l4_utcb_mr()->mr[0];
        long result = l4re_msg_call(gate, &m, NULL);
        l4_task_release_cap(L4RE_THIS_TASK_CAP, spare);
        if (!is_sound(result)) {
            printf("# request %lu: protocol %#lx, operation %lu, %u words, %u "
                   "items: %ld\n",
                   i, (unsigned long)m.protocol, operation, m.words, m.items,
                   result);
            return result;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 2 ? strtoul(argv[2], 0, 0) : REQUESTS;

    random_state = argc > 1 ? strtoul(argv[1], 0, 0) : 0;
    gate = l4re_env_get_cap("probe");
    depot = l4re_util_cap_alloc();
    spare = l4re_util_cap_alloc();
    probe_open(gate, depot);

    printf("1..3\n");
    long error = fuzz(count);
    printf("%s 1 - %lu requests, each answered\n", error ? "not ok" : "ok",
           count);
    l4re_util_cap_free_um(depot);
    l4_umword_t open = open_count();
    printf("%s 2 - nothing stays open (%lu)\n", open == 0 ? "ok" : "not ok",
           open);
    bool stopped = probe_stop(gate) == 0;
    printf("%s 3 - the server stops\n", stopped ? "ok" : "not ok");
    return error || open != 0 || !stopped;
}
