/*
 * I/O ports where instructions use them: what is allowed, and the fault that
 * asks a pager for them. (Handing on and taking back: tests/kernel/io.c.)
 */
#include "kernel.h"

#include <io_space.h>

enum { GATE = 0x1a0, PORT = 0x3f8 };

static struct task *driver_task, *giver;
static struct thread *pager, *driver;

static void start(void)
{
    kernel_boot();
    driver_task = task_new();
    giver = task_new();
    pager = thread_running(giver, 20);
    driver = thread_new(driver_task, 10);
    gate_new(driver_task, GATE, pager, 0x40);
    driver->pager = (word_t)GATE << 12;
    sched_ready(driver);
    cr_assert_eq(io_space_map_root(giver, 1024), 0);
    sys_wait(pager); /* the driver runs */
    cr_assert_eq(sched_current(), driver);
}

/* The pager answers with ports [first, + 2^order). */
static void answers(word_t first, unsigned order)
{
    pager->utcb->mr[0] = 8;
    pager->utcb->mr[1] = first << 12 | (word_t)order << 6 | 0x26;
    sys_reply(pager, tag_make(0, 0, 1, 0));
}

KERNEL_TEST(io, a_fault_asks_the_pager_for_ports)
{
    start();
    cr_assert_not(core_io_allows(PORT, 0));
    core_io_fault(PORT, 0);
    kernel_exit();
    cr_assert_eq(outcome(pager), 0);
    cr_assert_eq(tag_label(pager->frame.result_tag), L4_PROTO_IO_PAGE_FAULT);
    cr_assert_eq(tag_words(pager->frame.result_tag), 2);
    cr_assert_eq(pager->utcb->mr[0], (word_t)PORT << 12 | 0x26);
    answers(PORT, 3);
    cr_assert_eq(sched_current(), driver);
    cr_assert(core_io_allows(PORT, 3));
    cr_assert(core_io_allows(PORT + 4, 2));
    cr_assert_not(core_io_allows(PORT, 4));
    cr_assert_not(core_io_allows(PORT - 1, 0));
}

KERNEL_TEST(io, memory_is_no_answer_to_it)
{
    start();
    core_io_fault(PORT, 0);
    kernel_exit();
    pager->utcb->mr[0] = 8;
    pager->utcb->mr[1] = 0x1000 | 12 << 6 | 0x16;
    sys_reply(pager, tag_make(0, 0, 1, 0));
    cr_assert_not(io_space_allows(driver_task, PORT, 0));
}

KERNEL_TEST(io, without_w_a_port_is_not_to_be_used)
{
    start();
    bool mapped = false;
    uaddr_t behind = 0;
    cr_assert_eq(io_space_map(giver, driver_task, 0, 10, RIGHT_R | RIGHT_W,
                              false, &mapped, &behind),
                 0);
    cr_assert(mapped);
    cr_assert(core_io_allows(PORT, 0));
    behind = 0;
    cr_assert(io_space_unmap(driver_task, PORT, 0, RIGHT_W, true, &behind));
    cr_assert_not(core_io_allows(PORT, 0));
    cr_assert(core_io_allows(PORT + 1, 0)); /* the large piece was split */
    io_space_check(driver_task);
}

KERNEL_TEST(io, refused_it_is_an_exception)
{
    start();
    unsigned before = core_faults();
    core_io_fault(PORT, 0);
    kernel_exit();
    sys_reply(pager, tag_make(-L4_EPERM, 0, 0, 0));
    cr_assert_eq(core_faults(), before + 1); /* nobody handles those here */
    cr_assert_eq(driver->trap.address, PORT);
}
