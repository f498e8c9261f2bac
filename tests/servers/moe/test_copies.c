/*
 * Copies of whole pages: shared until one side writes, whoever goes first.
 *
 * That nothing was copied is seen in moe's free memory, who pays in the
 * allocators' figures. Writes that are refused are tried by touch.h's thread.
 */
#include "tap.h"
#include "touch.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <string.h>

enum { PAGES = 8 };

#define PAGE L4_PAGESIZE
#define SIZE ((l4_size_t)PAGES * PAGE)

static l4_cap_idx_t rich, poor; /* allocators; poor: PAGES and one page more */

static l4_cap_idx_t allocator(l4_size_t limit)
{
    l4_cap_idx_t a = l4re_util_cap_alloc();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_FACTORY, a);
    l4_factory_create_add_uint(limit, &t);
    l4_factory_create_commit(l4re_env()->mem_alloc, t);
    return a;
}

static struct vitrine_usage usage(l4_cap_idx_t a)
{
    struct vitrine_usage u = {0};
    vitrine_usage(a, &u);
    return u;
}

static l4_umword_t pages_of(l4_cap_idx_t a)
{
    return usage(a).bytes / PAGE;
}

/* Pages free in moe. */
static l4_umword_t room(void)
{
    return usage(rich).moe_free / PAGE;
}

static l4re_ds_t memory(l4_cap_idx_t from, l4_size_t size, unsigned flags)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4re_ma_alloc_align_srv(from, (long)size, ds, flags, 0);
    return ds;
}

static char *shown(l4re_ds_t ds, l4_size_t size, l4re_rm_flags_t rights)
{
    void *p = NULL;
    l4re_rm_attach(&p, size, L4RE_RM_F_SEARCH_ADDR | rights, ds, 0, 0);
    return p;
}

/* Page i holds first + i. */
static void fill(char *p, char first)
{
    for (int i = 0; i < PAGES; i++)
        memset(p + i * PAGE, first + i, PAGE);
}

static int holds(const char *p, char first)
{
    int good = 1;
    for (int i = 0; i < PAGES; i++)
        good &= p[i * PAGE] == first + i && p[i * PAGE + PAGE - 1] == first + i;
    return good;
}

static void end(l4re_ds_t ds, char *p)
{
    if (p)
        l4re_rm_detach(p);
    vitrine_destroy(ds);
    l4re_util_cap_free_um(ds);
}

static void shared_until_written(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pb = shown(b, SIZE, L4RE_RM_F_RW);
    char *reader = shown(b, SIZE, L4RE_RM_F_R);
    fill(pa, 'a');
    l4_umword_t free = room();
    code(l4re_ds_copy_in(b, 0, a, 0, SIZE), 0, "whole_pages_are_copied");
    fact(holds(pa, 'a') && holds(pb, 'a') && holds(reader, 'a'),
         "the_copy_is_one");
    fact(free == room(), "it_took_no_memory");
    fact(pages_of(rich) == 2 * PAGES, "but_is_paid_for");
    pb[0] = 'B';
    fact(free - room() == 1, "a_page_is_copied_when_it_is_written");
    fact(pa[0] == 'a' && reader[0] == 'B' && reader[1] == 'a',
         "who_shows_the_copy_sees_it_and_nobody_else");
    pa[PAGE] = 'A';
    fact(pb[PAGE] == 'b' && reader[PAGE] == 'b' && free - room() == 2,
         "so_it_is_when_the_original_is_written");
    pb[PAGE] = 'B';
    fact(free - room() == 2, "the_last_one_needs_no_copy");
    fact(pages_of(rich) == 2 * PAGES, "no_write_costs_anything");
    pb[0] = pb[PAGE + 1] = 'b';
    code(l4re_ds_clear(b, 2 * PAGE, PAGE), 0, "the_copy_is_cleared");
    fact(!pb[2 * PAGE] && pa[2 * PAGE] == 'c', "and_it_alone");
    l4re_rm_detach(reader);
    end(a, pa);
    fact(pb[3 * PAGE] == 'd' && pb[7 * PAGE] == 'h',
         "the_copy_outlives_the_original");
    pb[3 * PAGE] = 'D';
    fact(pages_of(rich) == PAGES, "and_pays_for_itself");
    end(b, pb);
    fact(pages_of(rich) == 0 && free + PAGES == room(),
         "all_memory_comes_back");
}

static void of_copies(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    l4re_ds_t c = memory(poor, SIZE, 0);
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pc;
    fill(pa, 'a');
    l4re_ds_copy_in(b, 0, a, 0, SIZE);
    code(l4re_ds_copy_in(c, 0, b, 0, SIZE), 0, "a_copy_is_copied");
    end(b, NULL);
    fill(pa, 'A');
    pc = shown(c, SIZE, L4RE_RM_F_RW);
    fact(holds(pc, 'a'), "the_one_between_may_go");
    end(a, pa);
    fill(pc, 'k');
    fact(holds(pc, 'k') && pages_of(poor) == PAGES, "and_the_first");
    code(l4re_ds_copy_in(c, PAGE, c, 0, SIZE - PAGE), 0,
         "a_dataspace_is_copied_into_itself");
    fact(pc[PAGE] == 'k' && pc[7 * PAGE] == 'q', "byte_by_byte");
    end(c, pc);
}

static void ragged(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pb = shown(b, SIZE, L4RE_RM_F_RW);
    fill(pa, 'a');
    fill(pb, 'n');
    l4_umword_t free = room();
    code(l4re_ds_copy_in(b, PAGE, a, 2 * PAGE, 2 * PAGE + 10), 0,
         "what_ends_inside_a_page_is_copied");
    fact(pb[PAGE] == 'c' && pb[2 * PAGE] == 'd' && pb[3 * PAGE + 9] == 'e' &&
             pb[3 * PAGE + 10] == 'q' && pb[0] == 'n',
         "as_far_as_it_goes");
    fact(room() - free == 2, "whole_pages_are_shared_the_rest_is_not");
    code(l4re_ds_copy_in(b, 5, a, 0, PAGE), 0, "what_is_not_aligned_too");
    fact(pb[4] == 'n' && pb[5] == 'a' && pb[PAGE + 4] == 'a' &&
             pb[PAGE + 5] == 'c',
         "at_its_place");
    fact(pa[2 * PAGE + 4] == 'c', "the_original_stays");
    end(a, pa);
    end(b, pb);
}

static void untouched(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    char *pb = shown(b, SIZE, L4RE_RM_F_RW);
    fill(pb, 'n');
    l4re_ds_copy_in(b, 0, a, 0, SIZE);
    fact(pages_of(rich) == 0, "a_copy_of_nothing_is_nothing");
    fact(!pb[0] && !pb[SIZE - 1], "and_zero");
    end(a, NULL);
    end(b, pb);
}

static void boot_modules(l4re_ds_t file)
{
    l4re_ds_t big = memory(poor, 2 * SIZE, 0);
    char *text = shown(file, 2 * SIZE, L4RE_RM_F_R);
    char *p = shown(big, 2 * SIZE, L4RE_RM_F_RW);
    const char second = text[PAGE];
    l4_umword_t free = room();
    code(l4re_ds_copy_in(big, 0, file, 0, 2 * SIZE), 0,
         "a_boot_module_is_copied");
    fact(!memcmp(p, text, 2 * SIZE), "byte_by_byte_alike");
    fact(pages_of(poor) == 0 && free == room(), "it_costs_nothing_to_read");
    int written = 0;
    while (written < 2 * PAGES && touch(p + written * PAGE, true, 'w') >= 0)
        written++;
    fact(written == PAGES + 1, "writing_ends_at_the_quota");
    fact(p[0] == 'w' && p[PAGE] == 'w' && !memcmp(p + 1, text + 1, PAGE - 1),
         "what_was_written_is_there");
    fact(text[0] == 0x7f && text[PAGE] == second, "and_not_in_the_module");
    fact(can_read(p + (PAGES + 1) * PAGE), "the_rest_can_be_read");
    code(l4re_ds_allocate(big, 0, 2 * SIZE), -L4_ENOMEM,
         "nor_can_all_of_it_be_had_before");
    code(l4re_ds_clear(big, 0, 1), 0, "what_is_paid_for_can_be_cleared");
    vitrine_rm_detach_part(l4re_env()->rm, (l4_addr_t)p, PAGE, NULL);
    fact(can_read(p + 2 * SIZE - 1), "a_part_goes");
    end(big, p + PAGE);
    l4re_rm_detach(text);
    fact(pages_of(poor) == 0, "then_nothing_is_owed");
}

static void quota(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(poor, SIZE, 0);
    l4re_ds_t other = memory(poor, 2 * PAGE, L4RE_MA_CONTINUOUS);
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pb = shown(b, SIZE, L4RE_RM_F_RW);
    fill(pa, 'a');
    pb[0] = 'n';
    l4_umword_t before = pages_of(poor);
    code(l4re_ds_copy_in(b, 0, a, 0, SIZE), -L4_ENOMEM,
         "a_copy_above_the_quota_is_refused");
    fact(pb[0] == 'n' && pages_of(poor) == before, "nothing_has_changed");
    end(other, NULL);
    code(l4re_ds_copy_in(b, 0, a, 0, SIZE), 0, "with_room_it_is_made");
    fact(pages_of(poor) == PAGES && holds(pb, 'a'), "and_paid_for");
    end(a, pa);
    fact(pages_of(rich) == 0 && pages_of(poor) == PAGES,
         "who_goes_first_owes_nothing");
    l4re_ds_t rest = memory(poor, PAGE, L4RE_MA_CONTINUOUS);
    fill(pb, 'n');
    fact(holds(pb, 'n'), "writes_want_no_quota");
    end(rest, NULL);
    end(b, pb);
}

static void devices(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    l4_cap_idx_t dma = l4re_util_cap_alloc();
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pb = shown(b, SIZE, L4RE_RM_F_RW);
    l4re_dma_space_dma_addr_t at = 0, copy = 0;
    l4_size_t size = PAGE;
    l4_factory_create(rich, L4RE_PROTO_DMA_SPACE, dma);
    l4re_dma_space_mgr_associate_phys(dma, dma, 0);
    fill(pa, 'a');
    l4re_ds_copy_in(b, 0, a, 0, SIZE);
    l4re_dma_space_map(dma, b, 0, &size, 0, L4RE_DMA_SPACE_FROM_DEVICE, &copy);
    size = PAGE;
    l4re_dma_space_map(dma, a, 0, &size, 0, L4RE_DMA_SPACE_FROM_DEVICE, &at);
    fact(at && copy && at != copy && pb[0] == 'a',
         "a_device_gets_a_page_of_its_own");
    l4_umword_t free = room();
    code(l4re_ds_copy_in(b, 0, a, 0, PAGE), 0,
         "what_a_device_uses_is_copied_at_once");
    pb[0] = 'n';
    fact(pa[0] == 'a' && free == room(), "and_not_shared");
    l4re_dma_space_unmap(dma, at, PAGE, 0, L4RE_DMA_SPACE_FROM_DEVICE);
    l4re_dma_space_unmap(dma, copy, PAGE, 0, L4RE_DMA_SPACE_FROM_DEVICE);
    vitrine_destroy(dma);
    end(a, pa);
    fact(pb[PAGE] == 'b' && pb[7 * PAGE] == 'h',
         "the_rest_was_shared_all_along");
    end(b, pb);
}

/* Who maps pages past his region map keeps them. */
static void mapped_directly(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    l4_addr_t at = 0;
    l4re_rm_reserve_area(&at, SIZE, L4RE_RM_F_SEARCH_ADDR, 0);
    l4re_ds_map_region(a, 0, L4RE_DS_F_RW, at, at + SIZE - 1);
    fill((char *)at, 'a');
    l4re_ds_copy_in(b, 0, a, 0, SIZE);
    fact(can_write((char *)at) && can_write((char *)at + SIZE - 1),
         "what_was_mapped_directly_stays");
    char *pb = shown(b, SIZE, L4RE_RM_F_R);
    fact(holds(pb, 'a'), "the_copy_is_one_all_the_same");
    end(a, NULL);
    end(b, pb);
    l4re_rm_free_area(at);
}

/* Rights of a region and of its pages are two things. */
static void protected(void)
{
    l4re_ds_t a = memory(rich, SIZE, 0), b = memory(rich, SIZE, 0);
    char *pa = shown(a, SIZE, L4RE_RM_F_RW), *pb = shown(b, SIZE, L4RE_RM_F_R);
    fill(pa, 'a');
    l4re_ds_copy_in(b, 0, a, 0, SIZE);
    fact(can_read(pb) && !can_write(pb), "a_read_only_copy_is_read_only");
    vitrine_rm_protect(l4re_env()->rm, (l4_addr_t)pb, PAGE, L4RE_RM_F_RW);
    fact(can_write(pb) && !can_write(pb + PAGE) && pa[0] == 'a',
         "made_writable_it_is_copied_then");
    end(a, pa);
    end(b, pb);
}

int main(void)
{
    l4re_ds_t file = l4re_util_cap_alloc();
    setvbuf(stdout, NULL, _IOLBF, 0);
    rich = allocator(1 << 20);
    poor = allocator(SIZE + PAGE + PAGE / 2); /* moe's records cost, too */
    l4re_ns_query_srv(l4re_env_get_cap("rom"), "test-copies", file);
    touch_start();
    l4_umword_t free = room();
    shared_until_written();
    of_copies();
    ragged();
    untouched();
    boot_modules(file);
    quota();
    devices();
    mapped_directly();
    protected();
    fact(pages_of(rich) == 0 && pages_of(poor) == 0, "all_is_paid_back");
    fact(free - room() < 4, "and_all_memory_is_there");
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
