/* x86-64: the architecture's part of a vCPU's state. */
#ifndef L4_SYS_ARCH_VCPU_H
#define L4_SYS_ARCH_VCPU_H

#include <l4/sys/l4int.h>

enum { L4_VCPU_STATE_VERSION = 0x26 };

/* l4_utcb_exc_typeval() of an entry for a message. */
enum { L4_VCPU_ARCH_UPCALL = 0xfe };

/* Segments of the vCPU's own code, loaded on entry. */
typedef struct l4_vcpu_arch_state_t {
    l4_umword_t host_fs_base;
    l4_umword_t host_gs_base;
    l4_uint16_t host_ds, host_es, host_fs, host_gs;
    l4_uint16_t user_ds32;
    l4_uint16_t user_cs64;
    l4_uint16_t user_cs32;
} l4_vcpu_arch_state_t;

#endif
