/* Capabilities: each documented effect and error. */
#include "fixture.h"

#include <fake_port.h>
#include <trace.h>

static struct cap_table a, b, c;
static struct plain p, q;

static void setup(void)
{
    fixture_init();
    cap_table_init(&a, &root, 11);
    cap_table_init(&b, &root, 12);
    cap_table_init(&c, &root, 13);
    plain_init(&p);
    plain_init(&q);
}

static void teardown(void)
{
    struct cap_table *tables[] = {&a, &b, &c};
    object_check_all();
    for (int i = 0; i < 3; i++) {
        cap_table_check(tables[i]);
        while (!cap_table_destroy(tables[i], 1))
            cap_table_check(tables[i]);
    }
    reap_all();
    fixture_assert_no_leak();
}

TestSuite(cap, .init = setup, .fini = teardown);

static struct cap_slot *give(struct cap_table *t, word_t index, unsigned rights)
{
    cr_assert_eq(cap_insert_root(t, index, &p.object, rights), 0);
    return cap_lookup(t, index);
}

/* Maps a:1 -> b:1 -> c:1, all rights. */
static void chain(void)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 1, CAP_ALL, false, false);
    cap_map(cap_lookup(&b, 1), &c, 1, CAP_ALL, false, false);
}

static unsigned rights_at(struct cap_table *t, word_t index)
{
    struct cap_slot *s = cap_lookup(t, index);
    return s ? s->rights : 0;
}

Test(cap, empty_table_has_no_slots)
{
    cr_assert_null(cap_slot(&a, 0));
    cr_assert_null(cap_lookup(&a, 0));
    cr_assert_null(cap_lookup(&a, ~0ul));
    cr_assert_null(cap_slot_make(&a, CAP_INDEX_MAX));
    cr_assert_null(cap_slot_make(&a, ~0ul));
}

Test(cap, slots_never_move_when_the_table_grows)
{
    struct cap_slot *s = cap_slot_make(&a, 3);
    cr_assert(cap_slot_make(&a, CAP_INDEX_MAX - 1));
    cr_assert_eq(cap_slot(&a, 3), s);
    cr_assert_eq(s->index, 3);
    cr_assert_null(cap_slot(&a, CAP_INDEX_MAX / 2));
}

Test(cap, mapping_masks_rights)
{
    cap_map(give(&a, 1, CAP_R | CAP_W | CAP_S), &b, 2, CAP_R | CAP_W | CAP_D,
            false, false);
    cr_assert_eq(rights_at(&b, 2), CAP_R | CAP_W);
    cr_assert_eq(cap_parent(cap_lookup(&b, 2)), cap_lookup(&a, 1));
    cr_assert_null(cap_parent(cap_lookup(&a, 1)));
    cr_assert_eq(p.object.refs, 2);
}

Test(cap, r_always_goes_along)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 2, 0, false, false);
    cr_assert_eq(rights_at(&b, 2), CAP_R);
}

Test(cap, mapping_onto_itself_changes_nothing)
{
    give(&a, 1, CAP_ALL);
    cr_assert_eq(cap_map(cap_lookup(&a, 1), &a, 1, CAP_R, true, true), 0);
    cr_assert_eq(rights_at(&a, 1), CAP_ALL);
    cr_assert_eq(p.object.refs, 1);
}

Test(cap, mapping_over_another_object_removes_that_first)
{
    give(&a, 1, CAP_ALL);
    cap_insert_root(&b, 1, &q.object, CAP_ALL);
    cap_map(cap_lookup(&a, 1), &b, 1, CAP_ALL, false, false);
    cr_assert_eq(cap_lookup(&b, 1)->object, &p.object);
    reap_all();
    cr_assert_eq(q.freed, 1);
}

Test(cap, mapping_over_the_same_object_adds_rights)
{
    give(&a, 1, CAP_ALL);
    cap_map(cap_lookup(&a, 1), &b, 1, CAP_W, false, false);
    cap_map(cap_lookup(&a, 1), &b, 1, CAP_S, false, false);
    cr_assert_eq(rights_at(&b, 1), CAP_R | CAP_W | CAP_S);
    cr_assert_eq(p.object.refs, 2);
}

Test(cap, rights_from_two_sides_hang_where_both_come_from)
{
    struct cap_slot *top = give(&a, 1, CAP_ALL);
    cap_map(top, &b, 1, CAP_W, false, false);
    cap_map(top, &b, 2, CAP_S, false, false);
    cap_map(cap_lookup(&b, 1), &c, 1, CAP_ALL, false, false);
    cap_map(cap_lookup(&b, 2), &c, 1, CAP_ALL, false, false);
    cr_assert_eq(rights_at(&c, 1), CAP_R | CAP_W | CAP_S);
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), top);
}

Test(cap, mapping_back_to_the_origin_changes_nothing)
{
    chain();
    cap_map(cap_lookup(&c, 1), &a, 1, CAP_ALL, false, false);
    cr_assert_eq(rights_at(&a, 1), CAP_ALL);
    cr_assert_null(cap_parent(cap_lookup(&a, 1)));
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&b, 1));
}

Test(cap, granting_moves_with_the_children)
{
    chain();
    cap_map(cap_lookup(&b, 1), &b, 7, CAP_ALL, true, false);
    cr_assert_null(cap_lookup(&b, 1));
    cr_assert_eq(cap_parent(cap_lookup(&b, 7)), cap_lookup(&a, 1));
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&b, 7));
    cr_assert_eq(p.object.refs, 3);
}

Test(cap, granting_less_lifts_the_children_that_have_more)
{
    chain();
    cap_map(cap_lookup(&b, 1), &b, 7, CAP_R, true, false);
    cr_assert_eq(rights_at(&b, 7), CAP_R);
    cr_assert_eq(rights_at(&c, 1), CAP_ALL);
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&a, 1));
}

Test(cap, granting_to_ones_own_child_leaves_one)
{
    chain();
    cap_map(cap_lookup(&b, 1), &c, 1, CAP_ALL, true, false);
    cr_assert_null(cap_lookup(&b, 1));
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&a, 1));
    cr_assert_eq(p.object.refs, 2);
}

Test(cap, granting_the_last_capability_keeps_the_object)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 1, CAP_ALL, true, false);
    cr_assert_not(p.object.dying);
    cr_assert_eq(p.object.refs, 1);
}

Test(cap, granting_the_last_one_as_weak_ends_the_object)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 1, CAP_ALL, true, true);
    cr_assert(p.object.dying);
    cr_assert_null(cap_lookup(&b, 1));
    reap_all();
    cr_assert_eq(p.freed, 1);
    cr_assert_eq(b.used, 0);
}

Test(cap, unmap_takes_one_slot_only)
{
    chain();
    cap_unmap(cap_lookup(&b, 1), CAP_ALL);
    cr_assert_null(cap_lookup(&b, 1));
    cr_assert_eq(rights_at(&a, 1), CAP_ALL);
    cr_assert_eq(rights_at(&c, 1), CAP_ALL);
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&a, 1));
}

Test(cap, unmap_of_some_rights_leaves_the_others)
{
    chain();
    cap_unmap(cap_lookup(&b, 1), CAP_W | CAP_D);
    cr_assert_eq(rights_at(&b, 1), CAP_ALL & ~(CAP_W | CAP_D));
    cr_assert_eq(rights_at(&c, 1), CAP_ALL);
}

Test(cap, unmap_of_an_empty_slot_is_harmless)
{
    cap_unmap(cap_slot_make(&a, 1), CAP_ALL);
    cr_assert(cap_revoke(cap_slot(&a, 1), CAP_ALL, true, 0));
    cr_assert_eq(a.used, 0);
}

Test(cap, last_counted_capability_ends_the_object)
{
    chain();
    cap_unmap(cap_lookup(&a, 1), CAP_ALL);
    cap_unmap(cap_lookup(&b, 1), CAP_ALL);
    cr_assert_not(p.object.dying);
    cap_unmap(cap_lookup(&c, 1), CAP_ALL);
    cr_assert(p.object.dying);
    reap_all();
    cr_assert_eq(p.destroyed, 1);
    cr_assert_eq(p.freed, 1);
}

Test(cap, weak_capabilities_go_with_the_last_counted_one)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 1, CAP_ALL, false, true);
    cap_map(cap_lookup(&b, 1), &c, 1, CAP_ALL, false, true);
    cr_assert_eq(p.object.refs, 1);
    cap_unmap(cap_lookup(&a, 1), CAP_ALL);
    cr_assert_null(cap_lookup(&b, 1)); /* at once */
    cr_assert_null(cap_lookup(&c, 1));
    reap_all();
    cr_assert_null(cap_slot(&b, 1)->object);
    cr_assert_eq(b.used + c.used, 0);
    cr_assert_eq(p.freed, 1);
}

Test(cap, a_weak_capability_becomes_counted_by_a_counted_one)
{
    cap_map(give(&a, 1, CAP_ALL), &b, 1, CAP_ALL, false, true);
    cap_map(cap_lookup(&a, 1), &b, 1, CAP_ALL, false, false);
    cap_unmap(cap_lookup(&a, 1), CAP_ALL);
    cr_assert(cap_lookup(&b, 1));
    cr_assert_not(p.object.dying);
}

Test(cap, revoke_takes_all_that_was_derived)
{
    chain();
    cr_assert(cap_revoke(cap_lookup(&a, 1), CAP_ALL, false, 10));
    cr_assert_eq(rights_at(&a, 1), CAP_ALL);
    cr_assert_null(cap_lookup(&b, 1));
    cr_assert_null(cap_lookup(&c, 1));
    cr_assert_eq(p.object.refs, 1);
}

Test(cap, revoke_of_some_rights_keeps_the_tree)
{
    chain();
    cr_assert(cap_revoke(cap_lookup(&a, 1), CAP_W, true, 10));
    cr_assert_eq(rights_at(&a, 1), CAP_ALL & ~CAP_W);
    cr_assert_eq(rights_at(&c, 1), CAP_ALL & ~CAP_W);
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&b, 1));
}

Test(cap, revoke_stops_when_its_budget_is_used_up_and_goes_on)
{
    struct cap_slot *top = give(&a, 0, CAP_ALL);
    for (word_t i = 0; i < 20; i++)
        cap_map(top, &b, i, CAP_ALL, false, false);
    unsigned calls = 1;
    while (!cap_revoke(top, CAP_ALL, true, 3)) {
        cap_table_check(&b);
        calls++;
    }
    cr_assert_eq(calls, 7);
    cr_assert_eq(b.used, 0);
    cr_assert(p.object.dying);
}

Test(cap, a_stopped_revocation_of_one_right_does_not_help_that_of_another)
{
    struct cap_slot *top = give(&a, 0, CAP_ALL);
    for (word_t i = 0; i < 6; i++)
        cap_map(top, &b, i, CAP_ALL, false, false);
    cr_assert_not(cap_revoke(top, CAP_W, false, 3));
    cr_assert(cap_revoke(top, CAP_ALL, false, 100));
    cr_assert_eq(b.used, 0);
}

Test(cap, a_right_taken_in_pieces_is_taken_from_each)
{
    struct cap_slot *top = give(&a, 0, CAP_ALL);
    for (word_t i = 0; i < 20; i++)
        cap_map(top, &b, i, CAP_ALL, false, false);
    while (!cap_revoke(top, CAP_W, false, 3))
        cap_table_check(&b);
    for (word_t i = 0; i < 20; i++)
        cr_assert_not(cap_slot(&b, i)->rights & CAP_W);
}

Test(cap, what_is_handed_on_while_a_revocation_is_stopped_goes_with_it)
{
    struct cap_slot *top = give(&a, 0, CAP_ALL);
    for (word_t i = 0; i < 4; i++)
        cap_map(top, &b, i, CAP_ALL, false, false);
    word_t late = 4;
    while (!cap_revoke(top, CAP_ALL, false, 1)) {
        for (word_t i = 0; i < 4 && late < 40; i++) /* from whatever is left */
            if (cap_slot(&b, i)->object)
                cap_map(cap_slot(&b, i), &b, late++, CAP_ALL, false, false);
        cap_table_check(&b);
    }
    cr_assert_eq(b.used, 0);
    cr_assert_eq(a.used, 1);
}

Test(cap, delete_hides_the_object_at_once_and_removes_it_in_steps)
{
    struct cap_slot *top = give(&a, 0, CAP_ALL);
    for (word_t i = 0; i < 100; i++)
        cap_map(top, &b, i, CAP_ALL, false, i % 2);
    cr_assert_not(cap_delete_object(&p.object, 10));
    cr_assert_null(cap_lookup(&a, 0));
    cr_assert_null(cap_lookup(&b, 99));
    cr_assert_eq(p.destroyed, 0);
    reap_all();
    cr_assert_eq(a.used + b.used, 0);
    cr_assert_eq(p.destroyed, 1);
    cr_assert_eq(p.freed, 1);
}

Test(cap, an_object_that_ends_is_not_handed_on)
{
    struct cap_slot *s = give(&a, 0, CAP_ALL);
    object_destroy(&p.object);
    cr_assert_eq(cap_map(s, &b, 0, CAP_ALL, false, false), 0);
    cr_assert_eq(b.used, 0);
}

Test(cap, destroying_a_table_leaves_what_others_got)
{
    chain();
    while (!cap_table_destroy(&b, 1))
        cap_table_check(&b);
    cr_assert_eq(rights_at(&c, 1), CAP_ALL);
    cr_assert_eq(cap_parent(cap_lookup(&c, 1)), cap_lookup(&a, 1));
    cap_table_init(&b, &root, 12);
}

Test(cap, a_destroyed_table_takes_nothing)
{
    give(&a, 1, CAP_ALL);
    cr_assert(cap_table_destroy(&b, 1));
    cr_assert_eq(cap_map(cap_lookup(&a, 1), &b, 1, CAP_ALL, false, false),
                 -L4_ENOMEM);
    cr_assert_null(cap_lookup(&b, 1));
    cap_table_init(&b, &root, 12);
}

/* The object's end drops the only capability to the next object, as a
 * task's does. */
static void drop_next(struct plain *dying)
{
    (void)dying;
    cap_unmap(cap_lookup(&b, 5), CAP_ALL);
}

Test(cap, an_end_may_drop_capabilities)
{
    give(&a, 0, CAP_ALL);
    cap_insert_root(&b, 5, &q.object, CAP_ALL);
    p.on_destroy = drop_next;
    cap_unmap(cap_lookup(&a, 0), CAP_ALL);
    reap_all();
    cr_assert_eq(p.freed, 1);
    cr_assert_eq(q.freed, 1);
}

/* Every limit from nothing to enough: a failing call changes nothing. */
Test(cap, no_memory_changes_nothing)
{
    struct quota small;
    struct cap_table t;
    quota_init_root(&small, 32);
    cr_assert_eq(cap_table_init(&t, &small, 20), 0);
    give(&a, 0, CAP_ALL);
    word_t far = 64 * 100;
    unsigned failures = 0;
    while (cap_map(cap_lookup(&a, 0), &t, far, CAP_ALL, false, false)) {
        cr_assert_eq(small.used, 32);
        cr_assert_null(cap_slot(&t, far));
        cr_assert_eq(p.object.refs, 1);
        cap_table_check(&t);
        small.limit += 32;
        failures++;
    }
    cr_assert_geq(failures, 4096 / 32);
    while (!cap_table_destroy(&t, 1))
        ;
    cr_assert_eq(small.used, 0);
    small.limit = 31;
    cr_assert_eq(cap_table_init(&t, &small, 20), -L4_ENOMEM);
}

Test(cap, trace_tells_who_got_what)
{
    size_t at = 0;
    fixture_trace();
    trace_self()->task = 99;
    cap_map(give(&a, 1, CAP_ALL), &b, 2, CAP_R | CAP_W, false, false);
    cap_unmap(cap_lookup(&b, 2), CAP_W);
    cap_unmap(cap_lookup(&b, 2), CAP_R);
    const struct vtr_record *r = fixture_event(VTR_CAP_MAP, &at);
    cr_assert_eq(r->arg[0], 0);
    cr_assert_eq(r->arg[2], 11);
    r = fixture_event(VTR_CAP_MAP, &at);
    cr_assert_eq(r->arg[0], 11);
    cr_assert_eq(r->arg[1], 1);
    cr_assert_eq(r->arg[2], 12);
    cr_assert_eq(r->arg[3], 2);
    cr_assert_eq(r->arg[4], p.object.id);
    cr_assert_eq(r->arg[5], CAP_R | CAP_W);
    r = fixture_event(VTR_CAP_UNMAP, &at);
    cr_assert_eq(r->arg[0], 12);
    cr_assert_eq(r->arg[3], CAP_W);
    cr_assert_eq(r->arg[4], 99);
    r = fixture_event(VTR_CAP_UNMAP, &at);
    cr_assert_eq(r->arg[3], CAP_ALL);
}
