/* The system call, its forms, its results. */
#include "expect.h"

#include <l4/sys/kip.h>
#include <l4/sys/memdesc.h>
#include <l4/util/util.h>

TestSuite(ipc, .init = fake_kernel_start);

static const l4_msgtag_t TAG = {0x123450002};

/* Everything that lives across a system call must survive what it spoils. */
Test(ipc, keeps_the_callers_values)
{
    volatile l4_umword_t seed = 3;
    volatile double fseed = 1.5;
    l4_umword_t a = seed * 7, b = seed * 11, c = seed * 13, d = seed * 17;
    l4_umword_t e = seed * 19, f = seed * 23, g = seed * 29, h = seed * 31;
    double x = fseed * 2, y = fseed * 4;
    l4_ipc_send(OBJ, l4_utcb(), TAG, L4_IPC_NEVER);
    cr_expect_eq(a + b + c + d + e + f + g + h, 3 * 150);
    cr_expect_eq(x + y, 9.0);
    cr_expect_eq(l4_utcb(), l4_utcb_wrap());
}

Test(ipc, forms_differ_in_their_flags)
{
    l4_utcb_t *u = l4_utcb();
    l4_timeout_t to = l4_ipc_timeout(1, 0, 2, 0);
    l4_umword_t label = 0;
    fake_reply(l4_msgtag(9, 0, 0, 0), 0, 0, 0);
    fake_reply_label(0xabc0);

    cr_expect_eq(l4_msgtag_label(l4_ipc_send(OBJ, u, TAG, to)), 9);
    EXPECT_SENT(OBJ, 1, 0x12345, 2, 0);
    cr_expect_eq(fake_last()->timeout.raw, 0x10002);
    l4_ipc_receive(OBJ, u, to);
    EXPECT_SENT(OBJ, 2, 0, 0, 0);
    l4_ipc_call(OBJ, u, TAG, to);
    EXPECT_SENT(OBJ, 3, 0x12345, 2, 0);
    l4_ipc_wait(u, &label, to);
    EXPECT_SENT(L4_INVALID_CAP, 6, 0, 0, 0);
    cr_expect_eq(label, 0xabc0);
    l4_ipc_reply_and_wait(u, TAG, &label, to);
    EXPECT_SENT(L4_INVALID_CAP, 0xf, 0x12345, 2, 0);
    l4_ipc_send_and_wait(OBJ, u, TAG, &label, to);
    EXPECT_SENT(OBJ, 7, 0x12345, 2, 0);
    l4_ipc_reply(L4_INVALID_REPLY_CAP, u, TAG, to);
    EXPECT_SENT(L4_INVALID_REPLY_CAP, 9, 0x12345, 2, 0);
    l4_ipc_wait_next_period(u, &label, to);
    EXPECT_SENT(L4_INVALID_CAP, 6, 0, 0, 0);
}

Test(ipc, error_of_the_ipc_comes_before_the_label)
{
    l4_utcb_t *u = l4_utcb();
    fake_reply(l4_msgtag(-L4_EPERM, 0, 0, 0), 0, 0, 0);
    l4_msgtag_t t = l4_ipc_call(OBJ, u, TAG, L4_IPC_NEVER);
    cr_expect_eq(l4_error(t), -L4_EPERM);
    cr_expect_eq(l4_ipc_error(t, u), 0);

    fake_fail(L4_IPC_RETIMEOUT);
    t = l4_ipc_call(OBJ, u, TAG, L4_IPC_NEVER);
    cr_expect_eq(l4_error(t), -2003);
    cr_expect_eq(l4_ipc_error(t, u), L4_IPC_RETIMEOUT);
    cr_expect_eq(l4_ipc_error_code(u), L4_IPC_RETIMEOUT);
    cr_expect(l4_ipc_is_rcv_error(u));
    cr_expect_not(l4_ipc_is_snd_error(u));

    fake_fail(L4_IPC_ENOT_EXISTENT);
    t = l4_ipc_call(OBJ, u, TAG, L4_IPC_NEVER);
    cr_expect(l4_ipc_is_snd_error(u));
    cr_expect_eq(l4_error(t), l4_ipc_to_errno(L4_IPC_ENOT_EXISTENT));
}

Test(ipc, sleeping_is_receiving_from_nobody)
{
    l4_ipc_sleep_ms(2);
    EXPECT_SENT(L4_INVALID_CAP, L4_SYSF_RECV, 0, 0, 0);
    cr_expect_eq(fake_last()->timeout.raw, l4_timeout_from_us(2000).t);
    l4_usleep(7);
    cr_expect_eq(fake_last()->timeout.raw, 7);
    l4_sleep(1);
    cr_expect_eq(fake_last()->timeout.raw, 1000);
}

Test(ipc, sndfpage_add_appends_items_until_full)
{
    l4_msgtag_t t = l4_msgtag(5, 3, 0, L4_MSGTAG_SCHEDULE);
    cr_expect_eq(l4_sndfpage_add(l4_fpage(0x7000, 12, 6), 0x2000, &t), 0);
    cr_expect_eq(l4_sndfpage_add(l4_obj_fpage(OBJ, 0, 7), 0, &t), 0);
    cr_expect_eq(t.raw, l4_msgtag(5, 3, 2, L4_MSGTAG_SCHEDULE).raw);
    cr_expect_eq(l4_utcb_mr()->mr[3], 0x2009);
    cr_expect_eq(l4_utcb_mr()->mr[4], 0x7316);
    cr_expect_eq(l4_utcb_mr()->mr[5], 9);
    t = l4_msgtag(5, 62, 0, 0);
    cr_expect_eq(l4_sndfpage_add(l4_fpage_all(), 0, &t), -L4_ENOMEM);
    cr_expect_eq(t.raw, l4_msgtag(5, 62, 0, 0).raw);
}

Test(ipc, absolute_timeouts_lie_in_a_buffer_register)
{
    l4_timeout_s t = l4_timeout_abs(123456789, 8);
    cr_expect_eq(t.t, 0x8008);
    cr_expect_eq(l4_utcb_br()->br64[8], 123456789);
    cr_expect(l4_timeout_is_absolute(t));
    cr_expect_eq(l4_timeout_get(5, t), 123456789);
    cr_expect_eq(l4_timeout_get(5, l4_timeout_rel(3, 1)), 11);
}

Test(ipc, utcb_registers_are_where_abi_says)
{
    char *u = (char *)l4_utcb();
    cr_expect_eq((char *)l4_utcb_mr(), u);
    cr_expect_eq((char *)&l4_utcb_br()->bdr, u + 512);
    cr_expect_eq((char *)&l4_utcb_tcr()->error, u + 984);
    cr_expect_eq((char *)&l4_utcb_tcr()->user[2], u + 1016);
    cr_expect_eq((char *)l4_utcb_exc(), u);
    cr_expect_eq(l4_bdr(1, 2, 3, L4_UTCB_INHERIT_FPU),
                 1 | 2 << 5 | 3 << 10 | 1 << 24);
    l4_utcb_br()->bdr = 1;
    l4_utcb_inherit_fpu(1);
    cr_expect_eq(l4_utcb_br()->bdr, 0x1000001);
    l4_utcb_inherit_fpu(0);
    cr_expect_eq(l4_utcb_br()->bdr, 1);
}

Test(exc, amd64_page_fault_is_told_from_others)
{
    l4_exc_regs_t e = {.trapno = 14, .err = 2, .pfa = 0x1234, .ip = 7};
    cr_expect(l4_utcb_exc_is_pf(&e));
    cr_expect_eq(l4_utcb_exc_pfa(&e), 0x1232);
    e.err = 0x10;
    cr_expect_eq(l4_utcb_exc_pfa(&e), 0x1234);
    l4_utcb_exc_pc_set(&e, 9);
    cr_expect_eq(l4_utcb_exc_pc(&e), 9);
    e.trapno = 0xff;
    cr_expect(l4_utcb_exc_is_ex_regs_exception(&e));
    cr_expect_not(l4_utcb_exc_is_pf(&e));
    cr_expect_eq(l4_utcb_exc_typeval(&e), 0xff);
}

/* A KIP with two memory descriptors and two features. */
static struct {
    l4_kernel_info_t info;
    l4_kernel_info_mem_desc_t mem[2];
    char strings[64] __attribute__((aligned(16)));
} page __attribute__((aligned(16)));

l4_kernel_info_t const *l4_global_kip = &page.info;

Test(kip, strings_clock_and_memory)
{
    page.info.clock = 1500;
    page.info.offset_version_strings =
        (unsigned char)((page.strings - (char *)&page) / 16);
    page.info.mem_descs = (unsigned)((char *)page.mem - (char *)&page);
    page.info.mem_descs_num = 2;
    memcpy(page.strings, "Vitrine\0one\0two\0", 17);
    cr_expect_str_eq(l4_kip_version_string(l4_kip()), "Vitrine");
    cr_expect(l4_kernel_info_feature(l4_kip(), "two"));
    cr_expect_not(l4_kernel_info_feature(l4_kip(), "tw"));
    cr_expect_not(l4_kernel_info_feature(l4_kip(), "twos"));
    cr_expect_eq(l4_kip_clock(l4_kip()), 1500);
    cr_expect_eq(l4_kip_clock_ns(l4_kip()), 1500000);
    cr_expect_eq(l4_kernel_info_get_num_mem_descs(l4_kip()), 2);
    l4_kernel_info_mem_desc_t *m = l4_kernel_info_get_mem_descs(l4_kip()) + 1;
    cr_expect_eq(m, &page.mem[1]);
    l4_kernel_info_set_mem_desc(m, 0x1000, 0x8fff, l4_mem_type_dedicated, 1, 2);
    cr_expect_eq(l4_kernel_info_get_mem_desc_start(m), 0x1000);
    cr_expect_eq(l4_kernel_info_get_mem_desc_end(m), 0x8fff);
    cr_expect_eq(l4_kernel_info_get_mem_desc_type(m), l4_mem_type_dedicated);
    cr_expect_eq(l4_kernel_info_get_mem_desc_subtype(m), 2);
    cr_expect(l4_kernel_info_get_mem_desc_is_virtual(m));
}
