/*
 * The debugger's trace group (0x200) and log control (ABI.md section 1,
 * Debugger; <l4/sys/ktrace.h>, <l4/sys/debugger.h>).
 *
 *      LOG         MR1 bytes, MR2.. text             a mark
 *      LOG_3VAL    MR1..3 numbers, MR4 bytes, text   a mark, then VALUES
 *      LOG_BINARY  MR1..3 24 bytes                   BINARY
 *      CLEAR       the ring goes to the port's storage, or away
 *      DUMP        the ring's last records as text on the console
 *      MAP_*       -L4_ENOSYS: the ring is not mapped into tasks
 *
 * Kinds of records are switched on and off one by one, by their names in
 * <l4/vitrine/trace_events.h>. L4Re's header sends 8 for a binary entry, its
 * kernel understands 5: both are taken.
 */
#include "abi.h"
#include "debugger_ops.h"
#include "ipc.h"
#include "kstring.h"
#include "sched.h"
#include "task.h"
#include "trace.h"
#include "trace_tasks.h"
#include "work.h"

enum {
    TBUF_LOG = 0x201,
    TBUF_CLEAR = 0x202,
    TBUF_DUMP = 0x203,
    TBUF_LOG_3VAL = 0x204,
    TBUF_LOG_BIN = 0x205,
    TBUF_LOG_BIN_HEADER = 0x208,
};
enum { DUMP_RECORDS = 6, TEXT_MAX = 32, KIND_NAME_MAX = 16 };

/* --- kinds -----------------------------------------------------------------
 */

static const struct kind {
    unsigned event;
    char name[KIND_NAME_MAX];
} kinds[] = {
#define VTR_X(number, event, args, text) {number, #event},
    VTR_EVENTS(VTR_X)
#undef VTR_X
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* The kind that the text from MR `first` on names, from place `from`. */
static const struct kind *kind_named(const struct invocation *inv,
                                     unsigned first, word_t from)
{
    char name[32];
    debugger_text(inv, first, name);
    for (word_t i = from; i < KINDS; i++)
        if (!memcmp(name, kinds[i].name, kstrnlen(name, sizeof(name)) + 1))
            return &kinds[i];
    return NULL;
}

static const char *kind_name(unsigned event)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (kinds[i].event == event)
            return kinds[i].name;
    return "?";
}

long debugger_log_typeid(struct thread *by, const struct invocation *inv)
{
    if (inv_words(inv) < 3)
        return -L4_EMSGTOOSHORT;
    const struct kind *k = kind_named(inv, 2, inv->mr[1]);
    if (!k)
        return -L4_ENOENT;
    by->utcb->mr[0] = k->event;
    return 0;
}

/* Name and short name: two texts that fill whole words. */
long debugger_log_name(struct thread *by, const struct invocation *inv)
{
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    if (inv->mr[1] >= KINDS)
        return -L4_ENOENT;
    const struct kind *k = &kinds[inv->mr[1]];
    size_t words = kstrnlen(k->name, KIND_NAME_MAX) / sizeof(word_t) + 1;
    memset(&by->utcb->mr[0], 0, 2 * KIND_NAME_MAX);
    memcpy(&by->utcb->mr[0], k->name, words * sizeof(word_t));
    memcpy(&by->utcb->mr[words], k->name, words * sizeof(word_t));
    return 0;
}

long debugger_log_switch(const struct invocation *inv)
{
    if (inv_words(inv) < 3)
        return -L4_EMSGTOOSHORT;
    bool on = inv->mr[1];
    const struct kind *k = kind_named(inv, 2, 0);
    if (!k)
        return -L4_ENOENT;
    bool was_on = trace_on;
    trace_switch(k->event, on);
    sched_trace_switched();
    for (unsigned i = 0; trace_on && !was_on && i < sched_cpu_count; i++)
        sched_tell_trace(&sched_cpus[i]);
    return 0;
}

void debugger_trace_task(struct task *t, bool on)
{
    trace_flush(); /* what is half written is of the time before */
    trace_tasks_tell(t->object.id, on);
    for (struct list *n = t->threads.next; n != &t->threads; n = n->next) {
        work_done(1);
        trace_tasks_tell(container_of(n, struct thread, in_task)->object.id,
                         on);
    }
}

void debugger_trace_named(struct object *o)
{
    if (trace_some && o->ops == &task_ops && trace_tasks_is_named(o->name))
        debugger_trace_task(task_of(o), true);
}

/* --- entries ---------------------------------------------------------------
 */

/* A mark with the text whose length stands in MR `at`. */
static void tbuf_mark(const struct invocation *inv, unsigned at)
{
    char text[TEXT_MAX + 1] = "";
    size_t room = inv_words(inv) > at + 1
                      ? (inv_words(inv) - at - 1) * sizeof(word_t)
                      : 0;
    size_t n = inv_words(inv) > at ? inv->mr[at] : 0;
    n = n < room ? n : room;
    memcpy(text, &inv->mr[at + 1], n < TEXT_MAX ? n : TEXT_MAX);
    trace_text(VTR_MARK, 0, 0, 1, text);
}

static void tbuf_values(unsigned event, const word_t *mr)
{
    trace_event(event, 0, mr[1], mr[2], mr[3], 0, 0, 0);
}

/* --- the ring as text ------------------------------------------------------
 */

static void dump_record(const struct vtr_record *r)
{
    enum { ARGS = sizeof(r->arg) / sizeof(r->arg[0]) };
    const char *name = kind_name(r->event);
    debugger_number(r->time, 10, 0);
    port_console_write(" ", 1);
    debugger_number(r->thread, 10, 0);
    port_console_write(" ", 1);
    port_console_write(name, kstrnlen(name, KIND_NAME_MAX));
    for (unsigned i = 0; i < ARGS; i++) {
        port_console_write(" ", 1);
        debugger_number(r->arg[i], 16, 0);
    }
    port_console_write("\n", 1);
    work_done(8);
}

static void tbuf_dump(void)
{
    size_t count = trace_count();
    size_t first = count > DUMP_RECORDS ? count - DUMP_RECORDS : 0;
    for (size_t i = first; i < count; i++)
        dump_record(trace_record(i));
}

long debugger_tbuf_op(const struct invocation *inv, unsigned op)
{
    bool three = inv_words(inv) >= 4;
    bool values =
        op == TBUF_LOG_3VAL || op == TBUF_LOG_BIN || op == TBUF_LOG_BIN_HEADER;
    if (values && !three)
        return -L4_EMSGTOOSHORT;
    switch (op) {
    case TBUF_LOG:
        tbuf_mark(inv, 1);
        return 0;
    case TBUF_LOG_3VAL:
        tbuf_mark(inv, 4);
        tbuf_values(VTR_VALUES, inv->mr);
        return 0;
    case TBUF_LOG_BIN:
    case TBUF_LOG_BIN_HEADER:
        tbuf_values(VTR_BINARY, inv->mr);
        return 0;
    case TBUF_CLEAR:
        trace_clear();
        return 0;
    case TBUF_DUMP:
        tbuf_dump();
        return 0;
    default:
        return -L4_ENOSYS;
    }
}
