/*
 * CPU: a program's thread pointer and the host's (cpu_tp.h), in turns.
 */
#include "cpu_fixture.h"

TestSuite(cpu_tp, .init = cpu_setup, .fini = cpu_teardown);

static __thread volatile int host_local = 17;

Test(cpu_tp, the_thread_pointer_is_the_programs_own)
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
Test(cpu_tp, the_thread_pointer_works_without_fsgsbase)
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

Test(cpu_tp, a_lent_thread_pointer_comes_back_when_asked_for)
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

Test(cpu_tp, programs_follow_each_other_with_their_own_thread_pointers)
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

Test(cpu_tp, faults_and_signals_lend_no_thread_pointer)
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
