/*
 * The kernel information page: layout, version and features, memory, time.
 */
#include "harness.h"
#include <l4/sys/memdesc.h>

static l4_kernel_info_t *kip(void)
{
    return (l4_kernel_info_t *)l4_kip();
}

static l4_uint64_t word_at(unsigned offset)
{
    return *(const l4_uint64_t *)((const char *)l4_kip() + offset);
}

static int begins(const char *text, const char *with)
{
    while (*with && *text == *with)
        text++, with++;
    return !*with;
}

static void fields_lie_where_l4_has_them(void)
{
    CHECK_EQ(word_at(0), 0x4be6344c);
    CHECK_EQ(word_at(0x10), kip()->sigma0_ip);
    CHECK_EQ(word_at(0x18), kip()->root_ip);
    CHECK(kip()->sigma0_ip && kip()->root_ip);
    CHECK_EQ(word_at(0x50), kip()->scheduler_granularity);
    CHECK_EQ(kip()->scheduler_granularity, 1000);
    CHECK_EQ((l4_addr_t)&kip()->platform_info - (l4_addr_t)kip(), 0x70);
    CHECK_EQ(kip()->log2_kip_size, L4_PAGESHIFT);
}

static void version_and_features(void)
{
    l4_umword_t max = 0;
    l4_sched_cpu_set_t cpus = l4_sched_cpu_set(0, 0, 0);
    l4_icu_info_t icu = {0};
    CHECK_EQ(l4_kip_version(kip()) >> 24, 0x87);
    CHECK(begins(l4_kip_version_string(kip()), "Vitrine "));
    CHECK(l4_kernel_info_feature(kip(), "trace"));
    CHECK(l4_kernel_info_feature(kip(), "dma-space"));
    CHECK(!l4_kernel_info_feature(kip(), "trac"));
    CHECK(!l4_kernel_info_feature(kip(), "Vitrine 0.1"));
    CHECK(!l4_kernel_info_feature(kip(), ""));
    CHECK_EQ(result(l4_icu_info(L4_BASE_ICU_CAP, &icu)), 0);
    CHECK_EQ(l4_kernel_info_feature(kip(), "msi"), icu.nr_msis > 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &cpus)), 0);
    int many = cpus.map != 1;
    CHECK_EQ(l4_kernel_info_feature(kip(), "single-cpu"), !many);
    CHECK_EQ(l4_kernel_info_feature(kip(), "multi-cpu"), many);
    CHECK_EQ(kip()->platform_info.is_mp, many);
}

/* The last descriptor that has `addr`, as the rule is; 0: none. */
static l4_kernel_info_mem_desc_t *memory_at(l4_addr_t addr, int is_virtual)
{
    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(kip());
    l4_kernel_info_mem_desc_t *found = 0;
    for (unsigned i = 0; i < l4_kernel_info_get_num_mem_descs(kip()); i++, d++)
        if (!!l4_kernel_info_get_mem_desc_is_virtual(d) == is_virtual &&
            l4_kernel_info_get_mem_desc_start(d) <= addr &&
            addr <= l4_kernel_info_get_mem_desc_end(d))
            found = d;
    return found;
}

static void memory_is_described(void)
{
    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(kip());
    unsigned n = l4_kernel_info_get_num_mem_descs(kip()), ram = 0, reserved = 0;
    CHECK(n > 3);
    for (unsigned i = 0; i < n; i++) {
        unsigned type = l4_kernel_info_get_mem_desc_type(&d[i]);
        CHECK(l4_kernel_info_get_mem_desc_start(&d[i]) <
              l4_kernel_info_get_mem_desc_end(&d[i]));
        ram += type == l4_mem_type_conventional &&
               !l4_kernel_info_get_mem_desc_is_virtual(&d[i]);
        reserved += type == l4_mem_type_reserved;
    }
    CHECK(ram > 0);
    CHECK(reserved > 0);
    d = memory_at(kip()->root_ip, 0); /* this program's image */
    CHECK(d && l4_kernel_info_get_mem_desc_type(d) == l4_mem_type_bootloader);
    d = memory_at(kip()->root_ip, 1); /* what a task may use */
    CHECK(d && l4_kernel_info_get_mem_desc_type(d) == l4_mem_type_conventional);
    CHECK(memory_at((l4_addr_t)kip(), 1));
}

static void the_clock_goes_on(void)
{
    l4_cpu_time_t before = l4_kip_clock(kip());
    l4_ipc_sleep_us(5000);
    l4_cpu_time_t after = l4_kip_clock(kip());
    CHECK(after - before >= 5000 && after - before < 7000);
    CHECK(l4_kip_clock_lw(kip()) - (l4_umword_t)after < 1000);
    CHECK(l4_kip_clock_ns(kip()) >= after * 1000);
    CHECK(l4_kip_clock_ns(kip()) - after * 1000 < 1000000);
    l4_uint64_t field = word_at(0x20);
    CHECK(field <= l4_kip_clock(kip()) && l4_kip_clock(kip()) - field < 1500);
}

/* Without entering the kernel. */
static void the_clock_is_fresh(void)
{
    enum { READINGS = 200 };
    l4_uint64_t last = l4_kip_clock_ns(kip()), first = last;
    for (unsigned i = 0; i < READINGS; i++) {
        l4_uint64_t now = l4_kip_clock_ns(kip());
        CHECK(now >= last);
        last = now;
    }
    CHECK(last > first);
    l4_cpu_time_t us = l4_kip_clock(kip());
    CHECK(us >= last / 1000 && us - last / 1000 < 1000);
}

static void the_clock_is_code_in_the_page(void)
{
    l4_uint64_t (*us)(l4_kernel_info_t const *) =
        (void *)((l4_addr_t)kip() + 0x900);
    l4_uint64_t (*ns)(l4_kernel_info_t const *) =
        (void *)((l4_addr_t)kip() + 0x980);
    l4_uint64_t before = us(kip()), between = ns(kip()), after = us(kip());
    CHECK(before <= between / 1000 && between / 1000 <= after);
    CHECK(after - before < 1000);
    /* Wherever it is mapped. */
    l4_addr_t window = window_new();
    l4_fpage_t page = l4_fpage((l4_addr_t)kip(), L4_PAGESHIFT, L4_FPAGE_RX);
    CHECK_EQ(
        result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, page, window)),
        0);
    CHECK(l4_kip_clock((l4_kernel_info_t *)window) - after < 1000);
    CHECK(l4_kip_clock_ns((l4_kernel_info_t *)window) - between < 1000000);
}

static void nobody_can_write_it(void)
{
    l4_addr_t window = window_new();
    l4_fpage_t page = l4_fpage((l4_addr_t)kip(), L4_PAGESHIFT, L4_FPAGE_RW);
    CHECK_EQ(
        result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, page, window)),
        0);
    CHECK_EQ(*(volatile l4_uint64_t *)window, L4_KERNEL_INFO_MAGIC);
    /* asked to hand on W, it hands on R: taking W back changes nothing */
    l4_fpage_t copy = l4_fpage(window, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, copy, L4_FP_ALL_SPACES)),
             0);
    CHECK_EQ(l4_utcb_mr()->mr[2] & L4_FPAGE_W, 0);
}

const struct kernel_test kip_tests[] = {
    {"kip: fields lie where L4 has them", fields_lie_where_l4_has_them},
    {"kip: version and features", version_and_features},
    {"kip: memory is described", memory_is_described},
    {"kip: the clock goes on", the_clock_goes_on},
    {"kip: the clock is fresh", the_clock_is_fresh},
    {"kip: the clock is code in the page", the_clock_is_code_in_the_page},
    {"kip: nobody can write it", nobody_can_write_it},
    {0, 0},
};
