/* aarch64: the architecture's part of a vCPU's state. */
#ifndef L4_SYS_ARCH_VCPU_H
#define L4_SYS_ARCH_VCPU_H

#include <l4/sys/l4int.h>

enum { L4_VCPU_STATE_VERSION = 0x35 };

/* l4_utcb_exc_typeval() of an entry for a message. */
enum { L4_VCPU_ARCH_UPCALL = 0x3f };

/* Thread registers of the vCPU's own code, loaded on entry. */
typedef struct l4_vcpu_arch_state_t {
    l4_umword_t host_tpidruro;
    l4_umword_t user_tpidruro;
} l4_vcpu_arch_state_t;

#endif
