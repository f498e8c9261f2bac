/*
 * moe against senseless requests: thousands of random messages to objects of
 * every kind. Whatever it answers, it goes on, and its invariants hold.
 *
 * The numbers come from the argument, else from 1: a run can be repeated.
 */
#include "tap.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/debug.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>
#include <stdlib.h>

enum { ROUNDS = 40, MESSAGES = 250, WORDS = 12, PAGES = 8 };

enum target { ALLOCATOR, DATASPACE, RM, NAMES, DMA, TARGETS };

static const long protocols[TARGETS] = {
    [ALLOCATOR] = L4_PROTO_FACTORY, [DATASPACE] = L4RE_PROTO_DATASPACE,
    [RM] = L4RE_PROTO_RM,           [NAMES] = L4RE_PROTO_NAMESPACE,
    [DMA] = L4RE_PROTO_DMA_SPACE,
};

static l4_cap_idx_t targets[TARGETS], answer_slot;
static unsigned long state;

static unsigned random_below(unsigned n)
{
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)((state >> 33) % n);
}

/* Numbers at which things go wrong. */
static l4_umword_t random_word(void)
{
    static const l4_umword_t choice[] = {
        0,
        1,
        2,
        8,
        4095,
        L4_PAGESIZE,
        PAGES * L4_PAGESIZE,
        PAGES * L4_PAGESIZE - 1,
        0x1111000000,
        0x1121000000,
        0x111ffff000,
        L4_SUPERPAGESIZE,
        1ul << 40,
        1ul << 63,
        ~0ul,
        ~0ul - 4095,
        L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
        L4RE_RM_F_IN_AREA,
        L4RE_RM_F_RESERVED | L4RE_RM_F_SEARCH_ADDR,
        L4RE_RM_F_RW | L4RE_RM_F_EAGER_MAP | L4RE_RM_F_DETACH_FREE,
    };
    unsigned n = sizeof choice / sizeof choice[0], i = random_below(n + 2);
    return i < n ? choice[i] : random_below(1 << 20);
}

/* The first word: an operation, or what to create. */
static l4_umword_t random_op(enum target t)
{
    static const long kinds[] = {L4RE_PROTO_DATASPACE, L4RE_PROTO_RM,
                                 L4RE_PROTO_NAMESPACE, L4_PROTO_FACTORY,
                                 L4_PROTO_LOG,         L4_PROTO_TASK,
                                 L4_PROTO_THREAD,      L4_PROTO_NONE,
                                 L4_PROTO_SEMAPHORE,   1234};
    if (t == ALLOCATOR)
        return (l4_umword_t)kinds[random_below(10)];
    unsigned op = random_below(10);
    if (t == RM && op == RM_SHOW) /* just noise on the console */
        op = RM_FIND;
    return op < 8 ? op : 0x100 + op - 8;
}

static void add_item(unsigned words)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_cap_idx_t caps[] = {targets[random_below(TARGETS)], L4_BASE_TASK_CAP,
                           l4re_env()->main_thread, answer_slot};
    m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[words + 1] =
        l4_obj_fpage(caps[random_below(4)], 0,
                     (unsigned char)(L4_CAP_FPAGE_RO | random_below(8)))
            .raw;
}

static void send_one(void)
{
    enum target t = (enum target)random_below(TARGETS);
    long protocol =
        random_below(8) ? protocols[t] : protocols[random_below(TARGETS)];
    unsigned words = random_below(WORDS), items = !random_below(3);
    l4_msg_regs_t *m = l4_utcb_mr();
    for (unsigned i = 1; i < words; i++)
        m->mr[i] = random_word();
    m->mr[0] = random_op(t);
    if (!random_below(200))
        protocol = MOE_PROTO_OBJECT; /* destroy, perhaps */
    if (items)
        add_item(words);
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = answer_slot | L4_RCV_ITEM_SINGLE_CAP;
    l4_utcb_br()->br[1] = 0;
    l4_ipc_call(targets[t], l4_utcb(), l4_msgtag(protocol, words, items, 0),
                L4_IPC_NEVER);
}

/* A fresh object of each kind, made from an allocator of their own. */
static int targets_make(void)
{
    l4_msgtag_t t =
        l4_factory_create_start(L4_PROTO_FACTORY, targets[ALLOCATOR]);
    l4_factory_create_add_uint(1 << 20, &t);
    t = l4_factory_create_commit(l4re_env()->mem_alloc, t);
    if (l4_error(t) < 0)
        return 0;
    l4_cap_idx_t a = targets[ALLOCATOR];
    return l4re_ma_alloc_align_srv(a, PAGES * L4_PAGESIZE, targets[DATASPACE],
                                   0, 0) >= 0 &&
           l4_error(l4_factory_create(a, L4RE_PROTO_RM, targets[RM])) >= 0 &&
           l4_error(l4_factory_create(a, L4RE_PROTO_NAMESPACE,
                                      targets[NAMES])) >= 0 &&
           l4_error(l4_factory_create(a, L4RE_PROTO_DMA_SPACE, targets[DMA])) >=
               0;
}

int main(int argc, char **argv)
{
    unsigned made = 0, sound = 0;
    state = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    answer_slot = l4re_util_cap_alloc();
    for (unsigned i = 0; i < TARGETS; i++)
        targets[i] = l4re_util_cap_alloc();
    for (unsigned round = 0; round < ROUNDS; round++) {
        made += (unsigned)targets_make();
        for (unsigned i = 0; i < MESSAGES; i++)
            send_one();
        sound += !l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK);
        l4_task_release_cap(L4_BASE_TASK_CAP, answer_slot);
        vitrine_destroy(targets[ALLOCATOR]);
    }
    fact(made == ROUNDS, "objects_can_be_made_after_any_nonsense");
    fact(sound == ROUNDS, "the_invariants_hold_after_any_nonsense");
    return tap_end();
}
