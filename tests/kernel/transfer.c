/*
 * What a message carries, phase by phase: a call whose answer does not fit, a
 * receiver without memory, windows in every form, absolute timeouts of both
 * phases.
 */
#include "harness.h"

enum { WAITS = 99 };

static struct worker server;
static volatile long server_code;

/* What the server answers, once. */
static struct {
    l4_umword_t head;
    l4_fpage_t page;
    unsigned more_heads; /* void items in front */
} answer;

static void item_put(unsigned n, l4_umword_t head, l4_fpage_t page)
{
    l4_utcb_mr()->mr[2 * n] = head;
    l4_utcb_mr()->mr[2 * n + 1] = page.raw;
}

static void serve(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    unsigned n = answer.more_heads;
    for (unsigned i = 0; i < n; i++)
        item_put(i, 0, (l4_fpage_t){.raw = 0});
    item_put(n, answer.head | L4_ITEM_MAP, answer.page);
    server_code =
        ipc_code(l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                             l4_msgtag(0, 0, n + 1, 0), L4_IPC_BOTH_TIMEOUT_0));
}

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, c)), 0);
    return c;
}

static void answer_with(l4_umword_t head, l4_fpage_t page)
{
    answer.head = head;
    answer.page = page;
    answer.more_heads = 0;
    server_code = WAITS;
    worker_start(&server, serve, 0, 0);
}

static void window(unsigned at, l4_umword_t flags, l4_fpage_t page,
                   l4_cap_idx_t task)
{
    l4_utcb_br()->br[at] = flags | L4_ITEM_MAP;
    l4_utcb_br()->br[at + 1] = page.raw;
    l4_utcb_br()->br[at + 2] = task;
    l4_utcb_br()->br[at + 3] = 0;
    l4_utcb_br()->bdr = 0;
}

/* Calls the server; this side's IPC error. */
static long call(void)
{
    l4_msgtag_t tag =
        l4_ipc_call(server.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    long code = ipc_code(tag);
    l4_umword_t head = l4_utcb_mr()->mr[0];
    l4_utcb_br()->br[0] = 0;
    l4_utcb_br()->bdr = 0;
    l4_ipc_sleep_us(1); /* the server goes on */
    worker_delete(&server);
    l4_utcb_mr()->mr[0] = head;
    return code;
}

/* --- what does not fit ---------------------------------------------------- */

static void an_answer_without_a_window_is_cut(void)
{
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    l4_utcb_br()->br[0] = 0;
    PROVE("ipc_call", "the sender's items did not fit the windows", call(),
          L4_IPC_REMSGCUT); /* the receive phase */
    PROVE("ipc_reply", "the receiver has no window for an item", server_code,
          L4_IPC_SEMSGCUT);
}

static void a_request_without_a_window_is_cut(void)
{
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    item_put(0, L4_ITEM_MAP, answer.page);
    l4_msgtag_t tag =
        l4_ipc_call(server.cap, l4_utcb(), l4_msgtag(0, 0, 1, 0), L4_IPC_NEVER);
    PROVE("ipc_call", "the receiver has no window for an item", ipc_code(tag),
          L4_IPC_SEMSGCUT); /* the send phase */
    l4_ipc_sleep_us(1);
    worker_delete(&server);
}

static void void_items_need_no_window(void)
{
    l4_cap_idx_t to = cap_new();
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    answer.more_heads = 3;
    window(0, 0, l4_obj_fpage(to, 0, 0), 0);
    CHECK_EQ(call(), 0);
    PROVE("ipc_reply", "success", server_code, 0);
    CHECK(cap_is_there(to));
}

static void a_receiver_without_memory_fails_the_mapping(void)
{
    l4_cap_idx_t factory;
    l4_umword_t to;
    l4_cap_idx_t task = full_task(&factory, &to);
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(0, L4_RCV_ITEM_FORWARD_MAPPINGS, l4_obj_fpage(to, 0, 0), task);
    PROVE("ipc_call", "a mapping of the sender's items failed", call(),
          L4_IPC_REMAPFAILED);
    PROVE("ipc_reply", "a mapping failed, most often for want of memory",
          server_code, L4_IPC_SEMAPFAILED);
    cap_delete(task);
    cap_delete(factory);
    l4_ipc_sleep_us(1);
}

/* --- windows in every form ------------------------------------------------ */

static void a_window_of_slots_takes_at_the_hot_spot(void)
{
    l4_cap_idx_t base = 0x1f00ul << L4_CAP_SHIFT; /* nobody else's, aligned */
    answer_with(base + (5ul << L4_CAP_SHIFT),
                l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(0, 0, l4_obj_fpage(base, 3, 0), 0);
    CHECK_EQ(call(), 0);
    CHECK(cap_is_there(base + (5ul << L4_CAP_SHIFT)));
    CHECK(!cap_is_there(base));
    l4_task_release_cap(L4_BASE_TASK_CAP, base + (5ul << L4_CAP_SHIFT));
}

static void a_forwarded_window_in_two_words(void)
{
    struct space s;
    l4_cap_idx_t to = cap_new();
    space_make(&s);
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(0, L4_RCV_ITEM_FORWARD_MAPPINGS, l4_obj_fpage(to, 0, 0), s.task);
    CHECK_EQ(call(), 0);
    CHECK_EQ(l4_utcb_mr()->mr[0] & L4_RCV_ITEM_RESULT_MASK,
             L4_RCV_ITEM_RESULT_MAPPED);
    CHECK_EQ(result(l4_task_cap_valid(s.task, to)), 1);
    CHECK(!cap_is_there(to));
    space_delete(&s);
}

static void a_forwarded_window_of_memory(void)
{
    struct space s;
    l4_addr_t at = window_new();
    l4_umword_t *p = page_new();
    space_make(&s);
    answer_with(0, l4_fpage((l4_addr_t)p, 12, L4_FPAGE_RW));
    window(0, L4_RCV_ITEM_FORWARD_MAPPINGS, l4_fpage(at, 12, 0), s.task);
    CHECK_EQ(call(), 0);
    /* it is there, for it can be taken back */
    l4_fpage_t there = l4_fpage(at, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_unmap(s.task, there, L4_FP_ALL_SPACES)), 0);
    space_delete(&s);
}

static void forwarding_to_no_task_cuts(void)
{
    l4_cap_idx_t to = cap_new();
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(0, L4_RCV_ITEM_FORWARD_MAPPINGS, l4_obj_fpage(to, 0, 0),
           L4_BASE_LOG_CAP);
    CHECK_EQ(call(), L4_IPC_REMSGCUT);
    CHECK_EQ(server_code, L4_IPC_SEMSGCUT);
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(0, L4_RCV_ITEM_FORWARD_MAPPINGS, l4_obj_fpage(to, 0, 0), cap_new());
    CHECK_EQ(call(), L4_IPC_REMSGCUT);
    CHECK(!cap_is_there(to));
}

static void local_id_of_several_slots_maps(void)
{
    l4_cap_idx_t from = 0x1f10ul << L4_CAP_SHIFT, to = from + 0x8000;
    l4_fpage_t log = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RO);
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, log,
                                l4_map_obj_control(from, L4_MAP_ITEM_MAP))),
             0);
    answer_with(0, l4_obj_fpage(from, 1, L4_CAP_FPAGE_RO));
    window(0, L4_RCV_ITEM_LOCAL_ID, l4_obj_fpage(to, 1, 0), 0);
    CHECK_EQ(call(), 0);
    CHECK_EQ(l4_utcb_mr()->mr[0] & L4_RCV_ITEM_RESULT_MASK,
             L4_RCV_ITEM_RESULT_MAPPED);
    CHECK(cap_is_there(to));
    l4_task_release_cap(L4_BASE_TASK_CAP, to);
    l4_task_release_cap(L4_BASE_TASK_CAP, from);
}

static void the_descriptor_names_the_first_window(void)
{
    l4_cap_idx_t to = cap_new(), not_here = cap_new();
    answer_with(0, l4_obj_fpage(irq_new(), 0, L4_CAP_FPAGE_RW));
    window(20, 0, l4_obj_fpage(to, 0, 0), 0);
    window(0, 0, l4_obj_fpage(not_here, 0, 0), 0);
    l4_utcb_br()->bdr = l4_bdr(0, 0, 20, 0);
    CHECK_EQ(call(), 0);
    CHECK(cap_is_there(to));
    CHECK(!cap_is_there(not_here));
}

static void a_weak_one_handed_on_stays_weak(void)
{
    l4_cap_idx_t c = irq_new(), weak = cap_new();
    answer_with(L4_FPAGE_C_NO_REF_CNT, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    window(0, 0, l4_obj_fpage(weak, 0, 0), 0);
    CHECK_EQ(call(), 0);
    l4_cap_idx_t copy = cap_copy(weak, L4_CAP_FPAGE_RW);
    CHECK(cap_is_there(copy));
    l4_task_release_cap(L4_BASE_TASK_CAP, c);
    l4_ipc_sleep_us(1);
    CHECK(!cap_is_there(copy));
    CHECK(!cap_is_there(weak));
}

/* --- absolute timeouts ---------------------------------------------------- */

static l4_cpu_time_t now(void)
{
    return l4_kip_clock(l4_kip());
}

static void take_one(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}

/* One for each phase, in buffer registers of their own. */
static void each_phase_has_its_absolute_timeout(void)
{
    l4_msgtag_t nothing = l4_msgtag(0, 0, 0, 0);
    worker_make(&server); /* never receives */
    l4_cpu_time_t at = now() + 3000;
    l4_timeout_s soon = l4_timeout_abs(at, 8);
    l4_timeout_s late = l4_timeout_abs(at + 3000, 30);
    l4_msgtag_t tag =
        l4_ipc_call(server.cap, l4_utcb(), nothing, l4_timeout(soon, late));
    CHECK_EQ(ipc_code(tag), L4_IPC_SETIMEOUT);
    CHECK(now() >= at && now() < at + 1000);
    worker_delete(&server);
    worker_start(&server, take_one, 0, 0); /* never answers */
    at = now() + 3000;
    soon = l4_timeout_abs(at, 8);
    late = l4_timeout_abs(at + 3000, 30);
    tag = l4_ipc_call(server.cap, l4_utcb(), nothing, l4_timeout(soon, late));
    CHECK_EQ(ipc_code(tag), L4_IPC_RETIMEOUT);
    CHECK(now() >= at + 3000 && now() < at + 4000);
    worker_delete(&server);
}

const struct kernel_test transfer_tests[] = {
    {"ipc: call, the answer is cut", an_answer_without_a_window_is_cut},
    {"ipc: call, the request is cut", a_request_without_a_window_is_cut},
    {"ipc: call, a receiver without memory",
     a_receiver_without_memory_fails_the_mapping},
    {"ipc: an absolute timeout for each phase",
     each_phase_has_its_absolute_timeout},
    {"item: void ones need no window", void_items_need_no_window},
    {"item: a window of slots takes at the hot spot",
     a_window_of_slots_takes_at_the_hot_spot},
    {"item: a forwarded window in two words", a_forwarded_window_in_two_words},
    {"item: a forwarded window of memory", a_forwarded_window_of_memory},
    {"item: forwarding to no task cuts", forwarding_to_no_task_cuts},
    {"item: LOCAL_ID of several slots maps", local_id_of_several_slots_maps},
    {"item: the descriptor names the first window",
     the_descriptor_names_the_first_window},
    {"item: a weak one handed on stays weak", a_weak_one_handed_on_stays_weak},
    {0, 0},
};
