/*
 * Page faults and exceptions as IPC: a pager that is a thread of this task
 * serves a thread of another; what becomes of refused faults; what a handler
 * sees and may change.
 */
#include "harness.h"

enum { LOG_MAX = 8, DONE = 0x600d };

/* What the pager and handler thread was sent, and what it does about it. */
static struct {
    l4_addr_t page_at;   /* 0: refuses every fault */
    void *page;          /* what to map there */
    l4_addr_t resume_at; /* exceptions: 0: does not answer */
    unsigned count;
    struct {
        long label;
        unsigned words;
        l4_umword_t mr[2];
        l4_umword_t from; /* label of the gate */
        l4_exc_regs_t regs;
    } log[LOG_MAX];
    int as_asked; /* a fault of a read gives no right to write */
} serving;

static volatile l4_umword_t seen;

static l4_msgtag_t serve_fault(void)
{
    if (!serving.page_at)
        return l4_msgtag(-L4_ENOMEM, 0, 0, 0);
    int reads = serving.as_asked && !(l4_utcb_mr()->mr[0] & 2);
    l4_fpage_t page = l4_fpage((l4_addr_t)serving.page, 12,
                               reads ? L4_FPAGE_RO : L4_FPAGE_RW);
    l4_utcb_mr()->mr[0] = l4_map_control(serving.page_at, 0, L4_MAP_ITEM_MAP);
    l4_utcb_mr()->mr[1] = page.raw;
    return l4_msgtag(0, 0, 1, 0);
}

/* An answer, or 0 with *ret_none set. */
static l4_msgtag_t serve(l4_msgtag_t tag, int *ret_none)
{
    *ret_none = 0;
    if (l4_msgtag_is_page_fault(tag))
        return serve_fault();
    *ret_none = !serving.resume_at;
    l4_utcb_exc_pc_set(l4_utcb_exc(), serving.resume_at);
    return l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0);
}

static void note(l4_msgtag_t tag, l4_umword_t from)
{
    unsigned i = serving.count < LOG_MAX ? serving.count++ : LOG_MAX - 1;
    serving.log[i].label = l4_msgtag_label(tag);
    serving.log[i].words = l4_msgtag_words(tag);
    serving.log[i].mr[0] = l4_utcb_mr()->mr[0];
    serving.log[i].mr[1] = l4_utcb_mr()->mr[1];
    serving.log[i].from = from;
    if (l4_msgtag_is_exception(tag))
        serving.log[i].regs = *l4_utcb_exc();
}

static void pager(void *arg)
{
    l4_umword_t from;
    int none;
    (void)arg;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &from, L4_IPC_NEVER);
    for (;;) {
        note(tag, from);
        tag = serve(tag, &none);
        tag = none ? l4_ipc_wait(l4_utcb(), &from, L4_IPC_NEVER)
                   : l4_ipc_reply_and_wait(l4_utcb(), tag, &from,
                                           L4_IPC_SEND_TIMEOUT_0);
    }
}

static struct space space;
static struct worker server, client;

enum { PAGER_LABEL = 0x100, HANDLER_LABEL = 0x200 };

/* fn(arg) in another task, whose faults go to pager(). */
static void run(void (*fn)(void *), void *arg, int with_handler)
{
    serving.count = 0;
    seen = ~0ul;
    space_make(&space);
    worker_start(&server, pager, 0, 0);
    l4_cap_idx_t faults = gate_to(server.cap, PAGER_LABEL);
    l4_cap_idx_t exceptions = gate_to(server.cap, HANDLER_LABEL);
    space_give(&space, faults, L4_CAP_FPAGE_RO);
    space_give(&space, exceptions, L4_CAP_FPAGE_RO);
    worker_make_in(&client, &space);
    worker_handlers(&client, faults,
                    with_handler ? exceptions : L4_INVALID_CAP);
    worker_run(&client, fn, arg, 2);
    l4_ipc_sleep_us(100);
}

static void end(void)
{
    worker_delete(&client);
    worker_delete(&server);
    space_delete(&space);
    l4_ipc_sleep_us(1);
}

static void refuse(void)
{
    serving.page_at = 0;
    serving.resume_at = 0;
    serving.as_asked = 0;
}

static void read_word(void *arg)
{
    seen = *(volatile l4_umword_t *)arg;
}

static void write_word(void *arg)
{
    *(volatile l4_umword_t *)arg = 1;
    seen = DONE;
}

static void here_instead(void)
{
    seen = DONE;
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

static void a_pager_maps_what_is_missing(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = page_new();
    p[2] = 4712;
    refuse();
    serving.page_at = w;
    serving.page = p;
    run(read_word, (void *)(w + 16), 0);
    PROVE("page_fault", "success", seen, 4712);
    CHECK_EQ(serving.count, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_PAGE_FAULT);
    CHECK_EQ(serving.log[0].words, 2);
    CHECK_EQ(serving.log[0].mr[0], w + 16); /* a read: no low bits */
    CHECK(serving.log[0].mr[1] >= (l4_addr_t)read_word &&
          serving.log[0].mr[1] < (l4_addr_t)read_word + 200);
    CHECK_EQ(serving.log[0].from & ~3ul, PAGER_LABEL);
    end();
}

static void a_write_fault_says_so(void)
{
    l4_addr_t w = window_new();
    refuse();
    serving.page_at = w;
    serving.page = page_new();
    run(write_word, (void *)(w + 24), 0);
    CHECK_EQ(seen, DONE);
    CHECK_EQ(serving.log[0].mr[0], (w + 24) | 2);
    CHECK_EQ(((l4_umword_t *)serving.page)[3], 1);
    end();
}

/* The compiler may join the check of a store with that of the load before it,
 * where there are checks. */
static void add_one(void *arg)
{
    ++*(l4_umword_t *)arg;
    seen = DONE;
}

static void add_in_a_loop(void *arg)
{
    l4_umword_t *p = arg, sum = 0;
    for (unsigned i = 0; i < 8; i++)
        sum += p[i];
    for (unsigned i = 0; i < 8; i++)
        p[i] += sum;
    seen = DONE;
}

static void changes_what_it_read(void (*fn)(void *))
{
    l4_addr_t w = window_new();
    l4_umword_t *p = page_new();
    *p = 7;
    refuse();
    serving.page_at = w;
    serving.page = p;
    serving.as_asked = 1;
    run(fn, (void *)w, 0);
    CHECK_EQ(seen, DONE);
    CHECK_EQ(serving.count, 2);
    CHECK_EQ(serving.log[0].mr[0], w);
    CHECK_EQ(serving.log[1].mr[0], w | 2);
    CHECK_EQ(*p, fn == add_one ? 8 : 14);
    end();
}

static void reading_gives_no_right_to_write(void)
{
    changes_what_it_read(add_one);
    changes_what_it_read(add_in_a_loop);
}

/* What it may only read stays as it is, whoever else may write it. */
static void a_change_refused_changes_nothing(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = page_new();
    *p = 7;
    refuse();
    serving.page_at = w;
    serving.page = p;
    serving.as_asked = 1;
    run(read_word, (void *)w, 0);
    CHECK_EQ(seen, 7);
    serving.page_at = 0;
    worker_delete(&client);
    worker_make_in(&client, &space);
    worker_run(&client, add_one, (void *)w, 2);
    l4_ipc_sleep_us(100);
    CHECK_EQ(*p, 7);
    *p = 9; /* this task may */
    CHECK_EQ(*(volatile l4_umword_t *)p, 9);
    end();
}

static void a_jump_to_nowhere_is_a_fetch(void)
{
    l4_addr_t w = window_new();
    refuse();
    run((void (*)(void *))w, 0, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_PAGE_FAULT);
    CHECK_EQ(serving.log[0].mr[0], w | 4);
    CHECK_EQ(serving.log[0].mr[1], w);
    end();
}

static void an_answer_that_maps_elsewhere_faults_again(void)
{
    l4_addr_t w = window_new();
    refuse();
    serving.page_at = w + 0x1000;
    serving.page = page_new();
    run(read_word, (void *)w, 0);
    CHECK_EQ(seen, ~0ul);
    CHECK(serving.count > 1);
    end();
}

static void a_refused_fault_becomes_an_exception(void)
{
    l4_addr_t w = window_new();
    refuse();
    run(write_word, (void *)w, 1);
    CHECK_EQ(serving.count, 2);
    CHECK_EQ(serving.log[1].label, L4_PROTO_EXCEPTION);
    CHECK_EQ(serving.log[1].words, L4_UTCB_EXCEPTION_REGS_SIZE);
    CHECK_EQ(serving.log[1].from & ~3ul, HANDLER_LABEL);
    CHECK(l4_utcb_exc_is_pf(&serving.log[1].regs));
    CHECK_EQ(l4_utcb_exc_pfa(&serving.log[1].regs), w | 2);
    CHECK_EQ(l4_utcb_exc_pc(&serving.log[1].regs), serving.log[0].mr[1]);
    CHECK_EQ(seen, ~0ul);
    end();
}

static void the_answer_moves_the_ip(void)
{
    refuse();
    serving.resume_at = (l4_addr_t)here_instead;
    run(write_word, (void *)window_new(), 1);
    PROVE("exception", "success", seen, DONE);
    end();
}

static void a_cancelled_thread_tries_again(void)
{
    refuse();
    run(write_word, (void *)window_new(), 1);
    unsigned before = serving.count;
    serving.resume_at = l4_utcb_exc_pc(&serving.log[1].regs);
    CHECK_EQ(result(l4_thread_ex_regs(client.cap, serving.resume_at, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    l4_ipc_sleep_us(100);
    CHECK(serving.count > before);
    end();
}

static void divide(void *arg)
{
#if defined(__x86_64__)
    unsigned zero = (unsigned)(l4_umword_t)arg, low = 1, high = 0;
    __asm__ volatile("divl %2" : "+a"(low), "+d"(high) : "r"(zero));
#else /* no trap for a division: an undefined instruction */
    (void)arg;
    __asm__ volatile(".4byte 0");
#endif
}

static void undefined(void *arg)
{
    (void)arg;
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#else
    __asm__ volatile(".4byte 0");
#endif
}

static void divide_by_zero_is_an_exception(void)
{
    refuse();
    serving.resume_at = (l4_addr_t)here_instead;
    run(divide, 0, 1);
    CHECK_EQ(serving.count, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_EXCEPTION);
    CHECK(!l4_utcb_exc_is_pf(&serving.log[0].regs));
#if defined(__x86_64__)
    CHECK_EQ(l4_utcb_exc_typeval(&serving.log[0].regs), 0);
#endif
    CHECK_EQ(seen, DONE);
    end();
}

static void an_undefined_instruction_is_an_exception(void)
{
    refuse();
    run(undefined, 0, 1);
    CHECK_EQ(serving.count, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_EXCEPTION);
#if defined(__x86_64__)
    CHECK_EQ(l4_utcb_exc_typeval(&serving.log[0].regs), 6);
#endif
    end();
}

static void registers_arrive(void)
{
    refuse();
    run(read_word, (void *)window_new(), 1);
    const l4_exc_regs_t *r = &serving.log[1].regs;
    CHECK(l4_utcb_exc_pc(r) >= (l4_addr_t)read_word);
#if defined(__x86_64__)
    CHECK(r->sp + 0x1000000 > (l4_addr_t)&serving && r->sp % 8 == 0);
#endif
    end();
}

/* The tests below end in reports on the console: nobody handles the fault. */

static void without_a_handler_the_thread_stops(void)
{
    refuse();
    run(write_word, (void *)window_new(), 0);
    CHECK_EQ(seen, ~0ul);
    CHECK_EQ(serving.count, 1);
    /* it can be started again, with CANCEL only */
    l4_addr_t to = (l4_addr_t)here_instead;
    CHECK_EQ(result(l4_thread_ex_regs(client.cap, to, ~0ul, 0)), 0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(seen, ~0ul);
    CHECK_EQ(result(l4_thread_ex_regs(client.cap, to, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(seen, DONE);
    end();
}

static void without_a_pager_a_fault_is_an_exception(void)
{
    refuse();
    space_make(&space);
    serving.count = 0;
    seen = ~0ul;
    worker_start(&server, pager, 0, 0);
    l4_cap_idx_t exceptions = gate_to(server.cap, HANDLER_LABEL);
    space_give(&space, exceptions, L4_CAP_FPAGE_RO);
    worker_make_in(&client, &space);
    worker_handlers(&client, L4_INVALID_CAP, exceptions);
    worker_run(&client, read_word, (void *)window_new(), 0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(serving.count, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_EXCEPTION);
    end();
}

static void a_pager_that_dies_raises_an_exception(void)
{
    /* the pager takes the fault and sleeps; the handler is somebody else */
    struct worker sleeper;
    refuse();
    space_make(&space);
    serving.count = 0;
    worker_start(&server, pager, 0, 0);
    worker_make(&sleeper);
    l4_cap_idx_t faults = gate_to(sleeper.cap, PAGER_LABEL);
    l4_cap_idx_t exceptions = gate_to(server.cap, HANDLER_LABEL);
    space_give(&space, faults, L4_CAP_FPAGE_RO);
    space_give(&space, exceptions, L4_CAP_FPAGE_RO);
    worker_make_in(&client, &space);
    worker_handlers(&client, faults, exceptions);
    worker_run(&client, read_word, (void *)window_new(), 0);
    l4_ipc_sleep_us(100);
    CHECK_EQ(serving.count, 0);
    worker_delete(&sleeper);
    l4_ipc_sleep_us(100);
    CHECK_EQ(serving.count, 1);
    CHECK_EQ(serving.log[0].label, L4_PROTO_EXCEPTION);
    CHECK(l4_utcb_exc_is_pf(&serving.log[0].regs));
    end();
}

static void a_task_ends_in_its_fault(void)
{
    struct kernel_use before = kernel_use();
    refuse();
    run(read_word, (void *)window_new(), 1);
    CHECK_EQ(serving.count, 2);
    space_delete(&space);
    l4_ipc_sleep_us(1);
    worker_delete(&client);
    worker_delete(&server);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects + 2); /* two gates */
}

const struct kernel_test fault_tests[] = {
    {"fault: a pager maps what is missing", a_pager_maps_what_is_missing},
    {"fault: a write says so", a_write_fault_says_so},
    {"fault: who could read asks anew to write",
     reading_gives_no_right_to_write},
    {"fault: a change refused changes nothing",
     a_change_refused_changes_nothing},
    {"fault: a jump to nowhere is a fetch", a_jump_to_nowhere_is_a_fetch},
    {"fault: an answer that maps elsewhere faults again",
     an_answer_that_maps_elsewhere_faults_again},
    {"fault: refused, it becomes an exception",
     a_refused_fault_becomes_an_exception},
    {"exception: the answer moves the ip", the_answer_moves_the_ip},
    {"exception: cancelled, the thread tries again",
     a_cancelled_thread_tries_again},
    {"exception: division by zero", divide_by_zero_is_an_exception},
    {"exception: an undefined instruction",
     an_undefined_instruction_is_an_exception},
    {"exception: registers arrive", registers_arrive},
    {"exception: without a handler the thread stops",
     without_a_handler_the_thread_stops},
    {"fault: without a pager it is an exception",
     without_a_pager_a_fault_is_an_exception},
    {"fault: a pager that dies raises an exception",
     a_pager_that_dies_raises_an_exception},
    {"fault: a task ends in its fault", a_task_ends_in_its_fault},
    {0, 0},
};
