/*
 * Allocators: the mem_alloc (and user_factory) capability of programs.
 *
 *      first (no limit) --- ned's (8 MiB) --- client's (1 MiB) -- dataspace
 *                                                              -- region map
 *
 * A request to create is the kernel's factory protocol. What moe makes
 * itself hangs on the allocator's list and goes with it; what the kernel
 * makes (task, thread, gate, ...) is passed on to moe's kernel factory and
 * its capability handed over, so that it then belongs to the client alone.
 *
 * I1  an allocator's `used` is the sum over its dataspaces and the
 *     allocators on its list and of moe's records about its objects (record.h);
 *     used <= limit where there is one.
 * I2  an allocator's `entries` is the number of its objects, of the names of
 *     its name spaces, of other servers' dataspaces it uses and of gates beyond
 *     an object's first, and the sum over allocators below: of the limit, or
 *     of the entries of one without; entries <= limit.
 *
 * Memory has limits only: they may add up to more than there is. Entries are
 * taken from the parent's with the limit, as the kernel's factories do it with
 * kernel memory: no greedy program can take another's. All of moe's tables
 * have as many places as the first allocator has entries.
 *
 * What is scarcer than that is shared by a threshold: who has more than an
 * eighth of what is still free gets no more of it. So there is always some
 * left, and nobody has to be told a number.
 *
 * An allocator with a limit of kernel memory has a kernel factory of its own;
 * one without uses that of the next above it.
 *
 * Source: Choudhury and Hahne, "Dynamic Queue Length Thresholds for
 * Shared-Memory Packet Switches" (1998), for the threshold.
 */
#include "factory.h"
#include "console.h"
#include "dataspace.h"
#include "dma.h"
#include "frames.h"
#include "record.h"
#include "log.h"
#include "names.h"
#include "rm.h"
#include "sched.h"
#include "../lib/l4re_c/vitrine_debug.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/task.h>
#include <string.h>

enum {
    SHARE_PART = 8,
    DEFAULT_PART = 16,        /* of what the allocator above has left, */
    KERNEL_LEAST = 128 << 10, /* unless that is too little */
    ENTRIES_LEAST = 64,
    DEPTH_MAX = 16, /* of allocators in each other: each one is asked */
    /* What one request does at most, while everybody else waits: */
    END_PIECE = 8, /* objects that end, */
    /* and more than that to make room at once, as far as a credit goes: ns. */
    SWEEP_MOST = 2000000,
    SWEEP_PART = 50,     /* of all time */
    SWEEP_OBJECT = 150,  /* what an object looked at costs, about, */
    SWEEP_PIECE = 15000, /* and a piece of one that ends */
};

/* --- quota ---------------------------------------------------------- */

long allocator_charge(struct allocator *a, l4_size_t bytes)
{
    if (!allocator_has_room(a, bytes))
        return -L4_ENOMEM;
    for (struct allocator *i = a; i; i = i->object.owner)
        i->used += bytes;
    return 0;
}

bool allocator_has_room(const struct allocator *a, l4_size_t bytes)
{
    for (const struct allocator *i = a; i; i = i->object.owner)
        if (i->limit && bytes > i->limit - i->used)
            return false;
    return true;
}

void allocator_uncharge(struct allocator *a, l4_size_t bytes)
{
    for (struct allocator *i = a; i; i = i->object.owner)
        i->used -= bytes;
}

/* The next one that what a uses is counted for; NULL: none. */
static struct allocator *above(const struct allocator *a)
{
    return a->entry_limit ? NULL : a->object.owner;
}

long allocator_entry_take(struct allocator *a, unsigned n)
{
    for (struct allocator *i = a; i; i = above(i))
        if (i->entry_limit && n > i->entry_limit - i->entries)
            return -L4_ENOMEM;
    for (struct allocator *i = a; i; i = above(i))
        i->entries += n;
    return 0;
}

void allocator_entry_free(struct allocator *a, unsigned n)
{
    for (struct allocator *i = a; i; i = above(i))
        i->entries -= n;
}

long allocator_share_take(struct allocator *a, enum share of, unsigned left)
{
    const struct allocator *payer = a;
    while (payer && above(payer))
        payer = above(payer);
    if (!left || (payer && payer->shares[of] * SHARE_PART > left))
        return -L4_ENOMEM;
    for (struct allocator *i = a; i; i = above(i))
        i->shares[of]++;
    return 0;
}

void allocator_share_free(struct allocator *a, enum share of)
{
    for (struct allocator *i = a; i; i = above(i))
        i->shares[of]--;
}

l4_cap_idx_t allocator_factory(const struct allocator *a)
{
    while (a && !a->has_factory)
        a = a->object.owner;
    return a ? slot_cap(SLOT_KEPT + a->object.index) : L4_BASE_FACTORY_CAP;
}

/* --- arguments of create -------------------------------------------- */

/* The i-th argument {type | bytes << 16, value...}: its index, 0: none. */
static unsigned argument_at(const struct request *r, unsigned i)
{
    unsigned at = 1;
    while (at + 1 < r->words && i--)
        at +=
            1 + l4_bytes_to_mwords((unsigned)(r->mr[at] >> L4_VARG_SIZE_SHIFT));
    return at + 1 < r->words ? at : 0;
}

static l4_umword_t argument_number(const struct request *r, unsigned i,
                                   l4_umword_t otherwise)
{
    unsigned at = argument_at(r, i);
    unsigned type = at ? r->mr[at] & L4_VARG_TYPE_MASK : L4_VARG_TYPE_NIL;
    return type == L4_VARG_TYPE_UMWORD || type == L4_VARG_TYPE_MWORD
               ? r->mr[at + 1]
               : otherwise;
}

/* Empty where there is no text argument. */
static void argument_text(const struct request *r, unsigned i, char *buf,
                          unsigned size)
{
    unsigned at = argument_at(r, i);
    unsigned n = 0;
    if (at && (r->mr[at] & L4_VARG_TYPE_MASK) == L4_VARG_TYPE_STRING) {
        n = (unsigned)(r->mr[at] >> L4_VARG_SIZE_SHIFT);
        n = n < size - 1 ? n : size - 1;
        if (at + 1 + l4_bytes_to_mwords(n) > r->words)
            n = 0;
        memcpy(buf, &r->mr[at + 1], n);
    }
    buf[n] = 0;
}

/* --- what can be made ----------------------------------------------- */

static l4_msgtag_t answer_object(long error, struct object *o)
{
    return error ? answer(error) : object_hand_out(o);
}

static l4_msgtag_t make_dataspace(struct allocator *a, const struct request *r)
{
    l4_umword_t size = argument_number(r, 0, 0);
    l4_umword_t flags = argument_number(r, 1, 0);
    l4_umword_t align = argument_number(r, 2, 0);
    struct dataspace *ds = NULL;
    /* In one piece means aligned to a power of two that holds it. */
    if (align > L4_SUPERPAGESHIFT && (1ul << align) > size)
        return answer(-L4_EINVAL);
    bool whole = flags & (L4RE_MA_CONTINUOUS | L4RE_MA_SUPER_PAGES);
    long error = dataspace_create(a, size, whole || align > L4_PAGESHIFT, &ds);
    return answer_object(error, &ds->object);
}

static l4_msgtag_t make_rm(struct allocator *a, const struct request *r)
{
    struct rm *rm = NULL;
    long error = rm_create(a, argument_number(r, 0, 0), &rm);
    return answer_object(error, &rm->object);
}

static l4_msgtag_t make_names(struct allocator *a)
{
    struct names *n = NULL;
    long error = names_create(a, &n);
    return answer_object(error, &n->object);
}

static l4_msgtag_t make_dma(struct allocator *a)
{
    struct object *dma = NULL;
    long error = dma_create(a, &dma);
    return answer_object(error, dma);
}

static l4_msgtag_t make_log(struct allocator *a, const struct request *r)
{
    char tag[LOG_TAG_SIZE], color[16];
    struct log *log = NULL;
    argument_text(r, 0, tag, sizeof tag);
    argument_text(r, 1, color, sizeof color);
    long error = log_create(a, tag, color, &log);
    return answer_object(error, &log->object);
}

/* Limit and offset of priorities, CPUs (all). */
static l4_msgtag_t make_sched(struct allocator *a, const struct request *r)
{
    struct sched *s = NULL;
    long error =
        sched_create(a, argument_number(r, 0, 0), argument_number(r, 1, 0),
                     argument_number(r, 2, ~0ul), &s);
    return answer_object(error, &s->object);
}

static l4_msgtag_t make_allocator(struct allocator *a, const struct request *r)
{
    struct allocator *n = NULL;
    unsigned depth = 0;
    for (const struct allocator *i = a; i; i = i->object.owner)
        depth++;
    if (depth >= DEPTH_MAX)
        return answer(-L4_ENOMEM);
    const struct limits limits = {
        .memory = argument_number(r, 0, 0),
        .kernel_memory = argument_number(r, 1, 0),
        .entries = (unsigned)argument_number(r, 2, 0),
    };
    long error = allocator_create(a, &limits, &n);
    return answer_object(error, &n->object);
}

/* A kernel object: the same request to the kernel's factory. */
static l4_msgtag_t make_in_kernel(const struct allocator *a,
                                  const struct request *r)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned items = 0;
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(SLOT_CREATED));
    memcpy(m->mr, r->mr, r->words * sizeof m->mr[0]);
    if (r->items && (r->mr[r->words] & L4_RCV_ITEM_RESULT_MASK) ==
                        L4_RCV_ITEM_RESULT_MAPPED) {
        m->mr[r->words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
        m->mr[r->words + 1] =
            l4_obj_fpage(slot_cap(SLOT_RECEIVED), 0, L4_CAP_FPAGE_RWS).raw;
        items = 1;
    }
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = slot_cap(SLOT_CREATED) | L4_RCV_ITEM_SINGLE_CAP;
    l4_msgtag_t tag = l4_ipc_call(
        allocator_factory(a), l4_utcb(),
        l4_msgtag(L4_PROTO_FACTORY, r->words, items, 0), L4_IPC_NEVER);
    long error = l4_error(tag);
    if (error < 0)
        return answer(error);
    unsigned words = l4_msgtag_words(tag); /* an adjusted flexpage */
    m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_GRANT);
    m->mr[words + 1] =
        l4_obj_fpage(slot_cap(SLOT_CREATED), 0, L4_CAP_FPAGE_RWSD).raw;
    return l4_msgtag(error, words, 1, 0);
}

static l4_msgtag_t allocator_request(struct object *o, const struct request *r)
{
    struct allocator *a = (struct allocator *)o;
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    if (a->is_closed)
        return answer(-L4_ENOMEM);
    switch ((long)r->mr[0]) {
    case L4RE_PROTO_DATASPACE:
        return make_dataspace(a, r);
    case L4RE_PROTO_RM:
        return make_rm(a, r);
    case L4RE_PROTO_NAMESPACE:
        return make_names(a);
    case L4RE_PROTO_DMA_SPACE:
        return make_dma(a);
    case L4_PROTO_LOG:
        return make_log(a, r);
    case L4_PROTO_SCHEDULER:
        return make_sched(a, r);
    case L4_PROTO_FACTORY:
        return make_allocator(a, r);
    default:
        return make_in_kernel(a, r);
    }
}

/* --- life ----------------------------------------------------------- */

/* A limit that was not told. */
static l4_size_t share_of(l4_size_t left, l4_size_t least)
{
    l4_size_t share = left / DEFAULT_PART;
    return share > least ? share : least;
}

static unsigned entries_for(struct allocator *owner, unsigned asked)
{
    const struct allocator *from = owner;
    while (from && above(from))
        from = above(from);
    if (asked != MOE_SHARE || !from)
        return asked;
    return (unsigned)share_of(from->entry_limit - from->entries, ENTRIES_LEAST);
}

/* All kernel memory is the first allocator's. */
static l4_size_t kernel_memory_of_all(void)
{
    long error = vitrine_debug(L4_BASE_DEBUGGER_CAP, L4_VITRINE_KMEM_STATS, 0);
    return error < 0 ? 0 : l4_utcb_mr()->mr[0];
}

/* Whose kernel memory a's limit is taken from. */
static struct allocator *kernel_payer(const struct allocator *a)
{
    struct allocator *i = a->object.owner;
    while (i->object.owner && !i->has_factory)
        i = i->object.owner;
    return i;
}

/* A kernel factory for a new allocator, out of the next one above. */
static long kernel_factory_make(struct allocator *a, l4_size_t limit)
{
    struct allocator *from = kernel_payer(a);
    if (limit == MOE_SHARE)
        limit =
            share_of(from->kernel_memory - from->kernel_given, KERNEL_LEAST);
    long error = l4_error(l4_factory_create_factory(
        allocator_factory(from), slot_cap(SLOT_KEPT + a->object.index), limit));
    if (error < 0)
        return error;
    a->has_factory = true;
    a->kernel_memory = limit;
    from->kernel_given += limit;
    return 0;
}

static void kernel_factory_end(struct allocator *a)
{
    if (!a->has_factory)
        return;
    l4_task_release_cap(L4_BASE_TASK_CAP,
                        slot_cap(SLOT_KEPT + a->object.index));
    kernel_payer(a)->kernel_given -= a->kernel_memory;
}

long allocator_create(struct allocator *owner, const struct limits *limits,
                      struct allocator **ret_allocator)
{
    struct allocator *a = record_alloc(owner, sizeof *a);
    if (!a)
        return -L4_ENOMEM;
    a->object.ops = &allocator_ops;
    a->limit = limits->memory;
    a->sweeps.left = SWEEP_MOST;
    long error = object_add(&a->object, owner);
    if (error) {
        record_free(owner, a, sizeof *a);
        return error;
    }
    unsigned entries = entries_for(owner, limits->entries);
    error = allocator_entry_take(owner, entries);
    if (!error)
        a->entry_limit = entries;
    if (!owner)
        a->kernel_memory = kernel_memory_of_all();
    else if (!error && limits->kernel_memory)
        error = kernel_factory_make(a, limits->kernel_memory);
    if (error)
        object_destroy(&a->object);
    else
        *ret_allocator = a;
    return error;
}

static l4_msgtag_t on_usage(const struct allocator *a)
{
    l4_size_t total, left;
    frames_count(&total, &left);
    return answer_words(
        0, 5,
        (l4_umword_t[]){a->used, a->limit, a->entries, a->entry_limit, left});
}

l4_msgtag_t allocator_about(struct allocator *a, const struct request *r)
{
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    switch (r->mr[0]) {
    case MOE_OBJECT_FACTORY:
        return answer_cap(0, 0, allocator_factory(a), L4_CAP_FPAGE_RWS);
    case MOE_OBJECT_USAGE:
        return on_usage(a);
    default:
        return answer(-L4_ENOSYS);
    }
}

/* Whose credit a sweep of a costs: the program's (below moe's allocator and
 * the first program's), so that having many allocators is no help. */
static struct credit *sweeps_of(struct allocator *a)
{
    struct allocator *up;
    while ((up = a->object.owner) && up->object.owner &&
           up->object.owner->object.owner)
        a = up;
    return &a->sweeps;
}

static void credit_grow(struct credit *c)
{
    l4_uint64_t now = l4_kip_clock(l4_kip());
    l4_uint64_t more = (now - c->until) * 1000 / SWEEP_PART;
    c->left =
        more < SWEEP_MOST - c->left ? c->left + (l4_uint32_t)more : SWEEP_MOST;
    c->until = now;
}

static bool credit_use(struct credit *c, l4_uint64_t ns)
{
    l4_uint32_t cost = ns < SWEEP_MOST ? (l4_uint32_t)ns : SWEEP_MOST;
    credit_grow(c);
    if (c->left < cost)
        return false;
    c->left -= cost;
    return true;
}

bool allocator_sweep(struct allocator *a)
{
    bool is_new = a->swept_at != gates_deletions();
    l4_uint64_t cost = SWEEP_PIECE + (is_new ? a->entries * SWEEP_OBJECT : 0ul);
    if (!(is_new || object_is_any_ending()) || !credit_use(sweeps_of(a), cost))
        return false;
    for (struct object *o = is_new ? a->made : NULL; o; o = o->next) {
        gates_forget(o);
        if (!o->gates && !o->uses)
            object_end_later(o);
    }
    a->swept_at = gates_deletions();
    bool has_ended = object_is_any_ending();
    object_end_piece(); /* a may have ended with it */
    return has_ended;
}

/* Nobody runs on while his memory goes: whose address spaces it made end
 * first. */
static void end_tasks(struct allocator *a)
{
    for (struct object *i = a->made; i; i = i->next) {
        if (i->ops == &rm_ops)
            rm_end_task((struct rm *)i);
        if (i->ops == &allocator_ops)
            end_tasks((struct allocator *)i);
    }
}

/* What it made goes, each large object in pieces. */
static bool allocator_shrink(struct object *o)
{
    struct allocator *a = (struct allocator *)o;
    if (!a->is_closed)
        end_tasks(a);
    a->is_closed = true;
    for (unsigned i = 0; a->made && i < END_PIECE; i++) {
        struct object *last = a->made;
        if (object_shrink(last))
            return true;
        object_destroy(last);
    }
    return a->made;
}

/* Programs that still hold its kernel factory lose it. */
static void allocator_destroy(struct object *o)
{
    struct allocator *a = (struct allocator *)o;
    while (allocator_shrink(o))
        ;
    kernel_factory_end(a);
    allocator_entry_free(o->owner, a->entry_limit);
    record_free(o->owner, a, sizeof *a);
}

static void allocator_show(const struct object *o)
{
    const struct allocator *a = (const struct allocator *)o;
    l4_size_t total, left;
    frames_count(&total, &left);
    say("moe: allocator %d: %d objects, %d KiB used of %d; all: %d of %d\n",
        (long)o->index, (long)a->entries, (long)(a->used >> 10),
        (long)(a->limit >> 10), (long)((total - left) >> 10),
        (long)(total >> 10));
}

static unsigned entries_cost(const struct allocator *a)
{
    return a->entry_limit ? a->entry_limit : a->entries;
}

/* What I2 says. */
static unsigned entries_below(const struct allocator *a)
{
    unsigned sum = a->foreigns + a->gates;
    for (const struct object *i = a->made; i; i = i->next) {
        sum++;
        if (i->ops == &names_ops)
            sum += names_count((const struct names *)i);
        if (i->ops == &allocator_ops)
            sum += entries_cost((const struct allocator *)i);
    }
    return sum;
}

static const char *allocator_check(const struct object *o)
{
    const struct allocator *a = (const struct allocator *)o;
    l4_size_t sum = a->records;
    for (const struct object *i = a->made; i; i = i->next) {
        if (i->ops == &dataspace_ops)
            sum += dataspace_charge((const struct dataspace *)i);
        if (i->ops == &allocator_ops)
            sum += ((const struct allocator *)i)->used;
    }
    if (sum != a->used)
        return "allocator I1: what is used is miscounted";
    if (a->limit && a->used > a->limit)
        return "allocator I1: above its limit";
    if (a->entry_limit && a->entries > a->entry_limit)
        return "allocator I2: more entries than its limit";
    return entries_below(a) == a->entries
               ? NULL
               : "allocator I2: entries are miscounted";
}

const struct object_ops allocator_ops = {
    .name = "allocator",
    .protocol = L4_PROTO_FACTORY,
    .request = allocator_request,
    .show = allocator_show,
    .check = allocator_check,
    .shrink = allocator_shrink,
    .destroy = allocator_destroy,
};
