/*
 * Thousands of malformed messages to one server, which is in another task: it
 * answers each with a result or a documented error, loses no memory and no
 * object, and still answers afterwards.
 *
 *      arguments: TARGET [MESSAGES [SEED]]
 *      capabilities: target  the service's gate, if it is not moe's or ned's
 *                    quota   the allocator that pays for the server: what it
 *                            says before and after must agree
 *
 * The same messages are sent in ROUNDS: in the first ones the server opens what
 * it keeps and makes what it is asked to make (files, names). What it loses it
 * loses in every round: in CALM of them nothing more may be gone. A message is
 * given up after WAIT_MS, because some methods may well wait.
 */
#include "../tap.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include "targets.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/meta.h>
#include <l4/sys/task.h>
#include <stdlib.h>

enum { MESSAGES = 10000, ROUNDS = 5, CALM = 2, WAIT_MS = 1, SETTLE_MS = 100 };

static l4_cap_idx_t quota;
static struct offers offers;

/* Errors a server may answer with: all of ABI.md's. */
static bool is_sound(long result)
{
    if (result >= -L4_ERRNOMAX)
        return true;
    switch (result + L4_EIPC_LO) { /* the message, or the answer, not sent */
    case -L4_IPC_ENOT_EXISTENT:    /* the capability given is none */
    case -L4_IPC_SEMSGCUT:
    case -L4_IPC_REMSGCUT:
    case -L4_IPC_SEMAPFAILED:
    case -L4_IPC_REMAPFAILED:
    case -L4_IPC_RETIMEOUT:
        return true;
    default:
        return result <= -L4_EMSGTOOSHORT && result > -L4_EIPC_LO;
    }
}

static long send(l4_cap_idx_t gate, const struct l4re_msg *m)
{
    l4_timeout_t wait =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(WAIT_MS * 1000));
    return l4_error(l4_ipc_call(
        gate, l4_utcb(), l4_msgtag(m->protocol, m->words, m->items, 0), wait));
}

/* The number of the first message with an unsound answer, or `count`. */
static unsigned long storm(const struct target *t, l4_cap_idx_t gate,
                           unsigned long seed, unsigned long count)
{
    draw_seed(seed);
    for (unsigned long i = 0; i < count; i++) {
        struct l4re_msg m = draw_request(&t->interface, &offers);
        if (m.protocol == MOE_PROTO_OBJECT || /* would destroy it */
            (t->is_left_out && t->is_left_out(&m)))
            continue;
        l4_umword_t operation = l4_utcb_mr()->mr[0];
        long result = send(gate, &m);
        l4_task_release_cap(L4RE_THIS_TASK_CAP, offers.spare);
        if (is_sound(result))
            continue;
        printf("# protocol %#lx, operation %#lx, %u words, %u items: %ld\n",
               (unsigned long)m.protocol, operation, m.words, m.items, result);
        return i;
    }
    return count;
}

static struct vitrine_usage usage(void)
{
    struct vitrine_usage u = {0};
    vitrine_usage(quota, &u);
    return u;
}

/* Is all back that was there `before`? The server may hear of closed sessions
 * a little later. */
static bool settles(const struct vitrine_usage *before)
{
    struct vitrine_usage now = usage();
    for (int i = 0; i < SETTLE_MS && (now.entries > before->entries ||
                                      now.bytes > before->bytes);
         i++) {
        l4_ipc_sleep_ms(1);
        now = usage();
    }
    printf("# before: %lu bytes, %lu objects; after: %lu, %lu\n", before->bytes,
           before->entries, now.bytes, now.entries);
    return now.entries <= before->entries && now.bytes <= before->bytes;
}

static void make_offers(void)
{
    l4re_ma_alloc(4 * L4_PAGESIZE, offers.cap[0] = l4re_util_cap_alloc(), 0);
    l4_factory_create_irq(l4re_env()->factory,
                          offers.cap[1] = l4re_util_cap_alloc());
    offers.cap[2] = l4re_env()->log;
    offers.count = 3;
    offers.spare = l4re_util_cap_alloc();
}

/* Does it answer an ordinary question, and know what it is? */
static bool is_alive(const struct target *t, l4_cap_idx_t gate)
{
    struct l4re_msg m =
        l4re_msg_start(t->interface.protocol, t->interface.methods[0].number);
    long result = send(gate, &m);
    return is_sound(result) && result != -(L4_EIPC_LO + L4_IPC_RETIMEOUT) &&
           result != -(L4_EIPC_LO + L4_IPC_ENOT_EXISTENT);
}

/* What is reserved in a region map is not lost, but its record is paid for. */
static void free_areas(l4_cap_idx_t rm)
{
    l4_addr_t start, last, kip;
    if (vitrine_rm_limits(rm, &start, &last, &kip) < 0)
        return;
    while (vitrine_rm_free_area_part(rm, start, last - start + 1) >= 0)
        ;
}

int main(int argc, char **argv)
{
    const struct target *t = argc > 1 ? target_find(argv[1]) : NULL;
    unsigned long count = argc > 2 ? strtoul(argv[2], 0, 0) : MESSAGES;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!t) {
        printf("usage: test-malformed TARGET [MESSAGES [SEED]]\n");
        return 1;
    }
    quota = l4re_env_get_cap("quota");
    if (l4_is_invalid_cap(quota))
        quota = l4re_env()->mem_alloc;
    unsigned long seed = argc > 3 ? strtoul(argv[3], 0, 0) : 1;
    make_offers();
    l4_cap_idx_t service = l4re_env_get_cap("target");
    struct vitrine_usage first = usage();
    l4_cap_idx_t gate = t->open ? t->open(service) : service;

    fact(is_alive(t, gate), "the_server_answers");
    unsigned calm = 0;
    bool sound = true;
    for (unsigned round = 0; round < ROUNDS && sound; round++) {
        struct vitrine_usage before = usage();
        sound = storm(t, gate, seed, count / ROUNDS) == count / ROUNDS;
        if (t->interface.protocol == L4RE_PROTO_RM)
            free_areas(gate);
        calm += settles(&before);
    }
    fact(sound, "each_message_is_answered_or_refused");
    fact(calm >= CALM, "nothing_is_lost");
    fact(is_alive(t, gate), "and_it_answers_still");
    /* An object of moe's takes all along that was made from it. */
    if (quota == l4re_env()->mem_alloc && gate != l4re_env()->parent) {
        l4_task_release_cap(L4RE_THIS_TASK_CAP, gate);
        first.bytes = ~0ul; /* stdio's own have come since */
        fact(settles(&first), "what_was_opened_goes_with_all_it_made");
    }
    return tap_end();
}
