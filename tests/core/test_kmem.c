/* Kernel memory: sizes, zeroing, merging, exhaustion, a random run. */
#include "fixture.h"

#include <signal.h>
#include <string.h>

TestSuite(kmem, .init = fixture_init);

Test(kmem, charge_is_the_rounded_size)
{
    static const size_t sizes[][2] = {
        {1, 32},      {32, 32},     {33, 48},          {96, 96},
        {97, 128},    {769, 1024},  {2048, 2048},      {2049, 4096},
        {4096, 4096}, {4097, 8192}, {3 << 20, 4 << 20}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        cr_assert_eq(kmem_charge(sizes[i][0]), sizes[i][1]);
}

Test(kmem, memory_comes_zeroed_also_when_used_before)
{
    for (size_t size = 1; size <= 1 << 16; size *= 2) {
        unsigned char *p = kmem_alloc(&root, size);
        memset(p, 0xff, size);
        kmem_free(&root, p, size);
        p = kmem_alloc(&root, size);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(p[i], 0);
        kmem_free(&root, p, size);
    }
    fixture_assert_no_leak();
}

Test(kmem, large_blocks_are_naturally_aligned)
{
    void *small = kmem_alloc(&root, 4096);
    for (size_t size = 4096; size <= 4 << 20; size *= 2) {
        void *p = kmem_alloc(&root, size);
        cr_assert(p);
        cr_assert_eq((uintptr_t)p % size, 0);
        kmem_free(&root, p, size);
    }
    kmem_free(&root, small, 4096);
    fixture_assert_no_leak();
}

Test(kmem, all_pages_come_back_as_large_blocks)
{
    static void *page[4096];
    size_t n = 0;
    while ((page[n] = kmem_alloc(&root, 4096)))
        n++;
    cr_assert_eq(kmem_free_bytes(), 0);
    for (size_t i = 0; i < n; i += 2)
        kmem_free(&root, page[i], 4096);
    cr_assert_null(kmem_alloc(&root, 8192));
    for (size_t i = 1; i < n; i += 2)
        kmem_free(&root, page[i], 4096);
    void *p = kmem_alloc(&root, 4 << 20);
    cr_assert(p);
    kmem_free(&root, p, 4 << 20);
    fixture_assert_no_leak();
}

Test(kmem, exhausted_quota_changes_nothing)
{
    struct quota q;
    quota_init_root(&q, 100);
    size_t before = kmem_free_bytes();
    cr_assert_null(kmem_alloc(&q, 128));
    cr_assert_eq(q.used, 0);
    cr_assert_eq(kmem_free_bytes(), before);
    void *p = kmem_alloc(&q, 96);
    cr_assert(p);
    cr_assert_eq(q.used, 96);
    kmem_free(&q, p, 96);
}

Test(kmem, exhausted_heap_refunds_the_quota)
{
    struct quota q;
    quota_init_root(&q, SIZE_MAX);
    while (kmem_alloc(&q, 4 << 20))
        ;
    size_t used = q.used;
    cr_assert_null(kmem_alloc(&q, 4 << 20));
    cr_assert_eq(q.used, used);
    kmem_check();
}

Test(kmem, freeing_null_is_ignored)
{
    kmem_free(&root, NULL, 100);
    fixture_assert_no_leak();
}

Test(kmem, freeing_with_another_size_is_a_kernel_bug, .signal = SIGABRT)
{
    kmem_free(&root, kmem_alloc(&root, 100), 200);
}

Test(kmem, freeing_a_block_twice_is_a_kernel_bug, .signal = SIGABRT)
{
    void *p = kmem_alloc(&root, 8192);
    kmem_free(&root, p, 8192);
    kmem_free(&root, p, 8192);
}

/* Many allocations of mixed sizes, each filled with its number, so that two
 * that overlap are found. */
Test(kmem, random_allocations_never_overlap)
{
    enum { LIVE = 300, STEPS = 40000 };
    static struct {
        uint32_t *p;
        size_t size;
    } live[LIVE];
    uint64_t seed = 1;
    size_t charged = 0;

    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t i = random_below(&seed, LIVE);
        if (live[i].p) {
            cr_assert_eq(live[i].p[0], i);
            cr_assert_eq(live[i].p[live[i].size / 4 - 1], i);
            charged -= kmem_charge(live[i].size);
            kmem_free(&root, live[i].p, live[i].size);
            live[i].p = NULL;
        } else {
            size_t limit = 1ul << (5 + random_below(&seed, 13));
            live[i].size = (4 + random_below(&seed, limit)) & ~3ul;
            live[i].p = kmem_alloc(&root, live[i].size);
            if (!live[i].p)
                continue;
            charged += kmem_charge(live[i].size);
            live[i].p[0] = live[i].p[live[i].size / 4 - 1] = i;
        }
        cr_assert_eq(root.used, charged);
        if (step % 16 == 0)
            kmem_check();
    }
    for (uint32_t i = 0; i < LIVE; i++)
        kmem_free(&root, live[i].p, live[i].size);
    fixture_assert_no_leak();
}
