/*
 * The machine's parts, to each other: machine.c (CPU 0, time, interrupts),
 * devices.c and network.c (what is on the bus), cpus.c (the other CPUs, and
 * whose turn it is).
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "sim.h"
#include "bootstrap.h"
#include "clock.h"
#include "irqchip.h"
#include "msi.h"
#include "ram.h"
#include "timer.h"
#include "virtio.h"

/* machine.c */

/* CPU 0: fires what is due and tells the kernel. */
void machine_deliver(void);
/* Is there something to deliver to this CPU? */
bool machine_irq_waits(void);
/* The CPU in the kernel: the trap of the thread it runs. */
void machine_trap(struct port_frame *f, const struct hw_trap *t);
/* When CPU 0 has something to deliver, HW_NEVER: not of itself. */
uint64_t machine_due(void);
/* Steps until `due`, or until the run's limits. */
int64_t machine_budget(uint64_t due);
/* User code can tell the time: it may run for `budget` steps from now on. */
static inline void machine_set_clock(struct hw_user_block *b, int64_t budget)
{
    b->clock = sim_machine.now + (uint64_t)budget * SIM_NS_PER_STEP;
}
void machine_check_limits(void);
/* Nobody can run: on to the next event, told by `next`, or the end. */
void machine_idle(uint64_t (*next)(void));
/* --realtime: virtual time does not run ahead of the host's. */
void machine_pace(void);

/* devices.c */

void devices_init(struct hw_clock *clock, const struct hw_ram *ram,
                  struct hw_irqchip *irqchip, struct hw_msi *msi);
/* Registers; nothing there reads 0. */
uint64_t devices_read(uint64_t pa, unsigned size);
void devices_write(uint64_t pa, unsigned size, uint64_t value);
/* A byte of console input is there, and no driver has the UART's interrupt. */
bool devices_have_kernel_input(void);

/* network.c */

/* Plugs an adapter into each of the slots for the --net options so far;
 * how many. */
unsigned network_init(struct hw_clock *clock, struct hw_virtio *slots,
                      unsigned room);

/* events.c: the same for --events. */
void events_init(struct hw_clock *clock, struct hw_virtio *slots,
                 unsigned room);

/* The device by which a driver says where the picture is (screen.c). */
bool screen_is_ramfb(void);
bool screen_is_gpu(void);
struct hw_fw_cfg *screen_ramfb(const struct hw_ram *ram);
void screen_gpu(struct hw_virtio *slot, struct hw_clock *clock);

/* cpus.c: only with more than one CPU */

void cpus_init(struct hw_cpu *first);
_Noreturn void cpus_run(void);
/* Timer of the CPU in the kernel, which is not CPU 0; is it due? */
struct hw_timer *cpus_timer(void);
bool cpus_irq_pending(void);
/* Other CPUs that run in s leave user mode. */
void cpus_stop_in(const struct port_space *s);
/* All leave user code soon. Async-signal-safe. */
void cpus_interrupt(void);

#endif
