/* Factory: arguments, the receive buffer, kernel objects. */
#include "expect.h"

#include <l4/sys/factory.h>
#include <l4/sys/thread_group.h>

TestSuite(factory, .init = fake_kernel_start);

/* The last call is a factory's, with the slot of TARGET to receive into. */
static void expect_create(unsigned words, unsigned items, long proto)
{
    EXPECT_CALL(OBJ, L4_PROTO_FACTORY, words, items);
    EXPECT_MR(0, proto);
    cr_expect_eq(fake_last()->buffers.bdr, 0);
    cr_expect_eq(fake_last()->buffers.br[0], TARGET | 0xa);
}

enum { UINT = 1 | 8 << 16, FPAGE = 3 | 8 << 16 };

Test(factory, plain_objects_have_no_arguments)
{
    l4_factory_create_thread(OBJ, TARGET);
    expect_create(1, 0, L4_PROTO_THREAD);
    l4_factory_create_irq(OBJ, TARGET);
    expect_create(1, 0, L4_PROTO_IRQ_SENDER);
    l4_factory_create_vm(OBJ, TARGET);
    expect_create(1, 0, L4_PROTO_VM);
    l4_factory_create_vcpu_context(OBJ, TARGET);
    expect_create(1, 0, L4_PROTO_VCPU_CONTEXT);
    l4_factory_create(OBJ, L4_PROTO_SEMAPHORE, TARGET);
    expect_create(1, 0, L4_PROTO_SEMAPHORE);
}

Test(factory, numbers_are_typed)
{
    l4_factory_create_factory(OBJ, TARGET, 65536);
    expect_create(3, 0, L4_PROTO_FACTORY);
    EXPECT_MR(1, UINT);
    EXPECT_MR(2, 65536);
    l4_factory_create_thread_group(OBJ, TARGET, 1);
    expect_create(3, 0, L4_PROTO_THREAD_GROUP);
    EXPECT_MR(2, 1);
}

Test(factory, gate_carries_label_and_receiver)
{
    l4_factory_create_gate(OBJ, TARGET, OTHER, 0x1230);
    expect_create(3, 1, 0);
    EXPECT_MR(1, UINT);
    EXPECT_MR(2, 0x1230);
    EXPECT_OBJ(3, OTHER);
}

Test(factory, unbound_gate_has_no_item)
{
    l4_factory_create_gate(OBJ, TARGET, L4_INVALID_CAP, 0);
    expect_create(3, 0, 0);
}

Test(factory, task_gives_its_utcb_area_back)
{
    l4_fpage_t area = l4_fpage(0x5000, 14, 6);
    fake_reply(l4_msgtag(0, 1, 1, 0), 0x8396, 0, 0);
    l4_factory_create_task(OBJ, TARGET, &area);
    expect_create(3, 0, L4_PROTO_TASK);
    EXPECT_MR(1, FPAGE);
    EXPECT_MR(2, 0x5396);
    cr_expect_eq(area.raw, 0x8396);
}

Test(factory, task_keeps_the_area_on_error)
{
    l4_fpage_t area = l4_fpage(0x5000, 14, 6);
    fake_reply(l4_msgtag(-L4_ENOMEM, 1, 0, 0), 1, 0, 0);
    cr_expect_eq(l4_error(l4_factory_create_task(OBJ, TARGET, &area)),
                 -L4_ENOMEM);
    cr_expect_eq(area.raw, 0x5396);
}

Test(factory, task_takes_the_area_by_value_too)
{
    l4_fpage_t const area = l4_fpage(0x5000, 14, 6);
    l4_factory_create_task(OBJ, TARGET, area);
    expect_create(3, 0, L4_PROTO_TASK);
    EXPECT_MR(2, 0x5396);
    l4_factory_create_task_u(OBJ, TARGET, l4_fpage_invalid(), l4_utcb());
    EXPECT_MR(2, 0);
}

Test(factory, arguments_follow_each_other)
{
    l4_msgtag_t t = l4_factory_create_start(0x4000, TARGET);
    cr_expect(l4_factory_create_add_int(-5, &t));
    cr_expect(l4_factory_create_add_nil(&t));
    cr_expect(l4_factory_create_add_str("12345678", &t));
    cr_expect(l4_factory_create_add_lstr("ab", 2, &t));
    cr_expect(l4_factory_create_add_fpage(l4_fpage_all(), &t));
    l4_factory_create_commit(OBJ, t);
    expect_create(11, 0, 0x4000);
    EXPECT_MR(1, 0x81 | 8 << 16);
    EXPECT_MR(2, -5l);
    EXPECT_MR(3, 0);
    EXPECT_MR(4, 2 | 9 << 16);
    EXPECT_MR(5, 0x3837363534333231);
    EXPECT_MR(6, 0); /* the terminating zero, padded */
    EXPECT_MR(7, 2 | 2 << 16);
    EXPECT_MR(8, 0x6261);
    EXPECT_MR(9, FPAGE);
}

Test(factory, a_full_message_takes_no_more)
{
    l4_msgtag_t t = l4_factory_create_start(0x4000, TARGET);
    for (unsigned i = 0; i < 31; i++)
        cr_expect(l4_factory_create_add_uint(i, &t));
    cr_expect_eq(l4_msgtag_words(t), 63);
    cr_expect_not(l4_factory_create_add_uint(1, &t));
    cr_expect_not(l4_factory_create_add_nil(&t));
    cr_expect_not(l4_factory_create_add_str("", &t));
    cr_expect_not(l4_factory_create_add_lstr("", 100000, &t));
    cr_expect_eq(l4_msgtag_words(t), 63);
}

Test(factory, groups_take_threads_by_item)
{
    l4_thread_group_add(OBJ, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_THREAD_GROUP, 1, 1);
    EXPECT_MR(0, 0);
    EXPECT_OBJ(1, OTHER);
    l4_thread_group_remove(OBJ, OTHER);
    EXPECT_MR(0, 1);
}
