/*
 * <l4/vcpu/vcpu.h>: a vCPU's interrupt flag, and waiting.
 *
 *  I1  An event is taken by a wait only while delivery is off: the kernel
 *      never enters the vCPU in the middle of one that is being taken.
 *  I2  Delivery is on only after a look at IRQ_PENDING that came after the
 *      flag was set: what came before it is not left waiting.
 */
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/vcpu/vcpu.h>
#include <stdio.h>

void l4vcpu_irq_disable(l4_vcpu_state_t *vcpu)
{
    vcpu->state &= (l4_uint16_t)~L4_VCPU_F_IRQ;
    l4_barrier();
}

l4vcpu_irq_state_t l4vcpu_irq_disable_save(l4_vcpu_state_t *vcpu)
{
    unsigned was = vcpu->state & L4_VCPU_F_IRQ;
    l4vcpu_irq_disable(vcpu);
    return (l4vcpu_irq_state_t)was;
}

void l4vcpu_wait(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb, l4_timeout_t to,
                 l4vcpu_event_hndl_t do_event_work_cb,
                 l4vcpu_setup_ipc_t setup_ipc)
{
    l4vcpu_irq_disable(vcpu);
    if (setup_ipc)
        setup_ipc(utcb);
    vcpu->i.tag = l4_ipc_wait(utcb, &vcpu->i.label, to);
    if (!l4_msgtag_has_error(vcpu->i.tag))
        do_event_work_cb(vcpu);
}

void l4vcpu_wait_for_event(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb,
                           l4vcpu_event_hndl_t do_event_work_cb,
                           l4vcpu_setup_ipc_t setup_ipc)
{
    l4vcpu_wait(vcpu, utcb, L4_IPC_NEVER, do_event_work_cb, setup_ipc);
}

void l4vcpu_irq_enable(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb,
                       l4vcpu_event_hndl_t do_event_work_cb,
                       l4vcpu_setup_ipc_t setup_ipc)
{
    for (;;) {
        vcpu->state |= L4_VCPU_F_IRQ;
        l4_barrier();
        if (!(vcpu->sticky_flags & L4_VCPU_SF_IRQ_PENDING))
            return;
        l4vcpu_wait(vcpu, utcb, L4_IPC_BOTH_TIMEOUT_0, do_event_work_cb,
                    setup_ipc);
    }
}

void l4vcpu_irq_restore(l4_vcpu_state_t *vcpu, l4vcpu_irq_state_t s,
                        l4_utcb_t *utcb, l4vcpu_event_hndl_t do_event_work_cb,
                        l4vcpu_setup_ipc_t setup_ipc)
{
    if (s & L4_VCPU_F_IRQ)
        l4vcpu_irq_enable(vcpu, utcb, do_event_work_cb, setup_ipc);
    else
        l4vcpu_irq_disable(vcpu);
}

int l4vcpu_is_irq_entry(l4_vcpu_state_t const *vcpu)
{
    return l4_utcb_exc_typeval(&vcpu->r) == L4_VCPU_ARCH_UPCALL;
}

int l4vcpu_is_page_fault_entry(l4_vcpu_state_t const *vcpu)
{
    return l4_utcb_exc_is_pf(&vcpu->r);
}

void l4vcpu_print_state(const l4_vcpu_state_t *vcpu, const char *prefix)
{
    printf("%s state %x, before the entry %x, sticky %x, user task %lx\n",
           prefix, vcpu->state, vcpu->saved_state, vcpu->sticky_flags,
           vcpu->user_task);
    printf("%s entry: ip %lx, sp %lx; message: tag %lx, label %lx\n", prefix,
           vcpu->entry_ip, vcpu->entry_sp, (unsigned long)vcpu->i.tag.raw,
           vcpu->i.label);
    printf("%s exception %lx: ip %lx, sp %lx, address %lx\n", prefix,
           (unsigned long)l4_utcb_exc_typeval(&vcpu->r),
           l4_utcb_exc_pc(&vcpu->r), (unsigned long)vcpu->r.sp,
           l4_utcb_exc_pfa(&vcpu->r));
}

int l4vcpu_ext_alloc(l4_vcpu_state_t **vcpu, l4_addr_t *ext_state,
                     l4_cap_idx_t task, l4_cap_idx_t regmgr)
{
    l4_addr_t at = 0;
    int error = l4re_util_kumem_alloc(&at, 0, task, regmgr);
    if (error < 0)
        return error;
    *vcpu = (l4_vcpu_state_t *)at;
    *ext_state = at + L4_VCPU_OFFSET_EXT_STATE;
    return 0;
}
