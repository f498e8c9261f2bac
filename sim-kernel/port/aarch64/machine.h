/*
 * The aarch64 port's parts, to each other. The core never sees this file.
 *
 *   entry.S    first instructions, in and out of user mode
 *   main.c     device tree -> struct hardware
 *   machine.c  traps, time, interrupts
 *   irqchip.c  the GIC; gicv2.c, gicv3.c: where its versions differ
 *   console.c  the PL011
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

/* machine.c. by_hvc: PSCI is called by HVC, else by SMC. */
void machine_init(bool by_hvc);
/* On each CPU: its timer and its part of the GIC. */
void machine_init_cpu(void);
/* The CPU comes to main_other() after this; false: it does not. */
bool machine_start(struct machine_cpu *c);
/* MPIDR_EL1, the affinity of the CPU that asks. */
uint64_t machine_number(void);

/* irqchip.c. Lines are SPI numbers. What the device tree says of the GIC and
 * of the timer's interrupt. */
void irqchip_init(const struct fdt *f);
void irqchip_init_cpu(void);
/* Tells the core about all that is pending. */
void irqchip_deliver(void);
/* Is any line unmasked, so that an interrupt could still come? */
bool irqchip_waits(void);

/* console.c */
void console_init(paddr_t base, unsigned irq);
/* Was the interrupt the kernel's own? */
bool console_interrupt(unsigned line);

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f, unsigned kind);
struct port_frame *machine_syscall(void);

/* entry.S */
_Noreturn void machine_resume(struct port_frame *f);
void fpu_save(struct port_frame *f);
void fpu_load(const struct port_frame *f);

#endif
