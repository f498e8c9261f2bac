/*
 * <l4/vcpu/vcpu.h>, by a thread that becomes a vCPU and stays in kernel mode:
 * a TAP producer. Another thread makes its interrupts.
 */
#include "tap.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/thread.h>
#include <l4/util/util.h>
#include <l4/vcpu/vcpu.h>
#include <pthread-l4.h>
#include <pthread.h>

/* Entered wherever the stack pointer happens to be. */
#ifdef __x86_64__
#define ENTRY __attribute__((force_align_arg_pointer))
#else
#define ENTRY
#endif

enum { LABEL = 0x1230, NOWHERE = 0x3fff000 };

static l4_vcpu_state_t *vcpu;
static l4_cap_idx_t irq;
static volatile int taken, prepared;
static volatile l4_umword_t label, off_in_work;

static void work(l4_vcpu_state_t *s)
{
    taken++;
    label = s->i.label;
    off_in_work = !(s->state & L4_VCPU_F_IRQ);
}

static void prepare(l4_utcb_t *utcb)
{
    prepared += utcb == l4_utcb();
}

static void *trigger_soon(void *unused)
{
    l4_usleep(1000);
    l4_irq_trigger(irq);
    return unused;
}

static void off_and_on(void)
{
    l4vcpu_irq_state_t s = l4vcpu_irq_disable_save(vcpu);

    fact(s == L4VCPU_IRQ_STATE_DISABLED, "a_new_vcpu_has_delivery_off");
    l4vcpu_irq_enable(vcpu, l4_utcb(), work, prepare);
    fact(vcpu->state & L4_VCPU_F_IRQ && !taken && !prepared,
         "on_with_nothing_waiting");
    s = l4vcpu_irq_disable_save(vcpu);
    fact(s == L4VCPU_IRQ_STATE_ENABLED && !(vcpu->state & L4_VCPU_F_IRQ),
         "off_tells_that_it_was_on");
    l4_irq_trigger(irq);
    fact(!taken && vcpu->sticky_flags & L4_VCPU_SF_IRQ_PENDING,
         "while_it_is_off_an_interrupt_waits");
    l4vcpu_irq_restore(vcpu, L4VCPU_IRQ_STATE_DISABLED, l4_utcb(), work, 0);
    fact(!taken, "restored_to_off_it_goes_on_waiting");
    l4vcpu_irq_restore(vcpu, s, l4_utcb(), work, prepare);
    fact(taken == 1 && (label & ~3ul) == LABEL && prepared == 1,
         "restored_to_on_it_is_handed_over");
    fact(off_in_work && vcpu->state & L4_VCPU_F_IRQ,
         "delivery_is_off_in_the_handler_only");
    l4vcpu_irq_disable(vcpu);
}

static void waiting(void)
{
    pthread_t t;

    l4vcpu_wait(vcpu, l4_utcb(),
                l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(100)), work,
                prepare);
    fact(taken == 1 && l4_utcb_tcr()->error == L4_IPC_RETIMEOUT,
         "a_wait_ends_with_its_time");
    pthread_create(&t, 0, trigger_soon, 0);
    l4vcpu_wait_for_event(vcpu, l4_utcb(), work, 0);
    fact(taken == 2 && !(vcpu->state & L4_VCPU_F_IRQ),
         "an_event_is_waited_for_and_delivery_stays_off");
    pthread_join(t, 0);
}

static volatile int entries, irq_entries, fault_entries;
static volatile l4_addr_t fault_at;
static volatile int over;

static void stop(void)
{
    over = 1;
    l4_sleep_forever();
}

static ENTRY void event(l4_vcpu_state_t *s)
{
    entries++;
    irq_entries += l4vcpu_is_irq_entry(s);
    fault_entries += l4vcpu_is_page_fault_entry(s);
    if (l4vcpu_is_page_fault_entry(s)) {
        fault_at = l4_utcb_exc_pfa(&s->r);
        stop();
    }
    label = s->i.label;
    l4_thread_vcpu_resume_commit(L4_INVALID_CAP, l4_thread_vcpu_resume_start());
    stop(); /* it came back: an error */
}

static void *be_entered(void *unused)
{
    vcpu->entry_ip = (l4_umword_t)event;
    vcpu->state = L4_VCPU_F_IRQ | L4_VCPU_F_PAGE_FAULTS;
    while (irq_entries < 2) /* in the middle of this */
        l4_barrier();
    *(volatile char *)NOWHERE;
    return unused;
}

static void *run(void *unused)
{
    l4_cap_idx_t self = pthread_l4_cap(pthread_self());

    fact(!l4_error(l4_thread_vcpu_control(self, (l4_addr_t)vcpu)),
         "a_thread_becomes_a_vcpu");
    fact(!l4_error(l4_rcv_ep_bind_thread(irq, self, LABEL)), "with_an_irq");
    off_and_on();
    waiting();
    return be_entered(unused);
}

static void extended_memory(void)
{
    l4_vcpu_state_t *state = 0;
    l4_addr_t extended = 0;

    fact(!l4vcpu_ext_alloc(&state, &extended, L4RE_THIS_TASK_CAP,
                           l4re_env()->rm),
         "memory_for_an_extended_vcpu");
    fact(extended - (l4_addr_t)state == L4_VCPU_OFFSET_EXT_STATE &&
             !*(volatile l4_umword_t *)extended,
         "its_extended_part_is_in_it");
    fact(l4vcpu_ext_alloc(&state, &extended, L4_INVALID_CAP, l4re_env()->rm) <
             0,
         "no_task_no_memory");
}

int main(void)
{
    l4_addr_t at = 0;
    pthread_t t;

    extended_memory();
    fact(!l4re_util_kumem_alloc(&at, 0, L4RE_THIS_TASK_CAP, l4re_env()->rm),
         "memory_for_the_state");
    vcpu = (l4_vcpu_state_t *)at;
    irq = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    pthread_create(&t, 0, run, 0);
    for (int i = 0; i < 100 && !over; i++) {
        l4_usleep(1000);
        if (taken == 2)
            l4_irq_trigger(irq);
    }
    fact(irq_entries == 2 && (label & ~3ul) == LABEL,
         "interrupts_enter_where_the_program_runs");
    fact(over && fault_entries == 1 && entries == 3 &&
             (fault_at & ~7ul) == NOWHERE,
         "a_page_fault_enters_too");
    l4vcpu_print_state(vcpu, "# vcpu:");
    return tap_end();
}
