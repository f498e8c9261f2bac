/*
 * IRQ sender: software interrupts as messages (lines: icu.c).
 */
#include "harness.h"

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
    PROVE("irq_trigger", "success", l4_msgtag_has_error(l4_irq_trigger(irq)),
          0);
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
    PROVE("irq_receive", "success", ipc_code(l4_irq_receive(a, at_once())), 0);
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
    PROVE("irq_detach", "success", result(l4_irq_detach(irq)), 0);
    PROVE("irq_detach", "it was bound to nobody", result(l4_irq_detach(irq)),
          -L4_ENOENT);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0)), 0);
    l4_irq_trigger(irq);
    PROVE("irq_detach", "its message was pending", result(l4_irq_detach(irq)),
          1);
    CHECK_EQ(ipc_code(l4_irq_receive(irq, at_once())), L4_IPC_RETIMEOUT);
    PROVE("irq_bind_vcpu", "always", result(l4_irq_bind_vcpu(irq, MAIN_CAP, 0)),
          -L4_ENOSYS);
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

/* --- binding anew ------------------------------------------------------- */

static volatile l4_umword_t waiter_label;

static void wait_open(void *arg)
{
    l4_umword_t label = 0;
    (void)arg;
    waiter_code = ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER));
    waiter_label = label;
}

static void a_queued_hit_goes_to_the_new_thread(void)
{
    struct worker first, second;
    l4_cap_idx_t irq = irq_new();
    worker_make(&first);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, first.cap, 0x100)), 0);
    l4_irq_trigger(irq);
    waiter_code = 99;
    waiter_label = 0;
    worker_start(&second, wait_open, 0, 0);
    CHECK_EQ(waiter_code, 99);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, second.cap, 0x200)), 0);
    CHECK_EQ(waiter_code, 0);
    CHECK_EQ(waiter_label, 0x200);
    waiter_code = 99;
    worker_run(&first, wait_open, 0, 0);
    CHECK_EQ(waiter_code, 99); /* nothing is left for it */
    worker_delete(&first);
    worker_delete(&second);
}

static void a_queued_hit_comes_with_the_new_label(void)
{
    l4_umword_t label = 0;
    l4_cap_idx_t irq = irq_bound(0x100);
    l4_irq_trigger(irq);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0x200)), 0);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, at_once())), 0);
    CHECK_EQ(label, 0x200);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, at_once())),
             L4_IPC_RETIMEOUT);
}

static void a_hit_before_binding_comes_once(void)
{
    l4_cap_idx_t irq = irq_new();
    l4_irq_trigger(irq);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0)), 0);
        CHECK_EQ(ipc_code(l4_irq_receive(irq, at_once())),
                 i ? L4_IPC_RETIMEOUT : 0);
        CHECK_EQ(result(l4_irq_detach(irq)), 0);
    }
}

const struct kernel_test irq_tests[] = {
    {"irq: a hit before binding comes once", a_hit_before_binding_comes_once},
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
    {"irq: a queued hit goes to the new thread",
     a_queued_hit_goes_to_the_new_thread},
    {"irq: a queued hit comes with the new label",
     a_queued_hit_comes_with_the_new_label},
    {0, 0},
};
