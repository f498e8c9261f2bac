/*
 * vCPU: a thread whose kernel mode runs here and whose user mode runs here
 * or in another task, which has this program's image at the same addresses.
 *
 * What happens is written down at each entry (event()); a test says with
 * `then` what the vCPU does after that.
 */
#include "harness.h"
#include <l4/sys/vcpu.h>

enum { EVENTS_MAX = 8, STACK_WORDS = 2048, UP = 0x1c0 };

enum then { STOP, RESUME, MAP_AND_RESUME, WAIT_AND_RESUME };

struct event {
    l4_umword_t type, pfa, ip, sp; /* from r */
    l4_umword_t saved, state, sticky;
    l4_msgtag_t tag; /* from i */
    l4_umword_t label, mr0;
};

static struct {
    l4_vcpu_state_t *state;
    volatile unsigned count;
    struct event log[EVENTS_MAX];
    enum then then[EVENTS_MAX];
    l4_umword_t resume_flags; /* added to saved_state */
    l4_addr_t map_at;
    void *map_page;
    volatile long resumed; /* what a resume that failed answered */
} v;

static volatile l4_umword_t user_ran, user_saw;
static l4_umword_t entry_stack[STACK_WORDS] __attribute__((aligned(4096)));
static l4_umword_t user_stack[STACK_WORDS] __attribute__((aligned(4096)));
static struct worker w;
static struct space space;

static l4_addr_t top(l4_umword_t *stack)
{
    return l4_align_stack_for_direct_fncall((l4_addr_t)(stack + STACK_WORDS));
}

/* Does not come back when it goes well. */
static void resume(void)
{
    l4_msgtag_t tag = l4_thread_vcpu_resume_start();
    if (v.then[v.count - 1] == MAP_AND_RESUME) {
        l4_fpage_t page = l4_fpage((l4_addr_t)v.map_page, 12, L4_FPAGE_RW);
        l4_sndfpage_add(page, l4_map_control(v.map_at, 0, L4_MAP_ITEM_MAP),
                        &tag);
    }
    v.resumed = l4_error(l4_thread_vcpu_resume_commit(L4_INVALID_CAP, tag));
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

/* The entry. */
static void event(l4_vcpu_state_t *s)
{
    unsigned n = v.count < EVENTS_MAX ? v.count++ : EVENTS_MAX - 1;
    v.log[n] = (struct event){.type = l4_utcb_exc_typeval(&s->r),
                              .pfa = l4_utcb_exc_pfa(&s->r),
                              .ip = l4_utcb_exc_pc(&s->r),
                              .sp = s->r.sp,
                              .saved = s->saved_state,
                              .state = s->state,
                              .sticky = s->sticky_flags,
                              .tag = s->i.tag,
                              .label = s->i.label,
                              .mr0 = l4_utcb_mr()->mr[0]};
    if (v.then[n] == STOP)
        for (;;)
            l4_ipc_sleep(L4_IPC_NEVER);
    if (v.then[n] == WAIT_AND_RESUME)
        l4_ipc_sleep_us(500);
    s->saved_state |= (l4_uint16_t)v.resume_flags;
    resume();
}

/* Kernel mode's first code: user mode is prepared, resume. */
static void start(void *arg)
{
    (void)arg;
    v.count = 1; /* resume() looks at then[0] */
    v.then[0] = RESUME;
    resume();
}

/* A vCPU that is to run `user` with `flags`; user mode in `task`. */
static void vcpu_make(void (*user)(void), unsigned flags, l4_cap_idx_t task)
{
    l4_addr_t at = 0x3200000000ul;
    l4_fpage_t area = l4_fpage(at, L4_PAGESHIFT, L4_FPAGE_RW);
    long error = result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area));
    CHECK(error == 0 || error == -L4_EEXIST); /* from the test before */
    worker_make(&w);
    CHECK_EQ(result(l4_thread_vcpu_control(w.cap, at)), 0);
    l4_vcpu_state_t *s = v.state = (l4_vcpu_state_t *)at;
    CHECK_EQ(l4_vcpu_check_version(s), 1);
    __builtin_memset(&s->r, 0, sizeof(s->r));
    l4_utcb_exc_pc_set(&s->r, (l4_addr_t)user);
    s->r.sp = top(user_stack);
    s->state = s->sticky_flags = 0;
    s->saved_state = (l4_uint16_t)flags;
    s->user_task = task;
    s->entry_ip = (l4_addr_t)event;
    s->entry_sp = top(entry_stack);
    for (unsigned i = 0; i < EVENTS_MAX; i++)
        v.then[i] = STOP;
    v.resumed = 1;
    v.resume_flags = 0;
    user_ran = user_saw = 0;
}

/* Its priority is below this thread's: it runs while this one sleeps. */
static void vcpu_run(unsigned us)
{
    worker_run(&w, start, 0, 2);
    l4_ipc_sleep_us(us);
}

static void vcpu_delete(void)
{
    worker_delete(&w);
    l4_ipc_sleep_us(1);
}

static void count_for_ever(void)
{
    for (;;)
        user_ran++;
}

static void call_the_kernel(void)
{
    user_ran = 1;
    l4_msgtag_t tag =
        l4_ipc_call(0x5000, l4_utcb(), l4_msgtag(4, 1, 0, 0), L4_IPC_NEVER);
    user_saw = (l4_umword_t)tag.raw;
    count_for_ever();
}

static void touch_window(void)
{
    *(volatile l4_umword_t *)v.map_at = 4711;
    user_saw = *(volatile l4_umword_t *)v.map_at;
    count_for_ever();
}

/* --- control -------------------------------------------------------------- */

static void control_and_its_errors(void)
{
    l4_addr_t at = 0x3200000000ul;
    l4_cap_idx_t t = cap_new();
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    CHECK_EQ(result(l4_thread_vcpu_control(w.cap, at)), -L4_EINVAL); /* twice */
    CHECK_EQ(v.state->user_task & L4_INVALID_CAP_BIT, L4_INVALID_CAP_BIT);
    struct worker other;
    worker_make(&other);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, at + 8)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, at + 0xf00)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, ~0ul - 0xff)),
             -L4_EINVAL);
    CHECK_EQ(request_op(other.cap, L4_PROTO_THREAD, L4_THREAD_VCPU_CONTROL_OP),
             -L4_EINVAL); /* no address */
    CHECK_EQ(result(l4_thread_vcpu_control_ext(other.cap, at)), -L4_ENOSYS);
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t)), 0);
    CHECK_EQ(result(l4_thread_vcpu_control(t, at)), -L4_EINVAL); /* unbound */
    cap_delete(t);
    worker_delete(&other);
    vcpu_delete();
}

/* A thread of a factory that has room for nothing else. */
static l4_cap_idx_t tight_thread(void)
{
    l4_cap_idx_t f = cap_new(), t = cap_new();
    for (l4_umword_t limit = 512; limit < 4096; limit += 16) {
        CHECK_EQ(
            result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, limit)),
            0);
        if (result(l4_factory_create_thread(f, t)) == 0)
            break;
        cap_delete(f);
    }
    return t;
}

static void the_state_costs_its_factory(void)
{
    l4_utcb_t *utcb = (l4_utcb_t *)(0x3200000000ul + 0x800);
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP); /* makes the page */
    l4_cap_idx_t t = tight_thread();
    l4_thread_control_start();
    l4_thread_control_bind(utcb, L4_BASE_TASK_CAP);
    CHECK_EQ(result(l4_thread_control_commit(t)), 0);
    CHECK_EQ(result(l4_thread_vcpu_control(t, 0x3200000000ul)), -L4_ENOMEM);
    cap_delete(t);
    vcpu_delete();
}

/* --- resume ----------------------------------------------------------------
 */

static void only_a_vcpu_resumes_and_only_itself(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_msgtag_t tag = l4_thread_vcpu_resume_start();
    CHECK_EQ(result(l4_thread_vcpu_resume_commit(w.cap, tag)), -L4_EINVAL);
    tag = l4_thread_vcpu_resume_start();
    CHECK_EQ(result(l4_thread_vcpu_resume_commit(L4_INVALID_CAP, tag)),
             -L4_EINVAL);
    vcpu_delete();
}

static void resumes_to_kernel_mode(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    vcpu_run(100);
    CHECK(user_ran > 0);
    CHECK_EQ(v.resumed, 1);
    vcpu_delete();
}

static void user_mode_needs_a_user_task(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, L4_INVALID_CAP);
    vcpu_run(100);
    CHECK_EQ(v.resumed, -L4_EINVAL);
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, L4_BASE_LOG_CAP);
    vcpu_run(100);
    CHECK_EQ(v.resumed, -L4_EINVAL); /* no task */
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE,
              cap_copy(L4_BASE_TASK_CAP, L4_CAP_FPAGE_RW));
    vcpu_run(100);
    CHECK_EQ(v.resumed, -L4_EPERM); /* no S right */
    vcpu_delete();
    CHECK_EQ(user_ran, 0);
}

static void user_mode_runs_in_the_user_task(void)
{
    space_make(&space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, space.task);
    vcpu_run(100);
    CHECK(user_ran > 0);
    CHECK(v.state->user_task & L4_INVALID_CAP_BIT); /* taken */
    CHECK(v.state->state & L4_VCPU_F_USER_MODE);
    vcpu_delete();
    space_delete(&space);
}

static void items_without_a_user_task_are_an_error(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    v.map_at = window_new();
    v.map_page = page_new();
    v.then[1] = MAP_AND_RESUME;
    v.state->entry_sp = 0;
    l4_utcb_exc_pc_set(&v.state->r, 0); /* nothing there: not our pager's */
    v.state->saved_state = L4_VCPU_F_PAGE_FAULTS;
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.resumed, -L4_EINVAL);
    vcpu_delete();
}

/* --- events of user mode -----------------------------------------------------
 */

static void a_page_fault_enters_and_an_item_answers_it(void)
{
    space_make(&space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE | L4_VCPU_F_PAGE_FAULTS,
              space.task);
    v.map_at = window_new();
    v.map_page = page_new();
    v.then[1] = MAP_AND_RESUME;
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].pfa, v.map_at | 2);
    CHECK(l4_utcb_exc_is_pf(&v.state->r));
    CHECK_EQ(v.log[1].saved & ~(l4_umword_t)L4_VCPU_F_EXCEPTIONS,
             L4_VCPU_F_USER_MODE | L4_VCPU_F_PAGE_FAULTS);
    CHECK_EQ(v.log[1].state, 0);
    CHECK(v.log[1].sp > (l4_addr_t)user_stack &&
          v.log[1].sp <= top(user_stack));
    CHECK_EQ(*(l4_umword_t *)v.map_page, 4711);
    CHECK_EQ(user_saw, 4711);
    CHECK(user_ran > 0);
    vcpu_delete();
    space_delete(&space);
}

static void a_fault_not_answered_comes_again(void)
{
    space_make(&space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE | L4_VCPU_F_PAGE_FAULTS,
              space.task);
    v.map_at = window_new();
    v.then[1] = v.then[2] = RESUME;
    vcpu_run(100);
    CHECK_EQ(v.count, 4);
    CHECK_EQ(v.log[3].pfa, v.map_at | 2);
    CHECK_EQ(v.log[3].ip, v.log[1].ip);
    CHECK_EQ(user_saw, 0);
    vcpu_delete();
    space_delete(&space);
}

static void without_the_flag_a_fault_goes_to_the_pager(void)
{
    space_make(&space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE, space.task);
    v.map_at = (l4_addr_t)page_new(); /* ours; not in the space from now on */
    l4_fpage_t page = l4_fpage(v.map_at, 12, L4_FPAGE_RWX);
    l4_task_unmap(space.task, page, L4_FP_ALL_SPACES);
    vcpu_run(100);
    CHECK_EQ(v.count, 1); /* sigma0 answers, into the user task */
    CHECK_EQ(user_saw, 4711);
    vcpu_delete();
    space_delete(&space);
}

static void a_system_call_is_an_exception(void)
{
    space_make(&space);
    vcpu_make(call_the_kernel, L4_VCPU_F_USER_MODE, space.task);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK(!l4_utcb_exc_is_pf(&v.state->r));
    CHECK_EQ(user_ran, 1);
    CHECK(v.log[1].saved & L4_VCPU_F_USER_MODE);
    CHECK_EQ(user_saw, 0);
    vcpu_delete();
    space_delete(&space);
}

static void trap(void)
{
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#elif defined(__aarch64__)
    __asm__ volatile(".inst 0");
#else
    __asm__ volatile("unimp");
#endif
}

static void an_exception_enters(void)
{
    space_make(&space);
    vcpu_make(trap, L4_VCPU_F_USER_MODE, space.task);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK(!l4_utcb_exc_is_pf(&v.state->r));
    CHECK(!l4_utcb_exc_is_ex_regs_exception(&v.state->r));
    CHECK(v.log[1].ip - (l4_addr_t)trap < 1024);
    vcpu_delete();
    /* In kernel mode it is a matter of the flag. */
    vcpu_make(trap, L4_VCPU_F_EXCEPTIONS, L4_INVALID_CAP);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].saved, L4_VCPU_F_EXCEPTIONS);
    CHECK_EQ(v.log[1].state, 0);
    CHECK_EQ(v.state->reserved_sp, v.log[1].sp); /* the stack stays */
    vcpu_delete();
    space_delete(&space);
}

/* --- messages
 * ------------------------------------------------------------------ */

static l4_cap_idx_t bound_irq(l4_umword_t label)
{
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, label)), 0);
    return irq;
}

static void an_irq_interrupts_user_mode(void)
{
    space_make(&space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE | L4_VCPU_F_IRQ, space.task);
    l4_cap_idx_t irq = bound_irq(UP);
    v.then[1] = RESUME;
    vcpu_run(100);
    CHECK_EQ(v.count, 1);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label, UP);
    CHECK_EQ(l4_msgtag_label(v.log[1].tag), L4_PROTO_IRQ);
    CHECK_EQ(v.log[1].state, 0);
    CHECK(v.log[1].saved & L4_VCPU_F_IRQ);
    l4_umword_t before = user_ran;
    l4_ipc_sleep_us(100);
    CHECK(user_ran > before); /* it went on */
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 3);
    vcpu_delete();
    space_delete(&space);
}

static void a_message_interrupts_kernel_mode(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    l4_cap_idx_t gate = gate_to(w.cap, 0x340);
    vcpu_run(100);
    l4_utcb_mr()->mr[0] = 0x600d;
    l4_msgtag_t tag = l4_msgtag(9, 1, 0, 0);
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), tag, L4_IPC_SEND_TIMEOUT_0)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label & ~3ul, 0x340);
    CHECK_EQ(v.log[1].mr0, 0x600d);
    CHECK_EQ(l4_msgtag_label(v.log[1].tag), 9);
    CHECK_EQ(l4_msgtag_words(v.log[1].tag), 1);
    vcpu_delete();
}

static void without_the_flag_it_is_only_noted(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP), gate = gate_to(w.cap, 0);
    vcpu_run(100);
    CHECK_EQ(v.state->sticky_flags, 0);
    CHECK_EQ(ipc_code(l4_ipc_send(gate, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_SETIMEOUT);
    CHECK_EQ(v.state->sticky_flags, 0);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    CHECK_EQ(v.state->sticky_flags, 0);
    vcpu_delete();
}

static void what_waits_enters_instead_of_a_resume(void)
{
    space_make(&space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE | L4_VCPU_F_IRQ, space.task);
    l4_cap_idx_t irq = bound_irq(UP);
    l4_irq_trigger(irq);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.log[1].label, UP);
    CHECK_EQ(v.log[1].sticky, 0);
    CHECK_EQ(v.log[1].ip, (l4_addr_t)count_for_ever);
    CHECK(v.log[1].saved & L4_VCPU_F_USER_MODE);
    CHECK_EQ(user_ran, 0);
    vcpu_delete();
    space_delete(&space);
}

static void a_call_is_not_interrupted(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_IRQ, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP);
    v.then[1] = WAIT_AND_RESUME; /* sleeps 500 us, events off */
    v.resume_flags = L4_VCPU_F_IRQ;
    vcpu_run(100);
    l4_irq_trigger(irq);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    l4_irq_trigger(irq); /* while it sleeps */
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK_EQ(v.state->sticky_flags, L4_VCPU_SF_IRQ_PENDING);
    l4_ipc_sleep_us(600);
    CHECK_EQ(v.count, 3); /* at the resume */
    vcpu_delete();
}

/* --- others meddle
 * ---------------------------------------------------------------- */

static void the_user_task_may_end(void)
{
    space_make(&space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, space.task);
    v.then[1] = RESUME;
    vcpu_run(100);
    space_delete(&space);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK(l4_utcb_exc_is_pf(&v.state->r));
    CHECK_EQ(v.log[1].pfa & 4, 4); /* nothing is there to be executed */
    CHECK_EQ(v.resumed, -L4_EINVAL);
    vcpu_delete();
}

static void ex_regs_leaves_user_mode(void)
{
    space_make(&space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, space.task);
    vcpu_run(100);
    CHECK_EQ(result(l4_thread_ex_regs(w.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_TRIGGER_EXCEPTION)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 2);
    CHECK(l4_utcb_exc_is_ex_regs_exception(&v.state->r));
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, space.task);
    vcpu_run(100);
    CHECK_EQ(result(l4_thread_ex_regs(w.cap, (l4_addr_t)resume,
                                      top(entry_stack), 0)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(v.count, 1);
    CHECK_EQ(v.resumed, 1); /* made the call itself: user mode again */
    vcpu_delete();
    space_delete(&space);
}

/* --- doorbell
 * ------------------------------------------------------------------------ */

static void the_doorbell_rings_for_what_must_wait(void)
{
    l4_umword_t label = 0;
    l4_cap_idx_t bell = cap_new();
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, bell)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(bell, MAIN_CAP, 0xbe11)), 0);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(w.cap, bell)), 0);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(w.cap, bell)), -L4_EBUSY);
    l4_cap_idx_t irq = bound_irq(UP);
    vcpu_run(100);
    l4_irq_trigger(irq);
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    CHECK_EQ(label, 0xbe11);
    cap_delete(bell);
    l4_ipc_sleep_us(1);
    vcpu_delete();
}

static void doorbell_errors(void)
{
    struct worker plain;
    l4_cap_idx_t bell = cap_new();
    worker_make(&plain);
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, bell)), 0);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(plain.cap, bell)),
             -L4_EINVAL); /* no vCPU */
    CHECK_EQ(result(l4_thread_register_doorbell_irq(w.cap, cap_new())),
             -L4_EINVAL);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(w.cap, w.cap)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_register_doorbell_irq(
                 w.cap, cap_copy(bell, L4_CAP_FPAGE_RO))),
             -L4_EPERM); /* no W right */
    worker_delete(&plain);
    vcpu_delete();
}

static void an_irq_cannot_be_the_hardwares(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_cap_idx_t irq = bound_irq(UP);
    CHECK_EQ(result(l4_irq_bind_vcpu(irq, w.cap, 0)), -L4_ENOSYS);
    CHECK_EQ(result(l4_irq_bind_vcpu(cap_copy(irq, L4_CAP_FPAGE_RW), w.cap, 0)),
             -L4_EPERM);
    CHECK_EQ(result(l4_irq_bind_vcpu(irq, cap_new(), 0)), -L4_EINVAL);
    vcpu_delete();
}

const struct kernel_test vcpu_tests[] = {
    {"vcpu: control and its errors", control_and_its_errors},
    {"vcpu: its state is charged", the_state_costs_its_factory},
    {"vcpu: resume is for a vCPU itself", only_a_vcpu_resumes_and_only_itself},
    {"vcpu: resumes to kernel mode", resumes_to_kernel_mode},
    {"vcpu: user mode needs a user task", user_mode_needs_a_user_task},
    {"vcpu: user mode runs in the user task", user_mode_runs_in_the_user_task},
    {"vcpu: items need a user task", items_without_a_user_task_are_an_error},
    {"vcpu: a page fault enters, an item answers",
     a_page_fault_enters_and_an_item_answers_it},
    {"vcpu: an unanswered fault comes again", a_fault_not_answered_comes_again},
    {"vcpu: without PAGE_FAULTS, the pager",
     without_the_flag_a_fault_goes_to_the_pager},
    {"vcpu: a system call of user mode enters", a_system_call_is_an_exception},
    {"vcpu: an exception enters", an_exception_enters},
    {"vcpu: an IRQ interrupts user mode", an_irq_interrupts_user_mode},
    {"vcpu: a message interrupts kernel mode",
     a_message_interrupts_kernel_mode},
    {"vcpu: without IRQ, it is noted", without_the_flag_it_is_only_noted},
    {"vcpu: what waits enters instead of a resume",
     what_waits_enters_instead_of_a_resume},
    {"vcpu: its own calls are not interrupted", a_call_is_not_interrupted},
    {"vcpu: the user task may end", the_user_task_may_end},
    {"vcpu: ex_regs leaves user mode", ex_regs_leaves_user_mode},
    {"vcpu: the doorbell rings", the_doorbell_rings_for_what_must_wait},
    {"vcpu: errors of the doorbell", doorbell_errors},
    {"vcpu: no IRQ of the hardware's", an_irq_cannot_be_the_hardwares},
    {0, 0},
};
