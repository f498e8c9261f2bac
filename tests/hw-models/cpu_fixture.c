/*
 * Set-up, end, and what the CPU tests ask of their thread.
 */
#include "cpu_fixture.h"

struct machine m;
struct space space;
struct user_image image;
struct hw_regs regs;
struct hw_trap t;
int64_t steps;

void cpu_setup(void)
{
    machine_init(&m, 0);
    user_image_open(&image);
    space = space_new(&m);
    user_image_load(&image, &m, &space);
    for (uint64_t i = 1; i <= STACK_PAGES; i++)
        space_map(&m, &space, STACK_END - i * PAGE, machine_frame(&m), PAGE_RW);
    space_switch(&m, &space);
}

void cpu_teardown(void)
{
    const char *text = "";

    cr_assert(hw_mmu_check(m.mmu, &text), "%s", text);
    hw_regs_release(&regs);
    machine_destroy(&m);
    user_image_close(&image);
}

uint64_t symbol(const char *name)
{
    return user_image_symbol(&image, name);
}

void begin(const char *entry, uint64_t argument)
{
    hw_regs_release(&regs);
    thread_start(&regs, symbol(entry), STACK_END, argument);
}

void run(void)
{
    hw_cpu_run(m.cpu, &regs, BUDGET, &t, &steps);
}

uint64_t *data_map(uint64_t va, uint64_t flags)
{
    uint64_t pa = machine_frame(&m);

    space_map(&m, &space, va, pa, flags);
    return machine_at(&m, pa);
}

void expect_done(uint64_t label)
{
    cr_assert_eq(t.kind, HW_TRAP_SYSCALL, "trap %d at %#lx", t.kind,
                 (unsigned long)t.address);
    cr_assert_eq(THREAD_TAG(&regs), 1);
    cr_assert_eq(THREAD_LABEL(&regs), label);
}

void expect_fault(uint64_t address, unsigned access)
{
    cr_assert_eq(t.kind, HW_TRAP_FAULT, "trap %d", t.kind);
    cr_assert_eq(t.address, address, "at %#lx", (unsigned long)t.address);
    cr_assert_eq(t.access, access, "access %u", t.access);
}

void expect_ip_in(const char *function, uint64_t size)
{
    uint64_t start = symbol(function);

    cr_assert(THREAD_IP(&regs) >= start && THREAD_IP(&regs) < start + size,
              "ip %#lx", (unsigned long)THREAD_IP(&regs));
}
