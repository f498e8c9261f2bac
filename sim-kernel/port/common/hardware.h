/*
 * What the ports for real machines share, and what it asks of each.
 *
 *   main.c of a port --struct hardware--> hardware_boot() --> core_boot()
 *   core --port_shutdown()--> report.c --machine_stop()--> the port
 */
#ifndef PORT_HARDWARE_H
#define PORT_HARDWARE_H

#include "port.h"
#include "ticks.h"
#include <l4/vitrine/bootinfo.h>

enum { HARDWARE_DEVICES = 64 };

/* What a port's main.c found out about its machine. */
struct hardware {
    paddr_t ram_start, ram_end; /* the kernel's piece of RAM, behind it */
    paddr_t archive_start, archive_end;
    paddr_t device_start, device_end; /* pages of the console, 0, 0: none */
    unsigned device_count;            /* what user level may drive */
    struct l4_vitrine_device device[HARDWARE_DEVICES];
    paddr_t uart_base;
    unsigned uart_irq;
    unsigned irq_count, cpu_count;
    unsigned io_ports; /* 0: the machine knows none */
    uaddr_t user_end;
};

/* Options of the run, from the archive. */
extern struct hardware_options {
    uint64_t until_ns; /* time limit, ~0: none */
    uint64_t seed;
    bool host_clock; /* port_host_ns() says something */
} hardware_options;

/* Opens the boot archive, fills memory and boots the core. Says on the
 * console why and stops the machine where that cannot be. */
void hardware_boot(const struct hardware *h);

/* One sentence on the console, then the machine stops: bad input. */
_Noreturn void hardware_die(const char *format, ...);

/* Text to the console: %s, %d (long), %u and %x (unsigned long), %c. */
void print(const char *format, ...);

/* What a port's clock.S has at its clock_data: the time is port_time(). */
struct clock_data {
    uint64_t boot, to_ns; /* ticks; struct tick_scale */
};
enum {
    CLOCK_DATA = 0x100,
    CLOCK_SIZE = CLOCK_DATA + sizeof(struct clock_data)
};
extern const char clock_code[CLOCK_SIZE];
static inline void clock_code_put(void *code, struct clock_data data)
{
    __builtin_memcpy(code, clock_code, CLOCK_DATA);
    __builtin_memcpy((char *)code + CLOCK_DATA, &data, sizeof(data));
}

/* --- by each port --------------------------------------------------------- */

/* Ends the machine so that QEMU notices (a reset: `-action reboot=shutdown`
 * leaves memory to be looked at). */
_Noreturn void machine_stop(void);
/* Where a backtrace through the kernel stack would begin: what to print of
 * the CPU when the kernel has a bug. */
void machine_dump(void);

#endif
