/*
 * The message decoder: system calls whose every word comes from the input,
 * made by four threads of two tasks of a whole kernel over the fake port.
 *
 *      input:  [ who and what | destination | flags | tag ... | words ... ]*
 *
 * A byte says what a word is to be (word()), so that what means something is
 * near in the space of inputs. All invariants are checked after each call;
 * at the end everything is deleted and nothing may be left over.
 */
#include "input.h"

#include "../core/kernel.h"
#include <boot.h>
#include <factory.h>
#include <invoke.h>
#include <l4/vitrine/debug.h>
#include <semaphore.h>

enum {
    TASKS = 2,
    THREADS = 4,
    SLOTS = 32, /* what words name */
    PAGES = 16, /* of memory at first */
    CALLS_MAX = 64,
    QUOTA = 1 << 19,
};
#define ARENA 0x10000000ul
#define UTCBS 0x5000000000ul
#define RAM   0x80000000ul

enum slot {
    SLOT_TASKS = 0, /* the two, and an empty one */
    SLOT_THREADS = 3,
    SLOT_GATES = 7,
    SLOT_IRQS = 10,
    SLOT_SEMAPHORE = 12,
    SLOT_FACTORY = 13,
    SLOT_KERNEL = 14, /* the log, the ICU, the scheduler, the debugger */
};

static struct task *task[TASKS];
static struct thread *thread[THREADS];
static uint32_t first_id; /* objects of the input have this one or a later */

/* --- the world ------------------------------------------------------------ */

static void put(word_t slot, struct object *o)
{
    cr_assert_not_null(o);
    cr_assert_eq(cap_insert_root(&task[0]->caps, slot, o, CAP_ALL), 0);
    struct cap_slot *s = cap_slot(&task[0]->caps, slot);
    cr_assert_eq(cap_map(s, &task[1]->caps, slot,
                         CAP_R | CAP_W | CAP_S | CAP_ATTR_1, false, false),
                 0);
}

static struct task *make_task(struct quota *q)
{
    struct task *t = task_create(q, 0);
    cr_assert_not_null(t);
    cr_assert_eq(task_add_ku_mem(t, UTCBS, PAGE_SIZE), 0);
    return t;
}

static void make_thread(unsigned i, struct quota *q)
{
    struct thread *t = thread_create(q, 0);
    cr_assert_not_null(t);
    cr_assert_eq(thread_bind(t, task[i / 2], UTCBS + i % 2 * UTCB_SIZE), 0);
    sched_set_params(t, 10 + i, KERNEL_SLICE);
    t->pager = t->exc_handler = (word_t)(SLOT_GATES + i % 3) << SEL_SHIFT;
    thread[i] = t;
    put(SLOT_THREADS + i, &t->object);
    thread_ex_regs(t, 0x1000, 0x2000, false, false);
}

static void world_make(void)
{
    struct object *f = factory_create(kernel.quota, 0, QUOTA);
    struct quota *q = factory_quota(f);
    first_id = f->id;
    for (unsigned i = 0; i < TASKS; i++)
        task[i] = make_task(q);
    for (unsigned i = 0; i < TASKS; i++)
        put(SLOT_TASKS + i, &task[i]->object);
    put(SLOT_TASKS + 2, &make_task(q)->object);
    put(SLOT_FACTORY, f);
    for (unsigned i = 0; i < THREADS; i++)
        make_thread(i, q);
    for (unsigned i = 0; i < 3; i++)
        put(SLOT_GATES + i,
            gate_create(q, 0, i < 2 ? &thread[3 * i]->object : NULL, 8));
    put(SLOT_IRQS, irq_create(q, 0));
    put(SLOT_IRQS + 1, irq_create(q, 0));
    put(SLOT_SEMAPHORE, semaphore_create(q, 0));
    static const word_t fixed[] = {5, 6, 7, 10}; /* <l4/sys/consts.h> */
    for (unsigned i = 0; i < 4; i++) {
        struct cap_slot *s = cap_slot(&kernel.task->caps, fixed[i]);
        for (unsigned n = 0; n < TASKS; n++)
            cap_map(s, &task[n]->caps, SLOT_KERNEL + i, CAP_ALL & ~CAP_D, false,
                    false);
    }
    for (unsigned i = 0; i < PAGES; i++)
        mspace_map_root(&task[0]->mem, ARENA + i * PAGE_SIZE,
                        RAM + i * PAGE_SIZE, PAGE_ORDER, RIGHT_RWX, 0);
    kernel_exit();
}

/* Also what nobody names any more, or only by itself. */
static void world_delete(void)
{
    for (struct list *l = object_all.next, *next; l != &object_all; l = next) {
        struct object *o = container_of(l, struct object, all);
        next = l->next;
        if (o->id >= first_id && !o->dying) {
            object_pin(o);
            while (!cap_delete_object(o, 1000))
                ;
            object_destroy(o);
            object_unpin(o);
        }
    }
    reap_all();
    kernel_exit();
    kernel_exit();
    cr_assert_eq(kernel_objects(), kernel.objects);
    cr_assert_eq(kmem_free_bytes(), kernel.free);
    cr_assert_null(sched_cpu()->timeouts.heap.root);
}

/* --- words ---------------------------------------------------------------- */

static word_t special(unsigned which)
{
    static const word_t words[] = {
        ~0ul,      0x80000000,      0x40000000, 0xc0000000,  0x20000000,
        UTCBS,     UTCBS + 1024,    0x1000,     0x10000,     0x20000,
        0x1000000, 0x200000 | 0x8,  0x400000,   63 << 6 | 7, 63 << 6 | 0x3f,
        1ul << 63, 0x7fff00000010ul};
    return words[which % (sizeof words / sizeof words[0])];
}

/* By the high three bits of a byte; the low five choose. */
static word_t word(void)
{
    unsigned how = input_byte(), low = how & 31, more;
    switch (how >> 5) {
    case 0:
        return low;
    case 1:
        return input_word();
    case 2:
        return (word_t)low << SEL_SHIFT;
    case 3: /* memory */
        more = input_byte();
        return (ARENA + (more & 0x1f) * PAGE_SIZE) | (more >> 5) |
               FPAGE_MEM << 4 | (PAGE_ORDER + (low & 15)) << 6;
    case 4: /* capabilities */
        more = input_byte();
        return (word_t)(more & 31) << SEL_SHIFT | (low & 15) | FPAGE_OBJ << 4 |
               (more >> 5) << 6;
    case 5: /* an item or a window */
        more = input_byte();
        return (word_t)more << SEL_SHIFT | 8 | (low & 7) | (low & 24) << 1;
    case 6:
        return (word_t) - (long)low;
    default:
        return special(low);
    }
}

static word_t timeouts(void)
{
    static const uint16_t some[] = {0, 0x400, 1, 100, 0x8000, 0x8002, 0x43f};
    unsigned how = input_byte(), n = sizeof some / sizeof some[0];
    return (word_t)some[(how & 15) % n] << 16 | some[(how >> 4) % n];
}

/* --- calls ---------------------------------------------------------------- */

/* These end the system, or the kernel's own checks of it. */
static bool is_left_out(const struct utcb *u, word_t tag)
{
    word_t op = u->mr[0] & 0xffff;
    long label = tag_label(tag);
    return (label == 0 && op <= 1) ||
           (label == L4_PROTO_DEBUGGER &&
            (op == L4_VITRINE_END || op == L4_VITRINE_HOST_CLOCK));
}

static void fill(struct utcb *u, unsigned words)
{
    for (unsigned i = 0; i < words && i < UTCB_MRS; i++)
        u->mr[i] = word();
    unsigned brs = input_byte();
    u->bdr = brs & 0x80 ? word() : 0;
    for (unsigned i = 0; i < (brs & 7); i++)
        u->br[i] = word();
}

static void call(struct thread *t)
{
    unsigned slot = input_byte(), flags = input_byte();
    unsigned words = input_byte(), label = input_byte();
    unsigned items = (words >> 6) + (label >> 6 & 2);
    word_t dest = (word_t)(slot & 31) << SEL_SHIFT | (flags & SYS_FLAGS);
    if (slot & 0x40)
        dest |= SEL_INVALID;
    word_t tag =
        tag_make(-(long)(label & 31), words & 63, items, (flags & 0xf0) << 8);
    word_t times = timeouts();
    fill(t->utcb, (words & 63) + 2 * items);
    if (!is_left_out(t->utcb, tag))
        sys_raw(t, dest, tag, times);
}

static void fault(struct thread *t, unsigned access)
{
    struct port_trap trap = {.cause = 13, .address = ARENA};
    sched_cpu()->current = t;
    if (access & RIGHT_RWX)
        core_page_fault(ARENA + (access << PAGE_ORDER), access & RIGHT_RWX);
    else
        core_exception(&trap);
    kernel_exit();
}

static void act(void)
{
    unsigned what = input_byte();
    struct thread *t = thread[what & 3];
    /* Its memory goes with its capabilities: is it still there? */
    bool runs = false;
    for (struct list *l = object_all.next; l != &object_all; l = l->next)
        runs |= container_of(l, struct object, all) == &t->object;
    runs = runs && t->task && t->state == THREAD_READY;
    switch (what >> 5) {
    case 0:
        time_passes((uint64_t)(1 + (what >> 2 & 7)) * 20000);
        break;
    case 1:
        core_irq(what >> 2 & 7);
        kernel_exit();
        break;
    case 2:
        if (runs)
            fault(t, what >> 2 & 7);
        break;
    default:
        if (runs)
            call(t);
    }
}

void fuzz_one(void)
{
    static bool booted;
    unsigned calls = 0;
    if (!booted)
        kernel_boot();
    booted = true;
    fake.console_used = 0;
    world_make();
    while (input_is_left() && calls++ < CALLS_MAX)
        act();
    world_delete();
}
