/* Objects: ids, pins, the steps of their end. */
#include "fixture.h"

#include <fake_port.h>
#include <string.h>

TestSuite(object, .init = fixture_init, .fini = object_check_all);

static struct plain p[4];

Test(object, ids_start_at_one_and_are_not_used_again)
{
    plain_init(&p[0]);
    plain_init(&p[1]);
    cr_assert_eq(p[0].object.id, 1);
    cr_assert_eq(p[1].object.id, 2);
    object_destroy(&p[1].object);
    reap_all();
    plain_init(&p[1]);
    cr_assert_eq(p[1].object.id, 3);
    cr_assert_eq(object_find(3), &p[1].object);
    cr_assert_null(object_find(2));
}

Test(object, destroying_calls_nothing_before_it_is_reaped)
{
    plain_init(&p[0]);
    object_destroy(&p[0].object);
    cr_assert(p[0].object.dying);
    cr_assert_eq(p[0].destroyed, 0);
    reap_all();
    cr_assert_eq(p[0].destroyed, 1);
    cr_assert_eq(p[0].freed, 1);
}

Test(object, destroying_twice_destroys_once)
{
    plain_init(&p[0]);
    object_pin(&p[0].object);
    object_destroy(&p[0].object);
    object_destroy(&p[0].object);
    reap_all();
    object_destroy(&p[0].object);
    reap_all();
    cr_assert_eq(p[0].destroyed, 1);
    object_unpin(&p[0].object);
    reap_all();
    cr_assert_eq(p[0].freed, 1);
}

Test(object, pinned_memory_stays_until_the_last_unpin)
{
    plain_init(&p[0]);
    object_pin(&p[0].object);
    object_pin(&p[0].object);
    object_destroy(&p[0].object);
    reap_all();
    object_unpin(&p[0].object);
    reap_all();
    cr_assert_eq(p[0].freed, 0);
    object_unpin(&p[0].object);
    reap_all();
    cr_assert_eq(p[0].freed, 1);
}

Test(object, unpinning_a_live_object_frees_nothing)
{
    plain_init(&p[0]);
    object_pin(&p[0].object);
    object_unpin(&p[0].object);
    cr_assert(object_reap(100));
    cr_assert_eq(p[0].freed, 0);
}

Test(object, a_large_one_is_taken_down_in_steps)
{
    plain_init(&p[0]);
    p[0].pieces = 100;
    object_destroy(&p[0].object);
    cr_assert_not(object_reap(2));
    cr_assert_eq(p[0].destroyed, 1);
    cr_assert_gt(p[0].pieces, 0);
    cr_assert_eq(p[0].freed, 0);
    cr_assert(object_reap(100));
    cr_assert_eq(p[0].freed, 1);
}

Test(object, a_slow_end_does_not_hold_up_others)
{
    plain_init(&p[0]);
    plain_init(&p[1]);
    p[0].pieces = 1000;
    object_destroy(&p[0].object);
    object_destroy(&p[1].object);
    cr_assert_not(object_reap(5));
    cr_assert_eq(p[1].freed, 1);
    cr_assert_eq(p[0].freed, 0);
    reap_all();
}

static void destroy_next(struct plain *q)
{
    if (q < &p[3])
        object_destroy(&q[1].object);
}

Test(object, one_end_may_start_the_next)
{
    for (int i = 0; i < 4; i++) {
        plain_init(&p[i]);
        p[i].on_destroy = destroy_next;
    }
    object_destroy(&p[0].object);
    reap_all();
    for (int i = 0; i < 4; i++)
        cr_assert_eq(p[i].freed, 1);
    cr_assert(list_is_empty(&object_all));
}

Test(object, a_factory_outlives_what_it_made)
{
    struct quota made_by_p0;
    quota_init_root(&made_by_p0, 1000);
    plain_init(&p[0]);
    made_by_p0.owner = &p[0].object;
    plain_init_in(&p[1], &made_by_p0);
    object_destroy(&p[0].object);
    reap_all();
    cr_assert_eq(p[0].destroyed, 1);
    cr_assert_eq(p[0].freed, 0);
    object_destroy(&p[1].object);
    reap_all();
    cr_assert_eq(p[1].freed, 1);
    cr_assert_eq(p[0].freed, 1);
}

Test(object, trace_tells_birth_and_end)
{
    size_t at = 0;
    fixture_trace();
    plain_init(&p[0]);
    object_destroy(&p[0].object);
    reap_all();
    const struct vtr_record *r = fixture_event(VTR_CREATE, &at);
    cr_assert_eq(r->arg[0], 1);
    cr_assert_eq(r->arg[1], VTR_T_GATE);
    cr_assert_eq(r->arg[3], sizeof(struct plain));
    r = fixture_event(VTR_DELETE, &at);
    cr_assert_eq(r->arg[0], 1);
    cr_assert_null(fixture_event(VTR_DELETE, &at));
}
