/* Memory of tasks: each documented effect and error, by hand. */
#include "fixture.h"

#include <fake_port.h>
#include <trace.h>

enum { MIB = 1 << 20, PAGE = 4096, SUPER = 2 * MIB, ALL = 1000000 };
enum { RW = RIGHT_R | RIGHT_W };

static const uaddr_t AT = 0x10000000, END = 0x40000000;
static const paddr_t FRAME = 0x80000000;

static struct mspace a, b, c;
static struct mspace *const spaces[] = {&a, &b, &c};

static void setup(void)
{
    fixture_init();
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(mspace_init(spaces[i], &root, 11 + i, END), 0);
}

static void check(void)
{
    for (int i = 0; i < 3; i++) {
        mspace_check(spaces[i]);
        cr_assert_eq(fake_space_count(&spaces[i]->port),
                     mspace_count(spaces[i]));
    }
}

static void teardown(void)
{
    check();
    for (int i = 0; i < 3; i++)
        while (!mspace_destroy(spaces[i], 7))
            check();
    fixture_assert_no_leak();
}

TestSuite(mspace, .init = setup, .fini = teardown);

static void give(struct mspace *m, uaddr_t va, unsigned order)
{
    paddr_t pa = FRAME + (va - AT);
    cr_assert_eq(mspace_map_root(m, va, pa, order, RIGHT_RWX, 0), 0);
}

/* Hands on with all rights; the result must be `pages`. */
static void hand(struct mspace *from, uaddr_t va, struct mspace *to,
                 uaddr_t to_va, unsigned order, unsigned pages)
{
    unsigned done;
    cr_assert_eq(
        mspace_map(from, va, to, to_va, order, RIGHT_RWX, 0, false, ALL, &done),
        0);
    cr_assert_eq(done, pages);
    check();
}

static void grant(struct mspace *from, uaddr_t va, struct mspace *to,
                  uaddr_t to_va, unsigned order, unsigned rights)
{
    unsigned done;
    cr_assert_eq(
        mspace_map(from, va, to, to_va, order, rights, 0, true, ALL, &done), 0);
    check();
}

static void unmap(struct mspace *m, uaddr_t va, unsigned order, unsigned rights,
                  bool self)
{
    unsigned flushed = 0;
    cr_assert(mspace_unmap(m, va, order, rights, self, ALL, &flushed));
    check();
}

/* The page table's rights at va, 0: nothing mapped; and the frame is right. */
static unsigned rights_at(struct mspace *m, uaddr_t va, paddr_t pa)
{
    struct fake_entry e;
    struct mem_node *n = mspace_find(m, va);
    bool found = fake_space_lookup(&m->port, va, &e);
    cr_assert_eq(found, n != NULL);
    if (!found)
        return 0;
    cr_assert_eq(e.order, n->order);
    cr_assert_eq(e.rights, n->rights);
    cr_assert_eq(e.attributes, n->attributes);
    cr_assert_eq(e.pa, n->pa);
    cr_assert_eq(n->pa + (va - mem_va(n)), pa);
    return e.rights;
}

Test(mspace, empty_space_has_nothing)
{
    cr_assert_null(mspace_find(&a, AT));
    cr_assert_null(mspace_from(&a, 0));
}

Test(mspace, find_looks_inside_pages_and_from_behind_them)
{
    give(&a, AT, 12);
    give(&a, AT + SUPER, 21);
    cr_assert_eq(mem_va(mspace_find(&a, AT + PAGE - 1)), AT);
    cr_assert_null(mspace_find(&a, AT + PAGE));
    cr_assert_eq(mem_va(mspace_from(&a, AT + PAGE)), AT + SUPER);
    cr_assert_eq(mem_va(mspace_find(&a, AT + 2 * SUPER - 1)), AT + SUPER);
    cr_assert_null(mspace_from(&a, AT + 2 * SUPER));
}

Test(mspace, root_over_something_is_refused)
{
    give(&a, AT, 21);
    cr_assert_eq(mspace_map_root(&a, AT + PAGE, FRAME, 12, RW, 0), -L4_EEXIST);
    cr_assert_eq(mspace_map_root(&a, END, FRAME, 12, RW, 0), -L4_EINVAL);
    cr_assert_eq(mspace_count(&a), 1);
}

Test(mspace, handing_on_masks_rights)
{
    unsigned done;
    give(&a, AT, 12);
    cr_assert_eq(
        mspace_map(&a, AT, &b, AT + PAGE, 12, RIGHT_R, 0, false, ALL, &done),
        0);
    cr_assert_eq(rights_at(&b, AT + PAGE, FRAME), RIGHT_R);
    cr_assert_eq(rights_at(&a, AT, FRAME), RIGHT_RWX);
    cr_assert_eq(mspace_parent(mspace_find(&b, AT + PAGE)),
                 mspace_find(&a, AT));
}

Test(mspace, without_r_nothing_is_handed_on)
{
    unsigned done = 9;
    give(&a, AT, 12);
    cr_assert_eq(mspace_map(&a, AT, &b, AT, 12, RIGHT_W, 0, false, ALL, &done),
                 0);
    cr_assert_eq(done, 0);
    cr_assert_null(mspace_find(&b, AT));
}

Test(mspace, attributes_are_the_sources_unless_given)
{
    unsigned done;
    mspace_map_root(&a, AT, FRAME, 12, RW, MEM_UNCACHED);
    hand(&a, AT, &b, AT, 12, 1);
    cr_assert_eq(mspace_find(&b, AT)->attributes, MEM_UNCACHED);
    mspace_map(&a, AT, &c, AT, 12, RW, MEM_CACHED, false, ALL, &done);
    cr_assert_eq(mspace_find(&c, AT)->attributes, MEM_CACHED);
    cr_assert_eq(rights_at(&c, AT, FRAME), RW);
}

Test(mspace, a_superpage_that_fits_stays_one)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT + SUPER, 21, 1);
    cr_assert_eq(mspace_find(&b, AT + SUPER)->order, 21);
}

Test(mspace, a_part_of_a_superpage_is_a_small_child)
{
    give(&a, AT, 21);
    hand(&a, AT + 8 * PAGE, &b, AT, 14, 4);
    cr_assert_eq(mspace_count(&b), 4);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(rights_at(&b, AT + 3 * PAGE, FRAME + 11 * PAGE), RIGHT_RWX);
}

Test(mspace, all_of_a_space_goes_along_by_a_large_order)
{
    give(&a, AT, 21);
    give(&a, AT + SUPER + PAGE, 12);
    give(&a, AT + 16 * SUPER, 21);
    hand(&a, 0, &b, 0, 63, 3);
    cr_assert_eq(rights_at(&b, AT + SUPER + PAGE, FRAME + SUPER + PAGE),
                 RIGHT_RWX);
}

Test(mspace, what_lies_behind_the_end_is_left_out)
{
    unsigned done;
    give(&a, AT, 12);
    b.end = AT;
    cr_assert_eq(mspace_map(&a, 0, &b, 0, 63, RW, 0, false, ALL, &done), 0);
    cr_assert_eq(done, 0);
}

Test(mspace, unaligned_addresses_are_rounded_down)
{
    give(&a, AT, 21);
    hand(&a, AT + PAGE + 5, &b, AT + SUPER + 123, 21, 1);
    cr_assert_eq(mspace_find(&b, AT + SUPER)->order, 21);
}

Test(mspace, an_order_below_a_page_is_nothing)
{
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 11, 0);
    unmap(&a, AT, 5, RIGHT_R, true);
    cr_assert_eq(mspace_count(&a), 1);
}

Test(mspace, same_frame_from_the_same_parent_gains_rights)
{
    unsigned done;
    give(&a, AT, 12);
    mspace_map(&a, AT, &b, AT, 12, RIGHT_R, 0, false, ALL, &done);
    hand(&b, AT, &c, AT, 12, 1);
    mspace_map(&a, AT, &b, AT, 12, RW, 0, false, ALL, &done);
    cr_assert_eq(rights_at(&b, AT, FRAME), RW);
    cr_assert_eq(rights_at(&c, AT, FRAME), RIGHT_R);
}

Test(mspace, another_frame_takes_the_place_with_all_derived)
{
    give(&a, AT, 12);
    give(&a, AT + PAGE, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&b, AT, &c, AT, 12, 1);
    hand(&a, AT + PAGE, &b, AT, 12, 1);
    cr_assert_eq(rights_at(&b, AT, FRAME + PAGE), RIGHT_RWX);
    cr_assert_null(mspace_find(&c, AT));
}

Test(mspace, a_page_onto_itself_changes_nothing)
{
    give(&a, AT, 21);
    hand(&a, AT, &a, AT, 21, 1);
    hand(&a, AT + PAGE, &a, AT + PAGE, 12, 1);
    grant(&a, AT + PAGE, &a, AT + PAGE, 12, RIGHT_R);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(rights_at(&a, AT, FRAME), RIGHT_RWX);
}

Test(mspace, a_page_back_to_its_origin_changes_nothing)
{
    give(&a, AT, 21);
    hand(&a, AT + PAGE, &b, AT, 12, 1);
    hand(&b, AT, &a, AT + PAGE, 12, 1);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(rights_at(&b, AT, FRAME + PAGE), RIGHT_RWX);
}

Test(mspace, a_source_derived_from_the_place_goes_with_it)
{
    give(&a, AT, 12);
    give(&a, AT + PAGE, 12);
    hand(&a, AT, &b, AT, 12, 1);
    /* b's page comes from a's at AT; it cannot replace a's at AT + PAGE by
     * itself there, but at AT + PAGE it is a stranger: */
    hand(&b, AT, &a, AT + PAGE, 12, 1);
    cr_assert_eq(rights_at(&a, AT + PAGE, FRAME), RIGHT_RWX);
    /* Now a's page at AT + PAGE is derived from a's at AT, through b. */
    give(&a, AT + 2 * PAGE, 12);
    hand(&a, AT + 2 * PAGE, &a, AT, 12, 1);
    cr_assert_eq(mspace_count(&b), 0);
    cr_assert_null(mspace_find(&a, AT + PAGE));
}

Test(mspace, one_page_of_a_superpage_to_another_page_of_it)
{
    give(&a, AT, 21);
    hand(&a, AT, &a, AT + PAGE, 12, 1);
    cr_assert_eq(mspace_count(&a), 512);
    cr_assert_eq(rights_at(&a, AT + PAGE, FRAME), RIGHT_RWX);
    cr_assert_eq(rights_at(&a, AT + 2 * PAGE, FRAME + 2 * PAGE), RIGHT_RWX);
}

Test(mspace, a_superpage_replaces_small_pages)
{
    give(&a, AT, 21);
    give(&b, AT, 12);
    give(&b, AT + 3 * PAGE, 12);
    hand(&a, AT, &b, AT, 21, 1);
    cr_assert_eq(mspace_count(&b), 1);
    cr_assert_eq(rights_at(&b, AT + 3 * PAGE, FRAME + 3 * PAGE), RIGHT_RWX);
}

Test(mspace, grant_moves_the_page_with_its_children)
{
    give(&a, AT, 12);
    hand(&a, AT, &c, AT, 12, 1);
    grant(&a, AT, &b, AT + PAGE, 12, RIGHT_RWX);
    cr_assert_null(mspace_find(&a, AT));
    cr_assert_eq(mspace_parent(mspace_find(&c, AT)),
                 mspace_find(&b, AT + PAGE));
    cr_assert_null(mspace_parent(mspace_find(&b, AT + PAGE)));
}

Test(mspace, grant_with_fewer_rights_takes_them_from_the_children_too)
{
    give(&a, AT, 12);
    hand(&a, AT, &c, AT, 12, 1);
    grant(&a, AT, &b, AT, 12, RIGHT_R);
    cr_assert_eq(rights_at(&b, AT, FRAME), RIGHT_R);
    cr_assert_eq(rights_at(&c, AT, FRAME), RIGHT_R);
}

Test(mspace, grant_of_a_part_splits_the_superpage)
{
    give(&a, AT, 21);
    hand(&a, AT, &c, AT, 21, 1);
    grant(&a, AT + PAGE, &b, AT, 12, RIGHT_RWX);
    cr_assert_eq(mspace_count(&a), 511);
    cr_assert_eq(mspace_count(&c), 512);
    cr_assert_null(mspace_find(&a, AT + PAGE));
    cr_assert_eq(mspace_parent(mspace_find(&c, AT + PAGE)),
                 mspace_find(&b, AT));
    cr_assert_eq(mspace_parent(mspace_find(&c, AT)), mspace_find(&a, AT));
}

Test(mspace, grant_to_ones_own_child_leaves_the_child_in_its_place)
{
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&a, AT, &c, AT, 12, 1);
    grant(&a, AT, &b, AT, 12, RIGHT_RWX);
    cr_assert_eq(mspace_count(&a), 0);
    cr_assert_null(mspace_parent(mspace_find(&b, AT)));
    cr_assert_eq(mspace_parent(mspace_find(&c, AT)), mspace_find(&b, AT));
}

Test(mspace, grant_to_the_origin_leaves_the_origin)
{
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&b, AT, &c, AT, 12, 1);
    grant(&b, AT, &a, AT, 12, RIGHT_RWX);
    cr_assert_eq(mspace_count(&b), 0);
    cr_assert_eq(mspace_parent(mspace_find(&c, AT)), mspace_find(&a, AT));
}

Test(mspace, unmap_takes_what_was_derived)
{
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&b, AT, &c, AT, 12, 1);
    unmap(&a, AT, 12, RIGHT_R, false);
    cr_assert_eq(rights_at(&a, AT, FRAME), RIGHT_RWX);
    cr_assert_eq(mspace_count(&b) + mspace_count(&c), 0);
}

Test(mspace, unmap_with_self_takes_the_page_too)
{
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&b, AT, &c, AT, 12, 1);
    unmap(&b, AT, 12, RIGHT_RWX, true);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(mspace_count(&b) + mspace_count(&c), 0);
}

Test(mspace, unmap_of_w_leaves_the_page_readable)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 21, 1);
    hand(&b, AT + PAGE, &c, AT, 12, 1);
    unmap(&a, AT, 21, RIGHT_W, false);
    cr_assert_eq(rights_at(&a, AT, FRAME), RIGHT_RWX);
    cr_assert_eq(rights_at(&b, AT, FRAME), RIGHT_R | RIGHT_X);
    cr_assert_eq(rights_at(&c, AT, FRAME + PAGE), RIGHT_R | RIGHT_X);
    cr_assert_eq(mspace_count(&b), 1);
}

Test(mspace, unmap_of_a_part_splits_and_takes_that_part)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT + SUPER, 21, 1);
    hand(&b, AT + SUPER + 4 * PAGE, &c, AT, 13, 2);
    unmap(&b, AT + SUPER + 4 * PAGE, 12, RIGHT_R, true);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(mspace_count(&b), 511);
    cr_assert_eq(mspace_count(&c), 1);
    cr_assert_null(mspace_find(&b, AT + SUPER + 4 * PAGE));
    cr_assert_eq(mspace_parent(mspace_find(&c, AT + PAGE)),
                 mspace_find(&b, AT + SUPER + 5 * PAGE));
}

Test(mspace, unmap_of_a_part_derived_keeps_the_own_superpage)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 21, 1);
    unmap(&a, AT + 4 * PAGE, 13, RIGHT_R, false);
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(mspace_count(&b), 510);
    cr_assert_null(mspace_find(&b, AT + 5 * PAGE));
    cr_assert(mspace_find(&b, AT + 6 * PAGE));
}

Test(mspace, unmap_of_a_part_takes_all_where_there_is_no_memory_to_split)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 21, 1);
    size_t limit = root.limit;
    root.limit = root.used + 1000;
    unmap(&a, AT + 4 * PAGE, 12, RIGHT_R, false);
    root.limit = limit;
    cr_assert_eq(mspace_count(&a), 1);
    cr_assert_eq(mspace_count(&b), 0);
}

Test(mspace, unmap_tells_how_pages_were_used)
{
    unsigned flushed = 0;
    give(&a, AT, 12);
    hand(&a, AT, &b, AT, 12, 1);
    hand(&b, AT, &c, AT, 12, 1);
    fake_space_touch(&b.port, AT, false);
    cr_assert(mspace_unmap(&a, AT, 12, RIGHT_W, false, ALL, &flushed));
    cr_assert_eq(flushed, RIGHT_R);
    flushed = 0;
    cr_assert(mspace_unmap(&a, AT, 12, RIGHT_R, false, ALL, &flushed));
    cr_assert_eq(flushed, 0);
}

Test(mspace, use_is_remembered_through_split_and_replacement)
{
    unsigned flushed = 0;
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 21, 1);
    give(&c, AT, 12);
    fake_space_touch(&b.port, AT + PAGE, true);
    hand(&c, AT, &b, AT, 12, 1); /* splits b's superpage */
    cr_assert(mspace_unmap(&b, AT + PAGE, 12, RIGHT_R, true, ALL, &flushed));
    cr_assert_eq(flushed, RW);
    flushed = 0;
    cr_assert(mspace_unmap(&a, AT, 21, RIGHT_R, true, ALL, &flushed));
    cr_assert_eq(flushed, RW);
}

Test(mspace, destroying_takes_what_others_derived)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 21, 1);
    hand(&b, AT, &c, AT, 14, 4);
    unsigned calls = 1;
    while (!mspace_destroy(&b, 1)) {
        check();
        calls++;
    }
    cr_assert_eq(calls, 5);
    cr_assert_eq(mspace_count(&c), 0);
    cr_assert_eq(mspace_count(&a), 1);
    mspace_init(&b, &root, 12, END);
}

Test(mspace, a_space_on_its_way_out_takes_nothing)
{
    give(&a, AT, 21);
    hand(&a, AT, &b, AT, 14, 4);
    cr_assert_not(mspace_destroy(&b, 1));
    hand(&a, AT, &b, AT, 14, 0);
    cr_assert_eq(mspace_map_root(&b, AT, FRAME, 12, RW, 0), -L4_EINVAL);
    cr_assert_eq(mspace_count(&b), 3);
}

Test(mspace, more_rights_for_a_part_split_the_superpage)
{
    unsigned done;
    give(&a, AT, 21);
    mspace_map(&a, AT, &b, AT, 21, RIGHT_R, 0, false, ALL, &done);
    hand(&b, AT, &c, AT, 21, 1);
    hand(&a, AT + PAGE, &b, AT + PAGE, 12, 1);
    cr_assert_eq(rights_at(&b, AT, FRAME), RIGHT_R);
    cr_assert_eq(rights_at(&b, AT + PAGE, FRAME + PAGE), RIGHT_RWX);
    cr_assert_eq(mspace_count(&c), 512); /* its superpage was split with b's */
}

Test(mspace, a_small_budget_is_continued)
{
    unsigned done, calls = 1;
    int error;
    give(&a, AT, 21);
    while ((error = mspace_map(&a, AT, &b, AT, 20, RW, 0, false, 10, &done))) {
        cr_assert_eq(error, -L4_EAGAIN);
        cr_assert_eq(mspace_count(&b), 10 * calls++);
        check();
    }
    cr_assert_eq(done, 256);
    cr_assert_eq(mspace_count(&b), 256);
    calls = 1;
    while (!mspace_unmap(&a, AT, 21, RIGHT_R, false, 10, &done)) {
        cr_assert_eq(mspace_count(&b), 256 - 10 * calls++);
        check();
    }
    cr_assert_eq(mspace_count(&b), 0);
}

Test(mspace, trace_tells_who_got_what)
{
    size_t at = 0;
    fixture_trace();
    trace_self()->task = 99;
    give(&a, AT, 12);
    hand(&a, AT, &b, AT + PAGE, 12, 1);
    unmap(&a, AT, 12, RIGHT_W, false);
    const struct vtr_record *r = fixture_event(VTR_MEM_MAP, &at);
    cr_assert_eq(r->arg[0], 0);
    cr_assert_eq(r->arg[2], 11);
    cr_assert_eq(r->arg[5], FRAME);
    r = fixture_event(VTR_MEM_MAP, &at);
    cr_assert_eq(r->arg[0], 11);
    cr_assert_eq(r->arg[1], AT);
    cr_assert_eq(r->arg[2], 12);
    cr_assert_eq(r->arg[3], AT + PAGE);
    cr_assert_eq(r->arg[4], 12 << 8 | RIGHT_RWX);
    r = fixture_event(VTR_MEM_UNMAP, &at);
    cr_assert_eq(r->arg[0], 12);
    cr_assert_eq(r->arg[1], AT + PAGE);
    cr_assert_eq(r->arg[2], 12 << 8 | RIGHT_W);
    cr_assert_eq(r->arg[3], 99);
}
