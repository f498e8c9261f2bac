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
extern const struct kernel_test ipc_tests[], object_tests[], memory_tests[];

/* Counts a failure with its place; the test goes on. */
void check_failed(const char *file, int line, const char *text, long is);
#define CHECK(condition)                                                      \
    ((condition) ? (void)0                                                    \
                 : check_failed(__FILE__, __LINE__, #condition, 0))
#define CHECK_EQ(is, expected)                                                \
    do {                                                                      \
        long is_ = (long)(is);                                                \
        if (is_ != (long)(expected))                                          \
            check_failed(__FILE__, __LINE__, #is " == " #expected, is_);      \
    } while (0)

void say(const char *text);
void say_number(long n);

/* A fresh, empty capability slot. */
l4_cap_idx_t cap_new(void);
/* A zeroed page of this task's own, from sigma0. */
void *page_new(void);

/* A thread of this task (or of `task`, then with its own UTCB page there). */
struct worker {
    l4_cap_idx_t cap;
    l4_utcb_t *utcb;
};
/* Creates, binds and starts; fn runs with `arg` on a stack of its own. prio
 * 0: one above this thread's. */
void worker_start(struct worker *w, void (*fn)(void *), void *arg,
                  unsigned prio);
/* Creates and binds, does not start. */
void worker_make(struct worker *w);
void worker_run(struct worker *w, void (*fn)(void *), void *arg, unsigned prio);
/* The object goes, and with it the thread. */
void worker_delete(struct worker *w);
/* The thread that runs main(). */
#define MAIN_CAP (3ul << L4_CAP_SHIFT)
enum { MAIN_PRIO = 200 };
/* Result word of an operation: errno, or IPC error, as l4_error(). */
long result(l4_msgtag_t tag);
/* IPC error code of this thread's last IPC, 0: none. */
long ipc_code(l4_msgtag_t tag);

#endif
