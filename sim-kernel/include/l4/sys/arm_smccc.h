/*
 * SMCCC: calls to the firmware of an ARM machine ("secure monitor call
 * calling convention"), through capability L4_BASE_ARM_SMCCC_CAP.
 *
 *      MR0 function, MR1..MR6 arguments, MR7 client -> MR0..MR3 results
 *
 * Vitrine's kernel has no such object: its slot is empty, and the call ends
 * with L4_IPC_ENOT_EXISTENT. Source: ABI.md section 1; the order of the
 * parameters is that of Arm's document DEN 0028.
 */
#ifndef L4_SYS_ARM_SMCCC_H
#define L4_SYS_ARM_SMCCC_H

#include <l4/sys/__msg.h>

/* *out0..*out3: the firmware's results, unchanged on error. */
L4_INLINE l4_msgtag_t l4_arm_smccc_call_u(l4_cap_idx_t cap, l4_umword_t func,
                                          l4_umword_t in0, l4_umword_t in1,
                                          l4_umword_t in2, l4_umword_t in3,
                                          l4_umword_t in4, l4_umword_t in5,
                                          l4_umword_t *out0, l4_umword_t *out1,
                                          l4_umword_t *out2, l4_umword_t *out3,
                                          l4_umword_t client_id, l4_utcb_t *u)
{
    l4_umword_t const in[] = {func, in0, in1, in2, in3, in4, in5, client_id};
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    __builtin_memcpy(v->mr, in, sizeof(in));
    l4_msgtag_t t =
        __l4_msg_call(cap, L4_PROTO_SMCCC, sizeof(in) / sizeof(in[0]), 0, u);
    if (l4_error_u(t, u) < 0)
        return t;
    *out0 = v->mr[0];
    *out1 = v->mr[1];
    *out2 = v->mr[2];
    *out3 = v->mr[3];
    return t;
}

L4_INLINE l4_msgtag_t l4_arm_smccc_call(l4_cap_idx_t cap, l4_umword_t func,
                                        l4_umword_t in0, l4_umword_t in1,
                                        l4_umword_t in2, l4_umword_t in3,
                                        l4_umword_t in4, l4_umword_t in5,
                                        l4_umword_t *out0, l4_umword_t *out1,
                                        l4_umword_t *out2, l4_umword_t *out3,
                                        l4_umword_t client_id)
{
    return l4_arm_smccc_call_u(cap, func, in0, in1, in2, in3, in4, in5, out0,
                               out1, out2, out3, client_id, l4_utcb());
}

#endif
