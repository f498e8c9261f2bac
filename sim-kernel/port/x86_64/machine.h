/*
 * The x86_64 port's parts, to each other. The core never sees this file.
 *
 *   entry.S    first instructions, in and out of user mode
 *   main.c     start info and ACPI tables -> struct hardware
 *   acpi.c     what the tables say
 *   machine.c  traps, the running thread's registers
 *   timer.c    time and timer
 *   clock.S    time for user code
 *   irqchip.c  local APIC and I/O APICs
 *   console.c  the 16550
 *   frame.c    registers of a thread
 *   space.c    page tables
 *   io.c       I/O instructions of user code
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "hardware.h"
#include "acpi.h"
#include "run.h"

/* space.c */
void space_init_kernel(void); /* once */
void space_init_cpu(void);    /* on each CPU */
void space_flush_all(void);
/* May user code do that in the active space? */
bool space_allows(uaddr_t va, unsigned access);
/* `size` bytes at a user address of the active space into `to`; false: not
 * all of them are there. */
bool space_read(uaddr_t va, void *to, size_t size);
/* CPU `cpu`'s word behind the GS base of user code; as it sees it. */
uint64_t *space_utcb_word(unsigned cpu, uaddr_t *ret_user);

/* machine.c. Numbers of exceptions, as far as frames have them, too. */
enum {
    TRAP_DIVIDE = 0,
    TRAP_DEBUG = 1,
    TRAP_BREAKPOINT = 3,
    TRAP_ILLEGAL = 6,
    TRAP_PROTECTION = 13,
    TRAP_PAGE_FAULT = 14,
    TRAP_FPU = 16,
    TRAP_ALIGNMENT = 17,
};
enum trap_cause machine_cause(uint64_t vector);
void machine_init(void);     /* once */
void machine_init_cpu(void); /* on each CPU */
/* On each CPU, when all are known: into user mode. */
_Noreturn void machine_run(struct port_frame *first);
/* Starts a CPU by way of `page`, of RAM below 1 MiB; false: it does not come.
 */
bool machine_start(struct machine_cpu *c, paddr_t page);
_Noreturn void machine_kernel_trap(uint64_t vector, uint64_t error, uint64_t ip,
                                   uint64_t address);
void fpu_save(struct port_frame *f);
void fpu_load(const struct port_frame *f);

/* timer.c */
void timer_init(const struct acpi *a); /* once */
void timer_init_cpu(void);             /* on each CPU */
/* The timer's interrupt. */
void timer_interrupt(void);

/* irqchip.c */
void irqchip_init(const struct acpi *a); /* once */
void irqchip_init_cpu(void);             /* on each CPU */
unsigned irqchip_lines(void);
/* Tells the core about interrupt `vector`. */
void irqchip_deliver(uint64_t vector);
/* Is any line unmasked, so that an interrupt could still come? */
bool irqchip_waits(void);
/* How another CPU begins: reset, then at a page below 1 MiB. */
void irqchip_send_init(unsigned apic);
void irqchip_send_start(unsigned apic, paddr_t page);
/* Registers of the local APIC, by offset. */
uint32_t apic_get(unsigned offset);
void apic_set(unsigned offset, uint32_t value);
enum {
    APIC_TIMER = 0x320,
    APIC_COUNT = 0x380,
    APIC_LEFT = 0x390,
    APIC_DIVIDE = 0x3e0,
    APIC_MASKED = 1 << 16
};

/* console.c */
void console_init(uint16_t port, unsigned irq);
/* Without ACPI, for the last words: where a PC has its first serial port. */
void console_guess(void);
bool console_interrupt(unsigned line);

/* io.c. A general-protection fault of user code: was it an I/O instruction,
 * and is it dealt with? */
bool io_instruction(struct port_frame *f);

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f);
struct port_frame *machine_handed_over(struct port_frame *f);

/* entry.S */
_Noreturn void machine_resume(struct port_frame *f);

/* --- instructions --------------------------------------------------------- */

static inline void io_out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void io_out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void io_out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t io_in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint16_t io_in16(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t io_in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void msr_set(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value),
                       "d"((uint32_t)(value >> 32))
                     : "memory");
}

static inline uint64_t msr_get(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

struct cpuid {
    uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
                     : "a"(leaf), "c"(sub));
    return r;
}

#endif
