/*
 * MMU: walk, rights, soft TLB, spaces.
 */
#include "mmu_fixture.h"

TestSuite(mmu, .init = mmu_setup, .fini = mmu_teardown);
TestSuite(mmu_small, .init = mmu_setup_small, .fini = mmu_teardown);

Test(mmu, walks_to_a_page)
{
    uint64_t pa = map_marked(&a, VA, PAGE_RX, 0);
    struct hw_walk w;

    cr_assert(hw_mmu_walk(m.mmu, a.root, VA + 0x123, &w));
    cr_assert_eq(w.pa, pa + 0x123);
    cr_assert_eq(w.order, 12);
    cr_assert_eq(w.flags, PAGE_RX);
    cr_assert_eq(*w.pte, pa | PAGE_RX);
    cr_assert_not(hw_mmu_walk(m.mmu, a.root, VA + PAGE, &w));
    cr_assert_not(hw_mmu_walk(m.mmu, 0, VA, &w));
    cr_assert_not(hw_mmu_walk(m.mmu, a.root, VA | 1ull << 48, &w));
}

Test(mmu, walks_to_a_superpage)
{
    uint64_t pa = RAM_BASE + (4ull << 20);
    struct hw_walk w;

    *space_entry(&m, &a, VA, 21) = pa | PAGE_RW;
    cr_assert(hw_mmu_walk(m.mmu, a.root, VA + 0x12345, &w));
    cr_assert_eq(w.pa, pa + 0x12345);
    cr_assert_eq(w.order, 21);
    *(uint64_t *)machine_at(&m, pa + 0x12000) = 77;
    cr_assert(may(VA + 0x12000, HW_ACCESS_R));
    cr_assert_eq(host_word(VA + 0x12000), 77);
}

Test(mmu, ends_a_walk_at_tables_outside_of_ram)
{
    struct hw_walk w;

    *space_entry(&m, &a, VA, 37) = 0x5000 | HW_PTE_VALID;
    cr_assert_not(hw_mmu_walk(m.mmu, a.root, VA, &w));
    cr_assert_not(hw_mmu_walk(m.mmu, 0x123456000, VA, &w));
    *space_entry(&m, &a, VA, 37) = m.ram.base | PAGE_RW;
    cr_assert_not(hw_mmu_walk(m.mmu, a.root, VA, &w), "leaf at the top");
}

Test(mmu, faults_on_a_frame_outside_of_ram)
{
    space_map(&m, &a, VA, 0x5000, PAGE_RW);
    cr_assert_not(may(VA, HW_ACCESS_R));
}

Test(mmu, checks_each_right)
{
    map_marked(&a, VA, PAGE_R, 0);
    map_marked(&a, VA + PAGE, PAGE_RX, 0);
    map_marked(&a, VA + 2 * PAGE, PAGE_RW, 0);
    map_marked(&a, VA + 3 * PAGE, PAGE_RWX & ~HW_PTE_USER, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_not(may(VA, HW_ACCESS_W));
    cr_assert_not(may(VA, HW_ACCESS_X));
    cr_assert(may(VA + PAGE, HW_ACCESS_X));
    cr_assert_not(may(VA + PAGE, HW_ACCESS_W));
    cr_assert(may(VA + 2 * PAGE, HW_ACCESS_W | HW_ACCESS_R));
    cr_assert_not(may(VA + 2 * PAGE, HW_ACCESS_X));
    cr_assert_not(may(VA + 3 * PAGE, HW_ACCESS_R));
}

Test(mmu, sets_accessed_and_dirty)
{
    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert_eq(*space_entry(&m, &a, VA, 12) & 0xff0,
                 (PAGE_RW & 0xff0) | HW_PTE_ACCESSED);
    cr_assert_eq(tlb(VA)->read, VA / PAGE);
    cr_assert_eq(tlb(VA)->write, ~0ull, "the first write must walk");
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert(*space_entry(&m, &a, VA, 12) & HW_PTE_DIRTY);
    cr_assert_eq(tlb(VA)->write, VA / PAGE);
    cr_assert_eq(tlb(VA)->exec, ~0ull);
}

Test(mmu, names_the_first_address_that_faults)
{
    uint64_t fault = 0;

    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert_not(hw_mmu_access(m.mmu, VA + PAGE - 4, 8, HW_ACCESS_R, &fault));
    cr_assert_eq(fault, VA + PAGE);
    map_marked(&a, VA + PAGE, PAGE_RW, 0);
    cr_assert(hw_mmu_access(m.mmu, VA + PAGE - 4, 8, HW_ACCESS_R, &fault));
    cr_assert_not(hw_mmu_access(m.mmu, VA + 8, ~0ull, HW_ACCESS_R, &fault));
    cr_assert_eq(fault, VA + 2 * PAGE);
    cr_assert(hw_mmu_access(m.mmu, 0, 0, HW_ACCESS_R, &fault));
}

Test(mmu, faults_outside_of_the_user_range)
{
    cr_assert_not(may(0, HW_ACCESS_R));
    cr_assert_not(may(USER_START - 1, HW_ACCESS_R));
    cr_assert_not(may(USER_END, HW_ACCESS_R));
    cr_assert_not(may((uint64_t)&m, HW_ACCESS_R));
    cr_assert_not(may(~0ull, HW_ACCESS_R));
}

Test(mmu, forgets_what_is_invalidated)
{
    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_W));
    space_unmap(&m, &a, VA);
    cr_assert_eq(tlb(VA)->read, ~0ull);
    cr_assert_eq(tlb(VA)->write, ~0ull);
    cr_assert_not(may(VA, HW_ACCESS_R));
    hw_mmu_settle(m.mmu);
    cr_assert_not(host_has(VA));
}

Test(mmu, forgets_the_code_and_stack_page_when_rights_go)
{
    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_W));
    block->stack_page = VA / PAGE;
    block->code_page = VA / PAGE;
    space_unmap(&m, &a, VA);
    cr_assert_eq(block->stack_page, ~0ull);
    cr_assert_eq(block->code_page, ~0ull);
}

Test(mmu, invalidates_a_superpage_at_once)
{
    *space_entry(&m, &a, VA, 21) = (RAM_BASE + (4ull << 20)) | PAGE_RW;
    for (uint64_t k = 0; k < 512; k += 16)
        cr_assert(may(VA + k * PAGE, HW_ACCESS_R));
    *space_entry(&m, &a, VA, 21) = 0;
    hw_mmu_invalidate(m.mmu, a.root, VA, 21);
    cr_assert_eq(stats().pages, 0);
    cr_assert_eq(stats().host_drops, 1);
    cr_assert_not(host_has(VA + 100 * PAGE));
}

Test(mmu, root_zero_permits_nothing)
{
    struct space none = {0};

    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &none);
    cr_assert_not(may(VA, HW_ACCESS_R));
    for (int i = 0; i < HW_TLB_ENTRIES; i++)
        cr_assert_eq(block->tlb[i].read, ~0ull);
}

Test(mmu, forget_drops_a_space_that_does_not_run)
{
    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    space_switch(&m, &b);
    hw_mmu_forget(m.mmu, a.root);
    cr_assert_not(host_has(VA));
    cr_assert_eq(stats().pages, 0);
}

Test(mmu, serves_more_spaces_than_contexts)
{
    enum { MANY = 300 };
    static struct space s[MANY];

    for (uint64_t i = 0; i < MANY; i++) {
        s[i] = space_new(&m);
        map_marked(&s[i], VA + i * 0x10000, PAGE_R, i);
    }
    for (int round = 0; round < 2; round++)
        for (uint64_t i = 0; i < MANY; i++) {
            space_switch(&m, &s[i]);
            cr_assert(may(VA + i * 0x10000, HW_ACCESS_R));
            cr_assert_eq(host_word(VA + i * 0x10000), i);
            cr_assert_not(may(VA + (i ^ 1) * 0x10000, HW_ACCESS_R));
        }
}

Test(mmu, a_new_space_with_an_old_root_starts_empty)
{
    map_marked(&a, VA, PAGE_RW, 0);
    cr_assert(may(VA, HW_ACCESS_R));
    *space_entry(&m, &a, VA, 12) = 0;
    hw_mmu_forget(m.mmu, a.root);
    space_switch(&m, &a);
    cr_assert_eq(tlb(VA)->read, ~0ull);
    cr_assert_not(may(VA, HW_ACCESS_R));
}

Test(mmu, never_maps_a_device)
{
    uint64_t pa = 0, fault;

    space_map(&m, &a, VA, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    cr_assert_not(may(VA, HW_ACCESS_R));
    cr_assert_not(host_has(VA));
    cr_assert(hw_mmu_device(m.mmu, VA + 0x44, 4, HW_ACCESS_R, &pa));
    cr_assert_eq(pa, 0x10000044);
    cr_assert(hw_mmu_device(m.mmu, VA, 4, HW_ACCESS_W, &pa));
    cr_assert_not(hw_mmu_device(m.mmu, VA + PAGE - 2, 4, HW_ACCESS_R, &pa));
    cr_assert_not(hw_mmu_device(m.mmu, VA + PAGE, 4, HW_ACCESS_R, &pa));
    space_map(&m, &a, VA, 0x10000000, PAGE_R | HW_PTE_DEVICE);
    cr_assert_not(hw_mmu_device(m.mmu, VA, 4, HW_ACCESS_W, &pa));
    map_marked(&a, VA + PAGE, PAGE_RW, 0);
    cr_assert_not(hw_mmu_device(m.mmu, VA + PAGE, 4, HW_ACCESS_R, &pa));
    cr_assert(hw_mmu_access(m.mmu, VA + PAGE, 4, HW_ACCESS_R, &fault));
}

/* Random tables, accesses, switches, invalidations: the model always says
 * what the table says, and its invariants hold. */
Test(mmu_small, agrees_with_the_tables_under_random_use)
{
    enum { SPACES = 5, PAGES = 40, ROUNDS = 20000 };
    static struct space s[SPACES];
    uint64_t state = 7, frames;
    int running = 0;
    const char *text = "";

    frames = machine_frames(&m, PAGES);
    for (uint64_t i = 0; i < PAGES; i++)
        *(uint64_t *)machine_at(&m, frames + i * PAGE) = frames + i * PAGE;
    for (int i = 0; i < SPACES; i++)
        s[i] = space_new(&m);
    space_switch(&m, &s[0]);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t va, expect;
        int other;

        state = state * 6364136223846793005ull + 1442695040888963407ull;
        va = VA + (state >> 33) % PAGES * PAGE;
        other = (int)((state >> 20) % SPACES);
        switch (state >> 60) {
        case 0 ... 3:
            running = other;
            space_switch(&m, &s[other]);
            break;
        case 4 ... 6:
            space_unmap(&m, &s[other], va);
            expect = frames + (state >> 45) % PAGES * PAGE;
            space_map(&m, &s[other], va, expect,
                      state >> 52 & 1 ? PAGE_RW : PAGE_R);
            break;
        case 7:
            space_unmap(&m, &s[other], va);
            break;
        default:
            expect = *space_entry(&m, &s[running], va, 12);
            cr_assert_eq(may(va, HW_ACCESS_W), (expect & HW_PTE_W) != 0);
            cr_assert_eq(may(va, HW_ACCESS_R), expect != 0);
            if (expect)
                cr_assert_eq(host_word(va), expect & HW_PTE_FRAME);
            break;
        }
        if (round % 64 == 0)
            cr_assert(hw_mmu_check(m.mmu, &text), "%s in round %d", text,
                      round);
    }
}
