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
    static const long protos[] = {L4_PROTO_NONE,      L4_PROTO_TASK,
                                  L4_PROTO_THREAD,    L4_PROTO_IRQ_SENDER,
                                  L4_PROTO_SEMAPHORE, L4_PROTO_DMA_SPACE,
                                  L4_PROTO_KOBJECT};
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
        L4_PROTO_VM,           L4_PROTO_IOMMU, L4_PROTO_LOG, L4_PROTO_SCHEDULER,
        L4_PROTO_VCPU_CONTEXT, 0x4000,         12345,
    };
    l4_cap_idx_t c = cap_new();
    for (unsigned i = 0; i < sizeof protos / sizeof protos[0]; i++)
        PROVE("factory_create", "the kernel does not make such objects",
              create(L4_BASE_FACTORY_CAP, protos[i], c, 3), -L4_ENODEV);
    CHECK(!cap_is_there(c));
}

static void needs_the_s_right(void)
{
    l4_cap_idx_t weak = cap_copy(L4_BASE_FACTORY_CAP, L4_CAP_FPAGE_RW);
    PROVE("factory_create", "no S right",
          create(weak, L4_PROTO_THREAD, cap_new(), 1), -L4_EPERM);
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
    PROVE("factory_create", "no receive buffer for a capability", ipc_code(tag),
          L4_IPC_REMSGCUT);
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
    PROVE("factory_create", "the invocation has no receive phase", result(tag),
          0);
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
    PROVE("factory_create_factory", "no limit",
          create(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, c, 2),
          -L4_EMSGTOOSHORT);
    PROVE("factory_create_factory", "more words than that",
          create(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, c, 4), -L4_EMSGTOOLONG);
}

static void sub_factory_has_a_quota(void)
{
    l4_cap_idx_t f = cap_new(), last = 0;
    PROVE("factory_create_factory", "success",
          result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, 8192)), 0);
    long error = 0;
    unsigned made = 0;
    while (!error && made < 100) {
        last = cap_new();
        error = result(l4_factory_create_irq(f, last));
        made += !error;
    }
    PROVE("factory_create_irq", "the quota has no room", error, -L4_ENOMEM);
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
    PROVE("factory_create_factory", "the quota has no room",
          result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, ~0ul)),
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
    PROVE("factory_create_irq", "success", result(l4_factory_create_irq(f, t)),
          0);
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
    l4_fpage_t utcbs = l4_fpage(0x3200000000, 12, L4_FPAGE_RW);
    PROVE("factory_create_task", "the quota has no room",
          result(l4_factory_create_task(f, t, &utcbs)), -L4_ENOMEM);
    CHECK(!cap_is_there(t));
    cap_delete(f);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
    CHECK_EQ(kernel_use().free, before.free);
}

static void slot_beyond_the_table_is_no_memory(void)
{
    l4_cap_idx_t far = 1ul << 52;
    PROVE("factory_create", "the slot is beyond the capability table",
          create(L4_BASE_FACTORY_CAP, L4_PROTO_THREAD, far, 1), -L4_ENOMEM);
}

/* --- answers and arguments -------------------------------------------------
 */

static void the_answer_is_an_item_that_was_mapped(void)
{
    l4_msgtag_t tag =
        l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_THREAD, cap_new());
    PROVE("factory_create", "success", result(tag), 0);
    CHECK_EQ(l4_msgtag_words(tag), 0);
    CHECK_EQ(l4_msgtag_items(tag), 1);
    CHECK_EQ(l4_utcb_mr()->mr[0] & (L4_ITEM_MAP | 6), L4_ITEM_MAP);
    l4_fpage_t utcbs = l4_fpage(0x3200000000, L4_PAGESHIFT, L4_FPAGE_RW);
    l4_fpage_t asked = utcbs;
    tag = l4_factory_create_task(L4_BASE_FACTORY_CAP, cap_new(), &utcbs);
    PROVE("factory_create_task", "success", result(tag), 0);
    CHECK_EQ(l4_msgtag_words(tag), 1);
    CHECK_EQ(l4_msgtag_items(tag), 1);
    CHECK_EQ(utcbs.raw, asked.raw);
}

static void arguments_may_be_left_to_the_kernel(void)
{
    l4_msgtag_t tag = l4_factory_create_start(L4_PROTO_TASK, cap_new());
    CHECK(l4_factory_create_add_nil(&tag));
    CHECK_EQ(result(l4_factory_create_commit(L4_BASE_FACTORY_CAP, tag)), 0);
    l4_fpage_t none = l4_fpage_invalid();
    CHECK_EQ(
        result(l4_factory_create_task(L4_BASE_FACTORY_CAP, cap_new(), &none)),
        0);
    tag = l4_factory_create_start(L4_PROTO_IRQ_SENDER, cap_new());
    CHECK(l4_factory_create_add_str("nobody reads it", &tag));
    CHECK(l4_factory_create_add_lstr("twice", 5, &tag));
    CHECK(l4_factory_create_add_int(-1, &tag));
    CHECK(l4_factory_create_add_fpage(l4_fpage_all(), &tag));
    CHECK_EQ(result(l4_factory_create_commit(L4_BASE_FACTORY_CAP, tag)), 0);
}

static void a_task_with_bad_utcbs(void)
{
    l4_cap_idx_t t = cap_new();
    struct kernel_use before = kernel_use();
    l4_fpage_t small = l4_fpage(0x3200000000, 11, L4_FPAGE_RW);
    l4_fpage_t large = l4_fpage(0x3200000000, 21, L4_FPAGE_RW);
    l4_fpage_t far = l4_fpage(1ul << 60, L4_PAGESHIFT, L4_FPAGE_RW);
    PROVE("factory_create_task", "the flexpage is below a page",
          result(l4_factory_create_task(L4_BASE_FACTORY_CAP, t, &small)),
          -L4_EINVAL);
    PROVE("factory_create_task", "above 64 KiB (16 pages)",
          result(l4_factory_create_task(L4_BASE_FACTORY_CAP, t, &large)),
          -L4_EINVAL);
    PROVE("factory_create_task", "outside the user's range",
          result(l4_factory_create_task(L4_BASE_FACTORY_CAP, t, &far)),
          -L4_EINVAL);
    l4_ipc_sleep_us(1);
    CHECK(!cap_is_there(t));
    CHECK_EQ(kernel_use().free, before.free);
}

/* --- what is charged --------------------------------------------------------
 */

enum { QUOTA = 256 << 10, TASK_BASE = 0x100000, TABLE_MIN = 512 };

static l4_cap_idx_t sub_factory(unsigned long limit)
{
    l4_cap_idx_t f = cap_new();
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, limit)),
             0);
    return f;
}

/* All that was made of f goes, and f: its quota comes back whole. */
static void all_comes_back(l4_cap_idx_t f, l4_cap_idx_t made, l4_umword_t free)
{
    cap_delete(made);
    cap_delete(f);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().free, free);
}

static l4_cap_idx_t task_of_quota(l4_cap_idx_t f)
{
    l4_cap_idx_t t = cap_new();
    l4_fpage_t none = l4_fpage_invalid();
    CHECK_EQ(result(l4_factory_create_task(f, t, &none)), 0);
    return t;
}

/* Maps this task's `page` to `to` of t. */
static long map_at(l4_cap_idx_t t, void *page, l4_addr_t to)
{
    l4_fpage_t p = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RW);
    return result(l4_task_map(t, L4_BASE_TASK_CAP, p, to));
}

/* One page after the other beside each other: their tables are few, it is the
 * nodes of the mapping database that use up the quota. */
static void mapping_nodes_are_charged(void)
{
    void *page = page_new();
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), t = task_of_quota(f);
    unsigned n = 0;
    long error = 0;
    for (; !error && n < 10000; n++)
        error = map_at(t, page, TASK_BASE + n * L4_PAGESIZE);
    PROVE("task_map", "no room for nodes", error, -L4_ENOMEM);
    CHECK(n > 500 && n < QUOTA / 64);
    all_comes_back(f, t, free);
}

/* Pages 1 GiB apart need a table each, of at least TABLE_MIN bytes. */
static void page_tables_are_charged(void)
{
    void *page = page_new();
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), t = task_of_quota(f);
    unsigned n = 0;
    long error = 0;
    for (; !error && n < 10000; n++)
        error = map_at(t, page, TASK_BASE + ((l4_addr_t)n << 30));
    PROVE("task_map", "no room for tables", error, -L4_ENOMEM);
    CHECK(n > 2 && n <= QUOTA / TABLE_MIN);
    all_comes_back(f, t, free);
}

/* So do capabilities far apart. */
static void capability_tables_are_charged(void)
{
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), t = task_of_quota(f);
    l4_fpage_t log = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RW);
    unsigned n = 0;
    long error = 0;
    for (; !error && n < 10000; n++)
        error = result(l4_task_map(
            t, L4_BASE_TASK_CAP, log,
            l4_map_obj_control((l4_cap_idx_t)n << (L4_CAP_SHIFT + 6), 0)));
    PROVE("task_map", "no room for slots", error, -L4_ENOMEM);
    CHECK(n > 8 && n <= QUOTA / TABLE_MIN);
    all_comes_back(f, t, free);
}

static void kernel_user_memory_is_charged(void)
{
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), t = task_of_quota(f);
    unsigned n = 0;
    long error = 0;
    for (; !error && n < 10000; n++) {
        l4_fpage_t ku =
            l4_fpage(TASK_BASE + n * L4_PAGESIZE, L4_PAGESHIFT, L4_FPAGE_RW);
        error = result(l4_task_add_ku_mem(t, &ku));
    }
    PROVE("task_add_ku_mem", "no memory in the task's quota", error,
          -L4_ENOMEM);
    CHECK(n > 8 && n <= QUOTA / L4_PAGESIZE);
    all_comes_back(f, t, free);
}

/* A factory of a factory takes its limit from it, and gives it back. */
static void sub_factories_are_charged(void)
{
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), g = cap_new(), h = cap_new();
    CHECK_EQ(result(l4_factory_create_factory(f, g, QUOTA)), -L4_ENOMEM);
    CHECK_EQ(result(l4_factory_create_factory(f, g, QUOTA / 2)), 0);
    CHECK_EQ(result(l4_factory_create_factory(f, h, QUOTA / 2)), -L4_ENOMEM);
    cap_delete(g);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_factory_create_factory(f, h, QUOTA / 2)), 0);
    all_comes_back(f, h, free);
}

/* What it made keeps of a deleted factory's quota what it takes itself. */
static void a_quota_comes_back_but_for_its_objects(void)
{
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t f = sub_factory(QUOTA), g = cap_new(), irq = cap_new();
    CHECK_EQ(result(l4_factory_create_factory(f, g, QUOTA / 2)), 0);
    CHECK_EQ(result(l4_factory_create_irq(g, irq)), 0);
    cap_delete(g);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_factory_create_factory(f, g, QUOTA / 2)), 0);
    cap_delete(irq);
    all_comes_back(f, g, free);
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
    {"factory: the answer is an item that was mapped",
     the_answer_is_an_item_that_was_mapped},
    {"factory: arguments may be left to the kernel",
     arguments_may_be_left_to_the_kernel},
    {"factory: a task with bad UTCBs", a_task_with_bad_utcbs},
    {"quota: mapping nodes are charged", mapping_nodes_are_charged},
    {"quota: page tables are charged", page_tables_are_charged},
    {"quota: capability tables are charged", capability_tables_are_charged},
    {"quota: kernel-user memory is charged", kernel_user_memory_is_charged},
    {"quota: sub-factories are charged", sub_factories_are_charged},
    {"quota: it comes back but for its objects",
     a_quota_comes_back_but_for_its_objects},
    {0, 0},
};
