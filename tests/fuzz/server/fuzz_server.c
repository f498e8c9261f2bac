/*
 * A server, its own handlers and all, driven by what an input says: requests
 * of several clients, well-formed or not, capabilities with them, sessions
 * opened and given up, interrupts, time-outs, refusals of the kernel.
 *
 *      event   kind    how
 *      0..     < 0xc0  a message through gate (kind % gates held)
 *      0xc0..  < 0xd8  gives up a gate
 *      0xd8..  < 0xe8  an interrupt
 *      0xe8..  < 0xf8  time passes
 *      0xf8..          from now on kernel objects may refuse
 *
 *      message   protocol, rights and items, words; then what they are
 *
 * Judged by: sanitizers; each answer is a result or an L4 error and fits a
 * message; every capability in it is one; when all clients are gone, the
 * server's heap and its kernel objects are what they were (`keeps`: not asked
 * of who stores what clients make).
 */
#include "kernel.h"
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/utcb.h>
#include <stdio.h>
#include <string.h>

enum {
    HELD_MAX = 16,
    EVENTS_MAX = 64,
    ITEMS_MAX = 3,
    AGAIN = 5,
    PROGRAMS_MAX = 64
};

static struct host_object *held[HELD_MAX]; /* the first are the server's own */
static unsigned held_count, first_held;
static struct host_object *offered[2];
static struct host_object *programs[PROGRAMS_MAX]; /* where they report to */

static long protocol(void)
{
    static const long common[] = {L4_PROTO_FACTORY,    L4_PROTO_META,
                                  L4_PROTO_LOG,        L4_PROTO_IRQ,
                                  L4_PROTO_PAGE_FAULT, L4_PROTO_EXCEPTION};
    enum { COMMON = sizeof common / sizeof common[0] };
    unsigned first = input_byte(), own = 0;
    while (own < 12 && host_server.protocols[own])
        own++;
    if (first >= 0xf0)
        return (long)(input_byte() | input_byte() << 8) - 0x100;
    return first % 16 < COMMON ? common[first % 16]
                               : host_server.protocols[first % own];
}

/* Gates of the server itself only for who can deal with them: others keep
 * what they get, and hold their own session open. */
static struct host_object *item(void)
{
    unsigned which = input_byte();
    if (which >= 0x80 && which < 0xe0 && host_server.takes_gates)
        return held[which % held_count];
    return which < 0xe0 ? offered[which & 1] : NULL;
}

static void check_answer(const struct host_answer *a)
{
    if (a->came && a->result < -4096)
        host_fail("an answer that is no result and no error");
}

static void take_given(const struct host_answer *a)
{
    for (unsigned i = 0; i < 4; i++) {
        if (!a->given[i])
            continue;
        if (held_count < HELD_MAX && a->given[i]->kind == HOST_GATE)
            held[held_count++] = a->given[i];
        else
            host_drop(a->given[i]);
    }
}

static void deliver(const struct host_event *e)
{
    struct host_answer a;
    host_deliver(e, &a);
    check_answer(&a);
    take_given(&a);
}

static void tell_deletions(void)
{
    struct host_event e = {.kind = HOST_IRQ};
    while (host_take_deletion(&e.label))
        deliver(&e);
}

/* Keeps clients from what is no more. */
void host_gone(struct host_object *o)
{
    for (unsigned i = first_held; i < held_count; i++)
        if (held[i] == o)
            held[i--] = held[--held_count];
    for (unsigned i = 0; i < PROGRAMS_MAX; i++)
        if (programs[i] == o)
            programs[i] = NULL;
}

void host_program(l4_cap_idx_t parent)
{
    struct host_object *o = host_object_at(parent);
    if (!o)
        host_fail("a program without a parent");
    unsigned free = PROGRAMS_MAX;
    for (unsigned i = 0; i < PROGRAMS_MAX; i++) {
        if (programs[i] == o) /* it runs again */
            return;
        if (!programs[i] && free == PROGRAMS_MAX)
            free = i;
    }
    if (free < PROGRAMS_MAX)
        programs[free] = o;
    else
        host_fail("too many programs");
}

/* At the start only; clients have it from then on. */
void host_give(struct host_object *o)
{
    if (!first_held && held_count < HELD_MAX / 2 && o->is_bound)
        held[held_count++] = o;
}

/* Programs that still run say that they end. */
static void end_programs(void)
{
    struct host_event e = {
        .kind = HOST_MESSAGE, .protocol = L4RE_PROTO_PARENT, .words = 3};
    for (unsigned i = 0; i < PROGRAMS_MAX; i++)
        if (programs[i]) {
            e.label = programs[i]->label;
            deliver(&e);
        }
}

static void give_up(unsigned i)
{
    struct host_object *o = held[i];
    held[i] = held[--held_count];
    host_drop(o);
    tell_deletions();
}

static bool is_first(const struct host_object *o)
{
    for (unsigned i = 0; i < first_held; i++)
        if (held[i] == o)
            return true;
    return false;
}

static void message(struct host_object *to)
{
    struct host_event e = {.kind = HOST_MESSAGE};
    e.protocol = protocol();
    unsigned how = input_byte();
    e.label = to->label | (how & 3);
    e.items = (how >> 2 & 7) > ITEMS_MAX ? 0 : how >> 2 & 7;
    e.words = input_byte() % (L4_UTCB_GENERIC_DATA_SIZE + 1 - 2 * e.items);
    for (unsigned i = 0; i < e.words; i++)
        e.mr[i] = input_short_word();
    for (unsigned i = 0; i < e.items; i++)
        e.item[i] = item();
    if (!host_server.leaves_out ||
        !host_server.leaves_out(e.protocol, is_first(to)))
        deliver(&e);
}

static void one_event(void)
{
    unsigned kind = input_byte();
    struct host_event e = {0};
    if (kind < 0xc0) {
        unsigned all = held_count + PROGRAMS_MAX / 16, i = kind % all;
        struct host_object *to =
            i < held_count ? held[i] : programs[i - held_count];
        if (to && to->is_bound)
            message(to);
    } else if (kind < 0xd8 && held_count > first_held) {
        give_up(first_held + kind % (held_count - first_held));
    } else if (kind < 0xe8) {
        struct host_object *irq = host_irq(kind & 3);
        e = (struct host_event){.kind = HOST_IRQ};
        if (irq) {
            e.label = irq->label;
            deliver(&e);
        }
    } else if (kind < 0xf8) {
        e = (struct host_event){.kind = HOST_TIMEOUT, .words = 4 + (kind & 15)};
        deliver(&e);
    } else {
        host_may_fail = true;
    }
    tell_deletions();
}

/* What came with a request is let go of in the server's next round; what waits
 * for its time, or for the other end of a wire, may take more. */
static void settle(void)
{
    struct host_event late = {.kind = HOST_TIMEOUT, .words = 24};
    struct host_event told = {.kind = HOST_IRQ};
    struct host_object *irq = host_irq(0);
    for (unsigned i = 0; i < 2 || i < host_server.settles; i++) {
        deliver(&late);
        told.label = irq ? irq->label : 0;
        if (i < host_server.settles && irq)
            deliver(&told);
    }
    tell_deletions();
}

/* The whole input, then all clients go and some time passes. */
static void run(const uint8_t *data, size_t size)
{
    input_at = data;
    input_end = data + size;
    host_may_fail = false;
    for (unsigned n = 0; input_is_left() && n < EVENTS_MAX; n++)
        one_event();
    host_may_fail = false;
    input_at = input_end;
    end_programs();
    while (held_count > first_held)
        give_up(held_count - 1);
    settle();
    const char *broken = host_server.check ? host_server.check() : NULL;
    if (broken)
        host_fail(broken);
}

/* Bytes in use. The C library alone does not tell exactly: then nothing is. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

static size_t heap(void)
{
    return __sanitizer_get_current_allocated_bytes
               ? __sanitizer_get_current_allocated_bytes()
               : 0;
}

static size_t used(void)
{
    return host_server.used ? host_server.used() : heap();
}

static void begin(void)
{
    host_start();
    offered[0] = host_object_new(HOST_OTHER);
    offered[1] = host_object_new(HOST_OTHER);
    for (unsigned n = 0; host_gate(n) && held_count < HELD_MAX / 2; n++)
        held[held_count++] = host_gate(n);
    first_held = held_count;
}

void fuzz_one(void)
{
    static bool is_running;
    const uint8_t *data = input_at;
    size_t size = (size_t)(input_end - input_at);
    input_at = input_end; /* a start is the same whatever comes first */
    if (!is_running)
        begin();
    is_running = true;
    size_t bytes = used();
    unsigned objects = host_objects();
    for (int again = 0; again < AGAIN; again++) {
        run(data, size);
        size_t now = used();
        unsigned objects_now = host_objects();
        if (host_server.keeps || (now <= bytes && objects_now <= objects))
            return;
        if (again == AGAIN - 1)
            fprintf(stderr, "# %zu bytes more, %u objects more\n", now - bytes,
                    objects_now - objects);
        bytes = now;
        objects = objects_now;
    }
    host_fail("something is lost in each round");
}
