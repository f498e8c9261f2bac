/* Endpoints, gates, IRQs, interrupt controllers, semaphores. */
#include "expect.h"

#include <l4/sys/icu.h>
#include <l4/sys/ipc_gate.h>
#include <l4/sys/irq.h>
#include <l4/sys/semaphore.h>

TestSuite(endpoint, .init = fake_kernel_start);
TestSuite(irq, .init = fake_kernel_start);
TestSuite(icu, .init = fake_kernel_start);
TestSuite(semaphore, .init = fake_kernel_start);

Test(endpoint, bind_has_label_and_thread)
{
    l4_rcv_ep_bind_thread(OBJ, OTHER, 0x40);
    EXPECT_CALL(OBJ, L4_PROTO_KOBJECT, 2, 1);
    EXPECT_MR(0, 0x10);
    EXPECT_MR(1, 0x40);
    EXPECT_OBJ(2, OTHER);
    l4_ipc_gate_bind_thread(OBJ, OTHER, 0x80);
    EXPECT_CALL(OBJ, L4_PROTO_KOBJECT, 2, 1);
    EXPECT_MR(1, 0x80);
    l4_rcv_ep_bind_snd_destination(OBJ, OTHER, 0xc0);
    EXPECT_MR(1, 0xc0);
    l4_ipc_gate_bind_snd_destination(OBJ, OTHER, 0x100);
    EXPECT_MR(1, 0x100);
}

Test(endpoint, gate_tells_its_label)
{
    l4_umword_t label = 1;
    fake_reply(l4_msgtag(0, 1, 0, 0), 0x1230, 0, 0);
    l4_ipc_gate_get_infos(OBJ, &label);
    EXPECT_CALL(OBJ, L4_PROTO_KOBJECT, 1, 0);
    EXPECT_MR(0, 0x11);
    cr_expect_eq(label, 0x1230);
    fake_fail(L4_IPC_ENOT_EXISTENT);
    l4_ipc_gate_get_infos(OBJ, &label);
    cr_expect_eq(label, 0x1230);
}

Test(irq, trigger_never_waits)
{
    l4_irq_trigger(OBJ);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_IRQ, 0, 0);
    cr_expect_eq(fake_last()->timeout.raw, 0x4000400);
}

Test(irq, receive_wait_unmask_send_eoi)
{
    l4_umword_t label = 0;
    l4_timeout_t to = l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_rel(9, 0));
    fake_reply_label(0x50);
    l4_irq_receive(OBJ, to);
    EXPECT_SENT(OBJ, L4_SYSF_CALL, L4_PROTO_IRQ, 1, 0);
    EXPECT_MR(0, 4);
    cr_expect_eq(fake_last()->timeout.raw, 9);
    l4_irq_wait(OBJ, &label, to);
    EXPECT_SENT(OBJ, L4_SYSF_SEND_AND_WAIT, L4_PROTO_IRQ, 1, 0);
    cr_expect_eq(label, 0x50);
    l4_irq_unmask(OBJ);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_IRQ, 1, 0);
    EXPECT_MR(0, 4);
}

Test(irq, detach_and_bind_vcpu)
{
    l4_irq_detach(OBJ);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ_SENDER, 1, 0);
    EXPECT_MR(0, 1);
    l4_irq_bind_vcpu(OBJ, OTHER, 0x77);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ_SENDER, 2, 1);
    EXPECT_MR(0, 2);
    EXPECT_MR(1, 0x77);
    EXPECT_OBJ(2, OTHER);
}

Test(icu, binds_lines_to_irqs)
{
    l4_icu_bind(OBJ, 10, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ, 2, 1);
    EXPECT_MR(0, 0);
    EXPECT_MR(1, 10);
    EXPECT_OBJ(2, OTHER);
    l4_icu_unbind(OBJ, 10, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ, 2, 1);
    EXPECT_MR(0, 1);
}

Test(icu, set_mode)
{
    l4_icu_set_mode(OBJ, 3, L4_IRQ_F_LEVEL_HIGH);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ, 3, 0);
    EXPECT_MR(0, 6);
    EXPECT_MR(1, 3);
    EXPECT_MR(2, 3);
}

Test(icu, info_and_msi_info)
{
    l4_icu_info_t info = {0};
    l4_icu_msi_info_t msi = {0};
    fake_reply(l4_msgtag(0, 3, 0, 0), 0x80000000, 64, 8);
    l4_icu_info(OBJ, &info);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ, 1, 0);
    EXPECT_MR(0, 2);
    cr_expect_eq(info.features, 0x80000000);
    cr_expect_eq(info.nr_irqs, 64);
    cr_expect_eq(info.nr_msis, 8);
    fake_reply(l4_msgtag(0, 2, 0, 0), 0xfee00000, 0x41, 0);
    l4_icu_msi_info(OBJ, 5 | L4_ICU_FLAG_MSI, 0x1234, &msi);
    EXPECT_CALL(OBJ, L4_PROTO_IRQ, 3, 0);
    EXPECT_MR(0, 3);
    EXPECT_MR(1, 0x80000005);
    EXPECT_MR(2, 0x1234);
    cr_expect_eq(msi.msi_addr, 0xfee00000);
    cr_expect_eq(msi.msi_data, 0x41);
}

Test(icu, mask_and_unmask_only_send)
{
    l4_umword_t label = 0;
    fake_reply_label(0x60);
    l4_icu_unmask(OBJ, 7, NULL, L4_IPC_NEVER);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_IRQ, 2, 0);
    EXPECT_MR(0, 4);
    EXPECT_MR(1, 7);
    l4_icu_mask(OBJ, 7, NULL, L4_IPC_NEVER);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_IRQ, 2, 0);
    EXPECT_MR(0, 5);
    l4_icu_unmask(OBJ, 7, &label, L4_IPC_NEVER);
    EXPECT_SENT(OBJ, L4_SYSF_SEND_AND_WAIT, L4_PROTO_IRQ, 2, 0);
    cr_expect_eq(label, 0x60);
}

Test(semaphore, up_is_a_trigger_down_a_call)
{
    l4_semaphore_up(OBJ);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_IRQ, 0, 0);
    l4_semaphore_down(OBJ, L4_IPC_RECV_TIMEOUT_0);
    EXPECT_SENT(OBJ, L4_SYSF_CALL, L4_PROTO_SEMAPHORE, 1, 0);
    EXPECT_MR(0, 0);
    cr_expect_eq(fake_last()->timeout.raw, 0x400);
}
