/*
 * vCPU: becoming one, resume, and the events of user mode (vcpu.h). Messages
 * and what others do to it: vcpu_messages.c.
 */
#include "vcpu.h"

enum { STACK_WORDS = 2048 };

struct vcpu_world vcpu_world;
static l4_umword_t entry_stack[STACK_WORDS] __attribute__((aligned(4096)));
static l4_umword_t user_stack[STACK_WORDS] __attribute__((aligned(4096)));

static l4_addr_t top(l4_umword_t *stack)
{
    return l4_align_stack_for_direct_fncall((l4_addr_t)(stack + STACK_WORDS));
}

l4_addr_t vcpu_entry_sp(void)
{
    return top(entry_stack);
}

/* Does not come back when it goes well. */
void vcpu_resume_now(void)
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
    unsigned n = v.count < VCPU_EVENTS_MAX ? v.count++ : VCPU_EVENTS_MAX - 1;
    v.log[n] = (struct vcpu_event){.type = l4_utcb_exc_typeval(&s->r),
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
    vcpu_resume_now();
}

/* Kernel mode's first code: user mode is prepared, resume. */
void vcpu_start(void *arg)
{
    (void)arg;
    v.count = 1; /* vcpu_resume_now() looks at then[0] */
    v.then[0] = RESUME;
    vcpu_resume_now();
}

/* A vCPU that is to run `user` with `flags`; user mode in `task`. */
void vcpu_make(void (*user)(void), unsigned flags, l4_cap_idx_t task)
{
    l4_addr_t at = 0x3200000000ul;
    l4_fpage_t area = l4_fpage(at, L4_PAGESHIFT, L4_FPAGE_RW);
    long error = result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area));
    CHECK(error == 0 || error == -L4_EEXIST); /* from the test before */
    worker_make(&v.worker);
    PROVE("thread_vcpu_control", "success",
          result(l4_thread_vcpu_control(v.worker.cap, at)), 0);
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
    for (unsigned i = 0; i < VCPU_EVENTS_MAX; i++)
        v.then[i] = STOP;
    v.resumed = 1;
    v.resume_flags = 0;
    v.user_ran = v.user_saw = 0;
}

/* Its priority is below this thread's: it runs while this one sleeps. */
void vcpu_run(unsigned us)
{
    worker_run(&v.worker, vcpu_start, 0, 2);
    l4_ipc_sleep_us(us);
}

void vcpu_delete(void)
{
    worker_delete(&v.worker);
    l4_ipc_sleep_us(1);
}

void count_for_ever(void)
{
    for (;;)
        v.user_ran++;
}

static void call_the_kernel(void)
{
    v.user_ran = 1;
    l4_msgtag_t tag =
        l4_ipc_call(0x5000, l4_utcb(), l4_msgtag(4, 1, 0, 0), L4_IPC_NEVER);
    v.user_saw = (l4_umword_t)tag.raw;
    count_for_ever();
}

static void touch_window(void)
{
    *(volatile l4_umword_t *)v.map_at = 4711;
    v.user_saw = *(volatile l4_umword_t *)v.map_at;
    count_for_ever();
}

/* --- control -------------------------------------------------------------- */

static void control_and_its_errors(void)
{
    l4_addr_t at = 0x3200000000ul;
    l4_cap_idx_t t = cap_new();
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    PROVE("thread_vcpu_control", "the thread is a vCPU already",
          result(l4_thread_vcpu_control(v.worker.cap, at)),
          -L4_EINVAL); /* twice */
    CHECK_EQ(v.state->user_task & L4_INVALID_CAP_BIT, L4_INVALID_CAP_BIT);
    struct worker other;
    worker_make(&other);
    PROVE("thread_vcpu_control", "not aligned",
          result(l4_thread_vcpu_control(other.cap, at + 8)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, at + 0xf00)), -L4_EINVAL);
    PROVE("thread_vcpu_control", "not kernel-user memory",
          result(l4_thread_vcpu_control(other.cap, 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_vcpu_control(other.cap, ~0ul - 0xff)),
             -L4_EINVAL);
    CHECK_EQ(request_op(other.cap, L4_PROTO_THREAD, L4_THREAD_VCPU_CONTROL_OP),
             -L4_EINVAL); /* no address */
    PROVE("thread_vcpu_control", "extended: hardware virtualisation",
          result(l4_thread_vcpu_control_ext(other.cap, at)), -L4_ENOSYS);
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t)), 0);
    PROVE("thread_vcpu_control", "the thread is unbound",
          result(l4_thread_vcpu_control(t, at)), -L4_EINVAL); /* unbound */
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
    PROVE("thread_vcpu_control", "the quota has no room",
          result(l4_thread_vcpu_control(t, 0x3200000000ul)), -L4_ENOMEM);
    cap_delete(t);
    vcpu_delete();
}

/* --- resume ----------------------------------------------------------------
 */

static void only_a_vcpu_resumes_and_only_itself(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    l4_msgtag_t tag = l4_thread_vcpu_resume_start();
    PROVE("thread_vcpu_resume", "the thread is another one",
          result(l4_thread_vcpu_resume_commit(v.worker.cap, tag)), -L4_EINVAL);
    tag = l4_thread_vcpu_resume_start();
    PROVE("thread_vcpu_resume", "the thread is no vCPU",
          result(l4_thread_vcpu_resume_commit(L4_INVALID_CAP, tag)),
          -L4_EINVAL);
    vcpu_delete();
}

static void resumes_to_kernel_mode(void)
{
    vcpu_make(count_for_ever, 0, L4_INVALID_CAP);
    vcpu_run(100);
    CHECK(v.user_ran > 0);
    PROVE("thread_vcpu_resume", "success", v.resumed, 1);
    vcpu_delete();
}

static void user_mode_needs_a_user_task(void)
{
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, L4_INVALID_CAP);
    vcpu_run(100);
    PROVE("thread_vcpu_resume", "`user_task` names no task", v.resumed,
          -L4_EINVAL);
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, L4_BASE_LOG_CAP);
    vcpu_run(100);
    CHECK_EQ(v.resumed, -L4_EINVAL); /* no task */
    vcpu_delete();
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE,
              cap_copy(L4_BASE_TASK_CAP, L4_CAP_FPAGE_RW));
    vcpu_run(100);
    PROVE("thread_vcpu_resume", "no S on the user task", v.resumed,
          -L4_EPERM); /* no S right */
    vcpu_delete();
    CHECK_EQ(v.user_ran, 0);
}

static void user_mode_runs_in_the_user_task(void)
{
    space_make(&v.space);
    vcpu_make(count_for_ever, L4_VCPU_F_USER_MODE, v.space.task);
    vcpu_run(100);
    CHECK(v.user_ran > 0);
    CHECK(v.state->user_task & L4_INVALID_CAP_BIT); /* taken */
    CHECK(v.state->state & L4_VCPU_F_USER_MODE);
    vcpu_delete();
    space_delete(&v.space);
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
    space_make(&v.space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE | L4_VCPU_F_PAGE_FAULTS,
              v.space.task);
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
    CHECK_EQ(v.user_saw, 4711);
    CHECK(v.user_ran > 0);
    vcpu_delete();
    space_delete(&v.space);
}

static void a_fault_not_answered_comes_again(void)
{
    space_make(&v.space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE | L4_VCPU_F_PAGE_FAULTS,
              v.space.task);
    v.map_at = window_new();
    v.then[1] = v.then[2] = RESUME;
    vcpu_run(100);
    CHECK_EQ(v.count, 4);
    CHECK_EQ(v.log[3].pfa, v.map_at | 2);
    CHECK_EQ(v.log[3].ip, v.log[1].ip);
    CHECK_EQ(v.user_saw, 0);
    vcpu_delete();
    space_delete(&v.space);
}

static void without_the_flag_a_fault_goes_to_the_pager(void)
{
    space_make(&v.space);
    vcpu_make(touch_window, L4_VCPU_F_USER_MODE, v.space.task);
    v.map_at = (l4_addr_t)page_new(); /* ours; not in the space from now on */
    l4_fpage_t page = l4_fpage(v.map_at, 12, L4_FPAGE_RWX);
    l4_task_unmap(v.space.task, page, L4_FP_ALL_SPACES);
    vcpu_run(100);
    CHECK_EQ(v.count, 1); /* sigma0 answers, into the user task */
    CHECK_EQ(v.user_saw, 4711);
    vcpu_delete();
    space_delete(&v.space);
}

static void a_system_call_is_an_exception(void)
{
    space_make(&v.space);
    vcpu_make(call_the_kernel, L4_VCPU_F_USER_MODE, v.space.task);
    vcpu_run(100);
    CHECK_EQ(v.count, 2);
    CHECK(!l4_utcb_exc_is_pf(&v.state->r));
    CHECK_EQ(v.user_ran, 1);
    CHECK(v.log[1].saved & L4_VCPU_F_USER_MODE);
    CHECK_EQ(v.user_saw, 0);
    vcpu_delete();
    space_delete(&v.space);
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
    space_make(&v.space);
    vcpu_make(trap, L4_VCPU_F_USER_MODE, v.space.task);
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
    space_delete(&v.space);
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
    {0, 0},
};
