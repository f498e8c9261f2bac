/*
 * The riscv64 port's side of port.h: frames, spaces, and the calls that must
 * cost nothing.
 *
 * The kernel lies in the upper half of Sv39, all of physical memory with it:
 * virtual = physical + KERNEL_OFFSET. In the kernel, register tp points to
 * the CPU's struct.
 */
#ifndef PORT_ARCH_H
#define PORT_ARCH_H

#include "layout.h"
#include "ticks.h"

struct machine_cpu;

struct port_frame {
    uint64_t pc;    /* in the place of x0 */
    uint64_t x[31]; /* x1..x31; FRAME_* in layout.h */
    uint64_t status;
    struct machine_cpu *cpu; /* that runs it; read by the trap entry */
    uint64_t cause, tval;
    uint64_t f[32]; /* floating point, when not in the registers */
    uint64_t fcsr;
    bool no_fpu; /* port_frame_allow_fpu() */
};

struct port_space {
    uint64_t satp; /* mode and root table */
};

/* One per hart. */
struct machine_cpu {
    uint64_t stack;         /* CPU_* in layout.h */
    struct port_frame *fpu; /* whose values the FP registers hold */
    uint32_t index, hart;   /* 0-based; the SBI's number */
    uint64_t space;         /* satp */
};

register struct machine_cpu *machine_self __asm__("tp");
extern struct machine_cpu machine_cpus[];
extern uint64_t machine_kernel_space; /* satp of no task */

enum { REG_RA = 0, REG_SP = 1, REG_GP = 2, REG_TP = 3, REG_A0 = 9 };

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
    return machine_self->index;
}

static inline uint64_t machine_ticks(void)
{
    uint64_t t;
    __asm__ volatile("rdtime %0" : "=r"(t));
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
    uint64_t satp = s ? s->satp : machine_kernel_space;
    if (machine_self->space == satp)
        return;
    machine_self->space = satp;
    __asm__ volatile("csrw satp, %0\n\tsfence.vma" : : "r"(satp) : "memory");
}

static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu)
{
    return machine_cpus[cpu].space == s->satp;
}

static inline uaddr_t port_frame_ip(const struct port_frame *f)
{
    return f->pc;
}

static inline uaddr_t port_frame_sp(const struct port_frame *f)
{
    return f->x[REG_SP];
}

static inline word_t port_frame_tp(const struct port_frame *f)
{
    return f->x[REG_TP];
}

static inline void port_frame_get_args(const struct port_frame *f,
                                       struct ipc_args *ret_args)
{
    const uint64_t *a = &f->x[REG_A0];
    *ret_args = (struct ipc_args){a[0], a[1], a[2], a[3]};
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->x[REG_A0] = tag;
    f->x[REG_A0 + 3] = label;
}

#endif
