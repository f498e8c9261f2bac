/*
 * CPU: user code run until it traps: system calls, steps and budgets, threads
 * and spaces in turns, the host's state kept.
 */
#include "cpu_fixture.h"
#include <signal.h>

TestSuite(cpu, .init = cpu_setup, .fini = cpu_teardown);

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
