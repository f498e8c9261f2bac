/*
 * How long moe's objects live, and how many a client may have: an object goes
 * with its last capability unless it is attached, has a name, or something made
 * from it lives; an allocator stops at its limits.
 *
 * What is left is counted by the allocator (vitrine_usage()). moe hears of a
 * capability that went by an interrupt, so settled() asks again for a while.
 */
#include "tap.h"
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
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>

enum { SIZE = 4 * L4_PAGESIZE, ENTRIES = 20, DEBUG_CHECK = 1 };

static l4_cap_idx_t quota; /* the allocator under test */

static l4_cap_idx_t slot(void)
{
    return l4re_util_cap_alloc();
}

static void drop(l4_cap_idx_t cap)
{
    l4re_util_cap_free_um(cap);
}

static struct vitrine_usage usage(void)
{
    struct vitrine_usage u = {0};
    vitrine_usage(quota, &u);
    return u;
}

/* So many entries, once moe has heard of what went? */
static int settled(l4_umword_t entries)
{
    for (int i = 0; i < 50 && usage().entries != entries; i++)
        l4_ipc_sleep_ms(1);
    return usage().entries == entries;
}

static l4re_ds_t memory(void)
{
    l4re_ds_t ds = slot();
    l4re_ma_alloc_align_srv(quota, SIZE, ds, L4RE_MA_CONTINUOUS, 0);
    return ds;
}

static l4_cap_idx_t allocator(l4_size_t bytes, l4_size_t kernel,
                              unsigned entries)
{
    l4_cap_idx_t made = slot();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_FACTORY, made);
    l4_factory_create_add_uint(bytes, &t);
    l4_factory_create_add_uint(kernel, &t);
    l4_factory_create_add_uint(entries, &t);
    code(l4_error(l4_factory_create_commit(l4re_env()->mem_alloc, t)), 0,
         "an_allocator_is_made");
    return made;
}

static void dropped(void)
{
    l4re_ds_t ds = memory();
    fact(usage().entries == 1 && usage().bytes > SIZE &&
             usage().bytes < SIZE + L4_PAGESIZE,
         "memory_is_counted_and_what_moe_writes_down_about_it");
    drop(ds);
    fact(settled(0) && usage().bytes == 0, "it_goes_with_its_last_capability");

    ds = memory();
    l4_cap_idx_t copy = slot();
    l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                l4_obj_fpage(ds, 0, L4_CAP_FPAGE_RO),
                l4_map_obj_control(copy, L4_MAP_ITEM_MAP));
    fact(usage().entries == 1, "a_copy_is_no_second_object");
    drop(copy);
    l4_ipc_sleep_ms(5);
    fact(usage().entries == 1, "it_stays_with_one_of_two");
    drop(ds);
    fact(settled(0), "and_goes_with_the_other");
}

static void attached(void)
{
    l4re_ds_t ds = memory();
    void *at = 0;
    code(l4re_rm_attach(&at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, ds, 0,
                        0),
         0, "memory_is_attached");
    drop(ds);
    l4_ipc_sleep_ms(5);
    *(volatile int *)at = 1;
    fact(usage().entries == 1, "it_stays_while_it_is_attached");
    code(l4re_rm_detach(at) >= 0, 1, "it_is_detached");
    fact(settled(0), "and_goes");
}

static void named(void)
{
    l4_cap_idx_t space = slot(), one = slot(), two = slot();
    l4re_ds_t ds = memory();
    l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE, space);
    code(l4re_ns_register_obj_srv(space, "it", ds, L4RE_NS_REGISTER_RW), 0,
         "memory_gets_a_name");
    drop(ds);
    l4_ipc_sleep_ms(5);
    fact(usage().entries == 1, "it_stays_while_it_has_one");
    code(l4re_ns_query_srv(space, "it", one), 0, "one_finds_it");
    code(l4re_ns_query_srv(space, "it", two), 0, "so_does_another");
    drop(one);
    l4_ipc_sleep_ms(5);
    fact(l4re_ds_size(two) == SIZE, "one_goes_the_other_keeps_it");
    l4re_ns_register_obj_srv(space, "it", L4_INVALID_CAP, 0);
    l4_ipc_sleep_ms(5);
    fact(l4re_ds_size(two) == SIZE, "even_when_the_name_goes");
    code(l4re_ns_register_obj_srv(space, "again", two, 0), 0,
         "it_gets_another_name");
    drop(two);
    l4_ipc_sleep_ms(5);
    code(l4re_ns_query_srv(space, "again", one), 0, "by_which_it_is_found");
    drop(space);
    l4_ipc_sleep_ms(5);
    fact(l4re_ds_size(one) == SIZE, "a_name_space_goes_with_its_names");
    drop(one);
    fact(settled(0), "and_then_the_memory");
}

static void foreign_names(void)
{
    l4_cap_idx_t space = slot(), gate = slot(), found = slot();
    l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE, space);
    l4_factory_create_gate(l4re_env()->factory, gate, L4_BASE_THREAD_CAP, 0);
    code(l4re_ns_register_obj_srv(space, "gate", gate, 0), 0,
         "a_foreign_gate_gets_a_name");
    code(l4re_ns_query_srv(space, "gate", found), 0, "and_is_found");
    code(l4re_ns_register_obj_srv(space, "b", l4re_env()->parent, 0),
         -L4_EINVAL, "a_gate_of_moe_that_is_no_object_gets_no_name");
    l4_task_delete_obj(L4_BASE_TASK_CAP, gate);
    code(l4re_ns_query_srv(space, "gate", found), -L4_ENOENT,
         "a_gate_that_is_gone_has_no_name");
    drop(space);
    drop(gate);
    drop(found);
}

/* A client that dies: a task that alone held the memory. */
static void dead_client(void)
{
    l4_cap_idx_t task = slot();
    l4re_ds_t ds = memory();
    l4_fpage_t no_utcbs = l4_fpage_invalid();
    l4_factory_create_task(l4re_env()->factory, task, &no_utcbs);
    l4_task_map(task, L4_BASE_TASK_CAP, l4_obj_fpage(ds, 0, L4_CAP_FPAGE_RW),
                l4_map_obj_control(0x100ul << L4_CAP_SHIFT, L4_MAP_ITEM_GRANT));
    l4_ipc_sleep_ms(5);
    fact(usage().entries == 1, "another_task_holds_it");
    l4_task_delete_obj(L4_BASE_TASK_CAP, task);
    fact(settled(0), "it_goes_with_that_task");
    drop(task);
    drop(ds);
}

static void made_from_it(void)
{
    l4_cap_idx_t inner = slot(), outer = quota;
    l4_factory_create(outer, L4_PROTO_FACTORY, inner);
    quota = inner;
    l4re_ds_t ds = memory();
    quota = outer;
    fact(usage().entries == 2, "an_allocator_counts_too");
    drop(inner);
    l4_ipc_sleep_ms(5);
    fact(l4re_ds_size(ds) == SIZE, "what_it_made_outlives_its_capability");
    drop(ds);
    fact(settled(0), "the_allocator_goes_with_the_last_of_it");
}

static void entry_limit(void)
{
    l4_cap_idx_t space = slot(), one = slot();
    int made = 0;
    l4re_ds_t ds[ENTRIES + 1];
    for (; made <= ENTRIES; made++) {
        ds[made] = slot();
        if (l4re_ma_alloc_align_srv(quota, SIZE, ds[made], 0, 0) < 0)
            break;
    }
    fact(made == ENTRIES, "so_many_objects_and_no_more");
    for (int i = 0; i < 3; i++)
        drop(ds[--made]);
    settled(made);
    code(l4_error(l4_factory_create(quota, L4RE_PROTO_NAMESPACE, space)), 0,
         "one_less_makes_room");
    code(l4re_ns_register_obj_srv(space, "a", ds[0], 0), 0,
         "for_a_name_and_its_gate_too");
    code(l4re_ns_register_obj_srv(space, "b", ds[0], 0), -L4_ENOMEM,
         "which_counts");
    code(l4re_ns_register_obj_srv(space, "b", l4re_env()->main_thread, 0),
         -L4_ENOMEM, "a_foreign_one_as_well");
    drop(space);
    settled(made);
    code(l4_error(l4_factory_create(quota, L4RE_PROTO_NAMESPACE, one)), 0,
         "names_make_room_again");
    drop(one);
    while (made)
        drop(ds[--made]);
    fact(settled(0), "nothing_is_left");
}

static void kernel_limit(void)
{
    enum { KERNEL = 64 << 10, MOST = 1000 };
    static l4_cap_idx_t gates[MOST];
    l4_cap_idx_t poor = allocator(0, KERNEL, 0), factory = slot();
    int made = 0;
    for (; made < MOST; made++) {
        gates[made] = slot();
        if (l4_error(l4_factory_create_gate(poor, gates[made],
                                            L4_BASE_THREAD_CAP, 0)) < 0)
            break;
    }
    fact(made > 10 && made < MOST, "kernel_objects_stop_at_their_limit");
    code(vitrine_factory(poor, factory), 0, "its_factory_is_told");
    code(l4_error(
             l4_factory_create_gate(factory, slot(), L4_BASE_THREAD_CAP, 0)),
         -L4_ENOMEM, "which_has_the_same_limit");
    for (int i = 0; i < made; i++)
        drop(gates[i]);
    code(l4_error(
             l4_factory_create_gate(factory, gates[0], L4_BASE_THREAD_CAP, 0)),
         0, "what_goes_makes_room");
    drop(gates[0]);
    drop(factory);
    code(vitrine_destroy(poor), 0, "the_allocator_goes");
    poor = allocator(0, KERNEL, 0);
    code(
        l4_error(l4_factory_create_gate(poor, gates[0], L4_BASE_THREAD_CAP, 0)),
        0, "and_another_one_has_all_of_it");
    drop(gates[0]);
    drop(poor);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    quota = allocator(1 << 20, 0, ENTRIES);
    struct vitrine_usage before = usage();
    dropped();
    attached();
    named();
    foreign_names();
    dead_client();
    made_from_it();
    entry_limit();
    kernel_limit();
    fact(usage().bytes == before.bytes, "all_memory_came_back");
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
