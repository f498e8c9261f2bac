/*
 * What moe and sigma0 answer, as a program sees it: each error that the
 * protocol names, and that memory, names and objects behave as they say.
 *
 * Runs as the first program, so it has every capability moe can give.
 */
#include "tap.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <string.h>

enum { PAGES = 5, SIZE = PAGES * L4_PAGESIZE, MANY = 64 };

static l4_cap_idx_t slot(void)
{
    return l4re_util_cap_alloc();
}

static long alloc(l4_cap_idx_t from, long size, unsigned long flags,
                  l4re_ds_t *ret_ds)
{
    *ret_ds = slot();
    return l4re_ma_alloc_align_srv(from, size, *ret_ds, flags, 0);
}

/* A copy of `cap` with fewer rights. */
static l4_cap_idx_t weaker(l4_cap_idx_t cap, unsigned char rights)
{
    l4_cap_idx_t copy = slot();
    l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                l4_obj_fpage(cap, 0, rights),
                l4_map_obj_control(copy, L4_MAP_ITEM_MAP));
    return copy;
}

/* A raw request of `words` words, the first being op. */
static long request(l4_cap_idx_t to, long protocol, l4_umword_t op,
                    unsigned words)
{
    l4_utcb_mr()->mr[0] = op;
    return l4_error(l4_ipc_call(to, l4_utcb(), l4_msgtag(protocol, words, 0, 0),
                                L4_IPC_NEVER));
}

static int is_gone(l4_cap_idx_t cap)
{
    return request(cap, 0, 0, 0) == -(L4_EIPC_LO + L4_IPC_ENOT_EXISTENT);
}

/* --- DMA spaces ------------------------------------------------------ */

/* What a device may write to is nobody else's, even if its owner is gone. */
static void pinned(l4_cap_idx_t dma)
{
    l4re_dma_space_dma_addr_t at = 0, other = 0;
    l4_size_t size = SIZE;
    l4re_ds_t ds;
    unsigned same = 0;
    alloc(l4re_env()->mem_alloc, SIZE, L4RE_MA_CONTINUOUS, &ds);
    l4re_dma_space_map(dma, ds, 0, &size, 0, 0, &at);
    code(vitrine_destroy(ds), 0, "mapped_memory_may_go");
    for (unsigned i = 0; i < 8; i++) {
        alloc(l4re_env()->mem_alloc, SIZE, L4RE_MA_CONTINUOUS, &ds);
        l4re_dma_space_map(dma, ds, 0, &size, 0, 0, &other);
        same += other < at + SIZE && at < other + SIZE;
        vitrine_destroy(ds);
    }
    fact(!same, "but_its_frames_stay");
    code(l4re_dma_space_unmap(dma, at, SIZE, 0, 0), 0, "until_unmapped");
    code(l4re_dma_space_unmap(dma, at, SIZE, 0, 0), 0, "once");
}

static void dma_spaces(l4re_ds_t file)
{
    l4_cap_idx_t dma = l4re_util_cap_alloc();
    l4re_ds_t whole;
    l4_size_t size = SIZE;
    l4re_dma_space_dma_addr_t first = 0, second = 0;
    alloc(l4re_env()->mem_alloc, SIZE, L4RE_MA_CONTINUOUS, &whole);
    code(l4_error(l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_DMA_SPACE,
                                    dma)),
         0, "a_dma_space_is_made");
    code(l4re_dma_space_map(dma, whole, 0, &size, 0, 0, &first), -L4_EINVAL,
         "it_maps_nothing_before_it_is_associated");
    code(l4re_dma_space_mgr_associate(dma, dma, L4_BASE_TASK_CAP, 0),
         -L4_ENOSYS, "there_is_no_iommu");
    code(l4re_dma_space_mgr_associate_phys(dma, dma, 0), 0,
         "device_addresses_are_physical");
    code(l4re_dma_space_map(dma, whole, 0, &size, 0, 0, &first), 0,
         "memory_is_mapped");
    fact(size == SIZE && first, "in_one_piece_if_it_is");
    size = 8;
    code(l4re_dma_space_map(dma, whole, L4_PAGESIZE + 8, &size, 0, 0, &second),
         0, "part_of_it_too");
    fact(size == 8 && second == first + L4_PAGESIZE + 8, "at_its_offset");
    size = SIZE + 1;
    code(l4re_dma_space_map(dma, whole, 0, &size, 0, 0, &first), -L4_ERANGE,
         "dma_stays_inside");
    size = 8;
    code(l4re_dma_space_map(dma, file, 0, &size, 0, L4RE_DMA_SPACE_FROM_DEVICE,
                            &first),
         -L4_EPERM, "no_device_writes_what_is_read_only");
    code(l4re_dma_space_map(dma, file, 0, &size, 0, L4RE_DMA_SPACE_TO_DEVICE,
                            &first),
         0, "but_it_may_read_it");
    code(l4re_dma_space_map(dma, l4re_env()->log, 0, &size, 0, 0, &first),
         -L4_EINVAL, "dma_wants_a_dataspace");
    code(l4re_dma_space_unmap(dma, first, 8, 0, 0), 0, "it_is_unmapped");
    pinned(dma);
    code(l4re_dma_space_mgr_disassociate(dma, dma), 0, "it_is_disassociated");
    code(l4re_dma_space_unmap(dma, first, 8, 0, 0), -L4_EINVAL,
         "and_answers_nothing_then");
}

/* --- dataspaces ------------------------------------------------------ */

static void dataspace_errors(l4re_ds_t ds, l4re_ds_t file)
{
    l4re_ds_t none;
    code(alloc(l4re_env()->mem_alloc, 0, 0, &none), -L4_EINVAL,
         "memory_of_no_size_is_refused");
    code(alloc(l4re_env()->mem_alloc, -1, 0, &none), -L4_ENOMEM,
         "memory_of_any_size_is_refused");
    code(l4re_ds_clear(ds, SIZE - 8, 16), -L4_ERANGE, "clear_stays_inside");
    code(l4re_ds_allocate(ds, SIZE, 1), -L4_ERANGE, "allocate_stays_inside");
    code(l4re_ds_copy_in(ds, 0, file, ~0ul - 4, 8), -L4_ERANGE,
         "copy_in_stays_inside");
    code(l4re_ds_copy_in(ds, 0, l4re_env()->log, 0, 8), -L4_EINVAL,
         "copy_in_wants_a_dataspace");
    code(l4re_ds_clear(file, 0, 8), -L4_EACCESS, "a_boot_module_is_read_only");
    code(l4re_ds_copy_in(weaker(ds, L4_CAP_FPAGE_RO), 0, ds, 0, 8), -L4_EACCESS,
         "nor_is_copied_to_without_w");
    code(l4re_ds_allocate(file, 0, 8), -L4_EPERM, "nor_provided_with_memory");
    code(l4re_ds_map(ds, SIZE, L4RE_DS_F_R, 0, 0, ~0ul), -L4_ERANGE,
         "map_stays_inside");
    code(request(ds, L4RE_PROTO_DATASPACE, 77, 1), -L4_ENOSYS,
         "an_unknown_operation_is_refused");
    code(request(ds, L4RE_PROTO_RM, 0, 1), -L4_EBADPROTO,
         "a_wrong_protocol_is_refused");
    code(request(ds, L4RE_PROTO_DATASPACE, 0, 0), -L4_EMSGTOOSHORT,
         "an_empty_message_is_refused");
    code(request(ds, L4RE_PROTO_DATASPACE, DATASPACE_CLEAR, 2),
         -L4_EMSGTOOSHORT, "a_short_message_is_refused");
}

static void dataspace_contents(l4re_ds_t ds, l4re_ds_t file)
{
    char *p = NULL;
    code(l4re_rm_attach((void **)&p, SIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                        ds, 0, 0),
         0, "a_dataspace_is_attached");
    int zero = 1;
    for (unsigned i = 0; i < SIZE; i += 64)
        zero &= !p[i];
    fact(zero, "fresh_memory_is_zero");
    memset(p, 'x', SIZE);
    code(l4re_ds_clear(ds, 10, L4_PAGESIZE), 0, "clear_succeeds");
    fact(p[9] == 'x' && !p[10] && !p[L4_PAGESIZE + 9] &&
             p[L4_PAGESIZE + 10] == 'x',
         "clear_clears_just_that");
    code(l4re_ds_copy_in(ds, 100, file, 0, 4), 0, "copy_in_succeeds");
    fact(!memcmp(p + 100, "\177ELF", 4), "copy_in_copies");
    code(l4re_rm_detach(p), L4RE_RM_DETACHED_DS, "it_is_detached");
    code(l4re_rm_detach(p), -L4_ENOENT, "a_second_detach_finds_nothing");
}

static void dataspaces(l4re_ds_t file)
{
    l4re_ds_t ds, whole;
    l4re_ds_stats_t stats = {0, 0};
    l4_addr_t start, end;
    code(alloc(l4re_env()->mem_alloc, SIZE, 0, &ds), 0, "memory_is_given");
    code(l4re_ds_info(ds, &stats), 0, "it_can_be_asked");
    fact(stats.size == SIZE && stats.flags == L4RE_DS_F_RWX,
         "size_and_rights_are_told");
    fact(!(l4re_ds_flags(weaker(ds, L4_CAP_FPAGE_RO)) & L4RE_DS_F_W),
         "a_capability_without_w_gives_no_write");
    code(l4re_ds_map_info(ds, &start, &end), 0, "it_may_be_mapped_anywhere");
    dataspace_errors(ds, file);
    dataspace_contents(ds, file);
    code(alloc(l4re_env()->mem_alloc, SIZE, L4RE_MA_CONTINUOUS, &whole), 0,
         "memory_in_one_piece_is_given");
    code(l4re_ds_copy_in(whole, 0, ds, 0, SIZE), 0,
         "between_dataspaces_it_is_copied");
    code(vitrine_destroy(weaker(ds, L4_CAP_FPAGE_RW)), -L4_EPERM,
         "destroying_needs_s");
    code(vitrine_destroy(weaker(ds, L4_CAP_FPAGE_RS)), -L4_EPERM, "and_w");
    code(vitrine_destroy(l4re_env()->mem_alloc), -L4_EPERM,
         "a_program_cannot_destroy_its_allocator");
    code(vitrine_destroy(ds), 0, "a_dataspace_is_destroyed");
    fact(is_gone(ds), "its_capability_is_dead");
    vitrine_destroy(whole);
}

/* --- region map ------------------------------------------------------- */

static void map_directly(l4re_ds_t ds)
{
    l4_addr_t at = 0;
    l4re_rm_reserve_area(&at, SIZE, L4RE_RM_F_SEARCH_ADDR, 0);
    code(l4re_ds_map_region(ds, 0, L4RE_DS_F_RW, at, at + SIZE - 1), 0,
         "a_dataspace_is_mapped_without_region_map");
    int zero = 1;
    for (unsigned i = 0; i < SIZE; i += 64)
        zero &= !((char *)at)[i];
    fact(zero, "all_its_pages_are_there");
    l4re_rm_free_area(at);
}

static void region_places(l4re_ds_t ds)
{
    void *p = NULL, *q;
    code(l4re_rm_attach(&p, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                        ds, 0, 21),
         0, "an_alignment_can_be_asked");
    fact(!((l4_addr_t)p & (L4_SUPERPAGESIZE - 1)), "it_is_kept");
    q = p;
    code(l4re_rm_attach(&q, L4_PAGESIZE, L4RE_RM_F_RW, ds, 0, 0),
         -L4_EADDRNOTAVAIL, "a_taken_place_is_refused");
    q = (char *)p + 1;
    code(l4re_rm_attach(&q, L4_PAGESIZE, L4RE_RM_F_RW, ds, 0, 0), -L4_EINVAL,
         "an_unaligned_place_is_refused");
    q = (void *)0x1000;
    code(l4re_rm_attach(&q, L4_PAGESIZE, L4RE_RM_F_RW, ds, 0, 0), -L4_ERANGE,
         "a_place_outside_is_refused");
    l4_addr_t a = (l4_addr_t)p + 8;
    unsigned long size = 1;
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t found;
    code(l4re_rm_find(&a, &size, &offset, &flags, &found), L4RE_RM_FOUND_REGION,
         "a_region_is_found");
    fact(a == (l4_addr_t)p && size == L4_PAGESIZE && found == ds &&
             (flags & L4RE_RM_F_RIGHTS_MASK) == L4RE_RM_F_RW,
         "with_all_that_is_known_of_it");
    code(l4re_rm_detach(p), 0, "and_detached");
    a = (l4_addr_t)p;
    size = 1;
    code(l4re_rm_find(&a, &size, &offset, &flags, &found), -L4_ENOENT,
         "then_nothing_is_found");
}

static void region_areas(l4re_ds_t ds)
{
    l4_addr_t area = 0;
    code(l4re_rm_reserve_area(&area, 4 * L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR, 0),
         0, "an_area_is_reserved");
    void *p = (void *)area;
    code(l4re_rm_attach(&p, L4_PAGESIZE, L4RE_RM_F_RW, ds, 0, 0),
         -L4_EADDRNOTAVAIL, "it_keeps_others_out");
    code(l4re_rm_attach(&p, L4_PAGESIZE, L4RE_RM_F_RW | L4RE_RM_F_IN_AREA, ds,
                        0, 0),
         0, "who_names_it_gets_in");
    l4re_rm_detach(p);
    code(l4re_rm_free_area(area), 0, "it_is_freed");
    code(l4re_rm_free_area(area), -L4_ENOENT, "once");
}

static void region_errors(l4re_ds_t ds, l4re_ds_t file)
{
    void *p = NULL;
    l4re_rm_flags_t any = L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW;
    code(l4re_rm_attach(&p, SIZE + 1, any, ds, 0, 0), -L4_ERANGE,
         "more_than_there_is_is_refused");
    code(l4re_rm_attach(&p, L4_PAGESIZE, any, ds, SIZE, 0), -L4_ERANGE,
         "an_offset_behind_the_end_is_refused");
    code(l4re_rm_attach(&p, 0, any, ds, 0, 0), -L4_EINVAL,
         "a_region_of_no_size_is_refused");
    code(l4re_rm_attach(&p, ~0ul, any, ds, 0, 0), -L4_EINVAL,
         "a_region_of_any_size_is_refused");
    code(l4re_rm_attach(&p, L4_PAGESIZE, any, file, 0, 0), -L4_EPERM,
         "writing_to_a_boot_module_is_refused");
    code(
        l4re_rm_attach(&p, L4_PAGESIZE, any, weaker(ds, L4_CAP_FPAGE_RO), 0, 0),
        -L4_EPERM, "writing_without_w_is_refused");
    code(l4re_rm_attach(&p, L4_PAGESIZE, any, l4re_env()->log, 0, 0),
         -L4_EINVAL, "what_is_no_dataspace_is_refused");
    code(l4re_rm_attach(&p, L4_PAGESIZE, any, L4_BASE_TASK_CAP, 0, 0),
         -L4_EBADPROTO, "nor_of_another_server");
    code(request(l4re_env()->rm, L4RE_PROTO_RM, RM_ATTACH, 3), -L4_EMSGTOOSHORT,
         "a_short_attach_is_refused");
    code(request(l4re_env()->rm, L4RE_PROTO_RM, 0xff, 1), -L4_ENOSYS,
         "an_unknown_region_map_operation_is_refused");
    code(vitrine_destroy(l4re_env()->rm), -L4_EPERM,
         "a_program_cannot_destroy_its_region_map");
}

static void regions(l4re_ds_t file)
{
    l4re_ds_t ds;
    void *p = NULL;
    l4_addr_t ku = 0;
    alloc(l4re_env()->mem_alloc, SIZE, 0, &ds);
    map_directly(ds);
    region_places(ds);
    region_areas(ds);
    region_errors(ds, file);
    code(l4re_util_kumem_alloc(&ku, 0, L4_BASE_TASK_CAP, l4re_env()->rm), 0,
         "kernel_user_memory_is_given");
    fact(ku && !*(char *)ku, "it_can_be_read");
    code(l4re_rm_attach(&p, SIZE,
                        L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                            L4RE_RM_F_EAGER_MAP | L4RE_RM_F_DETACH_FREE,
                        ds, 0, 0),
         0, "a_region_is_mapped_at_once");
    memset(p, 1, SIZE);
    code(l4re_rm_detach(p), 0, "detached_and_freed");
    fact(is_gone(ds), "then_its_memory_is_gone");
}

/* --- names ---------------------------------------------------------------- */

static void names(void)
{
    l4_cap_idx_t rom = l4re_env_get_cap("rom"), space = slot(), got = slot();
    l4_cap_idx_t gate = slot();
    char longest[200];
    memset(longest, 'n', sizeof longest);
    longest[sizeof longest - 1] = 0;
    l4_factory_create_gate(l4re_env()->factory, gate, L4_INVALID_CAP, 0);
    code(l4re_ns_query_srv(rom, "no-such-file", got), -L4_ENOENT,
         "an_unknown_name_is_reported");
    code(l4re_ns_query_srv(rom, longest, got), -L4_ENOENT,
         "a_long_name_is_not_found");
    code(l4_error(l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE,
                                    space)),
         0, "a_name_space_is_made");
    code(l4re_ns_register_obj_srv(space, "gate", gate, L4RE_NS_REGISTER_RW), 0,
         "a_capability_is_registered");
    code(l4re_ns_query_srv(space, "gate", got), 0, "and_found");
    fact(l4_debugger_global_id(gate) == l4_debugger_global_id(got),
         "it_is_the_same_object");
    code(l4re_ns_register_obj_srv(space, "gate", gate, 0), -L4_EEXIST,
         "a_name_is_there_once");
    code(l4re_ns_register_obj_srv(space, "gate", gate,
                                  L4RE_NS_REGISTER_OVERWRITE),
         0, "unless_overwritten");
    code(l4re_ns_register_obj_srv(space, "a/b", gate, 0), -L4_EINVAL,
         "a_name_has_no_parts");
    code(l4re_ns_register_obj_srv(space, longest, gate, 0), -L4_ENAMETOOLONG,
         "a_name_has_an_end");
    code(l4re_ns_register_obj_srv(space, "rom", rom, L4RE_NS_REGISTER_RO), 0,
         "a_name_space_can_hold_another");
    code(l4re_ns_query_srv(space, "rom/test-services", got), 0,
         "a_path_leads_through_both");
    code(l4re_ns_register_obj_srv(space, "gate", L4_INVALID_CAP, 0), 0,
         "a_name_is_taken_out");
    code(l4re_ns_query_srv(space, "gate", got), -L4_ENOENT, "then_it_is_gone");
    code(l4re_ns_register_obj_srv(weaker(space, L4_CAP_FPAGE_RO), "x", gate, 0),
         -L4_EPERM, "registering_needs_w");
}

/* --- allocators ------------------------------------------------------------
 */

/* Takes all memory in pieces of 2^order; how many there were. */
static unsigned take_all(l4_cap_idx_t from, unsigned order)
{
    unsigned n = 0;
    l4re_ds_t ds;
    while (n < MANY && !alloc(from, 1l << order, L4RE_MA_CONTINUOUS, &ds))
        n++;
    return n;
}

static l4_cap_idx_t allocator(l4_umword_t limit)
{
    l4_cap_idx_t a = slot();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_FACTORY, a);
    l4_factory_create_add_uint(limit, &t);
    return l4_factory_create_commit(l4re_env()->mem_alloc, t).raw < 0
               ? L4_INVALID_CAP
               : a;
}

enum { RECORDS = 2048 }; /* room for what moe writes down about it */

static void quotas(void)
{
    l4_cap_idx_t a = allocator((64 << 10) + RECORDS);
    l4re_ds_t ds, more;
    code(alloc(a, 32 << 10, L4RE_MA_CONTINUOUS, &ds), 0,
         "memory_below_the_limit_is_given");
    code(alloc(a, 64 << 10, L4RE_MA_CONTINUOUS, &more), -L4_ENOMEM,
         "above_it_is_not");
    code(vitrine_destroy(ds), 0, "what_is_given_back");
    code(alloc(a, 64 << 10, L4RE_MA_CONTINUOUS, &more), 0, "can_be_had_again");
    code(vitrine_destroy(a), 0, "an_allocator_is_destroyed");
    fact(is_gone(more) && is_gone(a), "with_all_it_made");
}

static void exhaustion(void)
{
    l4_cap_idx_t a = allocator(0);
    unsigned first = take_all(a, L4_SUPERPAGESHIFT);
    fact(first > 4 && first < MANY, "memory_comes_to_an_end");
    vitrine_destroy(a);
    a = allocator(0);
    unsigned second = take_all(a, L4_SUPERPAGESHIFT);
    vitrine_destroy(a);
    fact(first == second, "all_of_it_comes_back");
    if (first != second)
        printf("# %u pieces, then %u\n", first, second);
}

static void factories(void)
{
    l4_cap_idx_t all = l4re_env()->mem_alloc, c = slot();
    code(l4_error(l4_factory_create(all, 0x1234, c)), -L4_ENODEV,
         "an_unknown_kind_is_refused");
    code(l4_error(l4_factory_create(weaker(all, L4_CAP_FPAGE_RW),
                                    L4RE_PROTO_NAMESPACE, c)),
         -L4_EPERM, "creating_needs_s");
    code(l4_error(l4_factory_create_irq(all, c)), 0,
         "kernel_objects_are_passed_on");
    code(l4_error(l4_rcv_ep_bind_thread(c, l4re_env()->main_thread, 0x40)), 0,
         "and_work");
    l4_cap_idx_t gate = slot();
    code(l4_error(
             l4_factory_create_gate(all, gate, l4re_env()->main_thread, 0x80)),
         0, "with_the_thread_they_are_for");
    quotas();
    exhaustion();
}

/* --- logs, sigma0
 * ------------------------------------------------------------- */

/* A region map is told a gate instead of a task: moe must not invoke it. */
static void false_tasks(void)
{
    l4_cap_idx_t rm = slot(), gate = slot(), task = slot();
    l4_fpage_t no_utcbs = l4_fpage_invalid();
    l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_RM, rm);
    l4_factory_create_gate(l4re_env()->factory, gate, l4re_env()->main_thread,
                           0x40);
    code(vitrine_rm_set_task(rm, gate), -L4_EINVAL, "a_gate_is_no_task");
    code(vitrine_rm_set_task(rm, l4re_env()->main_thread), -L4_EINVAL,
         "a_thread_is_no_task");
    code(vitrine_rm_set_task(rm, l4re_env()->log), -L4_EINVAL,
         "an_object_of_moe_is_no_task");
    l4_factory_create_task(l4re_env()->factory, task, &no_utcbs);
    code(vitrine_rm_set_task(rm, task), 0, "a_task_is");
    code(vitrine_rm_set_task(rm, task), -L4_EBUSY, "once");
    vitrine_destroy(rm);
}

static void logs(void)
{
    code(l4re_debug_obj_debug(l4re_env()->log, DEBUG_SHOW), -L4_ENOSYS,
         "a_log_has_no_state_to_tell");
    code(request(l4re_env()->log, L4_PROTO_LOG, 55, 1), -L4_ENOSYS,
         "an_unknown_log_operation_is_refused");
    code(request(l4re_env()->log, L4_PROTO_FACTORY, 0, 1), -L4_EBADPROTO,
         "a_log_makes_nothing");
}

/* --- schedulers --------------------------------------------------------- */

static long proxy(l4_umword_t limit, l4_umword_t offset, l4_umword_t cpus,
                  l4_cap_idx_t to)
{
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_SCHEDULER, to);
    l4_factory_create_add_uint(limit, &t);
    l4_factory_create_add_uint(offset, &t);
    l4_factory_create_add_uint(cpus, &t);
    return l4_error(l4_factory_create_commit(l4re_env()->mem_alloc, t));
}

static long run_at(l4_cap_idx_t scheduler, l4_cap_idx_t thread, unsigned prio)
{
    l4_sched_param_t p = l4_sched_param(prio, 0);
    return l4_error(l4_scheduler_run_thread(scheduler, thread, &p));
}

static void schedulers(void)
{
    l4_cap_idx_t s = slot(), t = slot();
    l4_sched_cpu_set_t first = l4_sched_cpu_set(0, 0, 1), none = first;
    l4_kernel_clock_t us;
    l4_umword_t max = 0;
    l4_factory_create_thread(l4re_env()->factory, t);
    code(proxy(0, 0, 1, s), -L4_EINVAL, "a_proxy_needs_a_priority");
    code(proxy(256, 0, 1, s), -L4_EINVAL, "of_at_most_255");
    code(proxy(10, 10, 1, s), -L4_EINVAL, "with_room_above_its_offset");
    code(proxy(10, 0, 0, s), -L4_EINVAL, "and_a_cpu");
    code(proxy(10, 8, 1, s), 0, "a_proxy_is_made");
    code(l4_error(l4_scheduler_info(s, &max, &first)), 0, "it_tells_its_cpus");
    fact(first.map == 1 && max >= 1, "which_are_those_it_was_given");
    code(run_at(s, t, 1), 0, "it_lets_threads_run");
    code(run_at(s, t, 255), 0, "above_its_limit_it_means_the_limit");
    code(run_at(s, t, 0), -L4_EINVAL, "priority_0_is_none");
    code(run_at(s, slot(), 1), -L4_EINVAL, "nobody_cannot_run");
    code(run_at(s, l4re_env()->log, 1), -L4_EINVAL, "a_log_cannot_run");
    code(request(s, L4_PROTO_SCHEDULER, L4_SCHEDULER_RUN_THREAD_OP, 3),
         -L4_EINVAL, "a_request_has_five_words");
    code(l4_error(l4_scheduler_idle_time(s, &first, &us)), 0,
         "idle_time_is_told");
    none.map = 2;
    code(l4_error(l4_scheduler_idle_time(s, &none, &us)), -L4_EINVAL,
         "not_of_cpus_that_are_others");
    code(request(s, L4_PROTO_SCHEDULER, 9, 1), -L4_ENOSYS,
         "a_scheduler_does_nothing_else");
    code(request(s, L4_PROTO_IRQ, 0, 1), -L4_EMSGTOOSHORT,
         "its_line_has_a_number");
    code(proxy(10, 0, 2, s), 0, "a_proxy_for_a_cpu_that_is_not_there");
    first = l4_sched_cpu_set(0, 0, 0);
    code(l4_error(l4_scheduler_info(s, 0, &first)), 0, "can_be_asked");
    fact(first.map == 0, "and_has_none");
    code(run_at(s, t, 1), 0, "its_threads_stay_where_they_are");
}

static void sigma0(void)
{
    l4_cap_idx_t s = l4re_env_get_cap("sigma0"), client = slot();
    l4_addr_t at = 0, base = 0;
    l4re_rm_reserve_area(&at, 4 * L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR, 14);
    code(l4sigma0_map_mem(s, at + 1, at, L4_PAGESIZE), L4SIGMA0_NOTALIGNED,
         "sigma0_wants_whole_pages");
    code(l4sigma0_map_mem(s, 0x1000, at, L4_PAGESIZE), L4SIGMA0_NOFPAGE,
         "there_is_not_memory_everywhere");
    code(l4sigma0_map_anypage(s, at, 12, &base, 12), 0,
         "sigma0_gives_any_page");
    *(char *)at = 1;
    code(l4sigma0_map_mem(s, base, at, L4_PAGESIZE), 0,
         "twice_to_the_same_client");
    code(l4_error(l4_factory_create(s, L4_PROTO_SIGMA0, client)), 0,
         "sigma0_makes_a_gate_for_another");
    code(l4sigma0_map_mem(client, base, at, L4_PAGESIZE), L4SIGMA0_NOFPAGE,
         "who_gets_no_memory_that_is_taken");
    code(l4sigma0_map_iomem(client, base, at, L4_PAGESIZE, 0), L4SIGMA0_NOFPAGE,
         "memory_is_no_device");
    code(l4_error(l4_factory_create(weaker(s, L4_CAP_FPAGE_RO), L4_PROTO_SIGMA0,
                                    client)),
         -L4_EPERM, "a_gate_needs_s");
    code(request(s, L4_PROTO_SIGMA0, 0, 2), -L4_EINVAL,
         "sigma0_refuses_what_it_does_not_know");
    code(request(s, L4_PROTO_TASK, 0, 1), -L4_EBADPROTO, "sigma0_is_no_task");
    l4_addr_t kip = at + L4_PAGESIZE;
    fact(l4sigma0_map_kip(s, (void *)kip, 12) &&
             *(l4_uint32_t *)kip == L4_KERNEL_INFO_MAGIC,
         "sigma0_gives_the_kip");
    l4re_rm_free_area(at);
}

int main(void)
{
    l4re_ds_t file = slot();
    setvbuf(stdout, NULL, _IOLBF, 0);
    code(l4re_ns_query_srv(l4re_env_get_cap("rom"), "test-services", file), 0,
         "the_program_finds_its_own_file");
    dataspaces(file);
    dma_spaces(file);
    regions(file);
    names();
    false_tasks();
    logs();
    schedulers();
    sigma0();
    factories();
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
