/*
 * The x86_64 port's side of port.h: frames, spaces, and the calls that must
 * cost nothing.
 *
 * The kernel lies in the last 512 GiB, the first 4 GiB of physical memory
 * with it: virtual = physical + KERNEL_OFFSET. In the kernel the GS base
 * points to the CPU's struct.
 */
#ifndef PORT_ARCH_H
#define PORT_ARCH_H

#include "layout.h"
#include "ticks.h"

enum { FPU_BYTES = 832 }; /* x87, SSE and AVX by XSAVE */

/* From r15 to ss as in l4_exc_regs_t: as entry.S and the CPU push them. The
 * CPU wants ss to end at a multiple of 16. */
struct port_frame {
    uint64_t no_fpu; /* port_frame_allow_fpu() */
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rdi, rsi, rbp, address, rbx, rdx, rcx, rax;
    uint64_t vector, error; /* vector: VECTOR_SYSCALL, rcx and r11 are lost */
    uint64_t ip, cs, flags, sp, ss;
    uint64_t tp, utcb; /* FS base; word at the GS base */
    __attribute__((aligned(64))) uint8_t fpu[FPU_BYTES]; /* when not in CPU */
};

struct port_space {
    uint64_t root; /* physical address of the top table */
};

/* The hardware's task-state segment: stacks for traps. */
struct task_state {
    uint32_t unused0;
    uint64_t rsp0, rsp1, rsp2, unused1;
    uint64_t ist[7];
    uint64_t unused2;
    uint16_t unused3, io_map;
} __attribute__((packed));

enum { GDT_ENTRIES = 8 };

/* One per CPU. */
struct machine_cpu {
    struct machine_cpu *self; /* CPU_* in layout.h */
    uint64_t stack;
    uint64_t scratch;
    uint64_t woken; /* vector that hit in the kernel, not yet handled; or 0 */
    uint32_t index;
    struct task_state tss;
    uint32_t apic;             /* number of its local APIC */
    bool started;              /* atomic: it has left the trampoline */
    bool fpu_on;               /* it may be used */
    uint64_t timer;            /* ns: when to fire, ~0: never */
    uint64_t space;            /* CR3 */
    struct port_frame *fpu;    /* whose values the FPU holds */
    struct port_frame *loaded; /* whose FS base, UTCB and stack are in force */
    uint64_t tp;               /* that FS base */
    uint64_t *word;            /* user code reads its UTCB's address here ... */
    uaddr_t word_user;         /* ... at this address */
    uint64_t gdt[GDT_ENTRIES];
};

extern struct machine_cpu machine_cpus[];
extern uint64_t machine_kernel_space; /* CR3 of no task */

static inline struct machine_cpu *machine_self(void)
{
    struct machine_cpu *c;
    __asm__("movq %%gs:0, %0" : "=r"(c));
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
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
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
    __asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu)
{
    return machine_cpus[cpu].space == s->root;
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
    *ret_args = (struct ipc_args){f->rax, f->rdx, f->r8, f->rsi};
}

static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label)
{
    f->rax = tag;
    f->rsi = label;
}

#endif
