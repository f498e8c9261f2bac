/*
 * The sim port's side of port.h: frames and spaces over the hardware models,
 * and the calls that must cost nothing.
 */
#ifndef PORT_ARCH_H
#define PORT_ARCH_H

#include "cpu.h"
#include "mmu.h"

struct port_frame {
    struct hw_regs regs;
};

struct port_space {
    uint64_t root;  /* physical address of the top table */
    uint32_t cache; /* the MMU model's word */
};

/* What the inline calls reach; owned by machine.c. */
extern struct sim_machine {
    char *window; /* host address of physical 0 (out of RAM: none) */
    struct hw_mmu *mmu;
    struct hw_user_block *block; /* the only CPU's; NULL: none yet, several */
    uint64_t now;                /* virtual time of the CPU in the kernel, ns */
    uint64_t steps;              /* executed, user and kernel, of all CPUs */
    unsigned cpu;                /* the CPU in the kernel (cpus.c) */
} sim_machine;

/* The host's C library may be called: to be said first by everything here that
 * the core or the main loop reaches and that does so (hw_cpu_lend_tp()). With
 * several CPUs nothing is lent, and another one's host thread must not be
 * taken for ours: while it is in user code, its block looks lent. */
static inline void sim_own_tp(void)
{
    if (sim_machine.block)
        hw_cpu_own_tp(sim_machine.block);
}

enum { SIM_NS_PER_STEP = 10 };

static inline void *port_phys_to_virt(paddr_t pa)
{
    return sim_machine.window + pa;
}

static inline paddr_t port_virt_to_phys(const void *va)
{
    return (paddr_t)((const char *)va - sim_machine.window);
}

static inline unsigned port_cpu(void)
{
    return sim_machine.cpu;
}

static inline uint64_t port_time(void)
{
    return sim_machine.now;
}

static inline void port_work(unsigned steps)
{
    sim_machine.steps += steps;
    sim_machine.now += (uint64_t)steps * SIM_NS_PER_STEP;
}

static inline void port_space_activate(struct port_space *s)
{
    static uint32_t none;
    if (s)
        hw_mmu_switch(sim_machine.mmu, s->root, &s->cache);
    else
        hw_mmu_switch(sim_machine.mmu, 0, &none);
}

static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu)
{
    return hw_mmu_root(sim_machine.mmu, cpu) == s->root;
}

#if defined(__x86_64__)
#include "host_x86_64.h"
#else
#include "host_aarch64.h"
#endif

static inline uaddr_t port_frame_ip(const struct port_frame *f)
{
    return f->regs.SIM_IP;
}

static inline uaddr_t port_frame_sp(const struct port_frame *f)
{
    return f->regs.SIM_SP;
}

static inline word_t port_frame_tp(const struct port_frame *f)
{
    return f->regs.tp;
}

#endif
