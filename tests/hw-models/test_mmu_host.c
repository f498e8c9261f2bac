/*
 * MMU: what the host process shows at user addresses: mappings, conflicts of
 * two spaces at one address, the bound on host pages.
 */
#include "mmu_fixture.h"

TestSuite(mmu_host, .init = mmu_setup, .fini = mmu_teardown);
TestSuite(mmu_host_small, .init = mmu_setup_small, .fini = mmu_teardown);

Test(mmu_host, shows_the_frame_at_the_user_address)
{
    uint64_t pa = map_marked(&a, VA, PAGE_RW, 0x1234);

    cr_assert_not(host_has(VA));
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert_eq(host_word(VA), 0x1234);
    host_store(VA, 5);
    cr_assert_eq(*(uint64_t *)machine_at(&m, pa), 5);
}

Test(mmu_host, maps_neighbours_ahead_without_touching_their_bits)
{
    uint64_t pa = machine_frames(&m, 4);
    uint64_t va = VA + 8 * PAGE;

    for (uint64_t k = 0; k < 4; k++)
        space_map(&m, &a, va + k * PAGE, pa + k * PAGE, PAGE_R);
    cr_assert(may(va + PAGE, HW_ACCESS_R));
    for (uint64_t k = 0; k < 4; k++)
        cr_assert(host_has(va + k * PAGE));
    cr_assert_not(host_has(va - PAGE));
    cr_assert_not(host_has(va + 4 * PAGE));
    cr_assert_eq(stats().host_maps, 1);
    cr_assert_eq(stats().runs, 1);
    cr_assert_eq(*space_entry(&m, &a, va, 12), pa | PAGE_R);
    cr_assert_eq(tlb(va)->read, ~0ull);
}

Test(mmu_host, merges_runs_of_neighbouring_frames)
{
    uint64_t pa = machine_frames(&m, 64);

    for (uint64_t k = 0; k < 64; k++)
        space_map(&m, &a, VA + k * PAGE, pa + k * PAGE, PAGE_R);
    for (uint64_t k = 0; k < 64; k++)
        cr_assert(may(VA + (63 - k) * PAGE, HW_ACCESS_R));
    cr_assert_eq(stats().pages, 64);
    cr_assert_eq(stats().runs, 1);
    hw_mmu_invalidate(m.mmu, a.root, VA + 32 * PAGE, 12);
    hw_mmu_settle(m.mmu);
    cr_assert_eq(stats().runs, 2);
}

Test(mmu_host, takes_pages_from_the_host_before_another_space_runs)
{
    for (uint64_t k = 0; k < 16; k++) {
        map_marked(&a, VA + k * PAGE, PAGE_RW, k);
        cr_assert(may(VA + k * PAGE, HW_ACCESS_W));
    }
    uint64_t drops = stats().host_drops;
    for (uint64_t k = 0; k < 16; k++)
        space_unmap(&m, &a, VA + k * PAGE);
    cr_assert_eq(stats().host_drops, drops);
    space_switch(&m, &b);
    cr_assert_eq(stats().host_drops, drops + 1);
    for (uint64_t k = 0; k < 16; k++)
        cr_assert_not(host_has(VA + k * PAGE));
    cr_assert_eq(stats().pages, 0);
}

Test(mmu_host, a_page_taken_away_and_given_again_needs_no_host_call)
{
    map_marked(&a, VA, PAGE_RW, 1);
    uint64_t pte = *space_entry(&m, &a, VA, 12);
    cr_assert(may(VA, HW_ACCESS_W));
    uint64_t maps = stats().host_maps, drops = stats().host_drops;
    for (unsigned i = 0; i < 1000; i++) {
        space_unmap(&m, &a, VA);
        cr_assert_not(may(VA, HW_ACCESS_R));
        *space_entry(&m, &a, VA, 12) = pte;
        cr_assert(may(VA, HW_ACCESS_W));
    }
    cr_assert_eq(stats().host_maps, maps);
    cr_assert_eq(stats().host_drops, drops);
    hw_mmu_settle(m.mmu);
    cr_assert(host_has(VA));
}

Test(mmu_host, another_frame_at_a_retired_page_is_no_conflict)
{
    map_marked(&a, VA, PAGE_RW, 1);
    cr_assert(may(VA, HW_ACCESS_W));
    space_unmap(&m, &a, VA);
    map_marked(&a, VA, PAGE_RW, 2);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_eq(stats().remaps, 0);
    hw_mmu_settle(m.mmu);
    cr_assert(host_has(VA));
}

Test(mmu_host, retires_more_pages_than_it_can_remember)
{
    for (uint64_t k = 0; k < 600; k++) {
        map_marked(&a, VA + 2 * k * PAGE, PAGE_RW, k);
        cr_assert(may(VA + 2 * k * PAGE, HW_ACCESS_W));
    }
    for (uint64_t k = 0; k < 600; k++)
        space_unmap(&m, &a, VA + 2 * k * PAGE);
    hw_mmu_settle(m.mmu);
    cr_assert_eq(stats().pages, 0);
}

Test(mmu_host, switching_spaces_changes_rights_not_mappings)
{
    map_marked(&a, VA, PAGE_RW, 0);
    map_marked(&b, VA2, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &b);
    cr_assert_eq(tlb(VA)->read, ~0ull);
    cr_assert_not(may(VA, HW_ACCESS_R));
    cr_assert(may(VA2, HW_ACCESS_R));
    space_switch(&m, &a);
    cr_assert_eq(tlb(VA)->read, VA / PAGE);
    cr_assert(host_has(VA2));
    cr_assert_eq(stats().host_maps, 2);
    cr_assert_eq(stats().host_drops, 0);
}

Test(mmu_host, remaps_an_address_two_spaces_use_differently)
{
    map_marked(&a, VA, PAGE_RW, 0xaa);
    map_marked(&b, VA, PAGE_RW, 0xbb);
    for (int round = 0; round < 3; round++) {
        space_switch(&m, &a);
        cr_assert(may(VA, HW_ACCESS_R));
        cr_assert_eq(host_word(VA), 0xaa);
        space_switch(&m, &b);
        cr_assert(may(VA, HW_ACCESS_R));
        cr_assert_eq(host_word(VA), 0xbb);
    }
    cr_assert_eq(stats().remaps, 1, "known from the first time on");
}

Test(mmu_host, hides_a_conflicting_space_while_another_runs)
{
    map_marked(&a, VA, PAGE_RW, 0xaa);
    map_marked(&a, VA + 64 * PAGE, PAGE_RW, 0xaaaa);
    map_marked(&b, VA, PAGE_RW, 0xbb);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert(may(VA + 64 * PAGE, HW_ACCESS_R));
    space_switch(&m, &b);
    cr_assert(host_has(VA), "not known yet");
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_not(host_has(VA + 64 * PAGE), "all of a's pages go");
    space_switch(&m, &a);
    cr_assert_not(host_has(VA), "b's page must not be seen unchecked");
    cr_assert_eq(tlb(VA)->read, ~0ull);
}

Test(mmu_host, leaves_others_alone_when_two_conflict)
{
    struct space c = space_new(&m);

    map_marked(&a, VA, PAGE_RW, 0xaa);
    map_marked(&b, VA, PAGE_RW, 0xbb);
    map_marked(&c, VA2, PAGE_RW, 0xcc);
    space_switch(&m, &c);
    cr_assert(may(VA2, HW_ACCESS_R));
    space_switch(&m, &a);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &b);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &a);
    cr_assert(host_has(VA2));
    space_switch(&m, &c);
    cr_assert_eq(tlb(VA2)->read, VA2 / PAGE);
}

Test(mmu_host, a_frame_shared_at_one_address_is_no_conflict)
{
    uint64_t pa = map_marked(&a, VA, PAGE_RW, 0);

    space_map(&m, &b, VA, pa, PAGE_RW);
    cr_assert(may(VA, HW_ACCESS_W));
    space_switch(&m, &b);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &a);
    cr_assert_eq(tlb(VA)->write, VA / PAGE);
    cr_assert_eq(stats().remaps, 0);
    cr_assert_eq(stats().host_maps, 1);
}

Test(mmu_host, a_frame_that_only_one_may_write_is_a_conflict)
{
    uint64_t pa = map_marked(&a, VA, PAGE_RW, 0);

    space_map(&m, &b, VA, pa, PAGE_R);
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert(host_may_write(VA));
    space_switch(&m, &b);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_not(host_may_write(VA), "what is not checked must fault");
    cr_assert_not(may(VA, HW_ACCESS_W));
    space_switch(&m, &a);
    cr_assert_not(host_has(VA));
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert(host_may_write(VA));
    space_switch(&m, &b);
    cr_assert_not(host_has(VA), "a's page is out of reach");
}

Test(mmu_host, the_host_may_write_where_the_space_may)
{
    uint64_t pa = map_marked(&a, VA, PAGE_R, 0);

    map_marked(&a, VA + PAGE, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_not(host_may_write(VA));
    cr_assert(may(VA + PAGE, HW_ACCESS_R));
    cr_assert(host_may_write(VA + PAGE));
    *space_entry(&m, &a, VA, 12) = pa | PAGE_RW; /* needs no call */
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert(host_may_write(VA));
    *space_entry(&m, &a, VA, 12) = pa | PAGE_R;
    hw_mmu_invalidate(m.mmu, a.root, VA, 12);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_not(host_may_write(VA));
    cr_assert_eq(stats().pages, 2);
}

Test(mmu_host, a_debugger_may_write_everywhere)
{
    map_marked(&a, VA, PAGE_R, 0);
    hw_mmu_writable(m.mmu);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert(host_may_write(VA));
    cr_assert_not(may(VA, HW_ACCESS_W));
}

Test(mmu_host, an_end_of_the_conflict_frees_the_survivor)
{
    map_marked(&a, VA, PAGE_RW, 0xaa);
    map_marked(&b, VA, PAGE_RW, 0xbb);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &b);
    cr_assert(may(VA, HW_ACCESS_R));
    hw_mmu_forget(m.mmu, b.root);
    cr_assert_not(host_has(VA));
    cr_assert_not(may(VA, HW_ACCESS_R), "no tables in force");
    space_switch(&m, &a);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &b);
    cr_assert(host_has(VA), "a is alone again, nothing is dropped");
}

Test(mmu_host, prefill_shows_pages_without_a_trace)
{
    map_marked(&b, VA, PAGE_R, 0xbb);
    map_marked(&b, VA + 2 * PAGE, PAGE_R, 0xbb2);
    hw_mmu_prefill(m.mmu, b.root, VA + 100, 3 * PAGE);
    cr_assert(host_has(VA));
    cr_assert_not(host_has(VA + PAGE));
    cr_assert(host_has(VA + 2 * PAGE));
    cr_assert_eq(*space_entry(&m, &b, VA, 12) & HW_PTE_ACCESSED, 0);
    cr_assert_not(may(VA, HW_ACCESS_R), "a still may not");
}

Test(mmu_host_small, bounds_host_pages_and_drops_the_least_recently_used)
{
    enum { MANY = 1000 };

    for (uint64_t i = 0; i < MANY; i++)
        map_marked(&a, VA + i * 2 * PAGE, PAGE_R, i);
    for (int round = 0; round < 2; round++)
        for (uint64_t i = 0; i < MANY; i++) {
            cr_assert(may(VA, HW_ACCESS_R));
            cr_assert(may(VA + i * 2 * PAGE, HW_ACCESS_R));
            cr_assert_eq(host_word(VA + i * 2 * PAGE), i);
            cr_assert_leq(stats().pages, HW_HOST_PAGES_MIN);
        }
    cr_assert(host_has(VA), "used all the time");
    cr_assert_not(host_has(VA + 2 * PAGE));
}
