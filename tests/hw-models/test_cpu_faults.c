/*
 * CPU: what user code must not do, or cannot yet: page faults of loads, stores,
 * jumps and stacks through both doors, device registers, exceptions.
 */
#include "cpu_fixture.h"
#include <signal.h>

TestSuite(cpu_faults, .init = cpu_setup, .fini = cpu_teardown);

Test(cpu_faults, a_miss_the_table_answers_does_not_trap)
{
    *data_map(DATA, PAGE_RW) = 0x1234;
    begin("user_load", DATA);
    run();
    expect_done(0x1234);
}

Test(cpu_faults, a_load_faults_with_address_and_continues_once_mapped)
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

Test(cpu_faults, a_store_to_a_read_only_page_faults)
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

Test(cpu_faults, an_access_over_a_page_end_faults_at_the_second_page)
{
    data_map(DATA, PAGE_RW);
    begin("user_load", DATA + PAGE - 3);
    run();
    expect_fault(DATA + PAGE, HW_ACCESS_R);
    begin("user_load1", DATA + PAGE - 1);
    run();
    expect_done(0);
}

Test(cpu_faults, a_large_access_is_checked_page_by_page)
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

Test(cpu_faults, host_and_null_addresses_fault)
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

Test(cpu_faults, a_thread_moved_while_faulting_does_not_try_again)
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

Test(cpu_faults, a_step_in_a_page_not_executable_faults)
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

Test(cpu_faults, a_jump_into_data_faults_at_the_first_step)
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

Test(cpu_faults, a_wild_jump_faults_at_its_target)
{
    begin("user_jump", DATA + 0x40);
    run();
    expect_fault(DATA + 0x40, HW_ACCESS_X);
    cr_assert_eq(THREAD_IP(&regs), DATA + 0x40);
    begin("user_jump", 0);
    run();
    expect_fault(0, HW_ACCESS_X);
}

Test(cpu_faults, a_start_outside_of_user_memory_faults)
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

Test(cpu_faults, a_stack_overflow_faults_and_continues_once_mapped)
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

Test(cpu_faults, a_read_only_stack_faults_at_the_next_step)
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

Test(cpu_faults, a_device_register_is_read)
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

Test(cpu_faults, a_device_register_is_written)
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

Test(cpu_faults, an_accessor_works_on_memory_too)
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

Test(cpu_faults, an_accessor_not_aligned_is_an_exception)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    begin("user_mmio_read", DEVICE + 2);
    run();
    cr_assert_eq(t.kind, HW_TRAP_EXCEPTION);
    cr_assert_eq(t.signo, SIGBUS);
    cr_assert_eq(t.address, DEVICE + 2);
}

Test(cpu_faults, a_plain_load_from_a_device_faults)
{
    space_map(&m, &space, DEVICE, 0x10000000, PAGE_RW | HW_PTE_DEVICE);
    begin("user_load", DEVICE);
    run();
    expect_fault(DEVICE, HW_ACCESS_R);
}

Test(cpu_faults, an_unchecked_miss_the_table_answers_does_not_trap)
{
    *data_map(DATA, PAGE_RW) = 4711;
    begin("user_unchecked_load", DATA);
    run();
    expect_done(4711);
}

Test(cpu_faults, an_unchecked_access_faults_through_the_signal_door)
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

Test(cpu_faults, a_thread_moved_out_of_a_signal_starts_there)
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

Test(cpu_faults, a_breakpoint_and_an_illegal_instruction_are_exceptions)
{
    begin("user_breakpoint", 0);
    run();
    expect_exception(SIGTRAP);
    begin("user_illegal", 0);
    run();
    expect_exception(SIGILL);
    cr_assert_eq(THREAD_IP(&regs), symbol("user_illegal"));
}

Test(cpu_faults, a_stub_called_on_a_bad_stack_faults_in_user_code)
{
    begin("user_stack_gone", DATA + 0x100);
    run();
    cr_assert_eq(t.kind, HW_TRAP_FAULT);
    cr_assert_eq(t.address / PAGE, DATA / PAGE);
}

#if defined(__x86_64__)
Test(cpu_faults, a_division_by_zero_is_an_exception_with_registers)
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

Test(cpu_faults, a_non_canonical_address_is_an_exception)
{
    begin("user_unchecked_load", 0x8000000000000000ull);
    run();
    expect_exception(SIGSEGV);
}

Test(cpu_faults, a_stepped_program_traps_after_each_instruction)
{
    enum { TF = 0x100, STEPS_MAX = 500 };
    unsigned calls = 0, on = 0, count = 0;

    begin("user_sum", 3);
    regs.full = 1;
    regs.rflags = TF;
    for (; calls < 4 && count < STEPS_MAX; count++) {
        uint64_t ip = regs.rip;

        run();
        if (t.kind == HW_TRAP_SYSCALL) {
            if (++calls < 4)
                THREAD_LABEL(&regs) = 5;
            continue;
        }
        expect_exception(SIGTRAP);
        cr_assert(t.step);
        cr_assert(regs.rflags & TF);
        on += regs.rip != ip;
    }
    cr_assert_eq(calls, 4);
    cr_assert_gt(on, count - calls - 3);
    expect_done(15);
    regs.rflags = 0;
    begin("user_breakpoint", 0);
    run();
    expect_exception(SIGTRAP);
    cr_assert(!t.step);
}
#endif
