/*
 * CPU: user code (user_code.c) run until it traps, through both doors.
 */
#include "cpu_host.h"
#include "machine.h"
#include "user_code.h"
#include "user_image.h"
#include "user_thread.h"
#include <criterion/criterion.h>
#include <signal.h>

#define STACK_END 0x1101000000ull
#define DATA      0x1102000000ull
#define DEVICE    0x1103000000ull
#define BUDGET    1000000

enum { STACK_PAGES = 4 };

static struct machine m;
static struct space space;
static struct user_image image;
static struct hw_regs regs;
static struct hw_trap t;
static int64_t steps;

static void setup(void)
{
    machine_init(&m, 0);
    user_image_open(&image);
    space = space_new(&m);
    user_image_load(&image, &m, &space);
    for (uint64_t i = 1; i <= STACK_PAGES; i++)
        space_map(&m, &space, STACK_END - i * PAGE, machine_frame(&m), PAGE_RW);
    space_switch(&m, &space);
}

static void teardown(void)
{
    const char *text = "";

    cr_assert(hw_mmu_check(m.mmu, &text), "%s", text);
    hw_regs_release(&regs);
    machine_destroy(&m);
    user_image_close(&image);
}

TestSuite(cpu, .init = setup, .fini = teardown);

static uint64_t symbol(const char *name)
{
    return user_image_symbol(&image, name);
}

static void begin(const char *entry, uint64_t argument)
{
    hw_regs_release(&regs);
    thread_start(&regs, symbol(entry), STACK_END, argument);
}

static void run(void)
{
    hw_cpu_run(m.cpu, &regs, BUDGET, &t, &steps);
}

static uint64_t *data_map(uint64_t va, uint64_t flags)
{
    uint64_t pa = machine_frame(&m);

    space_map(&m, &space, va, pa, flags);
    return machine_at(&m, pa);
}

static void expect_done(uint64_t label)
{
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL, "trap %d at %#lx", t.kind,
                 (unsigned long)t.address);
    cr_assert_eq(THREAD_TAG(&regs), 1);
    cr_assert_eq(THREAD_LABEL(&regs), label);
}

static void expect_fault(uint64_t address, unsigned access)
{
    cr_assert_eq(t.kind, HW_TRAP_FAULT, "trap %d", t.kind);
    cr_assert_eq(t.address, address, "at %#lx", (unsigned long)t.address);
    cr_assert_eq(t.access, access, "access %u", t.access);
}

/* Is the thread inside of its program's own function? */
static void expect_ip_in(const char *function, uint64_t size)
{
    uint64_t start = symbol(function);

    cr_assert(THREAD_IP(&regs) >= start && THREAD_IP(&regs) < start + size,
              "ip %#lx", (unsigned long)THREAD_IP(&regs));
}

Test(cpu, system_call_brings_arguments_and_takes_results)
{
    begin("user_echo", 41);
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(THREAD_TAG(&regs), 2);
    cr_assert_eq(THREAD_LABEL(&regs), 41);
    THREAD_LABEL(&regs) = 42;
    run();
    cr_assert_eq(THREAD_LABEL(&regs), 42);
}

Test(cpu, callee_saved_registers_and_stack_survive_traps)
{
    begin("user_sum", 10);
    for (int i = 1; i <= 10; i++) {
        run();
        cr_assert_eq(THREAD_LABEL(&regs), (uint64_t)i);
        THREAD_LABEL(&regs) = 100;
    }
    run();
    expect_done(1000);
}

Test(cpu, threads_interleave)
{
    struct hw_regs r[3];

    for (int i = 0; i < 3; i++)
        thread_start(&r[i], symbol("user_sum"), STACK_END - i * PAGE, 20);
    for (int round = 0; round <= 20; round++)
        for (int i = 0; i < 3; i++) {
            hw_cpu_run(m.cpu, &r[i], BUDGET, &t, &steps);
            if (round < 20)
                THREAD_LABEL(&r[i]) = (uint64_t)i;
        }
    for (uint64_t i = 0; i < 3; i++)
        cr_assert_eq(THREAD_LABEL(&r[i]), 20 * i);
    for (int i = 0; i < 3; i++)
        hw_regs_release(&r[i]);
}

/* Two threads stand behind their system calls, r[0] with 41 in the register. */
static void two_vectors(struct hw_regs r[2])
{
    for (unsigned i = 0; i < 2; i++) {
        thread_start(&r[i], symbol("user_vector"), STACK_END - i * PAGE,
                     i ? 7 : 41);
        hw_cpu_run(m.cpu, &r[i], 1000, &t, &steps);
        cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
        cr_assert_eq(THREAD_TAG(&r[i]), 0x1000);
    }
}

Test(cpu, vector_registers_of_a_system_call_can_be_given_to_others)
{
    struct hw_regs r[2];

    two_vectors(r);
    hw_regs_copy_fpu(&r[1], &r[0]);
    hw_cpu_run(m.cpu, &r[1], 1000, &t, &steps);
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(THREAD_LABEL(&r[1]), 41);
    hw_regs_release(&r[0]);
    hw_regs_release(&r[1]);
}

Test(cpu, vector_registers_that_are_not_live_are_given_as_fresh_ones)
{
    struct hw_regs r[2], fresh;

    two_vectors(r);
    thread_start(&fresh, symbol("user_vector"), STACK_END, 0);
    hw_regs_copy_fpu(&r[0], &fresh);
    hw_cpu_run(m.cpu, &r[0], 1000, &t, &steps);
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(THREAD_LABEL(&r[0]), 0);
    hw_regs_release(&r[0]);
    hw_regs_release(&r[1]);
}

Test(cpu, a_miss_the_table_answers_does_not_trap)
{
    *data_map(DATA, PAGE_RW) = 0x1234;
    begin("user_load", DATA);
    run();
    expect_done(0x1234);
}

Test(cpu, a_load_faults_with_address_and_continues_once_mapped)
{
    begin("user_load", DATA + 0x10);
    run();
    expect_fault(DATA + 0x10, HW_ACCESS_R);
    expect_ip_in("user_load", 100);
    run();
    expect_fault(DATA + 0x10, HW_ACCESS_R);
    data_map(DATA, PAGE_R)[2] = 99;
    run();
    expect_done(99);
}

Test(cpu, a_store_to_a_read_only_page_faults)
{
    uint64_t *word = data_map(DATA, PAGE_R);

    begin("user_store", DATA);
    run();
    expect_fault(DATA, HW_ACCESS_W);
    cr_assert_eq(*word, 0);
    *space_entry(&m, &space, DATA, 12) |= HW_PTE_W;
    run();
    expect_done(0x77);
    cr_assert_eq(*word, 0x5a5a);
    cr_assert(*space_entry(&m, &space, DATA, 12) & HW_PTE_DIRTY);
}

Test(cpu, an_access_over_a_page_end_faults_at_the_second_page)
{
    data_map(DATA, PAGE_RW);
    begin("user_load", DATA + PAGE - 3);
    run();
    expect_fault(DATA + PAGE, HW_ACCESS_R);
    begin("user_load1", DATA + PAGE - 1);
    run();
    expect_done(0);
}

Test(cpu, a_large_access_is_checked_page_by_page)
{
    for (uint64_t i = 0; i < 3; i++)
        data_map(DATA + i * PAGE, PAGE_RW);
    begin("user_copy", DATA);
    run();
    expect_done(0);
    space_unmap(&m, &space, DATA + 2 * PAGE);
    begin("user_copy", DATA);
    run();
    expect_fault(DATA + 2 * PAGE, HW_ACCESS_W);
}

Test(cpu, host_and_null_addresses_fault)
{
    begin("user_load", 0);
    run();
    expect_fault(0, HW_ACCESS_R);
    begin("user_store", (uint64_t)&m);
    run();
    expect_fault((uint64_t)&m, HW_ACCESS_W);
    begin("user_load", 0x8000000000000000ull);
    run();
    expect_fault(0x8000000000000000ull, HW_ACCESS_R);
}

Test(cpu, a_thread_moved_while_faulting_does_not_try_again)
{
    begin("user_load", DATA);
    run();
    expect_fault(DATA, HW_ACCESS_R);
    THREAD_IP(&regs) = symbol("user_echo");
    THREAD_SP(&regs) = STACK_END - THREAD_SP_BIAS;
    THREAD_ARG(&regs) = 5;
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(THREAD_LABEL(&regs), 5);
}

Test(cpu, the_budget_is_exact_and_repeats)
{
    uint64_t rounds[2];

    for (int i = 0; i < 2; i++) {
        uint64_t *word = data_map(DATA + (uint64_t)i * PAGE, PAGE_RW);
        int64_t counted = 0;

        begin("user_spin", DATA + (uint64_t)i * PAGE);
        for (int64_t budget = 1; budget < 50; budget++) {
            hw_cpu_run(m.cpu, &regs, budget, &t, &steps);
            cr_assert_eq(t.kind, HW_TRAP_BUDGET);
            cr_assert_eq(steps, budget);
            counted += steps;
        }
        rounds[i] = *word;
        /* One step a round; the compiler may make one of the entry. */
        cr_assert_leq((uint64_t)counted - *word, 1);
    }
    cr_assert_eq(rounds[0], rounds[1]);
}

Test(cpu, no_budget_no_step)
{
    begin("user_echo", 1);
    hw_cpu_run(m.cpu, &regs, 0, &t, &steps);
    cr_assert_eq(t.kind, HW_TRAP_BUDGET);
    cr_assert_eq(steps, 0);
    expect_ip_in("user_echo", 100);
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
}

Test(cpu, steps_do_not_depend_on_the_slices)
{
    int64_t whole, sum = 0;

    begin("user_recurse", 6);
    run();
    whole = steps;
    expect_done(21);
    begin("user_recurse", 6);
    do {
        hw_cpu_run(m.cpu, &regs, 3, &t, &steps);
        sum += steps;
    } while (t.kind == HW_TRAP_BUDGET);
    expect_done(21);
    cr_assert_eq(sum, whole);
}

Test(cpu, a_step_in_a_page_not_executable_faults)
{
    uint64_t entry = symbol("user_echo");
    uint64_t *pte = space_entry(&m, &space, entry, 12);

    *pte &= ~(uint64_t)HW_PTE_X;
    begin("user_echo", 1);
    run();
    expect_fault(entry, HW_ACCESS_X);
    *pte |= HW_PTE_X;
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    /* Taken away while it runs: seen at the next step. */
    *pte &= ~(uint64_t)HW_PTE_X;
    hw_mmu_invalidate(m.mmu, space.root, entry, 12);
    run();
    expect_fault(THREAD_IP(&regs), HW_ACCESS_X);
}

Test(cpu, a_jump_into_data_faults_at_the_first_step)
{
    uint64_t *pte;

    /* The same code once more, in pages that are not executable. */
    for (uint64_t va = symbol("user_echo") & ~0xfffull, i = 0; i < 2; i++) {
        pte = space_entry(&m, &space, va + i * PAGE, 12);
        if (*pte)
            space_map(&m, &space, DATA + i * PAGE, *pte & HW_PTE_FRAME,
                      PAGE_RW);
    }
    begin("user_jump", DATA + symbol("user_echo") % PAGE);
    run();
    cr_assert_eq(t.kind, HW_TRAP_FAULT);
    cr_assert_eq(t.access, HW_ACCESS_X);
    cr_assert_eq(t.address / PAGE, DATA / PAGE);
}

Test(cpu, a_wild_jump_faults_at_its_target)
{
    begin("user_jump", DATA + 0x40);
    run();
    expect_fault(DATA + 0x40, HW_ACCESS_X);
    cr_assert_eq(THREAD_IP(&regs), DATA + 0x40);
    begin("user_jump", 0);
    run();
    expect_fault(0, HW_ACCESS_X);
}

Test(cpu, a_start_outside_of_user_memory_faults)
{
    begin("user_echo", 0);
    THREAD_IP(&regs) = (uint64_t)hw_cpu_run;
    run();
    expect_fault((uint64_t)hw_cpu_run, HW_ACCESS_X);
    begin("user_echo", 0);
    THREAD_SP(&regs) = (uint64_t)&regs;
    run();
    expect_fault((uint64_t)&regs - 8, HW_ACCESS_W);
    THREAD_IP(&regs) = 0x4141414141414140;
    run();
    expect_fault(0x4141414141414140, HW_ACCESS_X);
}

Test(cpu, a_stack_overflow_faults_and_continues_once_mapped)
{
    int faults = 0;

    begin("user_recurse", 60);
    for (run(); t.kind == HW_TRAP_FAULT; run()) {
        cr_assert_eq(t.access, HW_ACCESS_W);
        cr_assert_lt(t.address, STACK_END - STACK_PAGES * PAGE);
        cr_assert_lt(faults++, 40);
        data_map(t.address & ~0xfffull, PAGE_RW);
    }
    cr_assert_gt(faults, 2);
    expect_done(60 * 61 / 2);
}

Test(cpu, a_read_only_stack_faults_at_the_next_step)
{
    begin("user_echo", 1);
    for (uint64_t i = 1; i <= STACK_PAGES; i++) {
        *space_entry(&m, &space, STACK_END - i * PAGE, 12) &=
            ~(uint64_t)HW_PTE_W;
    }
    run();
    cr_assert_eq(t.kind, HW_TRAP_FAULT);
    cr_assert_eq(t.access, HW_ACCESS_W);
    cr_assert_eq(t.address / PAGE, (STACK_END - 1) / PAGE);
}

Test(cpu, a_device_register_is_read)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    begin("user_mmio_read", DEVICE + 8);
    run();
    cr_assert_eq(t.kind, HW_TRAP_MMIO);
    cr_assert_eq(t.address, DEVICE + 8);
    cr_assert_eq(t.pa, 0x10000008);
    cr_assert_eq(t.size, 4);
    cr_assert_eq(t.access, HW_ACCESS_R);
    hw_regs_set_mmio(&regs, 0xcafe);
    run();
    expect_done(0xcafe);
}

Test(cpu, a_device_register_is_written)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_R | HW_PTE_DEVICE);
    begin("user_mmio_write", DEVICE + 2);
    run();
    expect_fault(DEVICE + 2, HW_ACCESS_W);
    *space_entry(&m, &space, DEVICE, 12) |= HW_PTE_W;
    run();
    cr_assert_eq(t.kind, HW_TRAP_MMIO);
    cr_assert_eq(t.access, HW_ACCESS_W);
    cr_assert_eq(t.value, 0xbeef);
    cr_assert_eq(t.size, 2);
    run();
    expect_done(0);
}

Test(cpu, an_accessor_works_on_memory_too)
{
    uint64_t *word = data_map(DATA, PAGE_RW);

    *word = 0x1122334455667788;
    begin("user_mmio_read", DATA);
    run();
    expect_done(0x55667788);
    begin("user_mmio_write", DATA);
    run();
    expect_done(0);
    cr_assert_eq(*word, 0x112233445566beef);
}

Test(cpu, an_accessor_not_aligned_is_an_exception)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    begin("user_mmio_read", DEVICE + 2);
    run();
    cr_assert_eq(t.kind, HW_TRAP_EXCEPTION);
    cr_assert_eq(t.signo, SIGBUS);
    cr_assert_eq(t.address, DEVICE + 2);
}

Test(cpu, a_plain_load_from_a_device_faults)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    begin("user_load", DEVICE);
    run();
    expect_fault(DEVICE, HW_ACCESS_R);
}

Test(cpu, an_unchecked_miss_the_table_answers_does_not_trap)
{
    *data_map(DATA, PAGE_RW) = 4711;
    begin("user_unchecked_load", DATA);
    run();
    expect_done(4711);
}

Test(cpu, an_unchecked_access_faults_through_the_signal_door)
{
    begin("user_unchecked_store", DATA + 8);
    run();
    expect_fault(DATA + 8, HW_ACCESS_W);
    cr_assert_eq(regs.full, 1);
    cr_assert_eq(THREAD_IP(&regs), symbol("user_unchecked_store"));
    cr_assert_eq(THREAD_ARG(&regs), DATA + 8);
    run();
    expect_fault(DATA + 8, HW_ACCESS_W);
    data_map(DATA, PAGE_RW);
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(regs.full, 0);
    begin("user_unchecked_load", DATA + PAGE);
    run();
    expect_fault(DATA + PAGE, HW_ACCESS_R);
}

Test(cpu, a_thread_moved_out_of_a_signal_starts_there)
{
    begin("user_unchecked_load", DATA);
    run();
    expect_fault(DATA, HW_ACCESS_R);
    THREAD_IP(&regs) = symbol("user_echo");
    THREAD_SP(&regs) = STACK_END - THREAD_SP_BIAS;
    THREAD_ARG(&regs) = 6;
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(THREAD_LABEL(&regs), 6);
}

static void expect_exception(int signo)
{
    cr_assert_eq(t.kind, HW_TRAP_EXCEPTION, "trap %d", t.kind);
    cr_assert_eq(t.signo, signo, "signal %d", t.signo);
}

Test(cpu, a_breakpoint_and_an_illegal_instruction_are_exceptions)
{
    begin("user_breakpoint", 0);
    run();
    expect_exception(SIGTRAP);
    begin("user_illegal", 0);
    run();
    expect_exception(SIGILL);
    cr_assert_eq(THREAD_IP(&regs), symbol("user_illegal"));
}

Test(cpu, a_stub_called_on_a_bad_stack_faults_in_user_code)
{
    begin("user_stack_gone", DATA + 0x100);
    run();
    cr_assert_eq(t.kind, HW_TRAP_FAULT);
    cr_assert_eq(t.address / PAGE, DATA / PAGE);
}

/* The registers hold a pattern when an unchecked load faults; the code
 * stores what they hold after it to the page it loaded from. */
Test(cpu, a_full_restore_is_exact)
{
    struct hw_regs other;
    uint64_t *word;

    begin("user_registers", DATA);
    run();
    expect_fault(DATA, HW_ACCESS_R);
    cr_assert_eq(THREAD_IP(&regs), symbol("user_registers_fault"));
    /* Others run in between, and lose their registers to host code. */
    thread_start(&other, symbol("user_sum"), STACK_END - PAGE, 3);
    for (int i = 0; i < 4; i++)
        hw_cpu_run(m.cpu, &other, BUDGET, &t, &steps);
    hw_regs_release(&other);
    word = data_map(DATA, PAGE_RW);
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL, "trap %d", t.kind);
    cr_assert_eq(word[1], 1, "carry");
#if defined(__x86_64__)
    for (uint64_t i = 0; i < 13; i++) {
        static const uint64_t pattern[13] = {0x22, 0x33, 0x44, 0x55, 0x66,
                                             0x77, 0x88, 0x99, 0xaa, 0xbb,
                                             0xcc, 0xdd, 0xee};

        cr_assert_eq(word[2 + i], pattern[i], "register %lu: %#lx", i,
                     word[2 + i]);
    }
    cr_assert_eq(word[16], 0x11);
    cr_assert_eq(word[17], 0);
    cr_assert_eq(word[18], 0x22);
    cr_assert_eq(word[20], ~0ull);
    cr_assert_eq(word[21], ~0ull);
    cr_assert_eq(word[22], 0x3ff0000000000000, "the x87 stack's 1.0");
#else
    for (uint64_t i = 1; i < 30; i++)
        if (i != 18)
            cr_assert_eq(word[1 + i], 0x100 + i, "x%lu: %#lx", i, word[1 + i]);
    cr_assert_eq(word[32], 0x1234);
    cr_assert_eq(word[34], 0x5678);
#endif
}

#if defined(__x86_64__)
Test(cpu, a_division_by_zero_is_an_exception_with_registers)
{
    uint64_t ip;

    begin("user_divide", 77);
    run();
    expect_exception(SIGFPE);
    expect_ip_in("user_divide", 200);
    cr_assert_eq(regs.rax, 77);
    cr_assert_eq(regs.full, 1);
    ip = regs.rip;
    run();
    expect_exception(SIGFPE);
    cr_assert_eq(regs.rip, ip);
}

Test(cpu, a_non_canonical_address_is_an_exception)
{
    begin("user_unchecked_load", 0x8000000000000000ull);
    run();
    expect_exception(SIGSEGV);
}

Test(cpu, host_code_gets_its_flags_and_fpu_control_back)
{
    uint32_t mxcsr;
    uint64_t flags;

    begin("user_flags", 0);
    run();
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("pushfq; pop %0" : "=r"(flags));
    cr_assert_eq(mxcsr & 0xffc0, 0x1f80);
    cr_assert_eq(flags & 0x40400, 0);
    run();
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
    cr_assert_eq(regs.rsi, 0x7f80, "the program's own is kept");
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    cr_assert_eq(mxcsr & 0xffc0, 0x1f80);
}
#endif

static __thread volatile int host_local = 17;

Test(cpu, the_thread_pointer_is_the_programs_own)
{
    uint64_t *word = data_map(DATA, PAGE_RW);

    *word = 0xf5;
    begin("user_thread_pointer", 0);
    regs.tp = DATA;
    for (int i = 0; i < 3; i++) {
        run();
        expect_done(0xf5);
        cr_assert_eq(host_local, 17);
    }
    /* The signal door has to find the host's own as well. */
    space_unmap(&m, &space, DATA);
    hw_mmu_settle(m.mmu);
    run();
    expect_fault(DATA, HW_ACCESS_R);
    cr_assert_eq(host_local, 17);
    data_map(DATA, PAGE_RW);
    run();
    expect_done(0);
}

#if defined(__x86_64__)
Test(cpu, the_thread_pointer_works_without_fsgsbase)
{
    *data_map(DATA, PAGE_RW) = 0xf6;
    begin("user_echo", 0);
    run();
    *hw_block_own(hw_cpu_block(m.cpu), BLOCK_FAST_TP) = 0;
    begin("user_thread_pointer", 0);
    regs.tp = DATA;
    for (int i = 0; i < 3; i++) {
        run();
        expect_done(0xf6);
        cr_assert_eq(host_local, 17);
    }
}
#endif

/* What cpu_tp.h says about who lends. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(__SANITIZE_THREAD__)
enum { LENDS = true };
#else
enum { LENDS = false };
#endif

/* One system call of r's; was the thread pointer lent after it? No host call
 * in between. */
static bool run_lent(struct hw_regs *r, bool give_back)
{
    struct hw_user_block *b = hw_cpu_block(m.cpu);

    hw_cpu_run(m.cpu, r, BUDGET, &t, &steps);
    bool lent = hw_cpu_lends_tp(b);
    if (give_back)
        hw_cpu_own_tp(b);
    return lent;
}

Test(cpu, a_lent_thread_pointer_comes_back_when_asked_for)
{
    begin("user_echo", 0);
    regs.tp = DATA;
    cr_assert(!run_lent(&regs, false), "nobody lends it unasked");
    hw_cpu_lend_tp(m.cpu, true);
    for (int i = 0; i < 3; i++) {
        bool lent = run_lent(&regs, true);
        cr_assert_eq(lent, LENDS);
        cr_assert_eq(host_local, 17);
        cr_assert_eq(t.kind, HW_TRAP_SYSCALL);
        cr_assert(!hw_cpu_lends_tp(hw_cpu_block(m.cpu)));
    }
    hw_cpu_lend_tp(m.cpu, false);
    cr_assert(!run_lent(&regs, false));
}

Test(cpu, programs_follow_each_other_with_their_own_thread_pointers)
{
    struct hw_regs r[3];
    uint64_t seen[3][4];

    *data_map(DATA, PAGE_RW) = 0xf5;
    *data_map(DATA + PAGE, PAGE_RW) = 0xf6;
    begin("user_echo", 0); /* none: the host's */
    for (int i = 0; i < 2; i++) {
        thread_start(&r[i], symbol("user_thread_pointer"), STACK_END, 0);
        r[i].tp = DATA + (uint64_t)i * PAGE;
    }
    r[2] = regs;
    hw_cpu_lend_tp(m.cpu, true);
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < 3; i++) {
            run_lent(&r[i], i == 1 && round == 2);
            seen[i][round] = THREAD_LABEL(&r[i]);
        }
    hw_cpu_own_tp(hw_cpu_block(m.cpu));
    for (int round = 0; round < 4; round++) {
        cr_assert_eq(seen[0][round], 0xf5);
        cr_assert_eq(seen[1][round], 0xf6);
    }
    cr_assert_eq(host_local, 17);
}

Test(cpu, faults_and_signals_lend_no_thread_pointer)
{
    data_map(DATA, PAGE_RW);
    begin("user_thread_pointer", 0);
    regs.tp = DATA;
    hw_cpu_lend_tp(m.cpu, true);
    run_lent(&regs, true);
    space_unmap(&m, &space, DATA);
    hw_mmu_settle(m.mmu);
    cr_assert(!run_lent(&regs, false));
    expect_fault(DATA, HW_ACCESS_R);
    cr_assert_eq(host_local, 17);
    begin("user_load", 0x1000000000);
    regs.tp = DATA;
    cr_assert(!run_lent(&regs, false));
    cr_assert_eq(t.kind, HW_TRAP_FAULT);
}

Test(cpu, spaces_with_one_layout_run_in_turns)
{
    struct space second = space_new(&m);
    struct hw_regs r[2];

    user_image_load(&image, &m, &second);
    for (uint64_t i = 1; i <= STACK_PAGES; i++)
        space_map(&m, &second, STACK_END - i * PAGE, machine_frame(&m),
                  PAGE_RW);
    for (int i = 0; i < 2; i++)
        thread_start(&r[i], symbol("user_sum"), STACK_END, 10);
    for (int round = 0; round <= 10; round++)
        for (int i = 0; i < 2; i++) {
            space_switch(&m, i ? &second : &space);
            hw_cpu_run(m.cpu, &r[i], BUDGET, &t, &steps);
            cr_assert_eq(t.kind, HW_TRAP_SYSCALL, "trap %d", t.kind);
            if (round < 10)
                THREAD_LABEL(&r[i]) = i ? 7 : 3;
        }
    cr_assert_eq(THREAD_LABEL(&r[0]), 30);
    cr_assert_eq(THREAD_LABEL(&r[1]), 70);
    hw_regs_release(&r[0]);
    hw_regs_release(&r[1]);
}

Test(cpu, the_utcb_is_in_the_block)
{
    begin("user_echo", 1);
    regs.utcb = DATA;
    run();
    cr_assert_eq(hw_cpu_block(m.cpu)->utcb, DATA);
}

Test(cpu, two_cpus_take_turns_on_one_host_thread)
{
    struct hw_cpu *second;
    struct hw_regs r;
    int error = 0;

    second = hw_cpu_new(m.mmu, &error);
    cr_assert_not_null(second);
    begin("user_sum", 4);
    thread_start(&r, symbol("user_sum"), STACK_END - PAGE, 4);
    for (int i = 0; i < 5; i++) {
        hw_mmu_attach(m.mmu, hw_cpu_block(m.cpu));
        run();
        hw_mmu_attach(m.mmu, hw_cpu_block(second));
        hw_cpu_run(second, &r, BUDGET, &t, &steps);
    }
    cr_assert_eq(THREAD_LABEL(&regs), 10);
    cr_assert_eq(THREAD_LABEL(&r), 10);
    hw_cpu_free(second);
}

/* Wild values for everything a program can get wrong. Host addresses that
 * are mapped are left out: unchecked code does reach those. */
Test(cpu, wild_threads_end_in_reports)
{
    static const char *const entry[] = {
        "user_load",
        "user_load1",
        "user_store",
        "user_copy",
        "user_jump",
        "user_recurse",
        "user_mmio_read",
        "user_mmio_write",
        "user_spin",
        "user_unchecked_load",
        "user_unchecked_store",
        "user_stack_gone",
    };
    enum { ENTRIES = sizeof(entry) / sizeof(entry[0]), ROUNDS = 3000 };
    uint64_t state = 3;

    for (uint64_t i = 0; i < 64; i += 3)
        data_map(DATA + i * PAGE, i % 2 ? PAGE_RW : PAGE_RX);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t wild;

        state = state * 6364136223846793005ull + 1442695040888963407ull;
        wild = DATA + (state >> 30) % (66 * PAGE);
        if (state >> 62 == 0)
            wild = USER_START + (state >> 10) % (USER_END - USER_START);
        if (state >> 60 == 15)
            wild = state >> 40;
        begin(entry[(state >> 20) % ENTRIES], wild);
        if ((state >> 50) % 8 == 0)
            THREAD_SP(&regs) = wild & ~15ull;
        if ((state >> 53) % 8 == 0)
            THREAD_IP(&regs) = wild;
        for (int turn = 0; turn < 3; turn++)
            hw_cpu_run(m.cpu, &regs, 200, &t, &steps);
        cr_assert_leq(steps, 200);
        cr_assert_leq(t.kind, HW_TRAP_MMIO);
    }
}

static void crash_seen(int signo, uint64_t address, uint64_t host_ip)
{
    _Exit(signo == SIGSEGV && address == 8 && host_ip ? 42 : 1);
}

Test(cpu, a_crash_of_the_simulator_is_reported, .exit_code = 42)
{
    volatile uint64_t *nowhere = (uint64_t *)8;

    begin("user_echo", 1);
    run();
    hw_cpu_on_crash(crash_seen);
    __asm__ volatile("" : "+r"(nowhere));
    *nowhere = 1;
}
