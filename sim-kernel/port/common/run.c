/*
 * Traps in, threads out, and who has the kernel (see run.h).
 */
#include "run.h"
#include "hardware.h"
#include <l4/vitrine/trace_events.h>

unsigned run_cpu_count = 1;
struct run_cpu run_cpus[RUN_CPUS_MAX];

static struct run_cpu *run_self(void)
{
    return &run_cpus[port_cpu()];
}

/* --- the lock ------------------------------------------------------------ */

static struct {
    uint32_t next, owner; /* tickets */
} lock;

static void lock_take(void)
{
    if (run_cpu_count == 1)
        return;
    uint32_t mine = __atomic_fetch_add(&lock.next, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock.owner, __ATOMIC_ACQUIRE) != mine)
        machine_relax();
}

static void lock_release(void)
{
    if (run_cpu_count > 1)
        __atomic_store_n(&lock.owner, lock.owner + 1, __ATOMIC_RELEASE);
}

/* Does somebody wait for it? Under the lock. */
static bool lock_is_wanted(void)
{
    uint32_t next = __atomic_load_n(&lock.next, __ATOMIC_RELAXED);
    return run_cpu_count > 1 && next - lock.owner > 1;
}

void run_init(unsigned cpus)
{
    run_cpu_count = cpus;
    for (unsigned i = 0; i < cpus; i++)
        run_cpus[i].timer = ~0ull;
    lock_take();
}

/* --- time ----------------------------------------------------------------- */

void port_timer_set(uint64_t when)
{
    uint64_t until = hardware_options.until_ns;
    run_self()->timer = when;
    machine_timer_program(when < until ? when : until);
}

void run_timer(void)
{
    if (port_time() >= hardware_options.until_ns)
        core_end(VTR_END_LIMIT);
    machine_timer_program(~0ull);
    run_self()->timer = ~0ull;
    core_timer();
}

/* --- in and out ----------------------------------------------------------- */

/* Keeps I1 and I2. */
bool run_enter_locked(const struct port_frame *f)
{
    machine_park_fpu();
    __atomic_store_n(&run_self()->in_user, false, __ATOMIC_RELEASE);
    lock_take();
    return core_frame() == f;
}

/* Keeps I1 and I3. */
static void run_leave(void)
{
    struct run_cpu *c = run_self();
    if (c->flush) {
        c->flush = false;
        machine_flush();
    }
    __atomic_store_n(&c->in_user, true, __ATOMIC_RELAXED);
    lock_release();
}

bool port_irq_pending(void)
{
    if (!machine_irq_pending() && !lock_is_wanted())
        return false;
    run_self()->told = true;
    return true;
}

/* Can nothing ever run again? This CPU is about to idle. */
static bool run_is_over(void)
{
    for (unsigned i = 0; i < run_cpu_count; i++) {
        const struct run_cpu *c = &run_cpus[i];
        if (!c->idle || c->kicked || c->timer != ~0ull)
            return false;
    }
    return !machine_irq_waits() && !machine_irq_pending();
}

/* Nobody can run here: on to the next interrupt, or the end. Or the core made
 * way for what waits: others get the lock, interrupts are served. */
static void run_idle(void)
{
    struct run_cpu *c = run_self();
    bool wait = !c->told;
    c->idle = wait;
    c->kicked = c->told = false;
    if (wait && run_is_over())
        core_end(core_is_deadlocked() ? VTR_END_DEADLOCK : VTR_END_IDLE);
    lock_release();
    if (wait)
        machine_wait();
    lock_take();
    c->idle = false;
    machine_deliver();
}

struct port_frame *run_next(void)
{
    struct port_frame *f;
    while (!(f = core_next()) || run_self()->told)
        run_idle();
    run_self()->told = false;
    machine_load_fpu(f);
    if (run_cpu_count > 1)
        run_leave();
    return f;
}

struct port_frame *run_first(void)
{
    lock_take();
    return run_next();
}

/* --- other CPUs ------------------------------------------------------------
 */

void port_ipi(unsigned cpu)
{
    run_cpus[cpu].kicked = true;
    machine_ring(cpu);
}

void port_stop(unsigned cpu)
{
    const struct run_cpu *c = &run_cpus[cpu];
    if (!__atomic_load_n(&c->in_user, __ATOMIC_ACQUIRE))
        return;
    machine_ring(cpu);
    while (__atomic_load_n(&c->in_user, __ATOMIC_ACQUIRE))
        machine_relax();
}

void run_stop_in(const struct port_space *s)
{
    for (unsigned i = 0; i < run_cpu_count; i++) {
        if (i == port_cpu() || !port_space_is_active(s, i))
            continue;
        run_cpus[i].flush = true;
        port_stop(i);
    }
}

void run_stop_for_code(const struct port_space *s)
{
    for (unsigned i = 0; i < run_cpu_count; i++)
        run_cpus[i].flush = true;
    run_stop_in(s);
}
