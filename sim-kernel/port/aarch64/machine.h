/*
 * The aarch64 port's parts, to each other. The core never sees this file.
 *
 *   entry.S    first instructions, in and out of user mode
 *   main.c     device tree -> struct hardware
 *   machine.c  traps, time, interrupts
 *   irqchip.c  the GIC
 *   console.c  the PL011
 *   frame.c    registers of a thread
 *   space.c    page tables
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "hardware.h"
#include "fdt.h"

/* space.c */
void space_init_kernel(void);
bool space_touch(uaddr_t va, unsigned access);

/* machine.c. by_hvc: PSCI is called by HVC, else by SMC. */
void machine_init(bool by_hvc);
void machine_timer(void);
_Noreturn void machine_run(void);

/* irqchip.c. Lines are SPI numbers; timer: the INTID of the timer's PPI. */
void irqchip_init(paddr_t distributor, paddr_t cpu, unsigned timer);
/* Tells the core about all that is pending. */
void irqchip_deliver(void);
/* Is any line unmasked, so that an interrupt could still come? */
bool irqchip_waits(void);

/* console.c */
void console_init(paddr_t base, unsigned irq);
/* Was the interrupt the kernel's own? */
bool console_interrupt(unsigned line);

/* entry.S */
_Noreturn void machine_resume(struct port_frame *f);
void fpu_save(struct port_frame *f);
void fpu_load(const struct port_frame *f);

#endif
