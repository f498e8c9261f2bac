/* See fixture.h. */
#include "fixture.h"

#include <fake_port.h>
#include <kassert.h>
#include <trace.h>

enum { HEAP = 16 << 20, RING = 64 };

static _Alignas(1 << 22) char heap[HEAP];
static struct vtr_record ring[RING];
static size_t free_at_start;

struct quota root;

void fixture_init(void)
{
    kmem_init(heap, HEAP);
    object_init_all();
    quota_init_root(&root, HEAP);
    fake_table_quota = &root;
    free_at_start = kmem_free_bytes();
}

void fixture_assert_no_leak(void)
{
    kmem_check();
    cr_assert_eq(root.used, 0);
    cr_assert_eq(kmem_free_bytes(), free_at_start);
}

struct plain *plain_of(struct object *o)
{
    return container_of(o, struct plain, object);
}

static void plain_destroy(struct object *o)
{
    struct plain *p = plain_of(o);
    cr_assert(list_is_empty(&o->caps.children));
    cr_assert_eq(o->refs, 0);
    p->destroyed++;
    if (p->on_destroy)
        p->on_destroy(p);
}

static bool plain_take_down(struct object *o, unsigned budget)
{
    struct plain *p = plain_of(o);
    cr_assert_eq(p->destroyed, 1);
    p->pieces -= p->pieces < budget ? p->pieces : budget;
    return p->pieces == 0;
}

static void plain_free(struct object *o)
{
    cr_assert_eq(plain_of(o)->destroyed, 1);
    cr_assert_eq(plain_of(o)->pieces, 0);
    cr_assert_eq(o->pins, 0);
    plain_of(o)->freed++;
}

static const struct object_ops plain_ops = {.type = VTR_T_GATE,
                                            .destroy = plain_destroy,
                                            .take_down = plain_take_down,
                                            .free = plain_free};

void plain_init_in(struct plain *p, struct quota *q)
{
    *p = (struct plain){0};
    object_init(&p->object, &plain_ops, q, 0, sizeof(*p));
}

void plain_init(struct plain *p)
{
    plain_init_in(p, &root);
}

void reap_all(void)
{
    while (!object_reap(1))
        ;
}

uint64_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return *state >> 24;
}

unsigned random_below(uint64_t *state, unsigned range)
{
    return (unsigned)(random_next(state) % range);
}

void fixture_trace(void)
{
    fake.drains = true;
    trace_init(ring, RING, true);
}

const struct vtr_record *fixture_event(unsigned event, size_t *at)
{
    trace_flush();
    while (*at < fake.drained) {
        const struct vtr_record *r = fake_trace_record((*at)++);
        if (r->event == event)
            return r;
    }
    return NULL;
}
