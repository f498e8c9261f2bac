/*
 * Scheduler object: parameters of threads, CPUs, idle time
 * (ABI.md section 1, Scheduler). The mechanism is in sched.c.
 *
 *      run_thread  MR1 granularity | offset, MR2 map   where
 *                  MR3 priority, MR4 quantum           how, the usual form
 *                  MR3 -1, MR4 words, MR5 quantum, MR6 priority
 *                                       the same, naming its class
 *
 * It is also an ICU with one line: an edge whenever a CPU comes or goes.
 */
#include "scheduler.h"
#include "abi.h"
#include "icu.h"
#include "invoke.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "sched.h"
#include "trace.h"

struct scheduler {
    struct object object;
    struct line_set set;
    struct line line;
};

/* There is one; CPUs report to it. */
static struct scheduler *scheduler_the;

enum { CLASS_FIXED_PRIO = 2, PRIO_MAX = 255 };
enum { PARAM_FIXED_PRIO = -1, PARAM_WORDS = 4 };
#define QUANTUM_MAX 0xfffffffful /* us: more is for ever just as well */

/* CPUs of a set {granularity << 24 | offset, bitmap} as a bitmap from 0. */
static uint64_t scheduler_cpus(word_t gran_offset, word_t map)
{
    unsigned gran = gran_offset >> 24 & 0xff;
    word_t offset = gran_offset & 0xffffff;
    uint64_t cpus = 0;
    for (unsigned cpu = 0; cpu < SCHED_MAX_CPUS; cpu++) {
        word_t bit = cpu < offset ? 64 : (cpu - offset) >> (gran & 63);
        if (bit < 64 && (map >> bit & 1))
            cpus |= 1ull << cpu;
    }
    return cpus;
}

static void scheduler_info(struct thread *by, const struct invocation *inv)
{
    word_t offset = inv_words(inv) > 1 ? inv->mr[1] & 0xffffff : 0;
    if (offset >= SCHED_MAX_CPUS) {
        ipc_answer(by, -L4_ERANGE, 0, 0);
        return;
    }
    by->utcb->mr[0] = sched_online() >> offset;
    by->utcb->mr[1] = SCHED_MAX_CPUS;
    by->utcb->mr[2] = CLASS_FIXED_PRIO;
    ipc_answer(by, 0, 3, 0);
}

/* Priority and quantum (us) in either form of the parameters. */
static long scheduler_params(const struct invocation *inv, word_t *ret_prio,
                             word_t *ret_quantum)
{
    if (inv_words(inv) < 5)
        return -L4_EINVAL;
    long class = (long)inv->mr[3];
    if (class >= 0) {
        *ret_prio = inv->mr[3];
        *ret_quantum = inv->mr[4];
        return 0;
    }
    word_t length = inv->mr[4];
    if (length > inv_words(inv) - 3)
        return -L4_EINVAL;
    if (class != PARAM_FIXED_PRIO)
        return -L4_ERANGE;
    if (length < PARAM_WORDS)
        return -L4_EINVAL;
    *ret_quantum = inv->mr[5];
    *ret_prio = inv->mr[6];
    return 0;
}

/* The CPU of the set t is to go to: of those that are on, or if none is, of
 * those that are there. It stays if it is on one of these, or if there are
 * none; else it is the first. */
static unsigned scheduler_place(const struct thread *t, uint64_t cpus)
{
    uint64_t there = (1ull << sched_cpu_count) - 1;
    cpus &= cpus & sched_online() ? sched_online() : there;
    bool stays = !cpus || (cpus >> t->next_cpu & 1);
    return stays ? t->next_cpu : (unsigned)__builtin_ctzll(cpus);
}

static long scheduler_run_thread(struct thread *by,
                                 const struct invocation *inv)
{
    struct object *o;
    word_t prio, quantum;
    long error = scheduler_params(inv, &prio, &quantum);
    if (!error)
        error = invoke_object_sent(by, inv, &thread_ops, 0, &o);
    if (error)
        return error;
    struct thread *t = thread_of(o);
    if (prio < 1 || prio > PRIO_MAX)
        return -L4_EINVAL;
    if (quantum > QUANTUM_MAX)
        quantum = QUANTUM_MAX;
    uint64_t cpus = scheduler_cpus(inv->mr[1], inv->mr[2]);
    sched_move(t, scheduler_place(t, cpus));
    sched_set_params(t, (unsigned)prio,
                     quantum ? quantum * 1000 : sched_default_slice);
    ipc_reorder(t);
    t->unplaced = false;
    bool runs = t->started && t->task && t->state == THREAD_STOPPED;
    if (runs)
        sched_ready(t);
    return 0;
}

/* Of the first online CPU of the set. */
static void scheduler_idle_time(struct thread *by, const struct invocation *inv)
{
    uint64_t cpus =
        inv_words(inv) >= 3 ? scheduler_cpus(inv->mr[1], inv->mr[2]) : 0;
    cpus &= sched_online();
    if (!cpus) {
        ipc_answer(by, -L4_EINVAL, 0, 0);
        return;
    }
    by->utcb->mr[0] = sched_idle_time(__builtin_ctzll(cpus)) / 1000;
    ipc_answer(by, 0, 1, 0);
}

static void scheduler_invoke(struct object *o, struct thread *by,
                             const struct invocation *inv)
{
    struct scheduler *s = container_of(o, struct scheduler, object);
    if (tag_label(inv->args.tag) == L4_PROTO_IRQ) {
        icu_serve(o, &s->set, by, inv);
        return;
    }
    int op = invoke_check(inv, L4_PROTO_SCHEDULER, 0);
    switch (op) {
    case SCHEDULER_INFO:
        scheduler_info(by, inv);
        break;
    case SCHEDULER_RUN_THREAD:
        ipc_answer(by, scheduler_run_thread(by, inv), 0, 0);
        break;
    case SCHEDULER_IDLE_TIME:
        scheduler_idle_time(by, inv);
        break;
    default:
        ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

static const struct object_ops scheduler_ops = {
    .type = VTR_T_SCHEDULER,
    .protocols = {L4_PROTO_SCHEDULER, L4_PROTO_IRQ},
    .invoke = scheduler_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *scheduler_create(struct quota *q)
{
    struct scheduler *s = kmem_alloc(q, sizeof(*s));
    if (!s)
        return NULL;
    line_init(&s->line, 0, false);
    s->set = (struct line_set){.line = &s->line, .wired = 1};
    object_init(&s->object, &scheduler_ops, q, 0, kmem_charge(sizeof(*s)));
    object_pin(&s->object);
    scheduler_the = s;
    return &s->object;
}

void scheduler_cpu_changed(void)
{
    line_hit(&scheduler_the->line);
}
