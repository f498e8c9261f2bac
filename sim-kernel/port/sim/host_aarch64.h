/*
 * Registers of the sim port on aarch64 hosts (hw-models/user_abi.h).
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#define SIM_IP pc
#define SIM_SP sp
#define SIM_FP x[29]

static inline void port_frame_get_args(const struct port_frame *f,
                                       struct ipc_args *ret_args)
{
    *ret_args = (struct ipc_args){f->regs.x[0], f->regs.x[1], f->regs.x[2],
                                  f->regs.x[3]};
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->regs.x[0] = tag;
    f->regs.x[3] = label;
}

#endif
