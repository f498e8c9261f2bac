/*
 * Time and timer: the time-stamp counter, and the local APIC's timer.
 *
 * Neither says how fast it counts, so both are measured at boot against a
 * clock that does: the ACPI tables' power-management timer, else the PC's
 * interval timer (8254).
 *
 * Simplified: counters of several CPUs are taken for one, as those of today's
 * processors (and QEMU's) are.
 * Source: Intel SDM volume 3, 10.5.4 (APIC timer), 17.17 (time-stamp
 * counter); ACPI 6.4, 4.8.3.3; 82C54 data sheet (Intel, 1993).
 */
#include "machine.h"

enum {
    MSR_DEADLINE = 0x6e0,
    CPUID_DEADLINE = 1 << 24,
    LVT_DEADLINE = 2 << 17,
    DIVIDE_BY_1 = 0xb,
    PM_HZ = 3579545,
    PIT_HZ = 1193182,
    PIT_DATA = 0x40,
    PIT_CONTROL = 0x43,
    PIT_COUNT_DOWN = 0x30, /* counter 0, two bytes, once */
    PIT_LATCH = 0,
    MEASURE_PER_S = 500, /* 2 ms */
    ROUNDS_MAX = 2000,
};

struct machine_clock machine_clock; /* the time-stamp counter */

static struct {
    struct tick_scale apic;
    bool deadline; /* the timer takes a time, not a count */
} timer;

void port_clock_code(void *code)
{
    clock_code_put(code, (struct clock_data){machine_clock.boot,
                                             machine_clock.scale.to_ns});
}

static void timer_start(uint64_t when)
{
    if (timer.deadline) {
        msr_set(MSR_DEADLINE,
                machine_clock.boot + ns_to_ticks(&machine_clock.scale, when));
        return;
    }
    uint64_t now = port_time();
    uint64_t count = when > now ? ns_to_ticks(&timer.apic, when - now) : 0;
    if (count > ~0u)
        count = ~0u; /* the interrupt starts it again */
    apic_set(APIC_COUNT, count ? (uint32_t)count : 1);
}

static void timer_stop(void)
{
    if (timer.deadline)
        msr_set(MSR_DEADLINE, 0);
    else
        apic_set(APIC_COUNT, 0);
}

void machine_timer_program(uint64_t when)
{
    machine_self()->timer = when;
    if (when == ~0ull)
        timer_stop();
    else
        timer_start(when);
}

/* Too early: the count was not long enough. Or not asked for any more. */
void timer_interrupt(void)
{
    uint64_t when = machine_self()->timer;
    if (port_time() < when)
        machine_timer_program(when);
    else
        run_timer();
}

/* --- how fast? ---------------------------------------------------------- */

/* A clock of known speed. */
struct reference {
    uint32_t hz, mask;
    uint16_t pm_timer; /* 0: the interval timer */
};

static uint32_t reference_read(const struct reference *r)
{
    if (r->pm_timer)
        return io_in32(r->pm_timer);
    io_out8(PIT_CONTROL, PIT_LATCH);
    uint32_t low = io_in8(PIT_DATA);
    return ~(low | (uint32_t)io_in8(PIT_DATA) << 8); /* it counts down */
}

static void reference_start(const struct acpi *a, struct reference *ret)
{
    ret->pm_timer = a->pm_timer;
    ret->hz = a->pm_timer ? PM_HZ : PIT_HZ;
    ret->mask = !a->pm_timer ? 0xffff : a->pm_timer_32 ? ~0u : 0xffffff;
    if (a->pm_timer)
        return;
    io_out8(PIT_CONTROL, PIT_COUNT_DOWN);
    io_out8(PIT_DATA, 0xff);
    io_out8(PIT_DATA, 0xff);
}

/* Some time without a look at a device, which in an emulator is slow. */
static void spin(void)
{
    for (unsigned i = 0; i < 50000; i++)
        __asm__ volatile("");
}

/* Leaves what both counters counted in *ret_ticks of the reference. */
static void measure(const struct reference *r, uint32_t *ret_ticks,
                    uint64_t *ret_tsc, uint32_t *ret_apic)
{
    uint32_t first = reference_read(r), passed = 0;
    uint64_t tsc = machine_ticks();
    uint32_t apic = apic_get(APIC_LEFT);
    for (unsigned i = 0; passed < r->hz / MEASURE_PER_S; i++) {
        if (i >= ROUNDS_MAX)
            hardware_die("there is no clock to measure the CPU's by (ACPI "
                         "timer or 8254)");
        spin();
        passed = (reference_read(r) - first) & r->mask;
    }
    *ret_tsc = machine_ticks() - tsc;
    *ret_apic = apic - apic_get(APIC_LEFT);
    *ret_ticks = passed;
}

void timer_init(const struct acpi *a)
{
    struct reference r;
    uint32_t passed, apic;
    uint64_t tsc;
    timer_init_cpu();
    apic_set(APIC_COUNT, ~0u);
    reference_start(a, &r);
    measure(&r, &passed, &tsc, &apic);
    uint64_t hz = tsc * r.hz / passed;
    uint64_t apic_hz = (uint64_t)apic * r.hz / passed;
    if (!hz || !apic_hz || hz > ~0u || apic_hz > ~0u)
        hardware_die("the local APIC's timer stands still, or the CPU's "
                     "counter is too fast");
    machine_clock.scale = tick_scale((uint32_t)hz);
    timer.apic = tick_scale((uint32_t)apic_hz);
    machine_clock.boot = machine_ticks();
    timer.deadline = cpuid(1, 0).c & CPUID_DEADLINE;
    timer_init_cpu();
}

void timer_init_cpu(void)
{
    apic_set(APIC_DIVIDE, DIVIDE_BY_1);
    apic_set(APIC_COUNT, 0);
    apic_set(APIC_TIMER,
             VECTOR_TIMER | (timer.deadline ? (uint32_t)LVT_DEADLINE : 0));
    machine_self()->timer = ~0ull;
}
