/*
 * The aarch64 port's side of port.h: frames, spaces, and the calls that must
 * cost nothing.
 *
 * The kernel lies in the upper address range (TTBR1), all of physical memory
 * with it: virtual = physical + KERNEL_OFFSET. TPIDR_EL1 points to the CPU's
 * struct.
 */
#ifndef PORT_ARCH_H
#define PORT_ARCH_H

#include "layout.h"
#include "ticks.h"

struct port_frame {
    uint64_t x[31]; /* FRAME_* in layout.h */
    uint64_t sp, pc, pstate;
    uint64_t tp, utcb; /* TPIDR_EL0, TPIDRRO_EL0 */
    uint64_t esr, far;
    uint64_t no_fpu; /* port_frame_allow_fpu() */
    uint64_t unused;
    uint64_t v[64]; /* vector registers, when not in the CPU */
    uint64_t fpcr, fpsr;
};

struct port_space {
    uint64_t root; /* physical address of the top table */
};

/* One per CPU. */
struct machine_cpu {
    uint64_t stack;           /* first: the trap entry reads them */
    struct port_frame *frame; /* that runs or ran last in user mode */
    struct port_frame *fpu;   /* whose values the vector registers hold */
    uint64_t space;           /* TTBR0 */
    uint64_t number;          /* MPIDR */
    uint32_t index;           /* 0-based */
};

extern struct machine_cpu machine_cpus[];
extern uint64_t machine_kernel_space; /* TTBR0 of no task */

static inline struct machine_cpu *machine_self(void)
{
    struct machine_cpu *c;
    __asm__("mrs %0, tpidr_el1" : "=r"(c));
    return c;
}

static inline void *port_phys_to_virt(paddr_t pa)
{
    return (void *)(pa + KERNEL_OFFSET);
}

static inline paddr_t port_virt_to_phys(const void *va)
{
    return (paddr_t)va - KERNEL_OFFSET;
}

static inline unsigned port_cpu(void)
{
    return machine_self()->index;
}

static inline uint64_t machine_ticks(void)
{
    uint64_t t;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(t));
    return t;
}

static inline uint64_t port_time(void)
{
    return machine_time(machine_ticks());
}

static inline void port_work(unsigned steps)
{
    (void)steps;
}

static inline void port_space_activate(struct port_space *s)
{
    uint64_t root = s ? s->root : machine_kernel_space;
    if (machine_self()->space == root)
        return;
    machine_self()->space = root;
    __asm__ volatile("msr ttbr0_el1, %0\n\t"
                     "isb\n\t"
                     "tlbi aside1, xzr\n\t"
                     "dsb nsh\n\t"
                     "isb"
                     :
                     : "r"(root)
                     : "memory");
}

static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu)
{
    return machine_cpus[cpu].space == s->root;
}

static inline uaddr_t port_frame_ip(const struct port_frame *f)
{
    return f->pc;
}

static inline uaddr_t port_frame_sp(const struct port_frame *f)
{
    return f->sp;
}

static inline word_t port_frame_tp(const struct port_frame *f)
{
    return f->tp;
}

static inline void port_frame_get_args(const struct port_frame *f,
                                       struct ipc_args *ret_args)
{
    *ret_args = (struct ipc_args){f->x[0], f->x[1], f->x[2], f->x[3]};
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->x[0] = tag;
    f->x[3] = label;
}

#endif
