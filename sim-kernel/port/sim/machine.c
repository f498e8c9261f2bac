/*
 * The simulated machine: models wired together, and the loop that runs it.
 *
 *      loop:  core_next() --frame--> hw_cpu_run() --trap--> core_...()
 *             virtual time moves by the steps executed; when it reaches the
 *             earliest event (timer, device) that is delivered; when nobody
 *             can run it jumps there
 *
 * Invariants:
 * This is the whole of a machine with one CPU. With several (cpus.c) it is
 * CPU 0, the one with the devices; the others have a timer only.
 *
 * I1  sim_machine.now of a CPU never goes back and is, with one CPU, at least
 *     clock.now.
 * I2  an interrupt is delivered before user code runs past its time, give or
 *     take the step in progress.
 * I3  nothing here depends on the host: no pointer, clock or process id
 *     enters a decision (--realtime only waits; live input is an input).
 */
#include "machine.h"
#include "cpus.h"
#include "clock.h"
#include "irqchip.h"
#include "msi.h"
#include "ram.h"
#include "random.h"
#include "timer.h"
#include <l4/sys/err.h>
#include <l4/vitrine/trace_events.h>
#include <signal.h>
#include <string.h>
#include <time.h>

struct sim_machine sim_machine;

/* One machine per process: a signal handler has to find it. */
static struct {
    struct hw_ram ram;
    struct hw_cpu *cpu;
    struct hw_clock clock;
    struct hw_timer timer;
    struct hw_irqchip irqchip, msi_chip;
    struct hw_msi msi;
    bool timer_raised, irq_raised, msi_raised;
    volatile sig_atomic_t interrupted;
    uint64_t random;
    uint64_t host_start;
} machine;

enum {
    IRQ_ENABLE = 0x04,
    IRQ_CLAIM = 0x08,
    IRQ_LEVEL = 0x0c,
    IRQ_POLARITY = 0x10,
    IRQ_BOTH = 0x14
};
enum { CLOCK_SIZE = 0x100 }; /* clock_*.S */
enum { MODE_LEVEL = 2, MODE_NEG = 4, MODE_BOTH = 8 };

/* --- construction ------------------------------------------------------ */

static void on_timer(void *data, bool raised)
{
    (void)data;
    machine.timer_raised = raised;
}

/* data: where the output of one of the two controllers is kept. */
static void on_irq(void *data, bool raised)
{
    *(bool *)data = raised;
}

/* A vector is an edge, there and gone. */
static void on_msi(void *data, unsigned vector)
{
    hw_irqchip_input(data, vector, true);
    hw_irqchip_input(data, vector, false);
}

/* A simulator bug: a signal while no user code ran. */
static void on_crash(int signo, uint64_t address, uint64_t ip)
{
    char text[128];
    snprintf(text, sizeof(text), "signal %d at host ip %#llx, address %#llx",
             signo, (unsigned long long)ip, (unsigned long long)address);
    port_panic("host", 0, text);
}

static uint64_t host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void machine_init(void)
{
    int error = hw_ram_init(&machine.ram, SIM_RAM_BASE, sim_options.ram_bytes);
    if (error)
        sim_die("--ram: cannot make %llu bytes of RAM: %s",
                (unsigned long long)sim_options.ram_bytes, strerror(-error));
    sim_machine.window = (char *)machine.ram.window - SIM_RAM_BASE;
    sim_machine.mmu =
        hw_mmu_new(&machine.ram, SIM_RAM_BASE, SIM_USER_END, 0, &error);
    if (!sim_machine.mmu)
        sim_die("cannot reserve the user address range: %s", strerror(error));
    if (sim_options.gdb)
        hw_mmu_writable(sim_machine.mmu);
    machine.cpu = hw_cpu_new(sim_machine.mmu, &error);
    if (!machine.cpu)
        sim_die("cannot make a CPU: %s", strerror(error));
    hw_mmu_attach(sim_machine.mmu, hw_cpu_block(machine.cpu));
    hw_cpu_on_crash(on_crash);
    hw_clock_init(&machine.clock);
    hw_timer_init(&machine.timer, &machine.clock, on_timer, NULL);
    hw_irqchip_init(&machine.irqchip, on_irq, &machine.irq_raised);
    hw_irqchip_init(&machine.msi_chip, on_irq, &machine.msi_raised);
    hw_msi_init(&machine.msi, SIM_MSIS, on_msi, &machine.msi_chip);
    hw_irqchip_write(&machine.irqchip, IRQ_LEVEL, 4, 0xffffffffu);
    devices_init(&machine.clock, &machine.ram, &machine.irqchip, &machine.msi);
    if (sim_options.cpus > 1) {
        cpus_init(machine.cpu);
    } else {
        sim_machine.block = hw_cpu_block(machine.cpu);
        hw_cpu_lend_tp(machine.cpu, true);
    }
    machine.random = sim_options.seed;
    machine.host_start = host_ns();
}

/* --- time --------------------------------------------------------------- */

int64_t port_host_ns(void)
{
    if (!sim_options.host_clock)
        return -1;
    sim_own_tp();
    bool again = sim_options.replay || replay_left(INPUT_HOST_CLOCK);
    int64_t ns = again ? replay_host_ns() : (int64_t)host_ns();
    if (!again)
        replay_keep(INPUT_HOST_CLOCK, (uint64_t)ns, 0);
    core_trace_input(1, (uint64_t)ns, 0);
    return ns;
}

unsigned port_vary(unsigned range)
{
    if (!sim_options.seed || range < 2)
        return 0;
    return (unsigned)(random_next(&machine.random) % range);
}

void port_clock_code(void *code)
{
    extern const char clock_code[CLOCK_SIZE];
    memcpy(code, clock_code, CLOCK_SIZE);
}

enum { TIMER_JITTER_NS = 20000 };

void port_timer_set(uint64_t when)
{
    if (when != HW_NEVER)
        when += port_vary(TIMER_JITTER_NS);
    sim_own_tp();
    hw_timer_write(sim_machine.cpu ? cpus_timer() : &machine.timer, 0x08, 8,
                   when);
}

/* --realtime: virtual time does not run ahead of the host's. */
void machine_pace(void)
{
    uint64_t host = host_ns() - machine.host_start;
    if (!sim_options.realtime || host >= sim_machine.now)
        return;
    uint64_t wait = sim_machine.now - host;
    struct timespec t = {(time_t)(wait / 1000000000u),
                         (long)(wait % 1000000000u)};
    console_flush();
    nanosleep(&t, NULL);
}

/* --- interrupts ---------------------------------------------------------- */

/* The controller of a line: wired, or of MSIs. */
static struct hw_irqchip *irqchip_of(unsigned line)
{
    return line < SIM_IRQS ? &machine.irqchip : &machine.msi_chip;
}

static void irqchip_bit(uint64_t offset, unsigned line, bool on)
{
    struct hw_irqchip *c = irqchip_of(line);
    uint32_t bit = 1u << line % HW_IRQCHIP_LINES;
    uint32_t old = (uint32_t)hw_irqchip_read(c, offset, 4);
    hw_irqchip_write(c, offset, 4, on ? old | bit : old & ~bit);
}

void port_irq_mask(unsigned line)
{
    irqchip_bit(IRQ_ENABLE, line, false);
}

void port_irq_unmask(unsigned line)
{
    irqchip_bit(IRQ_ENABLE, line, true);
}

void port_irq_ack(unsigned line)
{
    hw_irqchip_write(irqchip_of(line), IRQ_CLAIM, 4,
                     line % HW_IRQCHIP_LINES + 1);
}

int port_irq_set_mode(unsigned line, unsigned mode)
{
    if (line >= HW_IRQCHIP_LINES)
        return -L4_EINVAL;
    irqchip_bit(IRQ_LEVEL, line, mode & MODE_LEVEL);
    irqchip_bit(IRQ_POLARITY, line, mode & MODE_NEG);
    irqchip_bit(IRQ_BOTH, line, mode & MODE_BOTH);
    return 0;
}

/* Interrupts of one controller, whose lines begin at `first`. */
static void machine_claim(struct hw_irqchip *c, const bool *raised,
                          unsigned first)
{
    while (*raised) {
        uint32_t line = (uint32_t)hw_irqchip_read(c, IRQ_CLAIM, 4);
        if (!line)
            break;
        core_irq(first + line - 1);
    }
}

static inline bool machine_irq_pending(void)
{
    return sim_machine.now >= hw_clock_next(&machine.clock) ||
           machine.timer_raised || machine.irq_raised || machine.msi_raised;
}

bool machine_irq_waits(void)
{
    return sim_machine.cpu ? cpus_irq_pending() : machine_irq_pending();
}

bool port_irq_pending(void)
{
    return machine_irq_waits() || parallel_is_wanted();
}

/* One look for a key; true: the kernel, who listens, was told of one. */
static bool machine_look(void)
{
    if (!devices_want_input())
        return false;
    console_poll();
    bool told = devices_have_kernel_input();
    if (told)
        core_console_input();
    return told;
}

/* Fires what is due and tells the kernel. Keeps I2. With --keys also looks for
 * one: there is no other way to a Ctrl-C while somebody computes. */
void machine_deliver(void)
{
    sim_own_tp();
    hw_clock_advance(&machine.clock, sim_machine.now);
    if (machine.timer_raised) {
        hw_timer_write(&machine.timer, 0x08, 8, HW_NEVER);
        core_timer();
    }
    machine_claim(&machine.irqchip, &machine.irq_raised, 0);
    machine_claim(&machine.msi_chip, &machine.msi_raised, SIM_IRQS);
    if (sim_options.keys)
        machine_look();
    tracefile_show(sim_machine.now);
}

/* --- devices -------------------------------------------------------------- */

static void machine_mmio(struct port_frame *f, const struct hw_trap *t)
{
    uint64_t value = 0;
    hw_clock_advance(&machine.clock, sim_machine.now);
    if (t->access & HW_ACCESS_W)
        devices_write(t->pa, t->size, t->value);
    else
        value = devices_read(t->pa, t->size);
    hw_regs_set_mmio(&f->regs, value);
}

int machine_ram(uint64_t *ret_size)
{
    *ret_size = machine.ram.size;
    return machine.ram.fd;
}

const void *machine_user(const struct port_space *s, uaddr_t va, size_t size)
{
    struct hw_walk w;
    bool same_page = va >> PAGE_ORDER == (va + size - 1) >> PAGE_ORDER;
    if (!same_page || !hw_mmu_walk(sim_machine.mmu, s->root, va, &w))
        return NULL;
    return hw_ram_at(&machine.ram, w.pa, size);
}

/* --- the loop ------------------------------------------------------------- */

static enum trap_cause machine_cause(const struct hw_trap *t)
{
    switch (t->signo) {
    case SIGFPE:
        return CAUSE_DIVIDE;
    case SIGILL:
        return CAUSE_ILLEGAL;
    case SIGTRAP:
        return t->step ? CAUSE_STEP : CAUSE_BREAKPOINT;
    case SIGBUS:
    case SIGSEGV:
        return CAUSE_BUS;
    default:
        return CAUSE_OTHER;
    }
}

void machine_trap(struct port_frame *f, const struct hw_trap *t)
{
    struct port_trap p = {.address = t->address};
    switch (t->kind) {
    case HW_TRAP_SYSCALL:
        core_syscall();
        break;
    case HW_TRAP_FAULT:
        core_page_fault(t->address, t->access);
        break;
    case HW_TRAP_EXCEPTION:
        p.cause = machine_cause(t);
        core_exception(&p);
        break;
    case HW_TRAP_MMIO:
        machine_mmio(f, t);
        break;
    case HW_TRAP_BUDGET:
        break;
    }
}

void machine_interrupt(void)
{
    machine.interrupted = 1;
    if (machine.cpu)
        hw_cpu_block(machine.cpu)->budget = -1;
    cpus_interrupt();
}

__attribute__((noinline)) void sim_stop_hook(void)
{
    __asm__ volatile("");
}

static void machine_end_early(void)
{
    sim_own_tp();
    sim_stop_hook();
    core_end(machine.interrupted ? VTR_END_INTERRUPTED : VTR_END_LIMIT);
}

/* Ends the run if somebody asked for it. */
static inline void machine_limits(void)
{
    if (machine.interrupted || sim_machine.now >= sim_options.until_ns ||
        sim_machine.steps >= sim_options.max_steps)
        machine_end_early();
}

void machine_check_limits(void)
{
    machine_limits();
}

static inline int64_t budget_until(uint64_t due)
{
    uint64_t now = sim_machine.now;
    if (due > sim_options.until_ns)
        due = sim_options.until_ns;
    uint64_t ns = due > now ? due - now : 0;
    uint64_t steps = ns / SIM_NS_PER_STEP + 1;
    uint64_t left = sim_options.max_steps - sim_machine.steps;
    steps = steps < left ? steps : left;
    return steps < 1u << 30 ? (int64_t)steps : 1 << 30;
}

int64_t machine_budget(uint64_t due)
{
    return budget_until(due);
}

uint64_t machine_due(void)
{
    if (machine.timer_raised || machine.irq_raised || machine.msi_raised)
        return sim_machine.now;
    return hw_clock_next(&machine.clock);
}

void machine_idle(uint64_t (*next)(void))
{
    sim_own_tp();
    uint64_t due = next();
    machine_limits();
    if (port_irq_pending())
        return; /* the kernel was in the middle of something */
    if (devices_want_input()) {
        bool told = machine_look();
        if (machine.irq_raised || (told && !devices_have_kernel_input()))
            return; /* the byte is delivered now */
        due = next();
    }
    if (due == HW_NEVER && devices_want_input() && console_wait())
        due = sim_machine.now;
    if (due == HW_NEVER)
        core_end(core_is_deadlocked() ? VTR_END_DEADLOCK : VTR_END_IDLE);
    if (due > sim_options.until_ns)
        due = sim_options.until_ns;
    if (due > sim_machine.now)
        sim_machine.now = due;
    machine_pace();
}

/* A system call; who runs next, NULL: core_next() knows. */
static struct port_frame *machine_syscall(const struct port_frame *f)
{
    struct ipc_args args;
    port_frame_get_args(f, &args);
    struct port_frame *next = core_handover(args.tag, args.dest, args.timeouts);
    if (!next)
        core_syscall();
    return next;
}

/* f's user code until it traps; as above. */
static struct port_frame *machine_go_on(struct port_frame *f)
{
    struct hw_trap trap;
    int64_t steps, budget = budget_until(hw_clock_next(&machine.clock));
    machine_set_clock(sim_machine.block, budget);
    hw_cpu_run(machine.cpu, &f->regs, budget, &trap, &steps);
    port_work((unsigned)steps);
    if (trap.kind == HW_TRAP_SYSCALL)
        return machine_syscall(f);
    machine_trap(f, &trap);
    return NULL;
}

void machine_run(void)
{
    struct port_frame *next = NULL;
    if (sim_options.cpus > 1)
        cpus_run();
    for (;;) {
        struct port_frame *f = next ? next : core_next();
        next = NULL;
        if (f)
            next = machine_go_on(f);
        else
            machine_idle(machine_due);
        if (machine_irq_pending()) {
            machine_deliver();
            next = NULL;
        }
        machine_limits();
    }
}
