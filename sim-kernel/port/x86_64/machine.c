/*
 * The machine runs: traps in, threads out, the end.
 *
 *   user --trap--> machine_trap() --> core_...()
 *                  run_next() of ../common/run.c --> core_next(), or idles
 *
 * Interrupts are off while the kernel runs. Where it asks for one
 * (machine_irq_pending) and where it idles the door opens for an instruction;
 * what comes in is only remembered by entry.S, as `woken`.
 *
 * Source: Intel SDM volume 3, chapters 2, 5-7 and 13; AMD64 APM volume 2, 6.1
 * (syscall).
 */
#include "machine.h"
#include <string.h>

enum {
    TRAP_NMI = 2,
    TRAP_NO_FPU = 7,
    TRAP_DOUBLE = 8,
    TRAP_MACHINE_CHECK = 18,
    TRAP_SIMD = 19,
    ERROR_WRITE = 2,
    ERROR_FETCH = 16,
};
enum {
    MSR_EFER = 0xc0000080,
    MSR_STAR = 0xc0000081,
    MSR_LSTAR = 0xc0000082,
    MSR_FLAGS_MASK = 0xc0000084,
    MSR_FS_BASE = 0xc0000100,
    MSR_USER_GS_BASE = 0xc0000102, /* what SWAPGS brings */
    EFER_SYSCALL = 1,
    FLAGS_OFF = 0x47700, /* AC, NT, IOPL, DF, IF, TF */
    CR0_TS = 8,
    CR4_GLOBAL = 1 << 7,
    CR4_FXSR = 1 << 9,
    CR4_SIMD = 1 << 10,
    CR4_UMIP = 1 << 11,
    CR4_XSAVE = 1 << 18,
    CR4_SMEP = 1 << 20,
    CR4_SMAP = 1 << 21,
    CPUID_XSAVE = 1 << 26, /* leaf 1, c */
    CPUID_SMEP = 1 << 7,   /* leaf 7, b */
    CPUID_SMAP = 1 << 20,
    CPUID_UMIP = 1 << 2, /* leaf 7, c */
    XCR0_WANTED = 7,     /* x87, SSE, AVX */
};
#define GDT_KERNEL_CODE 0x00af9b000000ffffull
#define GDT_KERNEL_DATA 0x00cf93000000ffffull
#define GDT_USER_CODE32 0x00cffb000000ffffull
#define GDT_USER_DATA   0x00cff3000000ffffull
#define GDT_USER_CODE   0x00affb000000ffffull

struct gate { /* of the interrupt descriptor table */
    uint16_t low, segment;
    uint8_t stack, type;
    uint16_t middle;
    uint32_t high, unused;
};
enum { GATE_INTERRUPT = 0x8e, GATE_USER = 0x60 };

struct table_at { /* for LGDT and LIDT */
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

static struct gate gates[VECTORS];
static char emergency_stack[STACK_SIZE] __attribute__((aligned(16)));
static uint32_t xcr0; /* parts XSAVE saves; 0: there is none */

/* --- set-up ------------------------------------------------------------- */

/* Nobody's fault but the machine's: on a stack of its own. */
static bool machine_is_fatal(uint64_t vector)
{
    return vector == TRAP_NMI || vector == TRAP_DOUBLE ||
           vector == TRAP_MACHINE_CHECK;
}

static void gate_set(unsigned vector, const char *code)
{
    uint64_t at = (uint64_t)code;
    bool user = vector == TRAP_BREAKPOINT;
    bool own_stack = machine_is_fatal(vector);
    gates[vector] = (struct gate){
        .low = (uint16_t)at,
        .segment = KERNEL_CS,
        .stack = own_stack,
        .type = GATE_INTERRUPT | (user ? GATE_USER : 0),
        .middle = (uint16_t)(at >> 16),
        .high = (uint32_t)(at >> 32),
    };
}

void machine_init(void)
{
    extern char trap_stubs[];
    enum { STUB_SIZE = 16 };
    for (unsigned i = 0; i < VECTORS; i++)
        gate_set(i, trap_stubs + i * STUB_SIZE);
    machine_init_cpu();
}

static void machine_init_segments(struct machine_cpu *c)
{
    uint64_t tss = (uint64_t)&c->tss, size = sizeof(c->tss) - 1;
    c->tss.ist[0] = (uint64_t)(emergency_stack + STACK_SIZE);
    c->tss.io_map = sizeof(c->tss);
    c->gdt[KERNEL_CS / 8] = GDT_KERNEL_CODE;
    c->gdt[KERNEL_SS / 8] = GDT_KERNEL_DATA;
    c->gdt[USER_CS32 / 8] = GDT_USER_CODE32;
    c->gdt[USER_SS / 8] = GDT_USER_DATA;
    c->gdt[USER_CS / 8] = GDT_USER_CODE;
    c->gdt[TASK_SEG / 8] = size | (tss & 0xffffff) << 16 | 0x89ull << 40 |
                           (tss >> 24 & 0xff) << 56;
    c->gdt[TASK_SEG / 8 + 1] = tss >> 32;
    struct table_at gdt = {sizeof(c->gdt) - 1, (uint64_t)c->gdt};
    struct table_at idt = {sizeof(gates) - 1, (uint64_t)gates};
    __asm__ volatile("lgdt %0\n\tlidt %1\n\tltr %w2"
                     :
                     : "m"(gdt), "m"(idt), "r"(TASK_SEG)
                     : "memory");
}

static void machine_init_syscall(void)
{
    extern char syscall_entry[], call_entry[];
    bool alone = run_cpu_count == 1;
    msr_set(MSR_EFER, msr_get(MSR_EFER) | EFER_SYSCALL);
    msr_set(MSR_STAR, (uint64_t)USER_CS32 << 48 | (uint64_t)KERNEL_CS << 32);
    msr_set(MSR_LSTAR, (uint64_t)(alone ? call_entry : syscall_entry));
    msr_set(MSR_FLAGS_MASK, FLAGS_OFF);
}

/* What the CPU has of protection and of FPU registers. */
static void machine_init_features(void)
{
    struct cpuid one = cpuid(1, 0), seven = {0};
    unsigned long cr4;
    if (cpuid(0, 0).a >= 7)
        seven = cpuid(7, 0);
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_GLOBAL | CR4_FXSR | CR4_SIMD;
    cr4 |= seven.b & CPUID_SMEP ? CR4_SMEP : 0;
    cr4 |= seven.b & CPUID_SMAP ? CR4_SMAP : 0;
    cr4 |= seven.c & CPUID_UMIP ? CR4_UMIP : 0;
    cr4 |= one.c & CPUID_XSAVE ? CR4_XSAVE : 0;
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
    if (!(one.c & CPUID_XSAVE))
        return;
    xcr0 = cpuid(13, 0).a & XCR0_WANTED;
    __asm__ volatile("xsetbv" : : "c"(0), "a"(xcr0), "d"(0));
}

static void fpu_off(void)
{
    unsigned long cr0;
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_TS));
    machine_self()->fpu_on = false;
}

static void fpu_on(void)
{
    __asm__ volatile("clts");
    machine_self()->fpu_on = true;
}

void machine_init_cpu(void)
{
    machine_init_segments(machine_self());
    machine_init_features();
    fpu_off();
    machine_self()->word =
        space_utcb_word(port_cpu(), &machine_self()->word_user);
}

/* --- interrupts and other CPUs -------------------------------------------
 */

/* Opens the door; the instruction behind STI is still undisturbed. */
bool machine_irq_pending(void)
{
    struct machine_cpu *c = machine_self();
    if (!c->woken)
        __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
    return c->woken != 0;
}

bool machine_irq_waits(void)
{
    return irqchip_waits();
}

void machine_wait(void)
{
    if (!machine_self()->woken)
        __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

void machine_deliver(void)
{
    struct machine_cpu *c = machine_self();
    while (machine_irq_pending()) {
        uint64_t vector = c->woken;
        c->woken = 0;
        irqchip_deliver(vector);
    }
}

void machine_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

void machine_flush(void)
{
    space_flush_all();
}

static void wait_us(unsigned us)
{
    uint64_t end = port_time() + us * 1000ull;
    while (port_time() < end)
        machine_relax();
}

/* Reset, and twice the order to begin: as the manual has it (8.4.4). */
bool machine_start(struct machine_cpu *c, paddr_t page)
{
    enum { RESET_US = 10000, AGAIN_US = 200, PATIENCE_US = 100000 };
    extern char start_other[], start_other_end[];
    extern struct machine_cpu *start_other_cpu;
    if (!page)
        return false;
    memcpy(port_phys_to_virt(page), start_other,
           (size_t)(start_other_end - start_other));
    start_other_cpu = c;
    irqchip_send_init(c->apic);
    wait_us(RESET_US);
    irqchip_send_start(c->apic, page);
    wait_us(AGAIN_US);
    irqchip_send_start(c->apic, page);
    for (unsigned i = 0; i < PATIENCE_US / AGAIN_US; i++) {
        if (__atomic_load_n(&c->started, __ATOMIC_ACQUIRE))
            return true;
        wait_us(AGAIN_US);
    }
    return false;
}

/* --- traps --------------------------------------------------------------- */

enum trap_cause machine_cause(uint64_t vector)
{
    switch (vector) {
    case TRAP_DIVIDE:
        return CAUSE_DIVIDE;
    case TRAP_DEBUG:
        return CAUSE_STEP;
    case TRAP_BREAKPOINT:
        return CAUSE_BREAKPOINT;
    case TRAP_ILLEGAL:
        return CAUSE_ILLEGAL;
    case TRAP_NO_FPU:
    case TRAP_FPU:
    case TRAP_SIMD:
        return CAUSE_FPU;
    case TRAP_ALIGNMENT:
        return CAUSE_ALIGNMENT;
    default:
        return CAUSE_OTHER;
    }
}

static void machine_exception(const struct port_frame *f)
{
    struct port_trap t = {.cause = machine_cause(f->vector)};
    core_exception(&t);
}

/* f uses the FPU while it holds another's values. */
static void machine_take_fpu(struct port_frame *f)
{
    struct machine_cpu *c = machine_self();
    if (f->no_fpu) {
        machine_exception(f);
        return;
    }
    if (!c->fpu_on)
        fpu_on();
    if (c->fpu)
        fpu_save(c->fpu);
    fpu_load(f);
    c->fpu = f;
}

/* The entry may have come while the CPU waited for the kernel. */
static void machine_page_fault(const struct port_frame *f, unsigned access)
{
    if (run_cpu_count == 1 || !space_allows(f->address, access))
        core_page_fault(f->address, access);
}

static void machine_user_trap(struct port_frame *f)
{
    switch (f->vector) {
    case VECTOR_SYSCALL:
        core_syscall();
        break;
    case TRAP_PAGE_FAULT:
        machine_page_fault(f, f->error & ERROR_FETCH   ? RIGHT_X
                              : f->error & ERROR_WRITE ? RIGHT_W
                                                       : RIGHT_R);
        break;
    case TRAP_NO_FPU:
        machine_take_fpu(f);
        break;
    case TRAP_PROTECTION:
        if (io_instruction(f))
            break;
        /* fallthrough */
    default:
        machine_exception(f);
    }
}

/* Off, but for the thread whose values it holds: most threads never ask. */
void machine_load_fpu(struct port_frame *f)
{
    struct machine_cpu *c = machine_self();
    bool on = c->fpu == f && !f->no_fpu;
    if (on && !c->fpu_on)
        fpu_on();
    else if (!on && c->fpu_on)
        fpu_off();
}

void machine_park_fpu(void)
{
    struct machine_cpu *c = machine_self();
    if (!c->fpu)
        return;
    if (!c->fpu_on)
        fpu_on();
    fpu_save(c->fpu);
    c->fpu = NULL;
}

/* What is a thread's besides the registers in its frame. User code can spoil
 * the bases (by loading a selector), but only for itself. */
static struct port_frame *machine_switch(struct port_frame *f)
{
    struct machine_cpu *c = machine_self();
    if (c->loaded == f && c->tp == f->tp && *c->word == f->utcb)
        return f;
    c->loaded = f;
    c->tp = f->tp;
    *c->word = f->utcb;
    c->tss.rsp0 = (uint64_t)f + FRAME_END;
    msr_set(MSR_USER_GS_BASE, c->word_user);
    msr_set(MSR_FS_BASE, f->tp);
    return f;
}

/* From entry.S, and back to it: whose registers to load. An interrupt is
 * dealt with as if it had come through the door. */
struct port_frame *machine_trap(struct port_frame *f)
{
    uint64_t vector = f->vector;
    if (machine_is_fatal(vector))
        machine_kernel_trap(vector, f->error, f->ip, f->address);
    bool mine = run_enter(f);
    if (vector >= VECTOR_LINE && vector < VECTORS) {
        machine_self()->woken = vector;
        machine_deliver();
    } else if (mine) {
        machine_user_trap(f);
    }
    return machine_switch(run_next());
}

/* The same for what entry.S does itself mostly: a call has handed the CPU over
 * to f. */
struct port_frame *machine_handed_over(struct port_frame *f)
{
    machine_load_fpu(f);
    return machine_switch(f);
}

void machine_run(struct port_frame *first)
{
    machine_init_syscall();
    machine_resume(machine_switch(first));
}

/* --- the FPU's registers -------------------------------------------------- */

void fpu_save(struct port_frame *f)
{
    if (xcr0)
        __asm__ volatile("xsave64 %0" : "=m"(f->fpu) : "a"(xcr0), "d"(0));
    else
        __asm__ volatile("fxsave64 %0" : "=m"(f->fpu));
}

void fpu_load(const struct port_frame *f)
{
    if (xcr0)
        __asm__ volatile("xrstor64 %0" : : "m"(f->fpu), "a"(xcr0), "d"(0));
    else
        __asm__ volatile("fxrstor64 %0" : : "m"(f->fpu));
}

/* --- the end ---------------------------------------------------------------
 */

/* A trap without a table for traps resets the CPU: every machine can. */
void machine_stop(void)
{
    struct table_at none = {0, 0};
    __asm__ volatile("lidt %0\n\tint3" : : "m"(none));
    for (;;)
        __asm__ volatile("hlt");
}

void machine_dump(void)
{
    print("         cpu %u, space 0x%x\n", (unsigned long)machine_self()->index,
          machine_self()->space);
}

/* A trap while the kernel ran, or one that is nobody's. */
void machine_kernel_trap(uint64_t vector, uint64_t error, uint64_t ip,
                         uint64_t address)
{
    print("vitrine: trap in the kernel: vector %u, error 0x%x at ip 0x%x, "
          "address 0x%x\n",
          vector, error, ip, address);
    port_panic("kernel", 0, "trap in the kernel");
}
