/*
 * proc from a client's side: a TAP producer in the simulator, with proc in
 * another task (proc.cfg).
 */
#include "tap.h"
#include "proc-client.h"
#include "process-client.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/vitrine/debug.h>
#include <l4/vitrine/process.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <string.h>

static l4_cap_idx_t proc;

/* A process that will run the child with these arguments (NULL: the end). */
static l4_cap_idx_t prepare(const char *a, const char *b)
{
    l4_cap_idx_t p = l4re_util_cap_alloc();
    if (proc_spawn(proc, "rom/test-proc-child", p) < 0)
        return L4_INVALID_CAP;
    process_argument(p, "child");
    process_argument(p, a);
    if (b)
        process_argument(p, b);
    return p;
}

static l4_cap_idx_t start(const char *a, const char *b)
{
    l4_cap_idx_t p = prepare(a, b);
    l4_umword_t id;
    process_start(p, &id);
    return p;
}

/* Waits, and forgets it. State * 1000 + code, or an error. */
static long end_of(l4_cap_idx_t p)
{
    l4_umword_t state = 0;
    long number = 0, error = process_wait(p, &state, &number);
    l4re_util_cap_free_um(p);
    return error < 0 ? error : (long)state * 1000 + number;
}

static l4_cap_idx_t new_irq(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    l4_rcv_ep_bind_thread(irq, pthread_l4_cap(pthread_self()), 0);
    return irq;
}

static int was_hit(l4_cap_idx_t irq)
{
    return !l4_msgtag_has_error(l4_irq_receive(
        irq, l4_timeout(L4_IPC_TIMEOUT_0, l4_timeout_rel(1, 17))));
}

static void ends_are_told(void)
{
    code(end_of(start("exit", "7")), PROCESS_EXITED * 1000 + 7, "exit codes");
    code(end_of(start("fault", "8")),
         PROCESS_FAULTED * 1000 + PROCESS_FAULT_SIGNAL, "faults");

    l4_cap_idx_t p = start("sleep", NULL);
    code(process_kill(p, 9), 0, "a process is killed");
    code(process_kill(p, 15), 0, "once more is no error");
    code(end_of(p), PROCESS_KILLED * 1000 + 9, "with the first number");
    p = start("spin", NULL);
    l4_ipc_sleep_ms(1);
    process_kill(p, 1);
    code(end_of(p), PROCESS_KILLED * 1000 + 1, "even while it runs");
}

static void what_is_given_arrives(void)
{
    l4_cap_idx_t p = l4re_util_cap_alloc(), irq = new_irq();
    l4_umword_t id = 0;
    code(proc_spawn(proc, "rom/test-proc-child", p), 0, "spawn");
    process_argument(p, "my name");
    process_argument(p, "check");
    process_argument(p, "two words");
    process_argument(p, "");
    code(process_variable(p, "COLOR"), -L4_EINVAL, "a variable needs a =");
    code(process_variable(p, "COLOR=red"), 0, "a variable");
    code(process_start(p, &id), 0, "start");
    fact(id != 0, "it has a number");
    code(process_argument(p, "x"), -L4_EBUSY, "no argument after its start");
    code(process_limit(p, 1, 0, 0), -L4_EBUSY, "and no limit");
    code(process_start(p, &id), -L4_EBUSY, "it starts once");
    code(end_of(p), PROCESS_EXITED * 1000 + 42, "arguments and environment");

    p = prepare("trigger", NULL);
    code(process_give(p, "given", 0, irq), 0, "a capability is given");
    code(process_give(p, "", 0, irq), -L4_EINVAL, "not without a name");
    process_start(p, &id);
    fact(was_hit(irq), "the process can use it");
    code(end_of(p), PROCESS_EXITED * 1000, "and ends");
    l4re_util_cap_free_um(irq);
}

static void what_cannot_start_says_why(void)
{
    l4_cap_idx_t p = l4re_util_cap_alloc();
    l4_umword_t id, state;
    long number;
    char text[PROCESS_PROBLEM_TEXT_MAX + 1] = "";
    proc_spawn(proc, "rom/none", p);
    code(process_start(p, &id), -L4_ENOENT, "there is no such program");
    process_problem(p, text);
    fact(!strcmp(text, "rom/none: no such file"), "in words");
    code(process_wait(p, &state, &number), -L4_EINVAL, "nobody waits for it");
    l4re_util_cap_free_um(p);
}

static void *wait_for(void *p)
{
    l4_umword_t state = 0;
    long number = 0;
    process_wait((l4_cap_idx_t)p, &state, &number);
    return (void *)(state * 1000 + (l4_umword_t)number);
}

static void who_waits_is_told(void)
{
    l4_cap_idx_t p = start("sleep", NULL), irq = new_irq();
    pthread_t thread[2];
    void *ends[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, wait_for, (void *)p);
    l4_ipc_sleep_ms(1);
    process_notify(p, irq);
    process_kill(p, 5);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], &ends[i]);
    fact((long)ends[0] == PROCESS_KILLED * 1000 + 5 && ends[0] == ends[1],
         "two threads wait for one process");
    fact(was_hit(irq), "an interrupt tells, too");
    process_notify(p, irq);
    fact(was_hit(irq), "at once, if it has ended");
    l4re_util_cap_free_um(p);
    l4re_util_cap_free_um(irq);
}

static void processes_are_listed(void)
{
    l4_cap_idx_t p = start("sleep", NULL), q = l4re_util_cap_alloc();
    l4_umword_t id = 0, mine = 0, state = 0, us, memory = 0, limit = 0;
    l4_umword_t caps = 0;
    long number;
    char name[PROC_NEXT_NAME_MAX + 1] = "";
    code(process_info(p, &mine, &state, &number, &us, &memory, &limit, &caps,
                      name),
         0, "it tells about itself");
    fact(!strcmp(name, "child") && state == PROCESS_RUNNING, "name and state");
    fact(memory > 0 && memory < limit && caps == 8, "what it has");
    while (id != mine && proc_next(proc, id, &id, &state, &us, name) >= 0)
        ;
    fact(id == mine && !strcmp(name, "child"), "it is in the list");
    code(proc_next(proc, ~0ul, &id, &state, &us, name), -L4_ENOENT,
         "the list has an end");
    code(proc_open(proc, mine, q), 0, "it can be had by its number");
    code(proc_open(proc, mine + 1, l4re_util_cap_alloc()), -L4_ENOENT,
         "another cannot");
    process_kill(q, 3);
    code(end_of(q), PROCESS_KILLED * 1000 + 3, "and be killed");
    code(end_of(p), PROCESS_KILLED * 1000 + 3, "for everybody");
}

static void rights_are_asked_for(void)
{
    l4_cap_idx_t weak = l4re_util_cap_alloc(), q = l4re_util_cap_alloc();
    l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                l4_obj_fpage(proc, 0, L4_CAP_FPAGE_RO), weak | L4_MAP_ITEM_MAP);
    code(proc_open(weak, 1, q), -L4_EPERM, "by number, not without S");
    l4re_util_cap_free_um(weak);
}

static void its_memory_and_capabilities_are_seen(void)
{
    l4_cap_idx_t p = start("sleep", NULL);
    l4_umword_t at = 0, begin, size, flags, bytes = 0, slot = 0;
    char name[PROCESS_CAPABILITY_NAME_MAX + 1];
    int regions = 0, parents = 0, caps = 0;
    for (; process_region(p, at, &begin, &size, &flags) >= 0; regions++) {
        bytes += size;
        at = begin + size;
    }
    fact(regions >= 4 && bytes >= 0x10000, "regions");
    for (; process_capability(p, slot, &slot, name) >= 0; slot++, caps++)
        parents += !strcmp(name, "parent");
    fact(parents == 1 && caps == 8, "capabilities");
    process_kill(p, 1);
    code(process_region(p, 0, &begin, &size, &flags), -L4_ENOENT,
         "none when it has ended");
    code(process_capability(p, 0, &slot, name), -L4_ENOENT, "of either");
    end_of(p);
}

/* Its state and time. */
static l4_umword_t state_of(l4_cap_idx_t p, l4_umword_t *ret_us)
{
    char name[PROCESS_INFO_NAME_MAX + 1];
    l4_umword_t id, state = 0, memory, limit, caps;
    long code;
    process_info(p, &id, &state, &code, ret_us, &memory, &limit, &caps, name);
    return state;
}

static void what_is_held_gets_no_time(void)
{
    l4_umword_t before = 0, us = 0, id = 0;
    l4_cap_idx_t p = prepare("spin", NULL), again = l4re_util_cap_alloc();
    code(process_hold(p, 1), -L4_EINVAL, "what was not started is not held");
    process_start(p, &id);
    code(process_hold(p, 1), 0, "what runs is");
    code(process_hold(p, 1), 0, "twice is once");
    l4_ipc_sleep_ms(1); /* until it is out of what it was in */
    code((long)state_of(p, &before), PROCESS_HELD, "it says so");
    l4_ipc_sleep_ms(10);
    state_of(p, &us);
    code((long)us, (long)before, "and gets no time");
    code(process_hold(p, 0), 0, "it is let go on");
    while (state_of(p, &us) == PROCESS_RUNNING && us == before)
        l4_ipc_sleep_ms(10);
    fact(us > before, "and gets time");
    process_hold(p, 1);
    l4re_util_cap_free_um(p);
    l4_ipc_sleep_ms(1);
    proc_open(proc, id, again);
    code((long)state_of(again, &us), PROCESS_RUNNING,
         "what nobody can let go on does");
    process_hold(again, 1);
    code(process_kill(again, 9), 0, "what is held can be ended");
    code(process_hold(again, 0), -L4_EINVAL, "and not held then");
    code(end_of(again), PROCESS_KILLED * 1000 + 9, "it has ended");
}

/* One thread turns, the main one waits for its end. */
static void time_is_that_of_all_threads(void)
{
    enum { ENOUGH_US = 5000 };
    l4_umword_t us = 0;
    l4_cap_idx_t p = start("thread", NULL);
    while (state_of(p, &us) == PROCESS_RUNNING && us < ENOUGH_US)
        l4_ipc_sleep_ms(1);
    fact(us >= ENOUGH_US, "the time of other threads counts");
    process_kill(p, 9);
    end_of(p);
}

static void cpu_time_is_limited(void)
{
    l4_umword_t id, us = 0;
    l4_cap_idx_t p = prepare("spin", NULL), q = prepare("thread", NULL);
    code(process_limit_cpu(p, 1ul << 31), -L4_EINVAL, "not that much");
    code(process_limit_cpu(p, 20), 0, "20 ms");
    code(process_limit_cpu(q, 20), 0, "of all threads");
    process_start(p, &id);
    code(process_limit_cpu(p, 30), -L4_EBUSY, "it has been started");
    process_start(q, &id);
    code(end_of(p), PROCESS_KILLED * 1000 + PROCESS_CPU_SIGNAL, "it is over");
    l4_umword_t state = 0;
    long number = 0;
    process_wait(q, &state, &number);
    state_of(q, &us);
    fact(us >= 20000 && us < 25000, "at its time");
    code(end_of(q), PROCESS_KILLED * 1000 + PROCESS_CPU_SIGNAL, "so are they");
}

static long started; /* what start_file()'s came to */

static void *start_file(void *data)
{
    l4_umword_t id;
    l4_cap_idx_t p = *(l4_cap_idx_t *)data;
    started = process_start(p, &id);
    return NULL;
}

/* The file server is this program: it answers when all else is done. */
static void others_are_served_while_a_file_is_read(void)
{
    pthread_t thread;
    l4_umword_t id, label;
    l4_cap_idx_t gate = l4re_env_get_cap("fs_gate"), p = l4re_util_cap_alloc();
    proc_spawn(proc, "/slow/program", p);
    l4_rcv_ep_bind_thread(gate, pthread_l4_cap(pthread_self()), 0);
    pthread_create(&thread, NULL, start_file, &p);
    while (!process_limit_cpu(p, 0))
        l4_ipc_sleep_ms(1);
    code(process_start(p, &id), -L4_EBUSY, "it is being started");
    code(process_argument(p, "more"), -L4_EBUSY, "and not changed");
    code(end_of(start("exit", "6")), PROCESS_EXITED * 1000 + 6,
         "another starts and ends");
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(-L4_EIO, 0, 0, 0),
                 L4_IPC_SEND_TIMEOUT_0);
    pthread_join(thread, NULL);
    code(started, -L4_EIO, "the answer comes");
    l4re_util_cap_free_um(p);
}

static void limits_hold(void)
{
    l4_cap_idx_t few[3];
    for (int i = 0; i < 2; i++)
        few[i] = start("sleep", NULL);
    few[2] = l4re_util_cap_alloc();
    code(proc_spawn(proc, "rom/x", few[2]), -L4_ENOMEM,
         "a third process of two");
    for (int i = 0; i < 2; i++) {
        process_kill(few[i], 1);
        end_of(few[i]);
    }
    l4_cap_idx_t p = prepare("allocate", NULL);
    l4_umword_t id;
    process_limit(p, 4 << 20, 0, 0);
    process_start(p, &id);
    long end = end_of(p);
    fact(end == PROCESS_FAULTED * 1000 + PROCESS_FAULT_SIGNAL ||
             end == PROCESS_EXITED * 1000 + 3,
         "memory without end is stopped");
    long ended = 0;
    for (int i = 0; i < 20; i++)
        ended += end_of(start("exit", "1")) == PROCESS_EXITED * 1000 + 1;
    code(ended, 20, "twenty processes, one after the other");
}

/* A ring would keep its place among the client's two processes for ever. */
static void processes_do_not_hold_each_other(void)
{
    for (int i = 0; i < 3; i++) {
        l4_cap_idx_t p = prepare("never", "started");
        l4_cap_idx_t q = prepare("never", "started");
        l4_cap_idx_t less = l4re_util_cap_alloc();
        l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                    l4_obj_fpage(p, 0, L4_CAP_FPAGE_RO),
                    less | L4_MAP_ITEM_MAP);
        code(process_give(p, "self", 0, p), -L4_EINVAL, "itself");
        code(process_give(p, "self", 0, less), -L4_EINVAL,
             "with other rights, too");
        code(process_give(p, "other", 0, q), -L4_EINVAL, "or one like it");
        code(process_notify(p, p), -L4_EINVAL, "or to be told");
        l4re_util_cap_free_um(less);
        l4re_util_cap_free_um(p);
        l4re_util_cap_free_um(q);
        l4_ipc_sleep_ms(2);
    }
    l4_cap_idx_t p = start("sleep", NULL), q = prepare("exit", "5");
    l4_umword_t id;
    code(process_give(q, "sleeper", 0, p), 0, "one that runs is given");
    code(process_give(q, "proc", 0, proc), 0, "so is proc");
    code(process_notify(p, p), 0, "nobody is told by itself");
    code(process_start(q, &id), 0, "and it starts");
    code(end_of(q), PROCESS_EXITED * 1000 + 5, "with them");
    process_kill(p, 1);
    end_of(p);
}

static l4_umword_t kernel_objects(void)
{
    l4_cap_idx_t jdb = l4re_env_get_cap("jdb");
    l4_utcb_mr()->mr[0] = L4_VITRINE_KMEM_STATS;
    l4_ipc_call(jdb, l4_utcb(), l4_msgtag(L4_PROTO_DEBUGGER, 1, 0, 0),
                L4_IPC_NEVER);
    return l4_utcb_mr()->mr[1];
}

static void nothing_stays(void)
{
    l4_ipc_sleep_ms(2);
    l4_umword_t before = kernel_objects();
    for (int i = 0; i < 10; i++) {
        end_of(start("exit", "1"));
        l4re_util_cap_free_um(prepare("never", "started"));
    }
    l4_ipc_sleep_ms(2);
    code((long)kernel_objects() - (long)before, 0, "no kernel object stays");
}

int main(void)
{
    proc = l4re_env_get_cap("proc");
    ends_are_told();
    what_is_given_arrives();
    what_cannot_start_says_why();
    who_waits_is_told();
    processes_are_listed();
    rights_are_asked_for();
    its_memory_and_capabilities_are_seen();
    processes_do_not_hold_each_other();
    what_is_held_gets_no_time();
    time_is_that_of_all_threads();
    cpu_time_is_limited();
    others_are_served_while_a_file_is_read();
    limits_hold();
    nothing_stays();
    return tap_end();
}
