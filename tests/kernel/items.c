/*
 * Typed items of an IPC: where memory and capabilities go, with which rights,
 * and what the receiver is told.
 *
 * A sender thread of this task sends to the main thread; so both capability
 * spaces are one, which is enough for windows, hot spots and rights.
 */
#include "harness.h"

/* What the sender sends: two words an item, `items` of them. */
static struct {
    l4_cap_idx_t to;
    unsigned items;
    l4_umword_t word[8];
} message;
static volatile long send_code;

static void send_items(void *arg)
{
    (void)arg;
    l4_utcb_mr()->mr[0] = 0x77;
    for (unsigned i = 0; i < 2 * message.items; i++)
        l4_utcb_mr()->mr[1 + i] = message.word[i];
    l4_msgtag_t tag = l4_ipc_send(
        message.to, l4_utcb(), l4_msgtag(0, 1, message.items, 0), L4_IPC_NEVER);
    send_code = ipc_code(tag);
}

static void item(unsigned n, l4_umword_t head, l4_fpage_t page)
{
    message.word[2 * n] = head | L4_ITEM_MAP;
    message.word[2 * n + 1] = page.raw;
    message.items = n + 1;
}

/* Sends what item() put together to this thread, whose buffers are set;
 * returns this side's IPC error. */
static long transfer_to(l4_cap_idx_t to)
{
    struct worker w;
    l4_umword_t label;
    l4_buf_regs_t buffers = *l4_utcb_br(); /* making a worker uses them */
    send_code = 99;
    message.to = to;
    worker_start(&w, send_items, 0, 0);
    *l4_utcb_br() = buffers;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_umword_t words[9];
    for (unsigned i = 0; i < 9; i++) /* calls below use the UTCB */
        words[i] = l4_utcb_mr()->mr[i];
    long code = ipc_code(tag);
    if (!code) {
        CHECK_EQ(l4_msgtag_items(tag), message.items);
        CHECK_EQ(words[0], 0x77);
    }
    l4_utcb_br()->br[0] = 0;
    l4_ipc_sleep_us(1); /* the sender goes on */
    worker_delete(&w);
    for (unsigned i = 0; i < 9; i++)
        l4_utcb_mr()->mr[i] = words[i];
    return code;
}

static long transfer(void)
{
    return transfer_to(MAIN_CAP);
}

static l4_umword_t result_of(unsigned n)
{
    return l4_utcb_mr()->mr[1 + 2 * n] & L4_RCV_ITEM_RESULT_MASK;
}

static void buffer(unsigned at, l4_umword_t head, l4_fpage_t window)
{
    l4_utcb_br()->br[at] = head | L4_ITEM_MAP;
    l4_utcb_br()->br[at + 1] = window.raw;
    l4_utcb_br()->br[at + 2] = 0;
    l4_utcb_br()->bdr = 0;
}

static void buffer_cap(unsigned at, l4_cap_idx_t cap, l4_umword_t flags)
{
    l4_utcb_br()->br[at] = cap | L4_RCV_ITEM_SINGLE_CAP | flags;
    l4_utcb_br()->br[at + 1] = 0;
    l4_utcb_br()->bdr = 0;
}

static l4_fpage_t memory(const void *at, unsigned order)
{
    return l4_fpage((l4_addr_t)at, order, L4_FPAGE_RW);
}

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, c)), 0);
    return c;
}

/* Is p's page at `at`? */
static void check_there(l4_addr_t at, l4_umword_t *p, l4_umword_t value)
{
    CHECK_EQ(*(volatile l4_umword_t *)at, value);
    *(volatile l4_umword_t *)at = value + 1;
    CHECK_EQ(*(volatile l4_umword_t *)p, value + 1);
}

static l4_umword_t *word_page(l4_umword_t value)
{
    l4_umword_t *p = page_new();
    *p = value;
    return p;
}

static void forget(l4_addr_t at)
{
    l4_task_unmap(L4_BASE_TASK_CAP, l4_fpage(at, 24, L4_FPAGE_RWX),
                  L4_FP_ALL_SPACES);
}

/* --- memory -----------------------------------------------------------------
 */

static void a_page_into_a_window_of_its_size(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(100);
    item(0, 0, memory(p, 12));
    buffer(0, 0, l4_fpage(w, 12, 0));
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(send_code, 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_MAPPED);
    check_there(w, p, 100);
    forget(w);
}

static void a_larger_window_takes_it_at_the_hot_spot(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(110);
    item(0, 0x123453000, memory(p, 12));
    buffer(0, 0, l4_fpage(w, 16, 0));
    CHECK_EQ(transfer(), 0);
    check_there(w + 0x3000, p, 110);
    forget(w);
}

static void a_smaller_window_takes_the_part_at_the_hot_spot(void)
{
    /* four pages of a window, of which the third is wanted */
    l4_addr_t from = window_new(), w = window_new();
    l4_umword_t *p[4];
    for (unsigned i = 0; i < 4; i++) {
        p[i] = word_page(120 + i);
        CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                    memory(p[i], 12), from + i * 0x1000)),
                 0);
    }
    item(0, 0x2000, l4_fpage(from, 14, L4_FPAGE_RW));
    buffer(0, 0, l4_fpage(w, 12, 0));
    CHECK_EQ(transfer(), 0);
    check_there(w, p[2], 122);
    forget(from);
    forget(w);
}

static void no_window_cuts_the_message(void)
{
    item(0, 0, memory(word_page(0), 12));
    l4_utcb_br()->br[0] = 0;
    CHECK_EQ(transfer(), L4_IPC_REMSGCUT);
    CHECK_EQ(send_code, L4_IPC_SEMSGCUT);
}

static void a_window_of_another_type_cuts_the_message(void)
{
    item(0, 0, memory(word_page(0), 12));
    buffer_cap(0, cap_new(), 0);
    CHECK_EQ(transfer(), L4_IPC_REMSGCUT);
    CHECK_EQ(send_code, L4_IPC_SEMSGCUT);
}

static void unmapped_memory_maps_nothing(void)
{
    l4_addr_t from = window_new(), w = window_new();
    item(0, 0, l4_fpage(from, 12, L4_FPAGE_RW));
    buffer(0, 0, l4_fpage(w, 12, 0));
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_NOTHING);
}

static void two_pages_need_two_buffers(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(130), *q = word_page(140);
    item(0, 0, memory(p, 12));
    item(1, 0, memory(q, 12));
    buffer(0, 0, l4_fpage(w, 12, 0));
    CHECK_EQ(transfer(), L4_IPC_REMSGCUT);
    buffer(0, 0, l4_fpage(w, 12, 0));
    buffer(2, 0, l4_fpage(w + 0x1000, 12, 0));
    CHECK_EQ(transfer(), 0);
    check_there(w, p, 130);
    check_there(w + 0x1000, q, 140);
    forget(w);
}

static void a_void_item_is_nothing(void)
{
    message.word[0] = message.word[1] = 0;
    message.items = 1;
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(send_code, 0);
}

static void forwarding_maps_into_another_task(void)
{
    struct space s;
    l4_addr_t w = window_new();
    space_make(&s);
    l4_cap_idx_t c = irq_new(), to = cap_new();
    item(0, 0, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    buffer_cap(0, to, L4_RCV_ITEM_FORWARD_MAPPINGS);
    l4_utcb_br()->br[1] = s.task;
    CHECK_EQ(transfer(), 0);
    CHECK(!cap_is_there(to));
    CHECK_EQ(result(l4_task_cap_valid(s.task, to)), 1);
    /* without W on that task it is refused */
    item(0, 0, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    buffer_cap(0, to, L4_RCV_ITEM_FORWARD_MAPPINGS);
    l4_cap_idx_t ro = cap_copy(s.task, L4_CAP_FPAGE_RS);
    buffer_cap(0, to, L4_RCV_ITEM_FORWARD_MAPPINGS);
    l4_utcb_br()->br[1] = ro;
    CHECK_EQ(transfer(), L4_IPC_REMSGCUT);
    (void)w;
    space_delete(&s);
}

/* --- capabilities
 * -------------------------------------------------------------- */

static void a_capability_arrives_with_its_rights(void)
{
    l4_cap_idx_t c = irq_new(), to = cap_new();
    item(0, 0, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RO));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_MAPPED);
    CHECK(cap_is_there(to));
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, to)), -L4_EPERM);
}

static void an_empty_slot_maps_nothing(void)
{
    l4_cap_idx_t to = cap_new();
    item(0, 0, l4_obj_fpage(cap_new(), 0, L4_CAP_FPAGE_RO));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_NOTHING);
    CHECK(!cap_is_there(to));
}

/* Control of a thread needs S: what came over `way`, may it? */
static long s_over(l4_cap_idx_t way)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t to = cap_new();
    item(0, 0, l4_obj_fpage(w.cap, 0, L4_CAP_FPAGE_RWS));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer_to(way), 0);
    l4_thread_control_start();
    long error = result(l4_thread_control_commit(to));
    worker_delete(&w);
    return error;
}

static void s_passes_through_a_way_that_has_it(void)
{
    l4_cap_idx_t gate = gate_to(MAIN_CAP, 0);
    CHECK_EQ(s_over(gate), 0);
    CHECK_EQ(s_over(cap_copy(gate, L4_CAP_FPAGE_RW)), -L4_EPERM);
}

static void the_receivers_own_gate_comes_as_its_label(void)
{
    l4_cap_idx_t gate = gate_to(MAIN_CAP, 0xcafe0), to = cap_new();
    item(0, 0, l4_obj_fpage(gate, 0, L4_CAP_FPAGE_RW));
    buffer_cap(0, to, L4_RCV_ITEM_LOCAL_ID);
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_LABEL);
    CHECK_EQ(l4_utcb_mr()->mr[2], 0xcafe0 | L4_CAP_FPAGE_W);
    CHECK(!cap_is_there(to));
}

static void within_a_task_local_id_copies_the_words(void)
{
    l4_cap_idx_t c = irq_new(), to = cap_new();
    l4_fpage_t page = l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW);
    item(0, 0, page);
    buffer_cap(0, to, L4_RCV_ITEM_LOCAL_ID);
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result_of(0), L4_RCV_ITEM_RESULT_COPIED);
    CHECK_EQ(l4_utcb_mr()->mr[2], page.raw);
    CHECK(!cap_is_there(to));
}

static void the_server_right_comes_if_it_is_sent(void)
{
    struct worker w;
    l4_umword_t label = 0;
    worker_make(&w);
    l4_cap_idx_t gate = gate_to(w.cap, 0x50), to = cap_new();
    item(0, L4_FPAGE_C_IPCGATE_SVR, l4_obj_fpage(gate, 0, L4_CAP_FPAGE_RO));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer(), 0);
    CHECK_EQ(result(l4_ipc_gate_get_infos(to, &label)), 0);
    CHECK_EQ(label, 0x50);
    worker_delete(&w);
}

static void a_granted_capability_leaves_the_sender(void)
{
    l4_cap_idx_t c = irq_new(), to = cap_new();
    item(0, L4_MAP_ITEM_GRANT, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer(), 0);
    CHECK(!cap_is_there(c));
    CHECK(cap_is_there(to));
}

static void a_weak_item_keeps_nothing_alive(void)
{
    l4_cap_idx_t c = irq_new(), to = cap_new();
    item(0, L4_FPAGE_C_NO_REF_CNT, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    buffer_cap(0, to, 0);
    CHECK_EQ(transfer(), 0);
    CHECK(cap_is_there(to));
    l4_task_release_cap(L4_BASE_TASK_CAP, c);
    CHECK(!cap_is_there(to));
}

static void memory_and_capability_in_one_message(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(150);
    l4_cap_idx_t c = irq_new(), to = cap_new();
    item(0, 0, memory(p, 12));
    item(1, 0, l4_obj_fpage(c, 0, L4_CAP_FPAGE_RW));
    buffer(0, 0, l4_fpage(w, 12, 0));
    buffer_cap(4, to, 0);
    l4_utcb_br()->bdr = l4_bdr(0, 0, 4, 0);
    CHECK_EQ(transfer(), 0);
    l4_utcb_br()->bdr = 0;
    CHECK(cap_is_there(to));
    check_there(w, p, 150);
    forget(w);
}

const struct kernel_test item_tests[] = {
    {"item: a page into a window of its size",
     a_page_into_a_window_of_its_size},
    {"item: a larger window takes it at the hot spot",
     a_larger_window_takes_it_at_the_hot_spot},
    {"item: a smaller window takes the part at the hot spot",
     a_smaller_window_takes_the_part_at_the_hot_spot},
    {"item: no window cuts the message", no_window_cuts_the_message},
    {"item: a window of another type cuts the message",
     a_window_of_another_type_cuts_the_message},
    {"item: unmapped memory maps nothing", unmapped_memory_maps_nothing},
    {"item: two pages need two buffers", two_pages_need_two_buffers},
    {"item: a void one is nothing", a_void_item_is_nothing},
    {"item: forwarding maps into another task",
     forwarding_maps_into_another_task},
    {"item: a capability arrives with its rights",
     a_capability_arrives_with_its_rights},
    {"item: an empty slot maps nothing", an_empty_slot_maps_nothing},
    {"item: S passes through a way that has it",
     s_passes_through_a_way_that_has_it},
    {"item: the receiver's own gate comes as its label",
     the_receivers_own_gate_comes_as_its_label},
    {"item: within a task LOCAL_ID copies the words",
     within_a_task_local_id_copies_the_words},
    {"item: the server right comes if it is sent",
     the_server_right_comes_if_it_is_sent},
    {"item: a granted capability leaves the sender",
     a_granted_capability_leaves_the_sender},
    {"item: a weak one keeps nothing alive", a_weak_item_keeps_nothing_alive},
    {"item: memory and capability in one message",
     memory_and_capability_in_one_message},
    {0, 0},
};
