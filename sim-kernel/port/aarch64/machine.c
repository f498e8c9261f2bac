/*
 * The machine runs: traps in, threads out, time, the end.
 *
 *   user --trap--> machine_trap() --> core_...()
 *                  run_next() of ../common/run.c --> core_next(), or idles
 *
 * Interrupts are off while the kernel runs; it looks at what is pending when
 * it idles, and a pending one traps as soon as user code runs. CPUs are
 * started by firmware (PSCI) and call each other by the GIC.
 * Source: Arm Architecture Reference Manual for A-profile, D1 and D11 (the
 * generic timer); Power State Coordination Interface 1.0.
 */
#include "machine.h"

enum { KIND_SYNC, KIND_IRQ, KIND_ERROR };
enum {
    EC_FPU = 0x07,
    EC_ILLEGAL = 0x00,
    EC_FETCH = 0x20,
    EC_FETCH_ALIGN = 0x22,
    EC_DATA = 0x24,
    EC_STACK_ALIGN = 0x26,
    EC_BRK = 0x3c,
    FAULT_ALIGNMENT = 0x21,
    FAULT_KIND = 0x3c, /* of the status code, without the level */
    FAULT_TRANSLATION = 0x04,
    FAULT_ACCESS = 0x08,
    FAULT_PERMISSION = 0x0c,
    ISS_WRITE = 1 << 6,
};
/* EL0VCTEN: users read the virtual counter. */
static const unsigned long CNTKCTL_EL0_COUNTER = 1 << 1;
enum { CPACR_TRAP_EL0 = 1 << 20, CPACR_FREE = 3 << 20 };
#define PSCI_RESET 0x84000009ul
#define PSCI_ON    0xc4000003ul

struct machine_clock machine_clock;

static bool by_hvc = true; /* until the device tree says so: the usual way */

/* --- time --------------------------------------------------------------- */

void port_clock_code(void *code)
{
    clock_code_put(code, (struct clock_data){machine_clock.boot,
                                             machine_clock.scale.to_ns});
}

static void timer_control(unsigned long on)
{
    __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" : : "r"(on));
}

void machine_timer_program(uint64_t when)
{
    if (when == ~0ull) {
        timer_control(0);
        return;
    }
    uint64_t at = machine_clock.boot + ns_to_ticks(&machine_clock.scale, when);
    __asm__ volatile("msr cntv_cval_el0, %0" : : "r"(at));
    timer_control(1);
}

void machine_init(bool hvc)
{
    uint64_t hz;
    __asm__("mrs %0, cntfrq_el0" : "=r"(hz));
    if (!hz)
        hardware_die("the generic timer has no frequency");
    machine_clock =
        (struct machine_clock){machine_ticks(), tick_scale((uint32_t)hz)};
    by_hvc = hvc;
}

/* --- CPUs -------------------------------------------------------------------
 */

static long psci_call(unsigned long function, uint64_t a1, uint64_t a2,
                      uint64_t a3)
{
    register unsigned long r0 __asm__("x0") = function;
    register uint64_t r1 __asm__("x1") = a1;
    register uint64_t r2 __asm__("x2") = a2;
    register uint64_t r3 __asm__("x3") = a3;
    if (by_hvc)
        __asm__ volatile("hvc #0"
                         : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                         :
                         : "memory");
    else
        __asm__ volatile("smc #0"
                         : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                         :
                         : "memory");
    return (long)r0;
}

uint64_t machine_number(void)
{
    uint64_t mpidr;
    __asm__("mrs %0, mpidr_el1" : "=r"(mpidr));
    return mpidr & 0xff00ffffff;
}

void machine_init_cpu(void)
{
    extern char vectors[], vectors_alone[];
    __asm__ volatile("msr vbar_el1, %0"
                     :
                     : "r"(run_cpu_count == 1 ? vectors_alone : vectors));
    timer_control(0);
    __asm__ volatile("msr cntkctl_el1, %0" : : "r"(CNTKCTL_EL0_COUNTER));
    irqchip_init_cpu();
}

bool machine_start(struct machine_cpu *c)
{
    extern char start_other[];
    return !psci_call(PSCI_ON, c->number, port_virt_to_phys(start_other),
                      port_virt_to_phys(c));
}

/* An emulator that runs its CPUs by turns goes on to the next. */
void machine_relax(void)
{
    __asm__ volatile("yield");
}

/* Translations and instructions: hardware has told this CPU. */
void machine_flush(void)
{
    __asm__ volatile("isb");
}

bool machine_irq_pending(void)
{
    unsigned long pending;
    __asm__ volatile("mrs %0, isr_el1" : "=r"(pending));
    return pending != 0;
}

bool machine_irq_waits(void)
{
    return irqchip_waits();
}

void machine_wait(void)
{
    __asm__ volatile("dsb sy\n\twfi");
}

void machine_deliver(void)
{
    irqchip_deliver();
}

/* --- traps --------------------------------------------------------------- */

static void machine_abort(const struct port_frame *f, unsigned access)
{
    unsigned status = f->esr & 0x3f, kind = status & FAULT_KIND;
    struct port_trap t = {CAUSE_BUS, f->far, access};
    bool paging = kind == FAULT_TRANSLATION || kind == FAULT_ACCESS ||
                  kind == FAULT_PERMISSION || status < 4;
    if (paging) {
        if (status < 4 || !space_touch(f->far, access))
            core_page_fault(f->far, access);
        return;
    }
    if (status == FAULT_ALIGNMENT)
        t.cause = CAUSE_ALIGNMENT;
    core_exception(&t);
}

/* f uses the vector registers while they hold another's values. */
static void machine_take_fpu(struct port_frame *f)
{
    struct port_trap off = {.cause = CAUSE_FPU};
    struct machine_cpu *c = machine_self();
    if (f->no_fpu) {
        core_exception(&off);
        return;
    }
    if (c->fpu)
        fpu_save(c->fpu);
    fpu_load(f);
    c->fpu = f;
}

static void machine_sync(struct port_frame *f)
{
    struct port_trap t = {.cause = CAUSE_OTHER};
    unsigned class = f->esr >> 26 & 0x3f;
    switch (class) {
    case EC_SVC:
        core_syscall();
        return;
    case EC_FETCH:
        machine_abort(f, RIGHT_X);
        return;
    case EC_DATA:
        machine_abort(f, f->esr & ISS_WRITE ? RIGHT_W : RIGHT_R);
        return;
    case EC_FPU:
        machine_take_fpu(f);
        return;
    case EC_ILLEGAL:
        t.cause = CAUSE_ILLEGAL;
        break;
    case EC_BRK:
        t.cause = CAUSE_BREAKPOINT;
        break;
    case EC_FETCH_ALIGN:
    case EC_STACK_ALIGN:
        t.cause = CAUSE_ALIGNMENT;
        t.address = f->far;
        break;
    }
    core_exception(&t);
}

/* Off, but for the thread whose values they hold: most threads never ask. */
void machine_load_fpu(struct port_frame *f)
{
    bool on = machine_self()->fpu == f && !f->no_fpu;
    unsigned long access = on ? CPACR_FREE : CPACR_TRAP_EL0;
    __asm__ volatile("msr cpacr_el1, %0" : : "r"(access));
}

void machine_park_fpu(void)
{
    struct machine_cpu *c = machine_self();
    if (c->fpu)
        fpu_save(c->fpu);
    c->fpu = NULL;
}

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f, unsigned kind)
{
    struct port_trap error = {.cause = CAUSE_BUS};
    bool mine = run_enter(f);
    if (kind == KIND_IRQ)
        machine_deliver();
    else if (mine && kind == KIND_SYNC)
        machine_sync(f);
    else if (mine)
        core_exception(&error);
    return run_next();
}

/* The same for a system call that core_handover() left alone. */
struct port_frame *machine_syscall(void)
{
    core_syscall();
    return run_next();
}

/* --- the end ---------------------------------------------------------------
 */

void machine_stop(void)
{
    psci_call(PSCI_RESET, 0, 0, 0);
    for (;;)
        __asm__ volatile("wfi");
}

void machine_dump(void)
{
    print("         cpu %u, space 0x%x\n", (unsigned long)machine_self()->index,
          machine_self()->space);
}

/* From entry.S: a trap while the kernel ran. */
_Noreturn void machine_kernel_trap(uint64_t kind, uint64_t esr, uint64_t pc,
                                   uint64_t far);
_Noreturn void machine_kernel_trap(uint64_t kind, uint64_t esr, uint64_t pc,
                                   uint64_t far)
{
    print("vitrine: trap in the kernel: vector %u, esr 0x%x at pc 0x%x, "
          "far 0x%x\n",
          kind, esr, pc, far);
    port_panic("kernel", 0, "trap in the kernel");
}
