/*
 * The riscv64 port's parts, to each other. The core never sees this file.
 *
 *   entry.S    first instructions, in and out of user mode
 *   main.c     device tree -> struct hardware
 *   machine.c  traps, time, interrupts
 *   irqchip.c  the PLIC
 *   console.c  the 16550
 *   frame.c    registers of a thread
 *   space.c    page tables
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "hardware.h"
#include "run.h"
#include "tree.h"

/* space.c */
void space_init_kernel(void);
void space_init_cpu(void);
bool space_touch(uaddr_t va, unsigned access);

/* machine.c. hz: of the time counter; sstc: the hart has stimecmp. */
void machine_init(uint32_t hz, bool sstc);
/* On each hart: where its traps go, which interrupts it takes. */
void machine_init_cpu(void);
/* The hart comes to main_other() after this; false: it does not. */
bool machine_start(struct machine_cpu *c);

/* irqchip.c. context: the PLIC's number for this hart's S mode. */
void irqchip_init(paddr_t base, unsigned context, unsigned lines);
/* Tells the core about all that is pending. */
void irqchip_deliver(void);
/* Is any line unmasked, so that an interrupt could still come? */
bool irqchip_waits(void);

/* console.c */
void console_init(paddr_t base, unsigned shift, unsigned irq);
/* Was the interrupt the kernel's own? */
bool console_interrupt(unsigned line);

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f);
struct port_frame *machine_syscall(void);

/* entry.S */
_Noreturn void machine_resume(struct port_frame *f);
void fpu_save(struct port_frame *f);
void fpu_load(const struct port_frame *f);

/* quiet.c: the device tree as QEMU made it; 0: firmware's is that. */
extern paddr_t quiet_whole_tree;

#endif
