/*
 * Registers of the sim port on x86-64 hosts (hw-models/user_abi.h).
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#define SIM_IP rip
#define SIM_SP rsp
#define SIM_FP rbp

static inline void port_frame_get_args(const struct port_frame *f,
                                       struct ipc_args *ret_args)
{
    *ret_args =
        (struct ipc_args){f->regs.rax, f->regs.rdx, f->regs.r8, f->regs.rsi};
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->regs.rax = tag;
    f->regs.rsi = label;
}

#endif
