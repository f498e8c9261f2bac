/* Quota: limits, sums, errors. */
#include "fixture.h"

#include <signal.h>

Test(quota, charges_up_to_the_limit_exactly)
{
    struct quota q;
    quota_init_root(&q, 100);
    cr_assert(quota_charge(&q, 60));
    cr_assert(quota_charge(&q, 40));
    cr_assert_not(quota_charge(&q, 1));
    cr_assert_eq(q.used, 100);
    quota_refund(&q, 100);
    cr_assert_eq(q.used, 0);
    quota_check(&q);
}

Test(quota, refuses_what_would_overflow)
{
    struct quota q;
    quota_init_root(&q, 100);
    cr_assert(quota_charge(&q, 1));
    cr_assert_not(quota_charge(&q, SIZE_MAX));
    cr_assert_eq(q.used, 1);
}

Test(quota, child_takes_its_limit_from_the_parent_and_gives_it_back)
{
    struct quota parent, child;
    quota_init_root(&parent, 100);
    cr_assert(quota_init_child(&child, &parent, 70));
    cr_assert_eq(parent.used, 70);
    cr_assert_not(quota_charge(&parent, 31));
    cr_assert(quota_charge(&child, 70));
    cr_assert_not(quota_charge(&child, 1));
    quota_check(&child);
    quota_refund(&child, 70);
    quota_destroy(&child);
    cr_assert_eq(parent.used, 0);
}

Test(quota, child_larger_than_the_rest_changes_nothing)
{
    struct quota parent, child = {.limit = 7};
    quota_init_root(&parent, 100);
    cr_assert_not(quota_init_child(&child, &parent, 101));
    cr_assert_eq(parent.used, 0);
    cr_assert_eq(child.limit, 7);
}

/* A factory that is gone: only what its objects take is still its. */
Test(quota, a_closed_child_gives_back_what_it_did_not_use)
{
    struct quota parent, child;
    quota_init_root(&parent, 100);
    cr_assert(quota_init_child(&child, &parent, 70));
    cr_assert(quota_charge(&child, 20));
    quota_close(&child);
    cr_assert_eq(parent.used, 20);
    cr_assert(quota_charge(&child, 80));
    cr_assert_eq(parent.used, 100);
    cr_assert_not(quota_charge(&child, 1));
    cr_assert_eq(child.used, 100);
    quota_check(&child);
    quota_refund(&child, 90);
    cr_assert_eq(parent.used, 10);
    quota_refund(&child, 10);
    quota_destroy(&child);
    cr_assert_eq(parent.used, 0);
}

Test(quota, closed_ones_below_each_other_give_back_with_the_last)
{
    struct quota top, middle, low;
    quota_init_root(&top, 100);
    cr_assert(quota_init_child(&middle, &top, 70));
    cr_assert(quota_init_child(&low, &middle, 50));
    cr_assert(quota_charge(&low, 20));
    quota_close(&middle);
    cr_assert_eq(top.used, 50);
    quota_close(&low);
    cr_assert_eq(middle.used, 50);
    cr_assert(quota_charge(&low, 30));
    cr_assert_not(quota_charge(&low, 1));
    quota_check(&low);
    quota_refund(&low, 50);
    quota_destroy(&low);
    cr_assert_eq(top.used, 0);
    quota_destroy(&middle);
    cr_assert_eq(top.used, 0);
}

Test(quota, destroying_one_in_use_is_a_kernel_bug, .signal = SIGABRT)
{
    struct quota q;
    quota_init_root(&q, 100);
    quota_charge(&q, 1);
    quota_destroy(&q);
}

Test(quota, refunding_too_much_is_a_kernel_bug, .signal = SIGABRT)
{
    struct quota q;
    quota_init_root(&q, 100);
    quota_refund(&q, 1);
}
