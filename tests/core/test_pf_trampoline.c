/*
 * The page-fault trampoline as a state machine: off, on, handling a fault. All
 * invariants are checked after each step (kernel_exit()).
 */
#include "kernel.h"
#include <l4/sys/thread.h>
#include <l4/vitrine/pf_trampoline.h>

enum { SETUP, RESUME, REFLECT, DISABLE, ENABLE };
enum { IP = 0x4000, SP = 0x9000, ENTRY = 0x5000, AT = 0x123458 };

static struct thread *t, *pager;
static uaddr_t state_at;
static l4_vitrine_pf_trampoline_t *state;

/* t, whose pager is `pager`, both ready. */
static void two(void)
{
    kernel_boot();
    pager = thread_running(kernel.task, 20);
    t = thread_running(kernel.task, 10);
    t->pager = slot_of_thread(pager) << SEL_SHIFT;
    sys_wait(pager);
    state_at = (t->utcb_user & -(uaddr_t)PAGE_SIZE) + 3 * PAGE_SIZE;
    state = task_ku_mem(kernel.task, state_at, sizeof(*state));
    *state = (l4_vitrine_pf_trampoline_t){.entry_ip = ENTRY};
    port_frame_set_ip_sp(&t->frame, IP, SP);
    cr_assert_eq(kernel_exit(), t);
}

static long control(struct thread *by, word_t op)
{
    by->utcb->mr[0] = THREAD_PF_TRAMP | op << L4_THREAD_PF_TRAMP_SHIFT;
    by->utcb->mr[1] = state_at;
    sys(by, slot_of_thread(t), CALL, tag_make(L4_PROTO_THREAD, 2, 0, 0), NEVER);
    return answer(by);
}

static struct thread *fault(void)
{
    core_page_fault(AT, RIGHT_W);
    return kernel_exit();
}

KERNEL_TEST(pf_trampoline, a_fault_enters_and_is_saved)
{
    two();
    cr_assert_eq(control(t, SETUP), 0);
    cr_assert_eq(fault(), t);
    cr_assert_eq(port_frame_ip(&t->frame), ENTRY);
    cr_assert_lt(port_frame_sp(&t->frame), SP);
    cr_assert_eq(port_frame_sp(&t->frame) % 16, 0);
    cr_assert_eq(t->frame.arg, state_at);
    cr_assert_eq(state->pfa, AT | 2);
    cr_assert(t->pf_trampoline.entered);
}

KERNEL_TEST(pf_trampoline, it_is_one_shot)
{
    two();
    control(t, SETUP);
    fault();
    cr_assert_eq(fault(), pager, "the handler's own goes to the pager");
    cr_assert_eq(pager->utcb->mr[0], AT | 2);
}

KERNEL_TEST(pf_trampoline, resume_goes_back_and_switches_it_on)
{
    two();
    control(t, SETUP);
    fault();
    control(t, RESUME);
    cr_assert_eq(port_frame_ip(&t->frame), IP);
    cr_assert_eq(port_frame_sp(&t->frame), SP);
    cr_assert_eq(fault(), t);
    cr_assert_eq(port_frame_ip(&t->frame), ENTRY);
}

KERNEL_TEST(pf_trampoline, reflect_asks_the_pager_for_the_thread_as_it_was)
{
    two();
    control(t, SETUP);
    fault();
    control(t, REFLECT);
    cr_assert_eq(outcome(pager), 0);
    cr_assert_eq(pager->utcb->mr[0], AT | 2);
    cr_assert_eq(pager->utcb->mr[1], IP);
    cr_assert_eq(port_frame_ip(&t->frame), IP);
    cr_assert(t->pf_trampoline.on);
}

KERNEL_TEST(pf_trampoline, nobody_else_goes_back_for_a_thread)
{
    two();
    control(t, SETUP);
    fault();
    struct thread *c = thread_running(kernel.task, 30);
    kernel_exit();
    cr_assert_eq(control(c, RESUME), -L4_EINVAL);
    cr_assert_eq(control(c, REFLECT), -L4_EINVAL);
    cr_assert(t->pf_trampoline.entered);
    cr_assert_eq(control(c, ENABLE), 0);
    cr_assert(!t->pf_trampoline.entered);
}

KERNEL_TEST(pf_trampoline, off_the_pager_is_asked)
{
    two();
    control(t, SETUP);
    cr_assert_eq(control(t, DISABLE), 1);
    cr_assert_eq(control(t, DISABLE), 0);
    cr_assert_eq(fault(), pager);
}

KERNEL_TEST(pf_trampoline, an_aliens_faults_are_its_handlers)
{
    two();
    control(t, SETUP);
    t->exc_handler = t->pager;
    thread_watch(t, WATCH_ALIEN, true);
    cr_assert_eq(fault(), pager);
    cr_assert_eq(tag_label(pager->frame.result_tag), L4_PROTO_EXCEPTION);
    cr_assert(t->pf_trampoline.on);
}
