/*
 * A program that asks for much at once, again and again: what moe does in one
 * request, everybody else waits for. What it is given it gives back, so no
 * quota stops it. It says once how a round ended.
 *
 *      argument 1: one of `ways`
 */
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/sys/task.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    SIZE = 256 << 10, /* a quarter of its memory */
    LARGE = 64 << 20, /* a list of pages takes a sixteenth of its memory */
    MANY = 80,        /* objects, most of what it may have */
    PARTS = 1000,
    PLACES = 2000,
    DEBUG_CHECK = 1, /* protocol.h */
};

static l4_cap_idx_t of_kind(long protocol, l4_cap_idx_t from)
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    return l4_error(l4_factory_create(from, protocol, cap)) < 0 ? L4_INVALID_CAP
                                                                : cap;
}

/* Made once, and kept. */
static l4re_ds_t memory(unsigned i)
{
    static l4re_ds_t made[2];
    if (!made[i])
        l4re_ma_alloc(SIZE, made[i] = l4re_util_cap_alloc(), 0);
    return made[i];
}

static long clear_all(void)
{
    l4re_ds_allocate(memory(0), 0, SIZE);
    return l4re_ds_clear(memory(0), 0, SIZE);
}

/* Not by whole pages, so that each byte is copied. */
static long copy_all(void)
{
    return l4re_ds_copy_in(memory(0), 0, memory(1), 8, SIZE - 8);
}

/* By whole pages, which are shared. */
static long share_all(void)
{
    l4re_ds_allocate(memory(1), 0, SIZE);
    return l4re_ds_copy_in(memory(0), 0, memory(1), 0, SIZE);
}

/* Memory that comes and goes. */
static long make_memory(long size, unsigned long flags)
{
    static l4re_ds_t ds;
    if (!ds)
        ds = l4re_util_cap_alloc();
    long error = l4re_ma_alloc(size, ds, flags);
    if (error >= 0 && size <= SIZE && !flags)
        error = l4re_ds_allocate(ds, 0, size);
    l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(ds, 0, L4_CAP_FPAGE_RWSD),
                  L4_FP_ALL_SPACES);
    return error;
}

static long make_pages(void)
{
    return make_memory(SIZE, 0);
}

static long make_piece(void)
{
    return make_memory(SIZE, L4RE_MA_CONTINUOUS);
}

static long make_list(void)
{
    return make_memory(LARGE, 0);
}

static long map_at_once(void)
{
    void *at = NULL;
    long error = l4re_rm_attach(
        &at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_EAGER_MAP,
        memory(0), 0, 0);
    return error < 0 ? error : l4re_rm_detach(at);
}

/* A region in many parts, which become one again. */
static long protect_many(void)
{
    static void *at;
    l4_cap_idx_t rm = l4re_env()->rm;
    if (!at) {
        l4re_ds_t ds = l4re_util_cap_alloc();
        l4re_ma_alloc(LARGE, ds, 0);
        l4re_rm_attach(&at, LARGE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, ds, 0,
                       0);
    }
    for (unsigned i = 0; i < PARTS; i++)
        vitrine_rm_protect(rm, (l4_addr_t)at + 2 * i * L4_PAGESIZE, L4_PAGESIZE,
                           L4RE_RM_F_R);
    return vitrine_rm_protect(rm, (l4_addr_t)at, LARGE, L4RE_RM_F_RW);
}

/* One page at many places, which is shared with a copy and then written. */
static long write_shared(void)
{
    static volatile char *at;
    for (unsigned i = 0; !at || i < PLACES; i++) {
        static bool is_done;
        void *p = NULL;
        if (is_done ||
            l4re_rm_attach(&p, L4_PAGESIZE,
                           L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, memory(0), 0,
                           0) < 0 ||
            i == PLACES - 1)
            is_done = true;
        if (is_done)
            break;
        at = p;
    }
    long error = l4re_ds_copy_in(memory(1), 0, memory(0), 0, L4_PAGESIZE);
    if (at)
        *at = 1;
    return error;
}

/* Many objects, and an end for all of them. */
static long end_many(void)
{
    static l4_cap_idx_t caps[MANY], from;
    if (!from) {
        from = l4re_util_cap_alloc();
        for (unsigned i = 0; i < MANY; i++)
            caps[i] = l4re_util_cap_alloc();
    }
    long error = l4_error(
        l4_factory_create(l4re_env()->mem_alloc, L4_PROTO_FACTORY, from));
    for (unsigned i = 0; i < MANY && error >= 0; i++)
        error =
            l4_error(l4_factory_create(from, L4RE_PROTO_NAMESPACE, caps[i]));
    long ended = vitrine_destroy(from);
    return error < 0 ? error : ended;
}

/* A region map with many areas, and its end. */
static long end_map(void)
{
    static l4_cap_idx_t rm;
    if (!rm)
        rm = l4re_util_cap_alloc();
    long error =
        l4_error(l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_RM, rm));
    for (unsigned i = 0; i < PLACES && error >= 0; i++) {
        l4_addr_t at = 0;
        error = l4re_rm_reserve_area_srv(rm, &at, L4_PAGESIZE,
                                         L4RE_RM_F_SEARCH_ADDR, 0);
    }
    long ended = vitrine_destroy(rm);
    return error < 0 ? error : ended;
}

/* A name space with many names, and its end. */
static long end_names(void)
{
    l4_cap_idx_t names = of_kind(L4RE_PROTO_NAMESPACE, l4re_env()->mem_alloc);
    long error = 0;
    for (unsigned i = 0; i < MANY && error >= 0; i++) {
        char name[16];
        snprintf(name, sizeof name, "busy-%u", i);
        error =
            l4re_ns_register_obj_srv(names, name, l4re_env()->main_thread, 0);
    }
    long ended = vitrine_destroy(names);
    l4re_util_cap_free(names);
    return error < 0 ? error : ended;
}

/* One allocator in the other, and all have to pay. */
static long nest(void)
{
    static l4_cap_idx_t from;
    static bool is_deepest;
    if (!from)
        from = l4re_env()->mem_alloc;
    while (!is_deepest) {
        l4_cap_idx_t next = of_kind(L4_PROTO_FACTORY, from);
        is_deepest = next == L4_INVALID_CAP;
        from = is_deepest ? from : next;
    }
    return l4_error(
        l4_factory_create(from, L4_PROTO_FACTORY, l4re_util_cap_alloc()));
}

/* An object more than it may have: moe looks at all it has. */
static long try_again(void)
{
    static l4_cap_idx_t caps[2];
    long error = 0;
    while (error >= 0) {
        l4_cap_idx_t cap = of_kind(L4RE_PROTO_NAMESPACE, l4re_env()->mem_alloc);
        error = l4_is_valid_cap(cap) ? 0 : -1;
        if (error >= 0) {
            caps[1] = caps[0];
            caps[0] = cap;
        }
    }
    l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(caps[0], 0, L4_CAP_FPAGE_RWSD),
                  L4_FP_ALL_SPACES);
    return l4_error(l4_factory_create(l4re_env()->mem_alloc,
                                      L4RE_PROTO_NAMESPACE, caps[0]));
}

static long check(void)
{
    return l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK);
}

static long show(void)
{
    l4re_rm_show_lists();
    return 0;
}

static long say_much(void)
{
    return printf("much to say and nobody who wants to hear all of it\n");
}

static const struct {
    const char *name;
    long (*ask)(void);
} ways[] = {
    {"clears", clear_all},    {"copies", copy_all},
    {"shares", share_all},    {"pages", make_pages},
    {"piece", make_piece},    {"list", make_list},
    {"mapped", map_at_once},  {"protects", protect_many},
    {"writes", write_shared}, {"ends", end_many},
    {"end-map", end_map},     {"end-names", end_names},
    {"nested", nest},         {"again", try_again},
    {"checks", check},        {"shows", show},
    {"says", say_much},
};

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(way, ways[i].name))
            continue;
        printf("a round ends with %ld\n", ways[i].ask());
        fflush(stdout);
        for (;;)
            ways[i].ask();
    }
    return 1;
}
