/*
 * Kernel tests run as the root task itself, with nothing but sigma0 below:
 * what they need of a test framework, in TAP on the kernel's log.
 */
#ifndef TESTS_KERNEL_HARNESS_H
#define TESTS_KERNEL_HARNESS_H

#include <l4/sys/consts.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/ipc_gate.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/sys/utcb.h>
#include <l4/sys/vcon.h>

/* One test: name states a fact; fails by CHECK. */
struct kernel_test {
    const char *name;
    void (*run)(void);
};

/* Files' tests, each list ended by a name of 0. */
extern const struct kernel_test ex_regs_tests[], transfer_tests[], dma_tests[],
    io_tests[], kip_tests[], platform_tests[], smp_tests[];
extern const struct kernel_test fpu_tests[], pf_trampoline_tests[],
    power_tests[];
extern const struct kernel_test ipc_tests[], factory_tests[], thread_tests[],
    task_tests[], gate_tests[], irq_tests[], icu_tests[], scheduler_tests[],
    vlog_tests[], debugger_tests[], memory_tests[], item_tests[], fault_tests[],
    common_tests[], semaphore_tests[], vcpu_tests[], vcpu_message_tests[],
    alien_tests[], reply_tests[], stage_tests[], every_tests[], group_tests[],
    stretch_tests[], crowd_tests[], last_tests[], phase_tests[], kind_tests[],
    modify_tests[], cut_tests[], hold_tests[];

/* Counts a failure (in check_failures) with its place; the test goes on. */
extern unsigned check_failures;
void check_failed(const char *file, int line, const char *text, long is);
#define CHECK(condition)                                                       \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, 0))
#define CHECK_EQ(is, expected)                                                 \
    do {                                                                       \
        long is_ = (long)(is);                                                 \
        if (is_ != (long)(expected))                                           \
            check_failed(__FILE__, __LINE__, #is " == " #expected, is_);       \
    } while (0)

/*
 * CHECK_EQ, and the proof of one outcome that docs/kernel/PAGE.md documents:
 * `expected` as its Errors name it, and one of the reasons `when` beside it;
 * or when = "success": the request did what the page says. outcomes.py holds
 * the proofs of a run against the pages.
 */
#define PROVE(page, when, is, expected)                                        \
    do {                                                                       \
        CHECK_EQ(is, expected);                                                \
        proved(page, #expected, when);                                         \
    } while (0)
/* The proof alone, for a check that stands elsewhere in the test. */
void proved(const char *page, const char *code, const char *when);
/* Says the proofs since the last call, or with `holds` = 0 forgets them. */
void say_proofs(int holds);

void say(const char *text);
void say_number(long n);

/* Once, before the first test. */
void caps_make_room(void);
/* A fresh, empty capability slot, emptied at the end of all. */
l4_cap_idx_t cap_new(void);
/* A zeroed page of this task's own, from sigma0. */
void *page_new(void);
/* The first of 16 MiB of addresses where nothing is mapped. */
l4_addr_t window_new(void);

/*
 * A second task: this program's image is mapped in it at the same addresses,
 * so that functions of this program run there on the same variables; nothing
 * else is, and it holds no capabilities.
 */
struct space {
    l4_cap_idx_t task;
    unsigned utcbs; /* taken */
};
void space_make(struct space *s);
/* Gives it this task's capability `cap` at the same index. */
void space_give(const struct space *s, l4_cap_idx_t cap, unsigned rights);
void space_delete(struct space *s);
/* A task whose factory has nothing left, not even for slot *ret_slot. */
l4_cap_idx_t full_task(l4_cap_idx_t *ret_factory, l4_umword_t *ret_slot);

/* A thread. Its pager is this task's or, in another space, nobody; it has no
 * exception handler. */
struct worker {
    l4_cap_idx_t cap;
    l4_utcb_t *utcb; /* where its own task sees it */
};
/* Creates, binds and starts; fn runs with `arg` on a stack of its own. prio
 * 0: one above this thread's. */
void worker_start(struct worker *w, void (*fn)(void *), void *arg,
                  unsigned prio);
/* Creates and binds, does not start. */
void worker_make(struct worker *w);
void worker_make_in(struct worker *w, struct space *s);
/* Selectors of the worker's task. */
void worker_handlers(const struct worker *w, l4_cap_idx_t pager,
                     l4_cap_idx_t exc_handler);
/* Starts, by its two halves, which may come in either order. */
void worker_run(struct worker *w, void (*fn)(void *), void *arg, unsigned prio);
void worker_place(struct worker *w, unsigned prio);
void worker_begin(struct worker *w, void (*fn)(void *), void *arg);
/* The object goes, and with it the thread. */
void worker_delete(struct worker *w);

/* A gate to `thread` (L4_INVALID_CAP: unbound). */
l4_cap_idx_t gate_to(l4_cap_idx_t thread, l4_umword_t label);
/* A copy of `cap` in a fresh slot, with L4_CAP_FPAGE_* rights. */
l4_cap_idx_t cap_copy(l4_cap_idx_t cap, unsigned rights);
/* Does the slot hold a capability? */
int cap_is_there(l4_cap_idx_t cap);
void cap_delete(l4_cap_idx_t cap);
/* A request with the words (and items) put into the UTCB before. */
long request(l4_cap_idx_t to, long proto, unsigned words, unsigned items);
/* One word only: the operation. */
long request_op(l4_cap_idx_t to, long proto, l4_umword_t op);

/* The thread that runs main(). */
#define MAIN_CAP (3ul << L4_CAP_SHIFT)
enum { MAIN_PRIO = 200 };
/* Result word of an operation: errno, or IPC error, as l4_error(). */
long result(l4_msgtag_t tag);
/* IPC error code of this thread's last IPC, 0: none. */
long ipc_code(l4_msgtag_t tag);
/* Kernel memory in use, and objects. */
struct kernel_use {
    l4_umword_t free, objects;
};
struct kernel_use kernel_use(void);
/* Everything a test made is deleted, everything of the program's is mapped:
 * what kernel_use() tells then can be compared. */
void clean_up(void);

#endif
