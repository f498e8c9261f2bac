/* Thread: control, registers, vCPU, senders, segments. */
#include "expect.h"

#include <l4/sys/segment.h>
#include <l4/sys/thread.h>
#include <l4/sys/vcpu.h>

TestSuite(thread, .init = fake_kernel_start);

Test(thread, control_collects_what_is_set)
{
    l4_thread_control_start();
    l4_thread_control_pager(0x4000);
    l4_thread_control_exc_handler(0x8000);
    l4_thread_control_bind((l4_utcb_t *)0xb3000400, OTHER);
    l4_thread_control_alien(1);
    cr_expect_eq(fake_calls(), 0);
    l4_thread_control_commit(OBJ);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 6, 1);
    EXPECT_MR(0, 0x1610000);
    EXPECT_MR(1, 0x4000);
    EXPECT_MR(2, 0x8000);
    EXPECT_MR(4, 0x400000);
    EXPECT_MR(5, 0xb3000400);
    EXPECT_OBJ(6, OTHER);
}

Test(thread, control_without_bind_has_no_item)
{
    l4_thread_control_start();
    l4_thread_control_alien(0);
    l4_thread_control_commit(OBJ);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 6, 0);
    EXPECT_MR(0, 0x400000);
    EXPECT_MR(4, 0);
}

Test(thread, ex_regs_ors_flags_into_the_operation)
{
    l4_thread_ex_regs(OBJ, 0x1111, 0x2222, L4_THREAD_EX_REGS_CANCEL);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 3, 0);
    EXPECT_MR(0, 0x10001);
    EXPECT_MR(1, 0x1111);
    EXPECT_MR(2, 0x2222);
}

Test(thread, ex_regs_ret_gives_old_values)
{
    l4_addr_t ip = ~0ul, sp = ~0ul;
    l4_umword_t flags = L4_THREAD_EX_REGS_TRIGGER_EXCEPTION;
    fake_reply(l4_msgtag(0, 3, 0, 0), 0x202, 0x1000, 0x2000);
    l4_thread_ex_regs_ret(OBJ, &ip, &sp, &flags);
    EXPECT_MR(0, 0x20001);
    EXPECT_MR(1, ~0ul);
    cr_expect_eq(flags, 0x202);
    cr_expect_eq(ip, 0x1000);
    cr_expect_eq(sp, 0x2000);
    fake_reply(l4_msgtag(-L4_EPERM, 0, 0, 0), 1, 2, 3);
    l4_thread_ex_regs_ret(OBJ, &ip, &sp, &flags);
    cr_expect_eq(ip, 0x1000);
}

Test(thread, yield_is_an_empty_receive)
{
    l4_thread_yield();
    EXPECT_SENT(L4_INVALID_CAP, L4_SYSF_RECV, 0, 0, 0);
    cr_expect_eq(fake_last()->timeout.raw, 0x4000400);
}

Test(thread, switch_and_stats)
{
    l4_kernel_clock_t us = 0;
    l4_thread_switch(OBJ);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 1, 0);
    EXPECT_MR(0, 2);
    fake_reply(l4_msgtag(0, 1, 0, 0), 1234567, 0, 0);
    l4_thread_stats_time(OBJ, &us);
    EXPECT_MR(0, 3);
    cr_expect_eq(us, 1234567);
}

Test(thread, irqs_are_registered_by_item)
{
    l4_thread_register_del_irq(OBJ, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 1, 1);
    EXPECT_MR(0, 5);
    EXPECT_OBJ(1, OTHER);
    l4_thread_register_doorbell_irq(OBJ, OTHER);
    EXPECT_MR(0, 8);
    EXPECT_OBJ(1, OTHER);
}

Test(thread, modify_sender_has_four_words_a_rule)
{
    l4_msgtag_t t = l4_thread_modify_sender_start();
    for (unsigned i = 0; i < 15; i++)
        cr_expect_eq(l4_thread_modify_sender_add(1, 2, 3, 4 + i, &t), 0);
    cr_expect_eq(l4_thread_modify_sender_add(1, 2, 3, 4, &t), -L4_ENOMEM);
    l4_thread_modify_sender_commit(OBJ, t);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 61, 0);
    EXPECT_MR(0, 6);
    EXPECT_MR(1, 1);
    EXPECT_MR(3, 3);
    EXPECT_MR(60, 18);
}

Test(thread, vcpu_operations)
{
    l4_thread_vcpu_control(OBJ, 0x7000);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 2, 0);
    EXPECT_MR(0, 7);
    EXPECT_MR(1, 0x7000);
    l4_thread_vcpu_control_ext(OBJ, 0x7000);
    EXPECT_MR(0, 0x10007);
    l4_msgtag_t t = l4_thread_vcpu_resume_start();
    l4_sndfpage_add(l4_fpage(0x9000, 12, 6), 0x1000, &t);
    l4_thread_vcpu_resume_commit(OBJ, t);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 1, 1);
    EXPECT_MR(0, 4);
    EXPECT_MR(1, 0x1009);
    l4_vcpu_state_t v = {.version = L4_VCPU_STATE_VERSION};
    cr_expect(l4_vcpu_check_version(&v));
    v.version++;
    cr_expect_not(l4_vcpu_check_version(&v));
}

Test(thread, pf_trampoline_has_sub_operations)
{
    int was = -1;
    l4_thread_pf_trampoline_setup(OBJ, 0x7000);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 2, 0);
    EXPECT_MR(0, 9);
    l4_thread_pf_trampoline_resume(OBJ);
    EXPECT_MR(0, 0x10009);
    l4_thread_pf_trampoline_reflect(OBJ);
    EXPECT_MR(0, 0x20009);
    fake_reply(l4_msgtag(1, 0, 0, 0), 0, 0, 0);
    l4_thread_pf_trampoline_disable(OBJ, &was);
    EXPECT_MR(0, 0x30009);
    cr_expect_eq(was, 1);
    l4_thread_pf_trampoline_enable(OBJ);
    EXPECT_MR(0, 0x40009);
}

Test(thread, segment_bases)
{
    cr_expect_eq(fiasco_amd64_set_fs(OBJ, 0x12345000, l4_utcb()), 0);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 2, 0);
    EXPECT_MR(0, 0x12);
    EXPECT_MR(1, 0x12345000);
    fiasco_amd64_set_segment_base(OBJ, L4_AMD64_SEGMENT_GS, 1, l4_utcb());
    EXPECT_MR(0, 0x10012);
    unsigned ds = 0, cs = 0, cs32 = 0;
    fake_reply(l4_msgtag(0, 3, 0, 0), 0x23, 0x2b, 0x1b);
    cr_expect_eq(fiasco_amd64_segment_info(OBJ, &ds, &cs, &cs32, l4_utcb()), 0);
    EXPECT_MR(0, 0x13);
    cr_expect(ds == 0x23 && cs == 0x2b && cs32 == 0x1b);
}

Test(thread, descriptor_tables)
{
    l4_umword_t desc[2] = {0x1111, 0x2222};
    cr_expect_eq(fiasco_ldt_set(OBJ, desc, 2, 5, l4_utcb()), 0);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 4, 0);
    EXPECT_MR(0, 0x11);
    EXPECT_MR(1, 5);
    EXPECT_MR(3, 0x2222);
    cr_expect_eq(fiasco_gdt_set(OBJ, desc, 8, 1, l4_utcb()), 0);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD, 3, 0);
    EXPECT_MR(0, 0x10);
    EXPECT_MR(2, 0x1111);
    cr_expect_eq(fiasco_gdt_set(OBJ, desc, 1000, 1, l4_utcb()),
                 -L4_EMSGTOOLONG);
}
