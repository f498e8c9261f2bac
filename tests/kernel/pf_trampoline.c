/*
 * The page-fault trampoline: a thread that looks at its own faults first.
 * Its pager is a thread of this task that maps one page wherever it is asked.
 */
#include "harness.h"
#include <l4/vitrine/pf_trampoline.h>

enum { SLICE_US = 100, VALUE = 4711 };

static struct {
    l4_vitrine_pf_trampoline_t *state; /* in kernel-user memory */
    l4_addr_t window;                  /* where nothing is mapped */
    void *page;                        /* what belongs there */
    struct worker worker, pager;
    volatile unsigned entered, paged; /* how often */
    volatile l4_umword_t pfa, pager_pfa, argument, saw, ip, result;
    void (*handler)(void);
} tramp;

#define STATE_AT 0x3300000000ul

static void map_page(l4_addr_t at)
{
    l4_fpage_t page = l4_fpage((l4_addr_t)tramp.page, 12, L4_FPAGE_RW);
    l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, page, at);
}

static void sleep_for_ever(void)
{
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

static void pager(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        tramp.paged++;
        tramp.pager_pfa = l4_utcb_mr()->mr[0];
        map_page(l4_trunc_page(tramp.pager_pfa));
        l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0), &label,
                              L4_IPC_SEND_TIMEOUT_0);
    }
}

/* Where a fault enters. */
static void entry(l4_vitrine_pf_trampoline_t *s)
{
    tramp.entered++;
    tramp.argument = (l4_umword_t)s;
    tramp.pfa = s->pfa;
    tramp.ip = l4_utcb_exc_pc(&s->regs);
    tramp.handler();
    sleep_for_ever();
}

static void resume(void)
{
    tramp.result =
        (l4_umword_t)result(l4_thread_pf_trampoline_resume(L4_INVALID_CAP));
}

static void map_and_resume(void)
{
    map_page(tramp.window);
    resume();
}

static void reflect(void)
{
    tramp.result =
        (l4_umword_t)result(l4_thread_pf_trampoline_reflect(L4_INVALID_CAP));
}

static void fault_and_reflect(void)
{
    *(volatile l4_umword_t *)(tramp.window + L4_PAGESIZE) = 1;
    reflect();
}

static void touch(void *arg)
{
    (void)arg;
    *(volatile l4_umword_t *)(tramp.window + 64) = VALUE;
    tramp.saw = *(volatile l4_umword_t *)(tramp.window + 64);
    sleep_for_ever();
}

static void touch_twice(void *arg)
{
    (void)arg;
    *(volatile l4_umword_t *)tramp.window = VALUE;
    *(volatile l4_umword_t *)(tramp.window + 2 * L4_PAGESIZE) = VALUE;
    tramp.saw = VALUE;
    sleep_for_ever();
}

static void make(void (*handler)(void))
{
    l4_fpage_t area = l4_fpage(STATE_AT, L4_PAGESHIFT, L4_FPAGE_RW);
    long error = result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area));
    CHECK(error == 0 || error == -L4_EEXIST); /* from the test before */
    tramp.state = (l4_vitrine_pf_trampoline_t *)STATE_AT;
    tramp.state->entry_ip = (l4_addr_t)entry;
    tramp.state->entry_sp = 0;
    tramp.state->pfa = 0;
    tramp.handler = handler;
    tramp.window = window_new();
    tramp.page = page_new();
    tramp.entered = tramp.paged = 0;
    tramp.pfa = tramp.pager_pfa = tramp.saw = 0;
    tramp.result = 1;
    worker_start(&tramp.pager, pager, 0, 0);
    worker_make(&tramp.worker);
    l4_cap_idx_t gate = gate_to(tramp.pager.cap, 0);
    worker_handlers(&tramp.worker, gate, L4_INVALID_CAP);
}

static long setup(void)
{
    return result(l4_thread_pf_trampoline_setup(tramp.worker.cap, STATE_AT));
}

static void run(void (*fn)(void *))
{
    worker_run(&tramp.worker, fn, 0, 2);
    l4_ipc_sleep_us(SLICE_US);
}

static void end(void)
{
    worker_delete(&tramp.worker);
    worker_delete(&tramp.pager);
    for (unsigned i = 0; i < 3; i++)
        l4_task_unmap(L4_BASE_TASK_CAP,
                      l4_fpage(tramp.window + i * L4_PAGESIZE, L4_PAGESHIFT,
                               L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
    l4_ipc_sleep_us(1);
}

static void setup_and_its_errors(void)
{
    l4_cap_idx_t unbound = cap_new();
    make(resume);
    l4_cap_idx_t w = tramp.worker.cap;
    PROVE("thread_pf_trampoline", "setup: no kernel-user memory there",
          result(l4_thread_pf_trampoline_setup(w, 0)), -L4_EINVAL);
    PROVE("thread_pf_trampoline", "setup: not a multiple of 16",
          result(l4_thread_pf_trampoline_setup(w, STATE_AT + 8)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_pf_trampoline_setup(w, STATE_AT + 0xff0)),
             -L4_EINVAL); /* not all of it is there */
    CHECK_EQ(request_op(w, L4_PROTO_THREAD, L4_THREAD_PF_TRAMP_CONTROL_OP),
             -L4_EINVAL); /* no address */
    PROVE("thread_pf_trampoline", "another sub-operation",
          request_op(w, L4_PROTO_THREAD,
                     L4_THREAD_PF_TRAMP_CONTROL_OP |
                         5 << L4_THREAD_PF_TRAMP_SHIFT),
          -L4_ENOSYS);
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, unbound)), 0);
    PROVE("thread_pf_trampoline", "setup: the thread is not bound",
          result(l4_thread_pf_trampoline_setup(unbound, STATE_AT)), -L4_EINVAL);
    cap_delete(unbound);
    CHECK_EQ(setup(), 0);
    CHECK_EQ(setup(), 0); /* anew */
    end();
}

static void nothing_to_switch_or_to_go_back_to(void)
{
    int was = 7;
    make(resume);
    l4_cap_idx_t w = tramp.worker.cap;
    CHECK_EQ(result(l4_thread_pf_trampoline_enable(w)), -L4_EINVAL);
    PROVE("thread_pf_trampoline", "disable or enable: it was not set up",
          result(l4_thread_pf_trampoline_disable(w, &was)), -L4_EINVAL);
    CHECK_EQ(was, 7);
    CHECK_EQ(setup(), 0);
    /* Another thread's, and no fault. */
    PROVE("thread_pf_trampoline",
          "resume or reflect: no fault is being handled, or another thread's",
          result(l4_thread_pf_trampoline_resume(w)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_pf_trampoline_reflect(w)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_pf_trampoline_resume(MAIN_CAP)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_pf_trampoline_reflect(MAIN_CAP)), -L4_EINVAL);
    end();
}

static void a_fault_enters_and_resume_tries_again(void)
{
    make(map_and_resume);
    CHECK_EQ(setup(), 0);
    run(touch);
    CHECK_EQ(tramp.entered, 1);
    CHECK_EQ(tramp.paged, 0);
    CHECK_EQ(tramp.argument, STATE_AT);
    CHECK_EQ(tramp.pfa, (tramp.window + 64) | 2);
    CHECK(tramp.ip - (l4_addr_t)touch < 1024);
    PROVE("thread_pf_trampoline", "success", tramp.saw == VALUE ? 0 : 1, 0);
    CHECK_EQ(tramp.result, 1); /* it did not come back */
    end();
}

static void the_next_fault_enters_again(void)
{
    make(resume);
    CHECK_EQ(setup(), 0);
    tramp.handler = reflect;
    run(touch_twice);
    CHECK_EQ(tramp.entered, 2);
    CHECK_EQ(tramp.paged, 2);
    CHECK_EQ(tramp.pfa, (tramp.window + 2 * L4_PAGESIZE) | 2);
    CHECK_EQ(tramp.saw, VALUE);
    end();
}

static void reflect_asks_the_pager(void)
{
    make(reflect);
    CHECK_EQ(setup(), 0);
    run(touch);
    CHECK_EQ(tramp.entered, 1);
    CHECK_EQ(tramp.paged, 1);
    CHECK_EQ(tramp.pager_pfa, (tramp.window + 64) | 2);
    CHECK_EQ(tramp.saw, VALUE);
    end();
}

static void a_fault_of_the_handler_goes_to_the_pager(void)
{
    make(fault_and_reflect);
    CHECK_EQ(setup(), 0);
    run(touch);
    CHECK_EQ(tramp.entered, 1);
    CHECK_EQ(tramp.paged, 2);
    CHECK_EQ(tramp.saw, VALUE);
    end();
}

static void switched_off_the_pager_is_asked(void)
{
    int was = 7;
    make(map_and_resume);
    l4_cap_idx_t w = tramp.worker.cap;
    CHECK_EQ(setup(), 0);
    CHECK_EQ(result(l4_thread_pf_trampoline_disable(w, &was)), 1);
    CHECK_EQ(was, 1);
    CHECK_EQ(result(l4_thread_pf_trampoline_disable(w, &was)), 0);
    CHECK_EQ(was, 0);
    run(touch);
    CHECK_EQ(tramp.entered, 0);
    CHECK_EQ(tramp.paged, 1);
    CHECK_EQ(tramp.saw, VALUE);
    end();
}

static void switched_on_again_it_enters(void)
{
    make(map_and_resume);
    l4_cap_idx_t w = tramp.worker.cap;
    CHECK_EQ(setup(), 0);
    CHECK_EQ(result(l4_thread_pf_trampoline_disable(w, 0)), 1);
    CHECK_EQ(result(l4_thread_pf_trampoline_enable(w)), 0);
    run(touch);
    CHECK_EQ(tramp.entered, 1);
    CHECK_EQ(tramp.paged, 0);
    CHECK_EQ(tramp.saw, VALUE);
    end();
}

static void an_entry_may_have_its_own_stack(void)
{
    static l4_umword_t stack[512] __attribute__((aligned(16)));
    l4_addr_t top = l4_align_stack_for_direct_fncall((l4_addr_t)(stack + 512));
    make(map_and_resume);
    tramp.state->entry_sp = top;
    stack[511] = stack[480] = 0;
    CHECK_EQ(setup(), 0);
    run(touch);
    CHECK_EQ(tramp.entered, 1);
    CHECK_EQ(tramp.saw, VALUE);
    l4_umword_t used = 0;
    for (unsigned i = 0; i < 512; i++)
        used |= stack[i];
    CHECK(used != 0);
    end();
}

const struct kernel_test pf_trampoline_tests[] = {
    {"pf trampoline: setup and its errors", setup_and_its_errors},
    {"pf trampoline: nothing to go back to",
     nothing_to_switch_or_to_go_back_to},
    {"pf trampoline: a fault enters, resume tries again",
     a_fault_enters_and_resume_tries_again},
    {"pf trampoline: the next fault enters again", the_next_fault_enters_again},
    {"pf trampoline: reflect asks the pager", reflect_asks_the_pager},
    {"pf trampoline: a handler's fault is the pager's",
     a_fault_of_the_handler_goes_to_the_pager},
    {"pf trampoline: off, the pager is asked", switched_off_the_pager_is_asked},
    {"pf trampoline: on again, it enters", switched_on_again_it_enters},
    {"pf trampoline: a stack of its own", an_entry_may_have_its_own_stack},
    {0, 0},
};
