/*
 * The machine runs: traps in, threads out, time, the end.
 *
 *   user --trap--> machine_trap() --> core_...()
 *                  machine_next() --> core_next(), idle when nobody can run
 *
 * Interrupts are off while the kernel runs; it looks at what is pending when
 * it idles, and a pending one traps as soon as user code runs.
 * Source: RISC-V Privileged Architecture, chapter 4; SBI specification 1.0.
 */
#include "machine.h"
#include <l4/vitrine/trace_events.h>

#define CAUSE_INTERRUPT (1ull << 63)
enum {
    INTERRUPT_TIMER = 5,
    INTERRUPT_EXTERNAL = 9,
    SIE_TIMER = 1 << INTERRUPT_TIMER,
    SIE_EXTERNAL = 1 << INTERRUPT_EXTERNAL,
};
enum {
    TRAP_FETCH_ALIGN = 0,
    TRAP_FETCH_ACCESS = 1,
    TRAP_ILLEGAL = 2,
    TRAP_BREAKPOINT = 3,
    TRAP_LOAD_ALIGN = 4,
    TRAP_LOAD_ACCESS = 5,
    TRAP_STORE_ALIGN = 6,
    TRAP_STORE_ACCESS = 7,
    TRAP_ECALL = 8,
    TRAP_FETCH_PAGE = 12,
    TRAP_LOAD_PAGE = 13,
    TRAP_STORE_PAGE = 15,
};
enum {
    SBI_TIME = 0x54494d45,
    SBI_RESET = 0x53525354,
    SBI_RESET_COLD = 1,
};

static struct {
    struct tick_scale scale;
    uint64_t boot;  /* ticks at boot */
    uint64_t timer; /* ns, ~0: none */
    bool sstc;
} machine;

static long sbi_call(long extension, long function, long a0, long a1)
{
    register long r0 __asm__("a0") = a0;
    register long r1 __asm__("a1") = a1;
    register long r6 __asm__("a6") = function;
    register long r7 __asm__("a7") = extension;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r6), "r"(r7)
                     : "memory");
    return r0;
}

static uint64_t ticks(void)
{
    uint64_t t;
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

/* --- time --------------------------------------------------------------- */

uint64_t port_time(void)
{
    return ticks_to_ns(&machine.scale, ticks() - machine.boot);
}

static void timer_program(uint64_t at)
{
    if (machine.sstc)
        __asm__ volatile("csrw 0x14d, %0" : : "r"(at)); /* stimecmp */
    else
        sbi_call(SBI_TIME, 0, (long)at, 0);
}

void port_timer_set(uint64_t when)
{
    uint64_t until = hardware_options.until_ns;
    machine.timer = when;
    if (when > until)
        when = until;
    if (when == ~0ull) {
        __asm__ volatile("csrc sie, %0" : : "r"((long)SIE_TIMER));
        return;
    }
    timer_program(machine.boot + ns_to_ticks(&machine.scale, when));
    __asm__ volatile("csrs sie, %0" : : "r"((long)SIE_TIMER));
}

static void machine_timer(void)
{
    if (port_time() >= hardware_options.until_ns)
        core_end(VTR_END_LIMIT);
    __asm__ volatile("csrc sie, %0" : : "r"((long)SIE_TIMER));
    machine.timer = ~0ull;
    core_timer();
}

void machine_init(uint32_t hz, bool sstc)
{
    extern char trap_entry[];
    machine.scale = tick_scale(hz);
    machine.boot = ticks();
    machine.timer = ~0ull;
    machine.sstc = sstc;
    __asm__ volatile("csrw stvec, %0" : : "r"(trap_entry));
    __asm__ volatile("csrw sie, %0" : : "r"((long)SIE_EXTERNAL));
}

static unsigned long machine_pending(void)
{
    unsigned long pending, enabled;
    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    __asm__ volatile("csrr %0, sie" : "=r"(enabled));
    return pending & enabled;
}

bool port_irq_pending(void)
{
    return machine_pending() != 0;
}

/* One CPU: nobody calls these (docs/caveats.md). */
void port_ipi(unsigned cpu)
{
    (void)cpu;
}

void port_stop(unsigned cpu)
{
    (void)cpu;
}

/* --- traps --------------------------------------------------------------- */

/* The FP registers hold zeros for a thread that begins to use them. */
static bool machine_start_fpu(struct port_frame *f)
{
    if (f->status & STATUS_FS)
        return false;
    f->status |= STATUS_FS_CLEAN;
    return true;
}

/* Cause and access of the exceptions that are not page faults. */
static struct port_trap machine_exception(const struct port_frame *f)
{
    struct port_trap t = {.cause = CAUSE_OTHER};
    switch (f->cause) {
    case TRAP_FETCH_ALIGN:
    case TRAP_LOAD_ALIGN:
    case TRAP_STORE_ALIGN:
        t.cause = CAUSE_ALIGNMENT;
        t.address = f->tval;
        break;
    case TRAP_FETCH_ACCESS:
    case TRAP_LOAD_ACCESS:
    case TRAP_STORE_ACCESS:
        t.cause = CAUSE_BUS;
        t.address = f->tval;
        t.access = f->cause == TRAP_FETCH_ACCESS   ? RIGHT_X
                   : f->cause == TRAP_STORE_ACCESS ? RIGHT_W
                                                   : RIGHT_R;
        break;
    case TRAP_ILLEGAL:
        t.cause = CAUSE_ILLEGAL;
        break;
    case TRAP_BREAKPOINT:
        t.cause = CAUSE_BREAKPOINT;
        break;
    }
    return t;
}

static void machine_page_fault(const struct port_frame *f, unsigned access)
{
    if (!space_touch(f->tval, access))
        core_page_fault(f->tval, access);
}

static void machine_user_trap(struct port_frame *f)
{
    struct port_trap t;
    switch (f->cause) {
    case TRAP_ECALL:
        f->pc += 4;
        core_syscall();
        break;
    case TRAP_FETCH_PAGE:
        machine_page_fault(f, RIGHT_X);
        break;
    case TRAP_LOAD_PAGE:
        machine_page_fault(f, RIGHT_R);
        break;
    case TRAP_STORE_PAGE:
        machine_page_fault(f, RIGHT_W);
        break;
    case CAUSE_INTERRUPT | INTERRUPT_TIMER:
        machine_timer();
        break;
    case CAUSE_INTERRUPT | INTERRUPT_EXTERNAL:
        irqchip_deliver();
        break;
    default:
        if (f->cause == TRAP_ILLEGAL && machine_start_fpu(f))
            break;
        t = machine_exception(f);
        core_exception(&t);
    }
}

/* Nobody can run: on to the next interrupt, or the end. */
static void machine_idle(void)
{
    bool timer = machine.timer != ~0ull;
    if (!timer && !irqchip_waits() && !port_irq_pending())
        core_end(core_is_deadlocked() ? VTR_END_DEADLOCK : VTR_END_IDLE);
    __asm__ volatile("wfi"); /* goes on at once when one is pending */
    unsigned long pending = machine_pending();
    if (pending & SIE_TIMER)
        machine_timer();
    if (pending & SIE_EXTERNAL)
        irqchip_deliver();
}

/* The FP registers follow the thread; only one that used them pays. */
static void machine_switch_fpu(struct port_frame *f)
{
    struct port_frame *old = machine_self->fpu;
    if (old == f || !(f->status & STATUS_FS))
        return;
    if (old)
        fpu_save(old);
    fpu_load(f);
    machine_self->fpu = f;
}

static struct port_frame *machine_next(void)
{
    struct port_frame *f;
    while (!(f = core_next()))
        machine_idle();
    machine_switch_fpu(f);
    return f;
}

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f)
{
    machine_user_trap(f);
    return machine_next();
}

void machine_run(void)
{
    machine_resume(machine_next());
}

/* --- the end ---------------------------------------------------------------
 */

void machine_stop(void)
{
    sbi_call(SBI_RESET, 0, SBI_RESET_COLD, 0);
    for (;;)
        __asm__ volatile("wfi");
}

void machine_dump(void)
{
    uint64_t sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    print("         hart %u, sp 0x%x, satp 0x%x\n",
          (unsigned long)machine_self->hart, sp, machine_self->space);
}

/* From entry.S: a trap while the kernel ran. */
_Noreturn void machine_kernel_trap(uint64_t cause, uint64_t pc, uint64_t value)
{
    print("vitrine: trap in the kernel: cause 0x%x at pc 0x%x, value 0x%x\n",
          cause, pc, value);
    port_panic("kernel", 0, "trap in the kernel");
}
