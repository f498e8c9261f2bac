/*
 * What a call and its reply cost, host time, seen from the caller.
 *
 *      bench_ipc ROUNDS      capabilities: gate (a server in a task of its
 *                            own), jdb (the host's clock)
 *
 * Prints one line per figure, "BENCH name nanoseconds": ipc_inter between
 * two tasks, ipc_intra with a thread of this task. A figure is the best of
 * several batches: what disturbs a batch only ever makes it slower.
 *
 * Needs the simulator's --host-clock; such a run is not reproducible.
 */
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <l4/sys/utcb.h>
#include <l4/vitrine/trace.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 45, WARM_UP = 200, STACK = 16 << 10, SERVER_PRIO = 3 };

static char server_stack[STACK] __attribute__((aligned(16)));

static _Noreturn void fail(const char *what, long error)
{
    printf("bench_ipc: %s: error %ld\n", what, error);
    exit(1);
}

static int64_t now(void)
{
    int64_t ns = 0;
    long error = l4_error(l4_vitrine_host_clock(l4re_env_get_cap("jdb"), &ns));

    if (error < 0)
        fail("no host clock (run with --host-clock)", error);
    return ns;
}

static void calls(l4_cap_idx_t server, unsigned count)
{
    l4_utcb_t *utcb = l4_utcb();
    l4_msgtag_t tag = l4_msgtag(0, 0, 0, 0);

    for (unsigned i = 0; i < count; i++)
        tag = l4_ipc_call(server, utcb, l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    if (l4_error(tag) < 0)
        fail("call", l4_error(tag));
}

static void measure(const char *name, l4_cap_idx_t server, unsigned rounds)
{
    int64_t best = INT64_MAX;

    calls(server, WARM_UP);
    for (unsigned i = 0; i < BATCHES; i++) {
        int64_t start = now();
        calls(server, rounds);
        int64_t took = now() - start;
        best = took < best ? took : best;
    }
    printf("BENCH %s %ld.%ld\n", name, (long)(best / rounds),
           (long)(best * 10 / rounds % 10));
}

/* Answers everybody with an empty message. */
static void serve(void)
{
    l4_utcb_t *utcb = l4_utcb();
    l4_umword_t label;

    l4_ipc_wait(utcb, &label, L4_IPC_NEVER);
    for (;;)
        l4_ipc_reply_and_wait(utcb, l4_msgtag(0, 0, 0, 0), &label,
                              L4_IPC_SEND_TIMEOUT_0);
}

/* A second thread of this task; the gate that leads to it. */
static l4_cap_idx_t start_server(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    l4_sched_param_t prio = l4_sched_param(SERVER_PRIO, 0);
    char *sp = server_stack + STACK - 8; /* as if called */
    long e = l4_error(l4_factory_create_thread(env->factory, thread));

    if (e >= 0) {
        l4_thread_control_start();
        l4_thread_control_pager(env->rm);
        l4_thread_control_exc_handler(env->parent);
        l4_thread_control_bind((l4_utcb_t *)env->first_free_utcb,
                               L4_BASE_TASK_CAP);
        env->first_free_utcb += L4_UTCB_OFFSET;
        e = l4_error(l4_thread_control_commit(thread));
    }
    if (e >= 0)
        e = l4_error(l4_factory_create_gate(env->factory, gate, thread, 0));
    if (e >= 0)
        e = l4_error(l4_scheduler_run_thread(env->scheduler, thread, &prio));
    if (e >= 0)
        e = l4_error(
            l4_thread_ex_regs(thread, (l4_addr_t)serve, (l4_addr_t)sp, 0));
    if (e < 0)
        fail("cannot start the second thread", e);
    return gate;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 20000;

    measure("ipc_inter", l4re_env_get_cap("gate"), rounds);
    measure("ipc_intra", start_server(), rounds);
    return 0;
}
