/*
 * What the ports for real machines share, and what it asks of each.
 *
 *   main.c of a port --struct hardware--> hardware_boot() --> core_boot()
 *   core --port_shutdown()--> report.c --machine_stop()--> the port
 */
#ifndef PORT_HARDWARE_H
#define PORT_HARDWARE_H

#include "port.h"
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

/* Ticks of a counter as nanoseconds, without a division: ns = ticks * mult /
 * 2^32. Exact for frequencies that divide 10^9. */
struct tick_scale {
    uint64_t to_ns, to_ticks; /* 32.32 fixed point */
};
static inline struct tick_scale tick_scale(uint32_t hz)
{
    return (struct tick_scale){(1000000000ull << 32) / hz,
                               ((uint64_t)hz << 32) / 1000000000u};
}
static inline uint64_t ticks_to_ns(const struct tick_scale *s, uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * s->to_ns >> 32);
}
/* The first tick at which `ns` have passed. */
static inline uint64_t ns_to_ticks(const struct tick_scale *s, uint64_t ns)
{
    uint64_t t = (uint64_t)((unsigned __int128)ns * s->to_ticks >> 32);
    while (ticks_to_ns(s, t) < ns)
        t++;
    return t;
}

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
