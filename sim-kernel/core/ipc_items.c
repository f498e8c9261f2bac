/*
 * Typed items: see ipc_items.h.
 *
 * The sender names what it gives (send item: hot spot, attributes, flexpage),
 * the receiver where it wants it (buffer registers). Items and buffers of a
 * type are matched in order; where sizes differ the hot spot decides:
 *
 *      window >= page:  goes to window + hotspot (masked to the window)
 *      window <  page:  only the window's size, at page + hotspot
 *
 * The words written tell the receiver what became of each item. Source: ABI.md
 * section 2, Typed items.
 *
 * I/O ports have one place only: where the sender has them. What goes over is
 * what page and window have in common.
 */
#include "ipc_items.h"
#include "abi.h"
#include "gate.h"
#include "io_space.h"
#include "ipc.h"
#include "kassert.h"
#include "task.h"
#include "vcpu.h"
#include "work.h"

/* Item and buffer flags, ABI.md section 2. */
enum {
    ITEM_COMPOUND = 1,
    ITEM_GRANT = 2,
    ITEM_MAP = 8,
    ITEM_WEAK = 0x10,
    BUF_FORWARD = 1,
    BUF_SINGLE_CAP = 2,
    BUF_LOCAL_ID = 4,
    RESULT_NOTHING = 2,
    RESULT_LABEL = 4,
    RESULT_COPY = 6,
};

struct fpage {
    unsigned type, order, rights;
    word_t where; /* address or capability index */
};

/* Where the receiver wants the next item of a type. */
struct window {
    unsigned flags, order;
    word_t where;
    struct task *task;
};

static struct fpage fpage_decode(word_t raw)
{
    unsigned type = raw >> 4 & 3;
    unsigned shift = type == FPAGE_OBJ ? SEL_SHIFT : 0;
    return (struct fpage){
        .type = type == FPAGE_SPECIAL ? FPAGE_MEM : type,
        .order = raw >> 6 & 0x3f,
        .rights = raw & 0xf,
        .where = (raw & ~0xffful) >> shift,
    };
}

static word_t low_bits(unsigned order)
{
    return order >= 64 ? ~0ul : (1ul << order) - 1;
}

void item_begin(struct item_cursor *c, const struct thread *r, unsigned words,
                unsigned items)
{
    bool utcb = ipc_in_utcb(r->ipc.kind);
    word_t bdr = utcb ? r->utcb->bdr : 0;
    *c = (struct item_cursor){
        .words = (uint8_t)words,
        .items = (uint8_t)items,
        .next = {0, bdr & 0x1f, bdr >> 5 & 0x1f, bdr >> 10 & 0x1f},
        .implied = !utcb,
    };
}

/* The task that gets the items: the receiver's, or the one a forwarding
 * buffer names (W right needed). NULL: no such. */
static struct task *buffer_task(struct thread *r, bool forward, word_t sel)
{
    if (!forward)
        return r->task;
    struct cap_slot *c = cap_lookup(&r->task->caps, sel >> SEL_SHIFT);
    if (!c || c->object->ops != &task_ops || !(c->rights & CAP_W))
        return NULL;
    return task_of(c->object);
}

/* Takes the next buffer for `type`; false: there is none. */
static bool buffers_take(struct item_cursor *c, struct thread *r, unsigned type,
                         struct window *ret_window)
{
    if (c->implied) {
        bool ports = tag_label(r->ipc.tag) == L4_PROTO_IO_PAGE_FAULT;
        bool ok = type == (ports ? FPAGE_IO : FPAGE_MEM) && !c->next[type]++;
        *ret_window = (struct window){.order = 63, .task = vcpu_task(r)};
        return ok;
    }
    unsigned i = c->next[type];
    word_t head = i < UTCB_BRS ? r->utcb->br[i++] : 0;
    if (!(head & ITEM_MAP))
        return false;
    struct fpage f = {.type = FPAGE_OBJ, .where = head >> SEL_SHIFT};
    if (!(head & BUF_SINGLE_CAP)) {
        if (i >= UTCB_BRS)
            return false;
        f = fpage_decode(r->utcb->br[i++]);
    }
    bool forward = head & BUF_FORWARD;
    word_t sel = forward && i < UTCB_BRS ? r->utcb->br[i++] : 0;
    c->next[type] = (uint8_t)i;
    *ret_window = (struct window){
        .flags = head & 0xf,
        .order = f.order,
        .where = f.where,
        .task = buffer_task(r, forward, sel),
    };
    return f.type == type && ret_window->task;
}

/* The hot-spot rule: narrows page and window, both aligned to their size, to
 * what is handed over. */
static unsigned item_place(const struct fpage *f, const struct window *w,
                           word_t hot, word_t *ret_from, word_t *ret_to)
{
    *ret_from = f->where & ~low_bits(f->order);
    *ret_to = w->where & ~low_bits(w->order);
    if (w->order >= f->order) {
        *ret_to += hot & low_bits(w->order) & ~low_bits(f->order);
        return f->order;
    }
    *ret_from += hot & low_bits(f->order) & ~low_bits(w->order);
    return w->order;
}

static unsigned item_map_memory(struct task *src, word_t head,
                                const struct fpage *f, const struct window *w,
                                bool *ret_mapped, word_t *behind)
{
    word_t from, to;
    unsigned order = item_place(f, w, head & ~0xffful, &from, &to);
    unsigned pages, attributes = head >> 4 & 7;
    /* Kernel-user memory goes with its task: it cannot move to another. */
    bool grant = (head & ITEM_GRANT) && !task_has_ku_mem(src, from, order);
    if (order < PAGE_ORDER)
        return L4_IPC_SEMAPFAILED;
    int error = mspace_map_on(&src->mem, from, &w->task->mem, to, order,
                              f->rights & RIGHT_RWX, attributes, grant, ~0u,
                              &pages, behind);
    *ret_mapped |= pages > 0;
    if (error == -L4_EAGAIN)
        return ITEM_AGAIN;
    return error ? L4_IPC_SEMAPFAILED : 0;
}

/* Rights of a capability item: the flexpage's and the attributes'. The S
 * right passes only through a capability that has it. */
static unsigned item_cap_rights(bool keep_s, word_t head, const struct fpage *f)
{
    unsigned rights = (f->rights & 0xf) | (head >> 1 & 0x70);
    return keep_s ? rights : rights & ~(unsigned)CAP_S;
}

/* The first port and the order of a flexpage or window of ports. */
static unsigned io_place(word_t where, unsigned order, word_t *ret_first)
{
    order = order < IO_ORDER ? order : IO_ORDER;
    *ret_first = where >> PAGE_ORDER & low_bits(IO_ORDER) & ~low_bits(order);
    return order;
}

static unsigned item_map_ports(struct task *src, word_t head,
                               const struct fpage *f, const struct window *w,
                               bool *ret_mapped, word_t *behind)
{
    word_t first, window;
    unsigned order = io_place(f->where, f->order, &first);
    unsigned room = io_place(w->where, w->order, &window);
    bool fits = (first & ~low_bits(room)) == window;
    if (room < order) { /* the window is the smaller one */
        fits = (window & ~low_bits(order)) == first;
        first = window;
        order = room;
    }
    if (!fits)
        return 0;
    int error = io_space_map(src, w->task, first, order, f->rights,
                             head & ITEM_GRANT, ret_mapped, behind);
    if (error == -L4_EAGAIN)
        return ITEM_AGAIN;
    return error ? L4_IPC_SEMAPFAILED : 0;
}

static unsigned item_map_caps(struct task *src, bool keep_s, word_t head,
                              const struct fpage *f, const struct window *w,
                              bool *ret_mapped, word_t *behind)
{
    word_t from, to;
    unsigned order = item_place(f, w, head >> SEL_SHIFT, &from, &to);
    unsigned rights = item_cap_rights(keep_s, head, f);
    if (order > 20)
        order = 20;
    for (word_t i; (i = *behind) < 1ul << order;) {
        struct cap_slot *c = cap_slot(&src->caps, from + i);
        int error = 0;
        work_done(1);
        if (cap_is_behind(&src->caps, from + i))
            break;
        if (!c) /* the whole page is empty */
            i |= (CAP_PAGE_SLOTS - 1) & low_bits(order);
        else if (c->object)
            error = cap_map(c, &w->task->caps, to + i, rights,
                            head & ITEM_GRANT, c->weak || (head & ITEM_WEAK));
        if (error)
            return error == -L4_EAGAIN ? ITEM_AGAIN : L4_IPC_SEMAPFAILED;
        *ret_mapped |= c && c->object;
        *behind = i + 1;
        if (work_should_stop())
            return ITEM_AGAIN;
    }
    return 0;
}

static unsigned item_map(struct task *src, bool keep_s, word_t head,
                         const struct fpage *f, const struct window *w,
                         bool *ret_mapped, word_t *behind)
{
    if (f->type == FPAGE_MEM)
        return item_map_memory(src, head, f, w, ret_mapped, behind);
    if (f->type == FPAGE_OBJ)
        return item_map_caps(src, keep_s, head, f, w, ret_mapped, behind);
    return item_map_ports(src, head, f, w, ret_mapped, behind);
}

/* A receiver that asked for local ids gets the label of its own gate, or
 * within one task just the words. */
static bool item_local(struct thread *s, word_t raw, word_t head,
                       const struct fpage *f, const struct window *w,
                       word_t *dst)
{
    if (!(w->flags & BUF_LOCAL_ID) || f->type != FPAGE_OBJ || f->order)
        return false;
    struct cap_slot *c = cap_lookup(&s->task->caps, f->where);
    if (c && gate_is_bound_to_task(c->object, w->task)) {
        unsigned rights = item_cap_rights(true, head, f) & c->rights & 3;
        dst[0] = (head & ~7ul) | RESULT_LABEL | (head & ITEM_COMPOUND);
        dst[1] = gate_label(c->object) | rights;
        return true;
    }
    if (s->task != w->task)
        return false;
    dst[0] = (head & ~7ul) | RESULT_COPY | (head & ITEM_COMPOUND);
    dst[1] = raw;
    return true;
}

/* The next item begins. 0, an IPC error code; c->inside: there is something
 * to be mapped. */
static unsigned item_open(struct item_cursor *c, struct thread *s,
                          struct thread *r, word_t *dst)
{
    const word_t *src = &s->utcb->mr[c->words + 2 * c->item];
    struct window w;
    c->head = src[0];
    c->fpage = src[1];
    struct fpage f = fpage_decode(c->fpage);
    work_done(8);
    dst[0] = dst[1] = 0;
    if (!(c->head & ITEM_MAP))
        return 0; /* a void item */
    if (!buffers_take(c, r, f.type, &w))
        return L4_IPC_SEMSGCUT;
    if (item_local(s, c->fpage, c->head, &f, &w, dst))
        return 0;
    c->order = (uint8_t)w.order;
    c->where = w.where;
    c->task = w.task;
    c->behind = 0;
    c->mapped = false;
    c->inside = true;
    mapping_walk_forget();
    return 0;
}

/* The item at work, as far as it goes. */
static unsigned item_work(struct item_cursor *c, struct thread *s, word_t *dst)
{
    struct fpage f = fpage_decode(c->fpage);
    struct window w = {.order = c->order, .where = c->where, .task = c->task};
    unsigned error = item_map(s->task, s->ipc.rights & CAP_S, c->head, &f, &w,
                              &c->mapped, &c->behind);
    if (error == ITEM_AGAIN)
        return error;
    c->inside = false;
    dst[0] = (c->head & ~7ul) | (c->mapped ? 0 : RESULT_NOTHING) |
             (c->head & ITEM_COMPOUND);
    dst[1] = 0;
    return error;
}

unsigned item_go_on(struct item_cursor *c, struct thread *s, struct thread *r,
                    word_t *dst)
{
    while (c->item < c->items) {
        word_t *to = &dst[c->words + 2 * c->item];
        unsigned error = c->inside ? 0 : item_open(c, s, r, to);
        if (!error && c->inside)
            error = item_work(c, s, to);
        if (error)
            return error;
        if (++c->item < c->items && work_should_stop())
            return ITEM_AGAIN;
    }
    return 0;
}

long item_map_whole(struct task *src, struct task *dst, word_t head, word_t raw,
                    bool keep_s, word_t *behind)
{
    struct fpage f = fpage_decode(raw);
    struct window w = {.order = 63, .task = dst};
    bool mapped = false;
    unsigned error;
    if (f.type == FPAGE_MEM && f.order < PAGE_ORDER)
        return -L4_EINVAL;
    head |= ITEM_MAP;
    error = item_map(src, keep_s, head, &f, &w, &mapped, behind);
    if (error == ITEM_AGAIN)
        return -L4_EAGAIN;
    return error ? -L4_ENOMEM : 0;
}

bool ipc_cap_buffer(const struct thread *t, word_t *ret_index)
{
    unsigned i = t->utcb->bdr >> 10 & 0x1f;
    if (i + 1 >= UTCB_BRS)
        return false;
    word_t head = t->utcb->br[i];
    if (!(head & ITEM_MAP))
        return false;
    if (head & BUF_SINGLE_CAP) {
        *ret_index = head >> SEL_SHIFT;
        return true;
    }
    struct fpage f = fpage_decode(t->utcb->br[i + 1]);
    *ret_index = f.where;
    return f.type == FPAGE_OBJ;
}
