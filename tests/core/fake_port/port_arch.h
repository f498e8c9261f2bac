/*
 * The fake port: a machine for unit tests, on which nothing runs.
 *
 * Page tables are real enough to run out: each 2 MiB region of a space is a
 * superpage or a table of 512 entries, and a table is a frame from
 * core_table_alloc(). Tables stay until a superpage replaces them or the
 * space goes. Physical addresses are host addresses.
 *
 * What a test may set and look at is in fake_port.h.
 */
#ifndef PORT_ARCH_H
#define PORT_ARCH_H

struct port_frame {
    uaddr_t ip, sp, utcb;
    word_t tp, arg;
    struct ipc_args args;            /* what the next system call carries */
    word_t result_tag, result_label; /* what the last one gave */
    word_t mr[4];                    /* the state of an exception message */
    word_t fpu;                      /* stands for the FPU's registers */
    bool no_fpu;                     /* port_frame_allow_fpu() */
    bool released;
};

struct fake_region; /* fake_port.c */

struct port_space {
    struct fake_region *regions;
};

extern unsigned port_fake_cpu;
extern uint64_t port_fake_work;
extern struct port_space *port_fake_active[32]; /* by CPU */

static inline void *port_phys_to_virt(paddr_t pa)
{
    return (void *)(uintptr_t)pa;
}

static inline paddr_t port_virt_to_phys(const void *va)
{
    return (uintptr_t)va;
}

static inline unsigned port_cpu(void)
{
    return port_fake_cpu;
}

static inline void port_work(unsigned steps)
{
    port_fake_work += steps;
}

static inline uaddr_t port_frame_ip(const struct port_frame *f)
{
    return f->ip;
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
    *ret_args = f->args;
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->result_tag = tag;
    f->result_label = label;
}

static inline void port_space_activate(struct port_space *s)
{
    port_fake_active[port_fake_cpu] = s;
}

static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu)
{
    return port_fake_active[cpu] == s;
}

#endif
