/*
 * Frames of the sim port: a thread's registers, as the CPU model keeps them,
 * and as exception messages carry them (ABI.md section 2, Exception state).
 */
#include "port.h"
#include <string.h>

void port_frame_init(struct port_frame *f)
{
    memset(f, 0, sizeof(*f));
}

void port_frame_release(struct port_frame *f)
{
    sim_own_tp();
    hw_regs_release(&f->regs);
}

void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from)
{
    sim_own_tp();
    hw_regs_copy_fpu(&to->regs, &from->regs);
}

/* The host's program may use its FPU whenever it likes. */
void port_frame_allow_fpu(struct port_frame *f, bool on)
{
    (void)f;
    (void)on;
}

void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp)
{
    f->regs.SIM_IP = ip;
    f->regs.SIM_SP = sp;
}

void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb)
{
    f->regs.utcb = utcb;
}

void port_frame_set_tp(struct port_frame *f, word_t base)
{
    f->regs.tp = base;
}
