/*
 * vCPU: messages and IRQs that interrupt it or wait, the doorbell, and what
 * others do to it: its user task ends, ex_regs (see vcpu.h).
 */
#include "vcpu.h"

enum { UP = 0x1c0 };

/* --- messages
 * ------------------------------------------------------------------ */

static l4_cap_idx_t bound_irq(l4_umword_t label)
{
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, v.worker.cap, label)), 0);
    return irq;
}

static void an_irq_interrupts_user_mode(void)
{
    space_make(&v.space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE | L4_VCPU_F_IRQ,
              v.space.task);
    l4_cap_idx_t irq = bound_irq(UP);
    v.then[1] = RESUME;
    vcpu_run(100);
    CHECK_EQ(v.count, 1);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label, UP);
    CHECK_EQ(l4_msgtag_label(v.log[1].tag), L4_PROTO_IRQ);
    CHECK_EQ(v.log[1].state, 0);
    CHECK(v.log[1].saved & L4_VCPU_F_IRQ);
    l4_umword_t before = v.user_ran;
    l4_ipc_sleep_us(100);
    CHECK(v.user_ran > before); /* it went on */
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 3);
    vcpu_delete();
    space_delete(&v.space);
}

static void a_message_interrupts_kernel_mode(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    l4_cap_idx_t gate = gate_to(v.worker.cap, 0x340);
    vcpu_run(100);
    l4_utcb_mr()->mr[0] = 0x600d;
    l4_msgtag_t tag = l4_msgtag(9, 1, 0, 0);
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), tag, L4_IPC_SEND_TIMEOUT_0)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label & ~3ul, 0x340);
    CHECK_EQ(v.log[1].mr0, 0x600d);
    CHECK_EQ(l4_msgtag_label(v.log[1].tag), 9);
    CHECK_EQ(l4_msgtag_words(v.log[1].tag), 1);
    vcpu_delete();
}

static void a_vcpu_on_another_cpu_is_interrupted(void)
{
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    if (!(set.map & 2))
        return; /* one CPU: nothing to see */
    vcpu_make(count_for_ever, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    l4_sched_param_t p = l4_sched_param(2, 0);
    p.affinity = l4_sched_cpu_set(1, 0, 1);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, v.worker.cap,
                                            &p)),
             0);
    l4_cap_idx_t gate = gate_to(v.worker.cap, 0x350);
    vcpu_run(200);
    l4_umword_t before = v.user_ran;
    CHECK(before > 0);
    l4_msgtag_t tag = l4_msgtag(9, 0, 0, 0);
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), tag, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    l4_ipc_sleep_us(200);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label & ~3ul, 0x350);
    /* It does not want another: that one ends at once or soon. */
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), tag, L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_SETIMEOUT);
    vcpu_delete();
}

static void without_the_flag_it_is_only_noted(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP), gate = gate_to(v.worker.cap, 0);
    vcpu_run(100);
    CHECK_EQ(v.state->sticky_flags, 0);
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_SETIMEOUT);
    CHECK_EQ(v.state->sticky_flags, 0);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    CHECK_EQ(v.state->sticky_flags, 0);
    vcpu_delete();
}

static void what_waits_enters_instead_of_a_resume(void)
{
    space_make(&v.space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE | L4_VCPU_F_IRQ,
              v.space.task);
    l4_cap_idx_t irq = bound_irq(UP);
    l4_irq_trigger(irq);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label, UP);
    CHECK_EQ(v.log[1].sticky, 0);
    CHECK_EQ(v.log[1].ip, (l4_addr_t)count_for_ever);
    CHECK(v.log[1].saved & L4_VCPU_F_USER_MODE);
    CHECK_EQ(v.user_ran, 0);
    vcpu_delete();
    space_delete(&v.space);
}

static void a_call_is_not_interrupted(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP);
    v.then[1] = WAIT_AND_RESUME; /* sleeps 500 us, events off */
    v.resume_flags = L4_VCPU_F_IRQ;
    vcpu_run(100);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    l4_irq_trigger(irq); /* while it sleeps */
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    l4_ipc_sleep_us(600);
    CHECK_EQ(v.count, 3); /* at the resume */
    vcpu_delete();
}

/* An IRQ of its own, hit by itself: the call ends, then the event comes. */
static l4_cap_idx_t own_irq;

static void trigger_own_irq(void)
{
    v.user_saw = (l4_umword_t)l4_irq_trigger(own_irq).raw + 1;
    count_for_ever();
}

static void a_message_to_itself_waits_for_the_end_of_its_call(void)
{
    vcpu_make(trigger_own_irq, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    own_irq = bound_irq(UP);
    v.then[1] = RESUME;
    v.resume_flags = L4_VCPU_F_IRQ;
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label, UP);
    CHECK_EQ(v.user_saw, 1);
    CHECK(v.user_ran > 0);
    vcpu_delete();
}

/* --- others meddle
 * ---------------------------------------------------------------- */

static void the_user_task_may_end(void)
{
    space_make(&v.space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, v.space.task);
    v.then[1] = RESUME;
    vcpu_run(100);
    space_delete(&v.space);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK(l4_utcb_exc_is_pf(&v.state->r));
    CHECK_EQ(v.log[1].pfa & 4, 4); /* nothing is there to be executed */
    CHECK_EQ(v.resumed, -L4_EINVAL);
    vcpu_delete();
}

static void ex_regs_leaves_user_mode(void)
{
    space_make(&v.space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, v.space.task);
    vcpu_run(100);
    CHECK_EQ(result(l4_thread_ex_regs(v.worker.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_TRIGGER_EXCEPTION)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK(l4_utcb_exc_is_ex_regs_exception(&v.state->r));
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, v.space.task);
    vcpu_run(100);
    CHECK_EQ(result(l4_thread_ex_regs(v.worker.cap, (l4_addr_t)vcpu_resume_now,
                                      vcpu_entry_sp(), 0)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(v.resumed, 1); /* made the call itself: user mode again */
    vcpu_delete();
    space_delete(&v.space);
}

/* --- doorbell
 * ------------------------------------------------------------------------ */

static void the_doorbell_rings_for_what_must_wait(void)
{
    l4_umword_t label = 0;
    l4_cap_idx_t bell = cap_new();
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    PROVE("thread_register_doorbell_irq", "success",
          result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, bell)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(bell, MAIN_CAP, 0xbe11)), 0);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(v.worker.cap, bell)), 0);
    PROVE("thread_register_doorbell_irq", "there is one already",
          result(l4_thread_register_doorbell_irq(v.worker.cap, bell)),
          -L4_EBUSY);
    l4_cap_idx_t irq = bound_irq(UP);
    vcpu_run(100);
    l4_irq_trigger(irq);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    CHECK_EQ(label, 0xbe11);
    cap_delete(bell);
    l4_ipc_sleep_us(1);
    vcpu_delete();
}

/* One that waits already is no news. */
static void the_doorbell_rings_once(void)
{
    l4_umword_t label = 0;
    l4_cap_idx_t bell = cap_new();
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, bell)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(bell, MAIN_CAP, 0xbe11)), 0);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(v.worker.cap, bell)), 0);
    l4_cap_idx_t first = bound_irq(UP), second = bound_irq(UP);
    vcpu_run(100);
    l4_irq_trigger(first);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    l4_irq_trigger(second);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    cap_delete(bell);
    l4_ipc_sleep_us(1);
    vcpu_delete();
}

static void doorbell_errors(void)
{
    struct worker plain;
    l4_cap_idx_t bell = cap_new();
    worker_make(&plain);
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, bell)), 0);
    PROVE("thread_register_doorbell_irq", "the thread is no vCPU",
          result(l4_thread_register_doorbell_irq(plain.cap, bell)),
          -L4_EINVAL); /* no vCPU */
    PROVE("thread_register_doorbell_irq",
          "the item names neither IRQ nor semaphore",
          result(l4_thread_register_doorbell_irq(v.worker.cap, cap_new())),
          -L4_EINVAL);
    CHECK_EQ(
        result(l4_thread_register_doorbell_irq(v.worker.cap, v.worker.cap)),
        -L4_EINVAL);
    PROVE("thread_register_doorbell_irq", "no W",
          result(l4_thread_register_doorbell_irq(
              v.worker.cap, cap_copy(bell, L4_CAP_FPAGE_RO))),
          -L4_EPERM); /* no W right */
    worker_delete(&plain);
    vcpu_delete();
}

static void an_irq_cannot_be_the_hardwares(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP);
    CHECK_EQ(result(l4_irq_bind_vcpu(irq, v.worker.cap, 0)), -L4_ENOSYS);
    PROVE("irq_bind_vcpu", "no S on the IRQ",
          result(l4_irq_bind_vcpu(cap_copy(irq, L4_CAP_FPAGE_RW), v.worker.cap,
                                  0)),
          -L4_EPERM);
    PROVE("irq_bind_vcpu", "the item names no thread",
          result(l4_irq_bind_vcpu(irq, cap_new(), 0)), -L4_EINVAL);
    vcpu_delete();
}

const struct kernel_test vcpu_message_tests[] = {
    {"vcpu: an IRQ interrupts user mode", an_irq_interrupts_user_mode},
    {"vcpu: a message interrupts kernel mode",
     a_message_interrupts_kernel_mode},
    {"vcpu: a message interrupts one on another CPU",
     a_vcpu_on_another_cpu_is_interrupted},
    {"vcpu: without IRQ, it is noted", without_the_flag_it_is_only_noted},
    {"vcpu: what waits enters instead of a resume",
     what_waits_enters_instead_of_a_resume},
    {"vcpu: its own calls are not interrupted", a_call_is_not_interrupted},
    {"vcpu: a message to itself waits for its call's end",
     a_message_to_itself_waits_for_the_end_of_its_call},
    {"vcpu: the user task may end", the_user_task_may_end},
    {"vcpu: ex_regs leaves user mode", ex_regs_leaves_user_mode},
    {"vcpu: the doorbell rings", the_doorbell_rings_for_what_must_wait},
    {"vcpu: the doorbell rings once", the_doorbell_rings_once},
    {"vcpu: errors of the doorbell", doorbell_errors},
    {"vcpu: no IRQ of the hardware's", an_irq_cannot_be_the_hardwares},
    {0, 0},
};
