/*
 * Several simulated CPUs on one host thread, interleaved.
 *
 * Each CPU has its own virtual time. The one that is furthest behind runs, for
 * a short while, then the next; so all see nearly the same time, and a run is
 * as reproducible as with one CPU.
 *
 *      time ----------------------------->
 *      CPU 0  |======|             |=====
 *      CPU 1         |=====|
 *      CPU 2  (idle: its time is that of its next event)
 *      CPU 3               |=======|
 *
 * There is one kernel, one lock, one host thread: while a CPU is in the kernel
 * all others stand still between two basic blocks of user code, their
 * registers in their frames. So port_stop() has nothing to do.
 * Not modelled: waiting for the kernel lock.
 *
 * I1  the CPU that runs is less than a turn ahead of any other that could run.
 * I2  sim_machine.now and .cpu are those of the CPU selected.
 */
#include "cpus.h"
#include <string.h>

enum { TURN_NS = 10000 };

struct cpu cpus[CPUS_MAX];
unsigned cpu_count; /* 0: a machine with one CPU */

static struct cpu *cpu_here(void)
{
    return &cpus[sim_machine.cpu];
}

static void on_timer(void *data, bool raised)
{
    struct cpu *c = data;
    c->timer_raised = raised;
}

void cpus_init(struct hw_cpu *first)
{
    int error;
    cpu_count = sim_options.cpus;
    for (unsigned i = 0; i < cpu_count; i++) {
        struct cpu *c = &cpus[i];
        c->number = i;
        c->cpu = i ? hw_cpu_new(sim_machine.mmu, &error) : first;
        if (!c->cpu)
            sim_die("cannot make CPU %u: %s", i, strerror(error));
        c->kicked = HW_NEVER;
        hw_clock_init(&c->clock);
        hw_timer_init(&c->timer, &c->clock, on_timer, c);
        hw_mmu_select(sim_machine.mmu, i);
        hw_mmu_attach(sim_machine.mmu, hw_cpu_block(c->cpu));
    }
    hw_mmu_select(sim_machine.mmu, 0);
}

struct hw_timer *cpus_timer(void)
{
    return &cpu_here()->timer;
}

bool cpus_irq_pending(void)
{
    const struct cpu *c = cpu_here();
    return sim_machine.now >= hw_clock_next(&c->clock) || c->timer_raised;
}

void cpus_interrupt(void)
{
    for (unsigned i = 0; i < cpu_count; i++)
        if (cpus[i].cpu)
            hw_cpu_block(cpus[i].cpu)->budget = -1;
}

void port_ipi(unsigned cpu)
{
    struct cpu *c = &cpus[cpu];
    if (sim_machine.now < c->kicked)
        c->kicked = sim_machine.now;
    if (sim_options.parallel)
        parallel_kick(c);
}

/* Interleaved, the others stand still, see above. */
void port_stop(unsigned cpu)
{
    if (sim_options.parallel)
        parallel_stop(&cpus[cpu]);
}

void cpus_stop_in(const struct port_space *s)
{
    if (!sim_options.parallel)
        return;
    for (unsigned i = 0; i < cpu_count; i++)
        if (i != sim_machine.cpu && port_space_is_active(s, i))
            parallel_stop(&cpus[i]);
}

/* --- whose turn it is ----------------------------------------------------- */

/* Keeps I2. */
void cpu_select(unsigned i)
{
    cpu_here()->now = sim_machine.now;
    sim_machine.cpu = i;
    sim_machine.now = cpus[i].now;
    hw_mmu_select(sim_machine.mmu, i);
}

/* When the CPU's own timer or devices want it. */
uint64_t cpu_due(unsigned i)
{
    const struct cpu *c = &cpus[i];
    if (i == 0)
        return machine_due();
    return c->timer_raised ? c->now : hw_clock_next(&c->clock);
}

/* From when on the CPU has something to do, HW_NEVER: nothing. */
static uint64_t cpu_wants(unsigned i)
{
    const struct cpu *c = &cpus[i];
    uint64_t now = i == sim_machine.cpu ? sim_machine.now : c->now;
    uint64_t due = cpu_due(i);
    if (!c->idle)
        return now;
    if (c->kicked < due)
        due = c->kicked;
    return due > now ? due : now;
}

/* Who is furthest behind, among those with something to do; *ret_next: when
 * the one after it wants to run. */
static unsigned cpus_last(uint64_t *ret_first, uint64_t *ret_next)
{
    unsigned best = 0;
    *ret_first = *ret_next = HW_NEVER;
    for (unsigned i = 0; i < cpu_count; i++) {
        uint64_t wants = cpu_wants(i);
        if (wants < *ret_first) {
            *ret_next = *ret_first;
            *ret_first = wants;
            best = i;
        } else if (wants < *ret_next) {
            *ret_next = wants;
        }
    }
    return best;
}

bool cpus_are_idle(void)
{
    for (unsigned i = 0; i < cpu_count; i++)
        if (!cpus[i].idle || cpus[i].kicked != HW_NEVER)
            return false;
    return true;
}

/* --- a turn -----------------------------------------------------------------
 */

void cpu_deliver(struct cpu *c)
{
    if (sim_machine.cpu == 0) {
        machine_deliver();
        return;
    }
    hw_clock_advance(&c->clock, sim_machine.now);
    if (c->timer_raised) {
        hw_timer_write(&c->timer, 0x08, 8, HW_NEVER);
        core_timer();
    }
}

static void cpu_run_user(struct cpu *c, struct port_frame *f, uint64_t end)
{
    struct hw_trap trap;
    int64_t steps;
    uint64_t due = cpu_due(sim_machine.cpu);
    int64_t budget = machine_budget(due < end ? due : end);
    machine_set_clock(hw_cpu_block(c->cpu), budget);
    hw_cpu_run(c->cpu, &f->regs, budget, &trap, &steps);
    port_work((unsigned)steps);
    machine_trap(f, &trap);
}

/* The selected CPU runs until its time is `end`, or it has nothing to do. */
static void cpu_turn(struct cpu *c, uint64_t end)
{
    c->idle = false;
    c->kicked = HW_NEVER;
    do {
        if (port_irq_pending())
            cpu_deliver(c);
        struct port_frame *f = core_next();
        if (f)
            cpu_run_user(c, f, end);
        else if (!port_irq_pending())
            c->idle = true;
        machine_check_limits();
    } while (!c->idle && sim_machine.now < end);
}

/* The next event of any CPU. */
static uint64_t cpus_due(void)
{
    uint64_t first, next;
    cpus_last(&first, &next);
    return first;
}

uint64_t cpus_latest(void)
{
    uint64_t latest = sim_machine.now;
    for (unsigned i = 0; i < cpu_count; i++)
        if (cpus[i].now > latest)
            latest = cpus[i].now;
    return latest;
}

/* Nobody runs. All are as far as the one that is furthest; CPU 0 looks for
 * input, and goes to the next event, or ends the run. */
void cpus_idle(void)
{
    uint64_t latest = cpus_latest();
    cpu_select(0);
    sim_machine.now = latest;
    machine_idle(cpus_due);
}

void cpus_run(void)
{
    if (sim_options.parallel)
        parallel_run();
    for (;;) {
        uint64_t first, next;
        if (cpus_are_idle())
            cpus_idle();
        unsigned i = cpus_last(&first, &next);
        if (first == HW_NEVER)
            continue; /* input came, or did not */
        cpu_select(i);
        if (first > sim_machine.now)
            sim_machine.now = first;
        machine_pace();
        uint64_t turn = TURN_NS / 2 + TURN_NS / 2 * (1 + port_vary(4));
        cpu_turn(&cpus[i],
                 (next < HW_NEVER && next > first ? next : first) + turn);
    }
}
