/*
 * MMU: walk, rights, soft TLB, host mappings, conflicts.
 *
 * What the host shows at a user address is read through the system call
 * interface, which answers EFAULT where nothing is mapped.
 */
#define _GNU_SOURCE
#include "machine.h"
#include "mmu_host.h"
#include <criterion/criterion.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VA  0x1100000000ull
#define VA2 0x1200000000ull

static struct machine m;
static struct space a, b;
static struct hw_user_block *block;
static int pipe_in, pipe_out;

static void setup_bounded(unsigned max_host_pages)
{
    int ends[2];

    machine_init(&m, max_host_pages);
    a = space_new(&m);
    b = space_new(&m);
    block = hw_cpu_block(m.cpu);
    space_switch(&m, &a);
    cr_assert_eq(pipe(ends), 0);
    pipe_out = ends[0];
    pipe_in = ends[1];
}

static void setup(void)
{
    setup_bounded(0);
}

static void setup_small(void)
{
    setup_bounded(HW_HOST_PAGES_MIN);
}

static void teardown(void)
{
    const char *text = "";

    cr_assert(hw_mmu_check(m.mmu, &text), "%s", text);
    machine_destroy(&m);
}

TestSuite(mmu, .init = setup, .fini = teardown);
TestSuite(mmu_small, .init = setup_small, .fini = teardown);

/* The word the host shows at a user address; false: nothing mapped. */
static bool host_shows(uint64_t va, uint64_t *ret_word)
{
    if (syscall(SYS_write, pipe_in, va, sizeof(*ret_word)) < 0)
        return false;
    return read(pipe_out, ret_word, sizeof(*ret_word)) == sizeof(*ret_word);
}

/* Aborts the test where nothing is mapped. (A plain load would do but for
 * AddressSanitizer, to which these addresses are forbidden.) */
static uint64_t host_word(uint64_t va)
{
    uint64_t word = 0;

    cr_assert(host_shows(va, &word), "nothing at %#lx", (unsigned long)va);
    return word;
}

static void host_store(uint64_t va, uint64_t word)
{
    cr_assert_eq(write(pipe_in, &word, sizeof(word)), sizeof(word));
    cr_assert_eq(syscall(SYS_read, pipe_out, va, sizeof(word)), sizeof(word));
}

static bool host_has(uint64_t va)
{
    uint64_t word;

    return host_shows(va, &word);
}

/* The host's kernel tries it, with what is there already. (By number: a
 * sanitizer would look at the memory first.) */
static bool host_may_write(uint64_t va)
{
    int ends[2];
    bool done = host_has(va) && !pipe(ends) &&
                syscall(SYS_write, ends[1], (void *)(uintptr_t)va, 1) == 1;

    cr_assert(done);
    done = syscall(SYS_read, ends[0], (void *)(uintptr_t)va, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return done;
}

static bool may(uint64_t va, unsigned access)
{
    uint64_t fault;

    return hw_mmu_access(m.mmu, va, 1, access, &fault);
}

static struct hw_tlb_entry *tlb(uint64_t va)
{
    return &block->tlb[va / PAGE % HW_TLB_ENTRIES];
}

static uint64_t map_marked(struct space *s, uint64_t va, uint64_t flags,
                           uint64_t mark)
{
    uint64_t pa = machine_frame(&m);

    *(uint64_t *)machine_at(&m, pa) = mark;
    space_map(&m, s, va, pa, flags);
    return pa;
}

static struct hw_mmu_stats stats(void)
{
    struct hw_mmu_stats s;

    hw_mmu_stats(m.mmu, &s);
    return s;
}

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

Test(mmu, shows_the_frame_at_the_user_address)
{
    uint64_t pa = map_marked(&a, VA, PAGE_RW, 0x1234);

    cr_assert_not(host_has(VA));
    cr_assert(may(VA, HW_ACCESS_W));
    cr_assert_eq(host_word(VA), 0x1234);
    host_store(VA, 5);
    cr_assert_eq(*(uint64_t *)machine_at(&m, pa), 5);
}

Test(mmu, maps_neighbours_ahead_without_touching_their_bits)
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

Test(mmu, merges_runs_of_neighbouring_frames)
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

Test(mmu, takes_pages_from_the_host_before_another_space_runs)
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

Test(mmu, a_page_taken_away_and_given_again_needs_no_host_call)
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

Test(mmu, another_frame_at_a_retired_page_is_no_conflict)
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

Test(mmu, retires_more_pages_than_it_can_remember)
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

Test(mmu, switching_spaces_changes_rights_not_mappings)
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

Test(mmu, remaps_an_address_two_spaces_use_differently)
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

Test(mmu, hides_a_conflicting_space_while_another_runs)
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

Test(mmu, leaves_others_alone_when_two_conflict)
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

Test(mmu, a_frame_shared_at_one_address_is_no_conflict)
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

Test(mmu, a_frame_that_only_one_may_write_is_a_conflict)
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

Test(mmu, the_host_may_write_where_the_space_may)
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

Test(mmu, a_debugger_may_write_everywhere)
{
    map_marked(&a, VA, PAGE_R, 0);
    hw_mmu_writable(m.mmu);
    cr_assert(may(VA, HW_ACCESS_R));
    cr_assert(host_may_write(VA));
    cr_assert_not(may(VA, HW_ACCESS_W));
}

Test(mmu, an_end_of_the_conflict_frees_the_survivor)
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

Test(mmu, prefill_shows_pages_without_a_trace)
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

Test(mmu_small, bounds_host_pages_and_drops_the_least_recently_used)
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
