/*
 * The machine runs: traps in, threads out, time, the end.
 *
 *   user --trap--> machine_trap() --> core_...()
 *                  run_next() of ../common/run.c --> core_next(), or idles
 *
 * Interrupts are off while the kernel runs; it looks at what is pending when
 * it idles, and a pending one traps as soon as user code runs. Harts are
 * started by firmware (HSM) and call each other by its IPIs.
 * Source: RISC-V Privileged Architecture, chapter 4; SBI specification 1.0.
 */
#include "machine.h"

#define CAUSE_INTERRUPT (1ull << 63)
enum {
    INTERRUPT_SOFTWARE = 1, /* another hart rings */
    INTERRUPT_TIMER = 5,
    INTERRUPT_EXTERNAL = 9,
    SIE_SOFTWARE = 1 << INTERRUPT_SOFTWARE,
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
    SBI_IPI = 0x735049,
    SBI_HSM = 0x48534d,
    SBI_RESET = 0x53525354,
    SBI_RESET_COLD = 1,
};

struct machine_clock machine_clock;

static bool has_stimecmp;

static long sbi_call(long extension, long function, long a0, long a1, long a2)
{
    register long r0 __asm__("a0") = a0;
    register long r1 __asm__("a1") = a1;
    register long r2 __asm__("a2") = a2;
    register long r6 __asm__("a6") = function;
    register long r7 __asm__("a7") = extension;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r6), "r"(r7)
                     : "memory");
    return r0;
}

/* --- time --------------------------------------------------------------- */

void port_clock_code(void *code)
{
    clock_code_put(code, (struct clock_data){machine_clock.boot,
                                             machine_clock.scale.to_ns});
}

static void timer_enable(bool on)
{
    if (on)
        __asm__ volatile("csrs sie, %0" : : "r"((long)SIE_TIMER));
    else
        __asm__ volatile("csrc sie, %0" : : "r"((long)SIE_TIMER));
}

void machine_timer_program(uint64_t when)
{
    if (when == ~0ull) {
        timer_enable(false);
        return;
    }
    uint64_t at = machine_clock.boot + ns_to_ticks(&machine_clock.scale, when);
    if (has_stimecmp)
        __asm__ volatile("csrw 0x14d, %0" : : "r"(at)); /* stimecmp */
    else
        sbi_call(SBI_TIME, 0, (long)at, 0, 0);
    timer_enable(true);
}

void machine_init(uint32_t hz, bool sstc)
{
    machine_clock = (struct machine_clock){machine_ticks(), tick_scale(hz)};
    has_stimecmp = sstc;
}

/* --- harts -----------------------------------------------------------------
 */

void machine_init_cpu(void)
{
    extern char trap_entry[], call_entry[];
    unsigned long enable = SIE_SOFTWARE;
    if (port_cpu() == 0)
        enable |= SIE_EXTERNAL; /* devices are the boot hart's */
    __asm__ volatile("csrw stvec, %0"
                     :
                     : "r"(run_cpu_count == 1 ? call_entry : trap_entry));
    __asm__ volatile("csrw sie, %0" : : "r"(enable));
    __asm__ volatile("csrs scounteren, 2"); /* TM: users read the time */
}

bool machine_start(struct machine_cpu *c)
{
    extern char start_other[];
    return !sbi_call(SBI_HSM, 0, c->hart, (long)port_virt_to_phys(start_other),
                     (long)c);
}

void machine_ring(unsigned cpu)
{
    sbi_call(SBI_IPI, 0, 1, machine_cpus[cpu].hart, 0);
}

/* A ring while one waits for the kernel asks for what is about to be done. To
 * hardware this is a pause; an emulator that runs its harts by turns goes on
 * to the next. */
void machine_relax(void)
{
    __asm__ volatile("csrs sip, %0\n\twfi\n\tcsrc sip, %0"
                     :
                     : "r"((long)SIE_SOFTWARE)
                     : "memory");
}

void machine_flush(void)
{
    __asm__ volatile("sfence.vma\n\tfence.i" : : : "memory");
}

static unsigned long machine_pending(void)
{
    unsigned long pending, enabled;
    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    __asm__ volatile("csrr %0, sie" : "=r"(enabled));
    return pending & enabled;
}

bool machine_irq_pending(void)
{
    return machine_pending() != 0;
}

bool machine_irq_waits(void)
{
    return irqchip_waits();
}

void machine_wait(void)
{
    __asm__ volatile("wfi");
}

void machine_deliver(void)
{
    unsigned long pending = machine_pending();
    if (pending & SIE_SOFTWARE)
        __asm__ volatile("csrc sip, %0" : : "r"((long)SIE_SOFTWARE));
    if (pending & SIE_TIMER)
        run_timer();
    if (pending & SIE_EXTERNAL)
        irqchip_deliver();
}

/* --- traps --------------------------------------------------------------- */

/* f uses the FP registers while they hold another's values. False: it may
 * use them already, its instruction is not one of theirs. */
static bool machine_take_fpu(struct port_frame *f)
{
    struct machine_cpu *c = machine_self;
    if ((f->status & STATUS_FS) || f->no_fpu)
        return false;
    if (c->fpu)
        fpu_save(c->fpu);
    fpu_load(f);
    c->fpu = f;
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
        t.cause = f->no_fpu ? CAUSE_FPU : CAUSE_ILLEGAL;
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
    default:
        if (f->cause == TRAP_ILLEGAL && machine_take_fpu(f))
            break;
        t = machine_exception(f);
        core_exception(&t);
    }
}

/* Off, but for the thread whose values they hold: most threads never ask. */
void machine_load_fpu(struct port_frame *f)
{
    bool on = machine_self->fpu == f && !f->no_fpu;
    uint64_t use = on ? STATUS_FS_CLEAN : 0;
    f->status = (f->status & ~(uint64_t)STATUS_FS) | use;
}

void machine_park_fpu(void)
{
    struct machine_cpu *c = machine_self;
    if (c->fpu)
        fpu_save(c->fpu);
    c->fpu = NULL;
}

/* From entry.S, and back to it: whose registers to load. */
struct port_frame *machine_trap(struct port_frame *f)
{
    uint64_t cause = f->cause;
    bool mine = run_enter(f);
    if (cause & CAUSE_INTERRUPT)
        machine_deliver();
    else if (mine)
        machine_user_trap(f);
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
    sbi_call(SBI_RESET, 0, SBI_RESET_COLD, 0, 0);
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
