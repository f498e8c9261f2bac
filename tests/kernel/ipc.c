/*
 * IPC between threads: rendezvous, labels, reply, timeouts, cancellation.
 */
#include "harness.h"

#define zero_both L4_IPC_BOTH_TIMEOUT_0

/* Answers every message with its words plus one, label as received. */
static void echo_server(void *arg)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    (void)arg;
    for (;;) {
        l4_utcb_mr()->mr[0] += 1;
        l4_utcb_mr()->mr[1] = label;
        tag = l4_msgtag(l4_msgtag_label(tag), 2, 0, 0);
        tag = l4_ipc_reply_and_wait(l4_utcb(), tag, &label, L4_IPC_NEVER);
    }
}

static l4_msgtag_t call(l4_cap_idx_t to, l4_umword_t word)
{
    l4_utcb_mr()->mr[0] = word;
    return l4_ipc_call(to, l4_utcb(), l4_msgtag(7, 1, 0, 0), L4_IPC_NEVER);
}

static void call_through_gate_is_answered_with_label(void)
{
    struct worker w;
    worker_start(&w, echo_server, 0, 0);
    l4_cap_idx_t gate = gate_to(w.cap, 0x1230);
    l4_msgtag_t tag = call(gate, 41);
    PROVE("ipc_call", "success", ipc_code(tag), 0);
    CHECK_EQ(l4_msgtag_label(tag), 7);
    CHECK_EQ(l4_utcb_mr()->mr[0], 42);
    CHECK_EQ(l4_utcb_mr()->mr[1] & ~3ul, 0x1230);
    worker_delete(&w);
}

static void call_to_a_lower_priority_is_answered(void)
{
    struct worker w;
    worker_start(&w, echo_server, 0, 2);
    l4_cap_idx_t gate = gate_to(w.cap, 0);
    CHECK_EQ(ipc_code(call(gate, 1)), 0);
    CHECK_EQ(l4_utcb_mr()->mr[0], 2);
    worker_delete(&w);
}

static void empty_slot_does_not_exist(void)
{
    CHECK_EQ(ipc_code(call(cap_new(), 0)), L4_IPC_ENOT_EXISTENT);
}

static void zero_send_timeout_fails_at_once(void)
{
    struct worker w;
    worker_make(&w);
    l4_msgtag_t tag =
        l4_ipc_send(w.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0), zero_both);
    PROVE("ipc_send", "with 0: the receiver does not wait", ipc_code(tag),
          L4_IPC_SETIMEOUT);
    worker_delete(&w);
}

static void receive_timeout_takes_its_time(void)
{
    l4_cpu_time_t before = l4_kip_clock(l4_kip());
    l4_msgtag_t tag = l4_ipc_sleep_us(5000);
    l4_cpu_time_t took = l4_kip_clock(l4_kip()) - before;
    PROVE("ipc_sleep", "always: the receive timeout passed", ipc_code(tag),
          L4_IPC_RETIMEOUT);
    CHECK(took >= 5000 && took < 6000);
}

static void sender_waits_on_an_unbound_gate(void)
{
    struct worker w;
    l4_cap_idx_t gate = gate_to(L4_INVALID_CAP, 0);
    l4_msgtag_t tag =
        l4_ipc_call(gate, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                    l4_timeout(l4_timeout_from_us(1000), L4_IPC_TIMEOUT_NEVER));
    CHECK_EQ(ipc_code(tag), L4_IPC_SETIMEOUT);
    worker_start(&w, echo_server, 0, 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate, w.cap, 0x40)), 0);
    CHECK_EQ(ipc_code(call(gate, 5)), 0);
    CHECK_EQ(l4_utcb_mr()->mr[1] & ~3ul, 0x40);
    worker_delete(&w);
}

static void forever(void *arg)
{
    l4_ipc_receive((l4_cap_idx_t)arg, l4_utcb(), L4_IPC_NEVER);
}

static void caller_of_a_deleted_server_is_woken(void)
{
    struct worker server, killer;
    worker_start(&server, forever, (void *)MAIN_CAP, 0);
    worker_make(&killer);
    l4_cap_idx_t gate = gate_to(server.cap, 0);
    /* the server takes the call and never answers; then it goes */
    worker_run(&killer, (void (*)(void *))worker_delete, &server, 2);
    l4_msgtag_t tag = call(gate, 0);
    PROVE("ipc_call", "the partner of a closed receive ended", ipc_code(tag),
          L4_IPC_REABORTED);
    worker_delete(&killer);
}

static void deleting_a_gate_wakes_its_senders(void)
{
    struct worker killer;
    l4_cap_idx_t gate = gate_to(L4_INVALID_CAP, 0);
    struct worker as_gate = {.cap = gate};
    worker_make(&killer);
    worker_run(&killer, (void (*)(void *))worker_delete, &as_gate, 2);
    CHECK_EQ(ipc_code(call(gate, 0)), L4_IPC_ENOT_EXISTENT);
    worker_delete(&killer);
}

static l4_umword_t cancelled_code;

static void blocked_call(void *arg)
{
    l4_msgtag_t tag = l4_ipc_call((l4_cap_idx_t)arg, l4_utcb(),
                                  l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    cancelled_code = (l4_umword_t)ipc_code(tag);
}

static void ex_regs_cancels_a_waiting_send(void)
{
    struct worker w;
    l4_cap_idx_t gate = gate_to(L4_INVALID_CAP, 0);
    cancelled_code = 99;
    worker_start(&w, blocked_call, (void *)gate, 0);
    CHECK_EQ(cancelled_code, 99);
    CHECK_EQ(
        result(l4_thread_ex_regs(w.cap, ~0ul, ~0ul, L4_THREAD_EX_REGS_CANCEL)),
        0);
    l4_ipc_sleep_us(1);
    CHECK_EQ(cancelled_code, L4_IPC_SECANCELED);
    worker_delete(&w);
}

static void reply_without_a_caller_fails(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                            &label, zero_both);
    PROVE("ipc_reply_and_wait", "nobody is to be answered", ipc_code(tag),
          L4_IPC_ENOT_EXISTENT);
}

static unsigned order[3], order_count;

static void ordered_send(void *arg)
{
    l4_utcb_mr()->mr[0] = (l4_umword_t)arg;
    l4_ipc_send(MAIN_CAP, l4_utcb(), l4_msgtag(0, 1, 0, 0), L4_IPC_NEVER);
}

static void open_wait_takes_the_highest_priority_first(void)
{
    struct worker w[3];
    l4_umword_t label;
    for (unsigned i = 0; i < 3; i++)
        worker_start(&w[i], ordered_send, (void *)(l4_umword_t)i,
                     MAIN_PRIO + 1 + (i == 1));
    order_count = 0;
    for (unsigned i = 0; i < 3; i++) {
        PROVE("ipc_wait", "success",
              ipc_code(l4_ipc_wait(l4_utcb(), &label, zero_both)), 0);
        order[order_count++] = (unsigned)l4_utcb_mr()->mr[0];
    }
    CHECK_EQ(order[0], 1);
    CHECK_EQ(order[1], 0);
    CHECK_EQ(order[2], 2);
    for (unsigned i = 0; i < 3; i++)
        worker_delete(&w[i]);
}

static void long_send(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < 63; i++)
        l4_utcb_mr()->mr[i] = i * 3;
    l4_ipc_send(MAIN_CAP, l4_utcb(), l4_msgtag(0, 63, 0, 0), L4_IPC_NEVER);
}

static void all_63_words_arrive(void)
{
    struct worker w;
    l4_umword_t label;
    worker_start(&w, long_send, 0, 0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, zero_both);
    CHECK_EQ(ipc_code(tag), 0);
    CHECK_EQ(l4_msgtag_words(tag), 63);
    for (unsigned i = 0; i < 63; i++)
        CHECK_EQ(l4_utcb_mr()->mr[i], i * 3);
    worker_delete(&w);
}

static void self_delete(void *arg)
{
    worker_delete(arg);
    cancelled_code = 77; /* nobody comes here */
}

static void a_thread_deletes_itself(void)
{
    static struct worker w;
    cancelled_code = 0;
    worker_make(&w);
    worker_run(&w, self_delete, &w, 0);
    CHECK(!cap_is_there(w.cap));
    CHECK_EQ(cancelled_code, 0);
}

static void receive_from(void *arg)
{
    l4_msgtag_t tag =
        l4_ipc_receive((l4_cap_idx_t)arg, l4_utcb(), L4_IPC_NEVER);
    cancelled_code = (l4_umword_t)ipc_code(tag);
}

static void receiver_of_a_deleted_partner_is_woken(void)
{
    struct worker partner, w;
    worker_make(&partner);
    cancelled_code = 99;
    worker_start(&w, receive_from, (void *)partner.cap, 0);
    worker_delete(&partner);
    l4_ipc_sleep_us(1);
    CHECK_EQ(cancelled_code, L4_IPC_REABORTED);
    worker_delete(&w);
}

static void a_send_to_oneself_does_not_exist(void)
{
    l4_msgtag_t tag =
        l4_ipc_send(MAIN_CAP, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    PROVE("ipc_send", "the partner is the invoker itself", ipc_code(tag),
          L4_IPC_ENOT_EXISTENT);
}

static void an_absolute_timeout_fires_at_its_time(void)
{
    l4_cpu_time_t at = l4_kip_clock(l4_kip()) + 3000;
    l4_timeout_s abs = l4_timeout_abs(at, 8);
    l4_msgtag_t tag = l4_ipc_receive(L4_INVALID_CAP, l4_utcb(),
                                     l4_timeout(L4_IPC_TIMEOUT_NEVER, abs));
    CHECK_EQ(ipc_code(tag), L4_IPC_RETIMEOUT);
    l4_cpu_time_t now = l4_kip_clock(l4_kip());
    CHECK(now >= at && now < at + 1000);
}

static void message_longer_than_the_utcb_is_cut(void)
{
    l4_msgtag_t tag =
        l4_ipc_call(MAIN_CAP, l4_utcb(), l4_msgtag(1, 63, 2, 0), zero_both);
    CHECK(ipc_code(tag) != 0);
}

const struct kernel_test ipc_tests[] = {
    {"a call through a gate is answered, with label",
     call_through_gate_is_answered_with_label},
    {"a call to a lower priority is answered",
     call_to_a_lower_priority_is_answered},
    {"an empty slot does not exist", empty_slot_does_not_exist},
    {"a zero send timeout fails at once", zero_send_timeout_fails_at_once},
    {"a receive timeout takes its time", receive_timeout_takes_its_time},
    {"a sender waits on an unbound gate", sender_waits_on_an_unbound_gate},
    {"a caller of a deleted server is woken",
     caller_of_a_deleted_server_is_woken},
    {"deleting a gate wakes its senders", deleting_a_gate_wakes_its_senders},
    {"ex_regs cancels a waiting send", ex_regs_cancels_a_waiting_send},
    {"a reply without a caller fails", reply_without_a_caller_fails},
    {"an open wait takes the highest priority first",
     open_wait_takes_the_highest_priority_first},
    {"all 63 words arrive", all_63_words_arrive},
    {"a thread deletes itself", a_thread_deletes_itself},
    {"a receiver of a deleted partner is woken",
     receiver_of_a_deleted_partner_is_woken},
    {"a send to oneself does not exist", a_send_to_oneself_does_not_exist},
    {"an absolute timeout fires at its time",
     an_absolute_timeout_fires_at_its_time},
    {"a message longer than the UTCB is cut",
     message_longer_than_the_utcb_is_cut},
    {0, 0},
};
