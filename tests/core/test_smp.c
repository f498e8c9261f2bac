/*
 * Several CPUs: whose queue a thread is on, who is told, and what happens to a
 * thread that runs elsewhere. The fake port does nothing on port_ipi() and
 * port_stop() but count; a test plays the other CPU by on_cpu().
 */
#include "kernel.h"

#include <sched.h>

static struct thread *running(unsigned cpu)
{
    return sched_cpus[cpu].current;
}

/* A ready thread with home `cpu`, nobody told yet. */
static struct thread *ready_on(unsigned cpu, unsigned prio)
{
    struct thread *t = thread_new(kernel.task, prio);
    sched_move(t, cpu);
    thread_ex_regs(t, 0x1000, 0x2000, false, false);
    return t;
}

static struct thread *exit_on(unsigned cpu)
{
    on_cpu(cpu);
    return kernel_exit();
}

KERNEL_TEST(smp, further_cpus_idle_at_first)
{
    kernel_boot_cpus(4);
    for (unsigned i = 1; i < 4; i++)
        cr_assert_null(exit_on(i));
}

KERNEL_TEST(smp, each_cpu_runs_its_own)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(0, 10), *b = ready_on(1, 200);
    cr_assert_eq(exit_on(0), a, "b is above it, but at home elsewhere");
    cr_assert_eq(exit_on(1), b);
}

KERNEL_TEST(smp, a_wake_up_of_an_idle_cpu_is_told_to_it)
{
    kernel_boot_cpus(3);
    ready_on(2, 10);
    cr_assert_eq(fake.ipis[1], 0);
    cr_assert_gt(fake.ipis[2], 0);
}

KERNEL_TEST(smp, a_lower_one_that_wakes_does_not_disturb)
{
    kernel_boot_cpus(2);
    ready_on(1, 50);
    exit_on(1);
    on_cpu(0);
    unsigned before = fake.ipis[1];
    ready_on(1, 50);
    cr_assert_eq(fake.ipis[1], before);
    ready_on(1, 51);
    cr_assert_eq(fake.ipis[1], before + 1);
}

KERNEL_TEST(smp, message_to_another_cpu_donates_nothing)
{
    kernel_boot_cpus(2);
    struct thread *server = ready_on(1, 10);
    exit_on(1);
    sys_wait(server);
    on_cpu(0);
    struct thread *client = ready_on(0, 50), *other = ready_on(0, 5);
    kernel_exit();
    sys(client, slot_of_thread(server), CALL, tag_make(0, 0, 0, 0), NEVER);
    cr_assert_eq(running(0), other);
    cr_assert_eq(server->state, THREAD_READY);
    cr_assert_eq(exit_on(1), server);
    cr_assert_eq(sched_cpu()->slice_owner, server, "on its own slice");
    unsigned before = fake.ipis[0];
    sys_reply(server, 0);
    cr_assert_gt(fake.ipis[0], before);
    cr_assert_eq(exit_on(0), client);
    cr_assert_eq(outcome(client), 0);
}

KERNEL_TEST(smp, timeouts_are_served_at_home)
{
    kernel_boot_cpus(2);
    struct thread *t = ready_on(1, 10);
    exit_on(1);
    sys_sleep(t, 100);
    cr_assert_not_null(heap_first(&sched_cpus[1].timeouts.heap));
    on_cpu(0);
    unsigned before = fake.ipis[0];
    sched_move(t, 0);
    cr_assert_null(heap_first(&sched_cpus[1].timeouts.heap));
    cr_assert_not_null(heap_first(&sched_cpus[0].timeouts.heap));
    cr_assert_eq(fake.ipis[0], before, "a CPU tells itself nothing");
    kernel_exit();
    time_passes(100000);
    cr_assert_eq(running(0), t);
}

KERNEL_TEST(smp, ready_thread_moves_at_once)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(0, 10), *b = ready_on(0, 9);
    cr_assert_eq(kernel_exit(), a);
    sched_move(b, 1);
    cr_assert_eq(exit_on(1), b);
}

KERNEL_TEST(smp, running_thread_moves_itself)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(0, 10);
    cr_assert_eq(kernel_exit(), a);
    sched_move(a, 1);
    cr_assert_null(kernel_exit());
    cr_assert_eq(exit_on(1), a);
}

KERNEL_TEST(smp, a_move_can_be_taken_back)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(0, 10);
    cr_assert_eq(kernel_exit(), a);
    sched_move(a, 1);
    sched_move(a, 0);
    cr_assert_eq(kernel_exit(), a);
    cr_assert_null(exit_on(1));
}

KERNEL_TEST(smp, thread_running_elsewhere_moves_when_its_cpu_leaves)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    sched_move(a, 0);
    cr_assert_null(kernel_exit(), "it still runs there");
    cr_assert_eq(running(1), a);
    cr_assert_null(exit_on(1));
    cr_assert_eq(exit_on(0), a);
}

KERNEL_TEST(smp, moved_while_it_traps_the_system_call_is_done_first)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    sched_move(a, 0);
    on_cpu(1);
    sys_sleep(a, 100);
    cr_assert_eq(outcome(a), WAITS);
    cr_assert_eq(a->cpu, 0);
    exit_on(0);
    time_passes(100000);
    cr_assert_eq(running(0), a);
}

KERNEL_TEST(smp, killed_while_running_elsewhere_is_stopped_first)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    word_t slot = slot_of_thread(a);
    exit_on(1);
    on_cpu(0);
    unsigned before = fake.stops[1];
    slot_delete(kernel.task, slot);
    cr_assert_gt(fake.stops[1], before);
    on_cpu(1);
    cr_assert_null(core_frame());
    core_syscall(); /* the trap it made meanwhile never happened */
    core_page_fault(0x1000, RIGHT_R);
    cr_assert_null(kernel_exit());
}

KERNEL_TEST(smp, set_elsewhere_while_running_forgets_its_trap)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    thread_ex_regs(a, 0x5000, 0x6000, false, false);
    kernel_exit();
    on_cpu(1);
    a->frame.result_tag = ~0ul;
    a->frame.args = (struct ipc_args){.dest = SEL_INVALID | WAIT};
    core_syscall();
    cr_assert_eq(kernel_exit(), a);
    cr_assert_eq(outcome(a), NOT_BEGUN);
    cr_assert_eq(port_frame_ip(&a->frame), 0x5000);
}

KERNEL_TEST(smp, registers_of_a_running_one_are_read_without_harm)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    unsigned before = fake.stops[1];
    thread_ex_regs(a, ~0ul, ~0ul, false, false);
    kernel_exit();
    cr_assert_gt(fake.stops[1], before);
    cr_assert_eq(running(1), a);
    on_cpu(1);
    sys_wait(a);
    cr_assert_eq(outcome(a), WAITS, "its system call was not lost");
}

KERNEL_TEST(smp, exception_asked_for_comes_after_the_system_call)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    thread_ex_regs(a, ~0ul, ~0ul, false, true);
    cr_assert_not(a->in_exception);
    kernel_exit();
    cr_assert_null(exit_on(1));
    cr_assert(a->in_exception);
}

KERNEL_TEST(smp, exception_asked_for_comes_when_it_has_its_turn_again)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    thread_ex_regs(a, ~0ul, ~0ul, false, true);
    struct thread *above = ready_on(1, 20);
    cr_assert_eq(exit_on(1), above);
    cr_assert_not(a->in_exception);
    sys_wait(above);
    cr_assert_null(kernel_exit());
    cr_assert(a->in_exception, "not forgotten meanwhile");
}

KERNEL_TEST(smp, exception_asked_for_comes_after_a_call_that_waits)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 10);
    exit_on(1);
    on_cpu(0);
    thread_ex_regs(a, ~0ul, ~0ul, false, true);
    on_cpu(1);
    sys_sleep(a, 100);
    cr_assert_eq(outcome(a), WAITS, "no alien: the call is made");
    cr_assert_not(a->in_exception);
    time_passes(100000);
    cr_assert_null(kernel_exit());
    cr_assert(a->in_exception);
}

KERNEL_TEST(smp, a_dead_tasks_space_stays_until_all_have_left_it)
{
    kernel_boot_cpus(2);
    struct task *task = task_new();
    struct thread *a = thread_new(task, 10);
    sched_move(a, 1);
    thread_ex_regs(a, 0x1000, 0x2000, false, false);
    cr_assert_eq(exit_on(1), a);
    on_cpu(0);
    cap_delete_object(&task->object, 1000);
    kernel_exit();
    cr_assert_eq(sched_cpus[1].leaving, &task->object);
    cr_assert_eq(port_fake_active[1], &task->mem.port);
    cr_assert_null(exit_on(1));
    cr_assert_null(port_fake_active[1]);
    cr_assert_null(sched_cpus[1].leaving);
}

KERNEL_TEST(smp, lowering_one_that_runs_elsewhere_is_told)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(1, 50), *b = ready_on(1, 40);
    cr_assert_eq(exit_on(1), a);
    on_cpu(0);
    unsigned before = fake.ipis[1];
    sched_set_params(a, 30, KERNEL_SLICE);
    cr_assert_gt(fake.ipis[1], before);
    cr_assert_eq(exit_on(1), b);
}

KERNEL_TEST(smp, idle_time_is_each_cpus_own)
{
    kernel_boot_cpus(2);
    struct thread *a = ready_on(0, 10);
    cr_assert_eq(kernel_exit(), a);
    exit_on(1);
    uint64_t before0 = sched_idle_time(0), before1 = sched_idle_time(1);
    on_cpu(0);
    fake.time += 5000;
    cr_assert_eq(sched_idle_time(0), before0);
    cr_assert_eq(sched_idle_time(1), before1 + 5000);
}

/* All of it together, by chance: threads call, move, die, on four CPUs that
 * take turns; all invariants after each step (kernel_exit()). */
enum { STEPS = 20000, CPUS = 4, THREADS = 6 };

static uint64_t chance_state;
static unsigned chance(unsigned range)
{
    chance_state = chance_state * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(chance_state >> 33) % range;
}

static void random_step(struct thread **all)
{
    unsigned i = chance(THREADS), cpu = chance(CPUS);
    struct thread *t;
    on_cpu(cpu);
    switch (chance(8)) {
    case 0:
        sched_move(all[i], chance(CPUS));
        break;
    case 1:
        thread_ex_regs(all[i], 0x1000, 0x2000, chance(2), false);
        break;
    case 2:
        slot_delete(kernel.task, slot_of_thread(all[i]));
        all[i] = thread_running(kernel.task, 10 + i);
        break;
    case 3:
        sched_set_params(all[i], 10 + chance(THREADS), KERNEL_SLICE);
        ipc_reorder(all[i]);
        break;
    case 4:
        fake.time += chance(200000);
        core_timer();
        break;
    default: /* who runs here traps */
        t = sched_current();
        if (!t)
            break;
        t->frame.args = (struct ipc_args){
            .tag = tag_make(0, 2, 0, 0),
            .dest =
                slot_of_thread(all[i]) << SEL_SHIFT | (chance(2)   ? CALL
                                                       : chance(2) ? SEND
                                                                   : RECEIVE),
            .timeouts = chance(2) ? 100 << 16 | 100 : 0,
        };
        if (chance(3) == 0)
            t->frame.args.dest = SEL_INVALID | REPLY_WAIT;
        core_syscall();
    }
    kernel_exit();
}

KERNEL_TEST(smp, random_steps_keep_all_invariants)
{
    struct thread *all[THREADS];
    kernel_boot_cpus(CPUS);
    for (unsigned i = 0; i < THREADS; i++)
        all[i] = thread_running(kernel.task, 10 + i);
    for (unsigned n = 0; n < STEPS; n++) {
        if (n % 10 == 9) { /* selectors and UTCBs are taken in order */
            for (unsigned cpu = 0; cpu < CPUS; cpu++)
                exit_on(cpu);
            kernel_rewind();
            for (unsigned i = 0; i < THREADS; i++)
                all[i] = thread_running(kernel.task, 10 + i);
        }
        fake.console_used = 0;
        random_step(all);
    }
    for (unsigned cpu = 0; cpu < CPUS; cpu++)
        exit_on(cpu);
}

/* --- CPUs off and on, suspend (platform.c) ------------------------------ */

enum { ICU = 6, PFC_CPU_ENABLE = 3, PFC_CPU_DISABLE = 4 };

static long platform(struct thread *t, word_t op, word_t arg)
{
    t->utcb->mr[0] = op;
    t->utcb->mr[1] = arg;
    sys(t, ICU, CALL, tag_make(0, 2, 0, 0), NEVER);
    return answer(t);
}

KERNEL_TEST(smp, a_cpu_that_is_off_runs_nobody_until_it_is_on)
{
    kernel_boot_cpus(2);
    struct thread *a = thread_running(kernel.task, 10), *b = ready_on(1, 10);
    cr_assert_eq(exit_on(1), b);
    on_cpu(0);
    unsigned before = fake.ipis[1];
    cr_assert_eq(platform(a, PFC_CPU_DISABLE, 1), 0);
    cr_assert_gt(fake.ipis[1], before);
    cr_assert_null(exit_on(1));
    cr_assert_eq(b->state, THREAD_READY);
    cr_assert_eq(sched_online(), 1);
    on_cpu(0);
    cr_assert_eq(platform(a, PFC_CPU_ENABLE, 1), 0);
    cr_assert_eq(exit_on(1), b);
    cr_assert_eq(sched_online(), 3);
}

KERNEL_TEST(smp, a_trap_on_a_cpu_just_switched_off_is_handled)
{
    kernel_boot_cpus(2);
    struct thread *a = thread_running(kernel.task, 10), *b = ready_on(1, 10);
    cr_assert_eq(exit_on(1), b);
    on_cpu(0);
    platform(a, PFC_CPU_DISABLE, 1);
    on_cpu(1);
    b->frame.args = (struct ipc_args){.dest = SEL_INVALID | RECEIVE};
    core_syscall();
    cr_assert_eq(b->state, THREAD_BLOCKED);
    cr_assert_null(kernel_exit());
}

KERNEL_TEST(smp, suspend_ends_by_an_interrupt_and_answers_then)
{
    kernel_boot_cpus(2);
    struct thread *a = thread_running(kernel.task, 10), *b = ready_on(1, 10);
    cr_assert_eq(exit_on(1), b);
    on_cpu(0);
    a->utcb->mr[0] = 0; /* suspend */
    a->utcb->mr[1] = 0;
    sys(a, ICU, CALL, tag_make(0, 2, 0, 0), NEVER);
    cr_assert_null(exit_on(0));
    cr_assert_null(exit_on(1));
    on_cpu(0);
    core_timer(); /* does not wake it */
    cr_assert_null(exit_on(0));
    core_irq(3);
    cr_assert_eq(exit_on(0), a);
    cr_assert_eq(answer(a), 0);
    cr_assert_eq(exit_on(1), b);
}
