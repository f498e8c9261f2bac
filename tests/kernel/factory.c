/*
 * Factory: what it makes, what it refuses, what it charges.
 */
#include "harness.h"

/* create of `proto` into `to`, with `words` words in all (MR0 included). */
static long create(l4_cap_idx_t factory, long proto, l4_cap_idx_t to,
                   unsigned words)
{
    l4_factory_create_start(proto, to);
    for (unsigned i = 1; i < words; i++)
        l4_utcb_mr()->mr[i] = 0;
    return request(factory, L4_PROTO_FACTORY, words, 0);
}

static void makes_each_kind_it_knows(void)
{
    static const long protos[] = {L4_PROTO_NONE, L4_PROTO_TASK, L4_PROTO_THREAD,
                                  L4_PROTO_IRQ_SENDER, L4_PROTO_SEMAPHORE};
    for (unsigned i = 0; i < sizeof protos / sizeof protos[0]; i++) {
        l4_cap_idx_t c = cap_new();
        CHECK_EQ(create(L4_BASE_FACTORY_CAP, protos[i], c, 1), 0);
        CHECK(cap_is_there(c));
        cap_delete(c);
    }
}

static void unknown_kinds_have_no_device(void)
{
    static const long protos[] = {
        L4_PROTO_VM,
        L4_PROTO_DMA_SPACE,
        L4_PROTO_IOMMU,
        L4_PROTO_LOG,
        L4_PROTO_SCHEDULER,
        L4_PROTO_THREAD_GROUP,
        L4_PROTO_VCPU_CONTEXT,
        0x4000,
        12345,
    };
    l4_cap_idx_t c = cap_new();
    for (unsigned i = 0; i < sizeof protos / sizeof protos[0]; i++)
        CHECK_EQ(create(L4_BASE_FACTORY_CAP, protos[i], c, 3), -L4_ENODEV);
    CHECK(!cap_is_there(c));
}

static void needs_the_s_right(void)
{
    l4_cap_idx_t weak = cap_copy(L4_BASE_FACTORY_CAP, L4_CAP_FPAGE_RW);
    CHECK_EQ(create(weak, L4_PROTO_THREAD, cap_new(), 1), -L4_EPERM);
}

static void wrong_label_and_no_words(void)
{
    l4_factory_create_start(L4_PROTO_THREAD, cap_new());
    CHECK_EQ(request(L4_BASE_FACTORY_CAP, L4_PROTO_TASK, 1, 0), -L4_EBADPROTO);
    CHECK_EQ(request(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, 0, 0),
             -L4_EMSGTOOSHORT);
}

static void without_a_receive_buffer_overflow(void)
{
    l4_factory_create_start(L4_PROTO_THREAD, cap_new());
    l4_utcb_br()->br[0] = 0;
    l4_msgtag_t tag =
        l4_ipc_call(L4_BASE_FACTORY_CAP, l4_utcb(),
                    l4_msgtag(L4_PROTO_FACTORY, 1, 0, 0), L4_IPC_NEVER);
    CHECK_EQ(ipc_code(tag), L4_IPC_REMSGCUT);
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_fpage(0, 12, L4_FPAGE_RW).raw;
    tag = l4_ipc_call(L4_BASE_FACTORY_CAP, l4_utcb(),
                      l4_msgtag(L4_PROTO_FACTORY, 1, 0, 0), L4_IPC_NEVER);
    CHECK_EQ(ipc_code(tag), L4_IPC_REMSGCUT);
    l4_utcb_br()->br[0] = 0;
}

static void without_a_receive_phase_nothing_is_made(void)
{
    struct kernel_use before = kernel_use();
    l4_factory_create_start(L4_PROTO_THREAD, cap_new());
    l4_msgtag_t tag =
        l4_ipc_send(L4_BASE_FACTORY_CAP, l4_utcb(),
                    l4_msgtag(L4_PROTO_FACTORY, 1, 0, 0), L4_IPC_NEVER);
    CHECK_EQ(result(tag), 0);
    CHECK_EQ(kernel_use().objects, before.objects);
}

static void a_slot_in_use_is_overwritten(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(create(L4_BASE_FACTORY_CAP, L4_PROTO_THREAD, c, 1), 0);
    unsigned long first = l4_debugger_global_id(c);
    struct kernel_use before = kernel_use();
    CHECK_EQ(create(L4_BASE_FACTORY_CAP, L4_PROTO_THREAD, c, 1), 0);
    CHECK(l4_debugger_global_id(c) != first);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
}

static void sub_factory_words(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(create(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, c, 2),
             -L4_EMSGTOOSHORT);
    CHECK_EQ(create(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, c, 4),
             -L4_EMSGTOOLONG);
}

static void sub_factory_has_a_quota(void)
{
    l4_cap_idx_t f = cap_new(), last = 0;
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, 8192)),
             0);
    long error = 0;
    unsigned made = 0;
    while (!error && made < 100) {
        last = cap_new();
        error = result(l4_factory_create_irq(f, last));
        made += !error;
    }
    CHECK_EQ(error, -L4_ENOMEM);
    CHECK(made > 0 && made < 100);
    CHECK(!cap_is_there(last));
    cap_delete(last - L4_CAP_SIZE); /* one goes, one fits again */
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_factory_create_irq(f, last)), 0);
}

static void sub_factory_limits_add_up(void)
{
    l4_cap_idx_t f = cap_new(), g = cap_new();
    l4_umword_t free = kernel_use().free;
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, ~0ul)),
             -L4_ENOMEM);
    CHECK_EQ(
        result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, free / 2)), 0);
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, g,
                                              free / 2 + free / 4)),
             -L4_ENOMEM);
    cap_delete(f);
    l4_ipc_sleep_us(1);
    CHECK_EQ(
        result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, g, free / 2)), 0);
    cap_delete(g);
    l4_ipc_sleep_us(1);
}

static void what_a_deleted_factory_made_lives_on(void)
{
    l4_cap_idx_t f = cap_new(), t = cap_new();
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, 65536)),
             0);
    CHECK_EQ(result(l4_factory_create_irq(f, t)), 0);
    cap_delete(f);
    l4_ipc_sleep_us(1);
    CHECK(cap_is_there(t));
    cap_delete(t);
}

static void too_small_a_quota_for_a_task(void)
{
    l4_cap_idx_t f = cap_new(), t = cap_new();
    struct kernel_use before = kernel_use();
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, 1024)),
             0);
    l4_fpage_t utcbs = l4_fpage(0x5200000000, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_factory_create_task(f, t, &utcbs)), -L4_ENOMEM);
    CHECK(!cap_is_there(t));
    cap_delete(f);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
    CHECK_EQ(kernel_use().free, before.free);
}

static void slot_beyond_the_table_is_no_memory(void)
{
    l4_cap_idx_t far = 1ul << 52;
    CHECK_EQ(create(L4_BASE_FACTORY_CAP, L4_PROTO_THREAD, far, 1), -L4_ENOMEM);
}

const struct kernel_test factory_tests[] = {
    {"factory: makes each kind it knows", makes_each_kind_it_knows},
    {"factory: unknown kinds have no device", unknown_kinds_have_no_device},
    {"factory: needs the S right", needs_the_s_right},
    {"factory: wrong label, no words", wrong_label_and_no_words},
    {"factory: no receive buffer is an overflow",
     without_a_receive_buffer_overflow},
    {"factory: no receive phase, nothing is made",
     without_a_receive_phase_nothing_is_made},
    {"factory: a slot in use is overwritten", a_slot_in_use_is_overwritten},
    {"factory: words of a sub-factory", sub_factory_words},
    {"factory: a sub-factory has a quota", sub_factory_has_a_quota},
    {"factory: limits of sub-factories add up", sub_factory_limits_add_up},
    {"factory: what a deleted one made lives on",
     what_a_deleted_factory_made_lives_on},
    {"factory: too small a quota for a task", too_small_a_quota_for_a_task},
    {"factory: a slot beyond the table", slot_beyond_the_table_is_no_memory},
    {0, 0},
};
