/*
 * IRQ sender and ICU: software interrupts as messages, lines.
 */
#include "harness.h"

enum { LINE = 20 }; /* no device of the simulator has it */

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, c)), 0);
    return c;
}

static l4_cap_idx_t irq_bound(l4_umword_t label)
{
    l4_cap_idx_t c = irq_new();
    CHECK_EQ(result(l4_rcv_ep_bind_thread(c, MAIN_CAP, label)), 0);
    return c;
}

static l4_timeout_t at_once(void)
{
    return L4_IPC_BOTH_TIMEOUT_0;
}

static void a_trigger_becomes_a_message(void)
{
    l4_umword_t label = 0;
    l4_cap_idx_t irq = irq_bound(0xbeef0);
    CHECK_EQ(l4_msgtag_has_error(l4_irq_trigger(irq)), 0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, at_once());
    CHECK_EQ(ipc_code(tag), 0);
    CHECK_EQ(l4_msgtag_label(tag), L4_PROTO_IRQ);
    CHECK_EQ(l4_msgtag_words(tag), 0);
    CHECK_EQ(label, 0xbeef0);
}

static void triggers_before_it_is_taken_are_one(void)
{
    l4_umword_t label;
    l4_cap_idx_t irq = irq_bound(0);
    l4_irq_trigger(irq);
    l4_irq_trigger(irq);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, at_once())), 0);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, at_once())),
             L4_IPC_RETIMEOUT);
}

static void receive_takes_its_own_only(void)
{
    l4_cap_idx_t a = irq_bound(0), b = irq_bound(0);
    l4_irq_trigger(a);
    CHECK_EQ(ipc_code(l4_irq_receive(b, at_once())), L4_IPC_RETIMEOUT);
    CHECK_EQ(ipc_code(l4_irq_receive(a, at_once())), 0);
    CHECK_EQ(ipc_code(l4_irq_receive(a, at_once())), L4_IPC_RETIMEOUT);
}

static void a_hit_before_binding_is_kept(void)
{
    l4_cap_idx_t irq = irq_new();
    l4_irq_trigger(irq);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0)), 0);
    CHECK_EQ(ipc_code(l4_irq_receive(irq, at_once())), 0);
}

static void binding_and_its_errors(void)
{
    l4_cap_idx_t irq = irq_new();
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, L4_BASE_LOG_CAP, 0)),
             -L4_EINVAL);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, cap_new(), 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(
                 irq, cap_copy(MAIN_CAP, L4_CAP_FPAGE_RW), 0)),
             -L4_EPERM);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(cap_copy(irq, L4_CAP_FPAGE_RW),
                                          MAIN_CAP, 0)),
             -L4_EPERM);
    CHECK_EQ(request_op(irq, L4_PROTO_KOBJECT, 0x10), -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(irq, L4_PROTO_KOBJECT, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(irq, L4_PROTO_TASK, 0), -L4_EBADPROTO);
    CHECK_EQ(request_op(irq, L4_PROTO_IRQ, 0x77), -L4_ENOSYS);
}

static void detach(void)
{
    l4_cap_idx_t irq = irq_bound(0);
    CHECK_EQ(result(l4_irq_detach(irq)), 0);
    CHECK_EQ(result(l4_irq_detach(irq)), -L4_ENOENT);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0)), 0);
    l4_irq_trigger(irq);
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    CHECK_EQ(ipc_code(l4_irq_receive(irq, at_once())), L4_IPC_RETIMEOUT);
    CHECK_EQ(result(l4_irq_bind_vcpu(irq, MAIN_CAP, 0)), -L4_ENOSYS);
}

static volatile long waiter_code;

static void wait_for_irq(void *arg)
{
    waiter_code = ipc_code(l4_irq_receive((l4_cap_idx_t)arg, L4_IPC_NEVER));
}

static void deleting_it_wakes_who_waits(void)
{
    struct worker w;
    l4_cap_idx_t irq = irq_new(); /* bound to nobody */
    waiter_code = 99;
    worker_start(&w, wait_for_irq, (void *)irq, 0);
    CHECK_EQ(waiter_code, 99);
    cap_delete(irq);
    l4_ipc_sleep_us(1);
    CHECK_EQ(waiter_code, L4_IPC_ENOT_EXISTENT | 1);
    worker_delete(&w);
}

static void bound_thread_dies(void)
{
    struct worker w;
    l4_cap_idx_t irq = irq_new();
    worker_make(&w);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, 0)), 0);
    l4_irq_trigger(irq);
    worker_delete(&w);
    l4_irq_trigger(irq);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0)), 0);
    l4_irq_trigger(irq);
    CHECK_EQ(ipc_code(l4_irq_receive(irq, at_once())), 0);
}

static void trigger_wakes_a_waiter_at_once(void)
{
    struct worker w;
    l4_cap_idx_t irq = irq_new();
    worker_make(&w);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, 0)), 0);
    waiter_code = 99;
    worker_run(&w, wait_for_irq, (void *)irq, 0);
    l4_irq_trigger(irq);
    CHECK_EQ(waiter_code, 0);
    worker_delete(&w);
}

/* --- ICU ------------------------------------------------------------------ */

static void lines_bind_once(void)
{
    l4_cap_idx_t a = irq_new(), b = irq_new();
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, a)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, b)), -L4_EBUSY);
    CHECK_EQ(result(l4_icu_unbind(L4_BASE_ICU_CAP, LINE, b)), -L4_ENOENT);
    CHECK_EQ(result(l4_icu_unbind(L4_BASE_ICU_CAP, LINE, a)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, b)), 0);
    cap_delete(b); /* frees the line */
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, a)), 0);
}

static void lines_and_their_errors(void)
{
    l4_cap_idx_t irq = irq_new();
    l4_icu_info_t info = {0};
    CHECK_EQ(result(l4_icu_info(L4_BASE_ICU_CAP, &info)), 0);
    CHECK(info.nr_irqs > LINE);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, info.nr_irqs, irq)),
             -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, MAIN_CAP)), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, cap_new())), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE,
                                cap_copy(irq, L4_CAP_FPAGE_RS))),
             -L4_EPERM);
    CHECK_EQ(result(l4_icu_set_mode(L4_BASE_ICU_CAP, LINE, L4_IRQ_F_POS_EDGE)),
             0);
    CHECK_EQ(result(l4_icu_set_mode(L4_BASE_ICU_CAP, info.nr_irqs,
                                    L4_IRQ_F_POS_EDGE)),
             -L4_EINVAL);
    CHECK_EQ(request_op(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(L4_BASE_ICU_CAP, L4_PROTO_TASK, 0), -L4_EBADPROTO);
}

static void no_message_signalled_interrupts(void)
{
    l4_icu_msi_info_t msi;
    CHECK_EQ(result(l4_icu_msi_info(L4_BASE_ICU_CAP, 0, 0, &msi)), -L4_ENOSYS);
}

const struct kernel_test irq_tests[] = {
    {"irq: a trigger becomes a message", a_trigger_becomes_a_message},
    {"irq: triggers before it is taken are one",
     triggers_before_it_is_taken_are_one},
    {"irq: a receive takes its own only", receive_takes_its_own_only},
    {"irq: a hit before binding is kept", a_hit_before_binding_is_kept},
    {"irq: binding and its errors", binding_and_its_errors},
    {"irq: detach", detach},
    {"irq: deleting it wakes who waits", deleting_it_wakes_who_waits},
    {"irq: the bound thread dies", bound_thread_dies},
    {"irq: a trigger wakes a waiter at once", trigger_wakes_a_waiter_at_once},
    {"icu: lines bind once", lines_bind_once},
    {"icu: lines and their errors", lines_and_their_errors},
    {"icu: no message-signalled interrupts", no_message_signalled_interrupts},
    {0, 0},
};
