/*
 * Map and unmap of a task (ABI.md section 1, Task; see task_ops.h).
 *
 * Both check and then run as continuations of the thread: as much as goes
 * until a preemption point says stop, the rest when the thread runs again.
 * What was done stays done; how far it came stands in the continuation, as a
 * distance in the range, so that nothing there can dangle.
 */
#include "task_ops.h"
#include "abi.h"
#include "io_space.h"
#include "ipc.h"
#include "ipc_items.h"
#include "kassert.h"
#include "work.h"

enum { BATCH_MAX = 61 };

/* t's operation begins; its first pieces are done at once. */
static void task_op_begin(struct thread *by)
{
    mapping_walk_forget();
    thread_go_on(by);
}

/* --- map -------------------------------------------------------------- */

static void task_map_give_up(struct thread *by)
{
    object_unpin(&by->continuation.map.src->object);
    object_unpin(&by->continuation.map.dst->object);
}

static bool task_map_on(struct thread *by)
{
    struct continuation *c = &by->continuation;
    long result = item_map_whole(c->map.src, c->map.dst, c->map.head,
                                 c->map.fpage, c->map.keep_s, &c->map.behind);
    if (result == -L4_EAGAIN)
        return false;
    ipc_answer(by, result, 0, 0);
    task_map_give_up(by);
    return true;
}

/* map: MR1 send base and attributes, MR2 flexpage, item: source task. Takes
 * the same way as a map item of an IPC, into a window of everything. */
void task_op_map(struct task *dst, struct thread *by,
                 const struct invocation *inv)
{
    struct cap_slot *c = invoke_cap(by, inv, 0);
    long error = 0;
    if (!(inv->rights & CAP_W))
        error = -L4_EPERM;
    else if (inv_words(inv) < 3)
        error = -L4_EMSGTOOSHORT;
    else if (!c || c->object->ops != &task_ops || dst->object.dying)
        error = -L4_EINVAL;
    if (error) {
        ipc_answer(by, error, 0, 0);
        return;
    }
    struct task *src = task_of(c->object);
    object_pin(&src->object);
    object_pin(&dst->object);
    by->continuation = (struct continuation){
        .go_on = task_map_on,
        .give_up = task_map_give_up,
        .map = {.src = src,
                .dst = dst,
                .head = inv->mr[1],
                .fpage = inv->mr[2],
                .keep_s = inv->rights & c->rights & CAP_S},
    };
    task_op_begin(by);
}

/* --- unmap ------------------------------------------------------------ */

bool task_unmap_cap(struct cap_slot *c, unsigned rights, word_t mask)
{
    bool self = mask & UNMAP_SELF;
    unsigned taken = rights & CAP_R ? CAP_ALL : rights;
    if ((mask & UNMAP_DELETE) && self && (c->rights & CAP_D)) {
        object_destroy(c->object); /* and the reaper does the rest */
        return true;
    }
    if (mask & UNMAP_RECURSIVE)
        return cap_revoke(c, taken, self, ~0u);
    return !self || cap_unmap(c, taken);
}

/* [first, + count) of t's capabilities, passing by empty pages. */
static bool task_unmap_caps(struct task *t, word_t first, word_t count,
                            unsigned rights, word_t mask, word_t *behind)
{
    for (word_t i; (i = *behind) < count;) {
        struct cap_slot *c = cap_slot(&t->caps, first + i);
        work_done(1);
        if (cap_is_behind(&t->caps, first + i))
            return true;
        if (!c)
            i |= (CAP_PAGE_SLOTS - 1) & (count - 1);
        else if (cap_lookup(&t->caps, first + i) &&
                 !task_unmap_cap(c, rights, mask))
            return false;
        *behind = i + 1;
        if (work_should_stop())
            return false;
    }
    return true;
}

/* The next of one flexpage; false: there is more. */
static bool task_unmap_one(struct continuation *c, word_t fpage)
{
    struct task *t = c->unmap.task;
    unsigned type = fpage >> 4 & 3, order = fpage >> 6 & 0x3f;
    unsigned rights = fpage & 0xf;
    word_t mask = c->unmap.mask;
    if (type == FPAGE_OBJ) {
        word_t count = 1ul << (order < 20 ? order : 20);
        word_t first = (fpage >> SEL_SHIFT) & ~(count - 1);
        return task_unmap_caps(t, order < 20 ? first : 0, count, rights, mask,
                               &c->unmap.behind);
    }
    if (type == FPAGE_IO) {
        bool all = order >= IO_ORDER;
        return io_space_unmap(t, all ? 0 : fpage >> PAGE_ORDER,
                              all ? IO_ORDER : order, rights & RIGHT_RWX,
                              mask & UNMAP_SELF, &c->unmap.behind);
    }
    if (order < PAGE_ORDER)
        return true;
    uaddr_t at = order >= 63 ? 0 : fpage & ~0xffful;
    return mspace_unmap_on(&t->mem, at, order, rights & RIGHT_RWX,
                           mask & UNMAP_SELF, ~0u, &c->unmap.used,
                           &c->unmap.behind);
}

static void task_unmap_give_up(struct thread *by)
{
    object_unpin(&by->continuation.unmap.task->object);
}

/* Each flexpage is answered with the rights that were in use. */
static bool task_unmap_on(struct thread *by)
{
    struct continuation *c = &by->continuation;
    word_t *mr = by->utcb->mr;
    while (c->unmap.word < c->unmap.words) {
        word_t fpage = mr[c->unmap.word];
        work_done(4);
        if (!task_unmap_one(c, fpage))
            return false;
        mr[c->unmap.word++] = (fpage & ~0xful) | c->unmap.used;
        c->unmap.behind = 0;
        c->unmap.used = 0;
        if (work_should_stop())
            return false;
    }
    ipc_answer(by, 0, c->unmap.words, 0);
    task_unmap_give_up(by);
    return true;
}

void task_op_unmap(struct task *t, struct thread *by,
                   const struct invocation *inv)
{
    unsigned words = inv_words(inv);
    if (words < 3 || words - 2 > BATCH_MAX) {
        ipc_answer(by, words < 3 ? -L4_EMSGTOOSHORT : -L4_EINVAL, 0, 0);
        return;
    }
    object_pin(&t->object);
    by->continuation = (struct continuation){
        .go_on = task_unmap_on,
        .give_up = task_unmap_give_up,
        .unmap = {.task = t, .mask = inv->mr[1], .word = 2, .words = words},
    };
    task_op_begin(by);
}
