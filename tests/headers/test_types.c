/* Tags, selectors, flexpages, timeouts: the words without a system call. */
#include "expect.h"

#include <l4/sys/err.h>
#include <l4/sys/types.h>
#include <l4/util/util.h>

Test(msgtag, puts_fields_where_abi_says)
{
    l4_msgtag_t t = l4_msgtag(-15, 5, 1, L4_MSGTAG_SCHEDULE);
    cr_expect_eq((l4_umword_t)t.raw, 0xfffffffffff12045ul);
    cr_expect_eq(l4_msgtag_label(t), -15);
    cr_expect_eq(l4_msgtag_words(t), 5);
    cr_expect_eq(l4_msgtag_items(t), 1);
    cr_expect_eq(l4_msgtag_flags(t), 0x2000);
    cr_expect_not(l4_msgtag_has_error(t));
}

Test(msgtag, too_large_fields_do_not_reach_their_neighbours)
{
    l4_msgtag_t t = l4_msgtag(3, 64 + 2, 64 + 1, 0x10000 | 0x8000);
    cr_expect_eq(l4_msgtag_label(t), 3);
    cr_expect_eq(l4_msgtag_words(t), 2);
    cr_expect_eq(l4_msgtag_items(t), 1);
    cr_expect(l4_msgtag_has_error(t));
}

Test(msgtag, knows_the_kernels_messages)
{
    cr_expect(l4_msgtag_is_page_fault(l4_msgtag(-2, 2, 0, 0)));
    cr_expect(l4_msgtag_is_exception(l4_msgtag(-5, 26, 0, 0)));
    cr_expect(l4_msgtag_is_sigma0(l4_msgtag(-6, 2, 0, 0)));
    cr_expect(l4_msgtag_is_io_page_fault(l4_msgtag(-8, 2, 0, 0)));
    cr_expect_not(l4_msgtag_is_page_fault(l4_msgtag(2, 2, 0, 0)));
}

Test(cap, invalid_is_seen_whatever_the_low_bits)
{
    cr_expect(l4_is_invalid_cap(L4_INVALID_CAP));
    cr_expect(l4_is_invalid_cap(L4_INVALID_CAP | L4_SYSF_WAIT));
    cr_expect(l4_is_valid_cap(L4_BASE_TASK_CAP));
    cr_expect(l4_is_valid_cap(0));
    cr_expect(l4_capability_equal(0x5000, 0x5000 | L4_SYSF_CALL));
    cr_expect_not(l4_capability_equal(0x5000, 0x6000));
    cr_expect_eq(l4_capability_next(0x5000), 0x6000);
}

Test(fpage, memory_objects_and_ports_have_their_types)
{
    cr_expect_eq(l4_fpage(0x12345678, 12, L4_FPAGE_RW).raw, 0x12345316);
    cr_expect_eq(l4_obj_fpage(0x7000, 0, L4_CAP_FPAGE_RWS).raw, 0x7037);
    cr_expect_eq(l4_iofpage(0x3f8, 3).raw, 0x3f80e6);
    cr_expect_eq(l4_fpage_all().raw, 63 << 6);
    cr_expect_eq(l4_fpage_invalid().raw, 0);
}

Test(fpage, fields_come_back)
{
    l4_fpage_t m = l4_fpage(0x8000000000ul, 21, L4_FPAGE_RX);
    cr_expect_eq(l4_fpage_memaddr(m), 0x8000000000ul);
    cr_expect_eq(l4_fpage_page(m), 0x8000000ul);
    cr_expect_eq(l4_fpage_size(m), 21);
    cr_expect_eq(l4_fpage_type(m), L4_FPAGE_MEMORY);
    cr_expect_eq(l4_fpage_rights(m), L4_FPAGE_RX);
    cr_expect_not(l4_is_fpage_writable(m));
    m = l4_fpage_set_rights(m, L4_FPAGE_RW);
    cr_expect(l4_is_fpage_writable(m));
    cr_expect_eq(l4_fpage_memaddr(m), 0x8000000000ul);
    cr_expect_eq(l4_fpage_ioport(l4_iofpage(0x3f8, 3)), 0x3f8);
    cr_expect_eq(l4_fpage_obj(l4_obj_fpage(0x7000, 0, 4)), 0x7000);
    cr_expect(l4_is_fpage_valid(m));
    cr_expect_not(l4_is_fpage_valid(l4_fpage_invalid()));
}

Test(fpage, contains_whole_blocks_only)
{
    l4_fpage_t f = l4_fpage(0x40000, 16, L4_FPAGE_RW);
    cr_expect(l4_fpage_contains(f, 0x40000, 16));
    cr_expect(l4_fpage_contains(f, 0x4f000, 12));
    cr_expect_not(l4_fpage_contains(f, 0x50000, 12));
    cr_expect_not(l4_fpage_contains(f, 0x40000, 17));
}

Test(fpage, max_order_stays_in_window_and_congruent_to_hotspot)
{
    /* 64 KiB window, fault in its middle. */
    cr_expect_eq(l4_fpage_max_order(12, 0x48000, 0x40000, 0x4ffff, 0x48000),
                 16);
    /* the last page of the window is cut off */
    cr_expect_eq(l4_fpage_max_order(12, 0x48000, 0x40000, 0x4efff, 0x48000),
                 14);
    /* source and destination differ in bit 13 */
    cr_expect_eq(l4_fpage_max_order(12, 0x48000, 0x40000, 0x4ffff, 0x4a000),
                 13);
    cr_expect_eq(l4_fpage_max_order(12, 0x48000, 0x48000, 0x48fff, 0), 12);
}

Test(item, control_words)
{
    cr_expect_eq(l4_map_control(0x5123, L4_FPAGE_CACHEABLE, L4_MAP_ITEM_GRANT),
                 0x503a);
    cr_expect_eq(l4_map_control(0, 0, 0), 8);
    cr_expect_eq(l4_map_obj_control(0x3000, L4_FPAGE_C_IPCGATE_SVR), 0x3028);
}

Test(timeout, relative_has_mantissa_and_exponent)
{
    cr_expect_eq(l4_timeout_rel(1000, 3).t, 1000 | 3 << 10);
    cr_expect_eq(l4_timeout_rel_get(l4_timeout_rel(1000, 3)), 8000);
    cr_expect_eq(l4_timeout_rel_get(l4_timeout_rel(1023, 31)), 1023ull << 31);
    cr_expect_not(l4_timeout_is_absolute(l4_timeout_rel(1023, 31)));
}

Test(timeout, pair_has_send_above_receive)
{
    l4_timeout_t t = l4_timeout(L4_IPC_TIMEOUT_0, l4_timeout_rel(5, 0));
    cr_expect_eq(t.raw, 0x04000005);
    l4_rcv_timeout(L4_IPC_TIMEOUT_NEVER, &t);
    cr_expect_eq(t.raw, L4_IPC_SEND_TIMEOUT_0.raw);
    l4_snd_timeout(l4_timeout_rel(7, 1), &t);
    cr_expect_eq(t.raw, 0x04070000);
    cr_expect_eq(l4_ipc_timeout(7, 1, 5, 0).raw, 0x04070005);
}

Test(timeout, from_us_is_exact_for_small_and_never_early)
{
    cr_expect_eq(l4_timeout_from_us(0).t, 0x400);
    cr_expect_eq(l4_timeout_from_us(1).t, 1);
    cr_expect_eq(l4_timeout_from_us(1023).t, 1023);
    cr_expect_eq(l4_timeout_from_us(L4_TIMEOUT_US_NEVER).t, 0);
    for (l4_uint64_t us = 1; us < 1ull << 40; us = us * 3 + 1) {
        l4_uint64_t got = l4_timeout_rel_get(l4_timeout_from_us(us));
        cr_expect(got >= us && got - us <= us / 256, "%llu -> %llu", us, got);
    }
    l4_timeout_s longest = l4_timeout_from_us(L4_TIMEOUT_US_MAX);
    cr_expect_eq(longest.t, l4_timeout_rel(1023, 31).t);
    cr_expect_eq(l4util_micros2l4to(1500).t, l4_timeout_from_us(1500).t);
}

Test(consts, pages_are_rounded_both_ways)
{
    cr_expect_eq(l4_trunc_page(0x1fff), 0x1000);
    cr_expect_eq(l4_round_page(0x1001), 0x2000);
    cr_expect_eq(l4_round_page(0x1000), 0x1000);
    cr_expect_eq(l4_trunc_size(0x3fffff, 21), 0x200000);
    cr_expect_eq(l4_round_size(0x200001, 21), 0x400000);
    cr_expect_eq(l4_bytes_to_mwords(0), 0);
    cr_expect_eq(l4_bytes_to_mwords(9), 2);
}

Test(err, text_for_either_sign)
{
    cr_expect_str_eq(l4sys_errtostr(-L4_ENOMEM), "no memory");
    cr_expect_str_eq(l4sys_errtostr(L4_ENOMEM), "no memory");
    cr_expect_str_eq(l4sys_errtostr(-2004), "IPC error");
    cr_expect_str_eq(l4sys_errtostr(-12345), "unknown error");
}

static unsigned blocks;
static l4_addr_t covered;

static long take_block(l4_addr_t s, l4_addr_t e, int order)
{
    cr_expect_eq(e - s, (1ul << order) - 1);
    cr_expect_eq(s & (e - s), 0);
    cr_expect_eq(s, covered);
    covered = e + 1;
    return ++blocks == 100 ? -1 : 0;
}

Test(util, splitlog2_covers_a_range_with_aligned_blocks)
{
    covered = 0x3000;
    cr_expect_eq(l4util_splitlog2_hdl(0x3000, 0x9fff, take_block), 0);
    cr_expect_eq(covered, 0xa000);
    cr_expect_eq(blocks, 3); /* 0x3000, 0x4000..0x7fff, 0x8000..0x9fff */
}
