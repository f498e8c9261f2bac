/*
 * The debugger's pictures of the kernel: the list of objects, and where its
 * memory is (ABI.md section 1, Debugger; <l4/sys/obj_info.h>).
 *
 *      object_all -> task -> thread -> gate -> ...
 *                      |      skip     count
 *                      +--> records in kernel-user memory of the caller
 *
 * One call writes at most LIST_MAX records, and looks at as many objects: who
 * wants more calls again with a larger skip. Records are 64 bytes.
 */
#include "abi.h"
#include "debugger_ops.h"
#include "factory.h"
#include "gate.h"
#include "ipc.h"
#include "irq.h"
#include "kmem.h"
#include "kstring.h"
#include "task.h"
#include "trace.h"
#include "work.h"

enum { LIST_MAX = 16 };

struct list_record { /* l4_kobj_info_t */
    word_t id;
    long protocol; /* 0: gate */
    word_t value;  /* task: factory; thread: task; gate, irq: receiver */
    word_t label;
    char name[32];
};
_Static_assert(sizeof(struct list_record) == 64, "l4_kobj_info_t");

static long list_protocol(const struct object *o)
{
    return o->ops->type == VTR_T_GATE ? 0 : o->ops->protocols[0];
}

static void list_fill(struct object *o, struct list_record *ret_record)
{
    struct list_record r = {.id = o->id, .protocol = list_protocol(o)};
    struct thread *to = NULL;
    memcpy(r.name, o->name, sizeof(r.name));
    if (o->ops == &task_ops && o->quota->owner)
        r.value = o->quota->owner->id;
    if (o->ops == &thread_ops && thread_of(o)->task)
        r.value = thread_of(o)->task->object.id;
    if (o->ops->type == VTR_T_GATE) {
        to = gate_thread(o);
        r.label = gate_label(o);
    }
    if (o->ops == &irq_ops) {
        to = irq_of(o)->thread;
        r.label = irq_of(o)->label;
    }
    if (to)
        r.value = to->object.id;
    *ret_record = r;
}

/* MR1 address, MR2 bytes, MR3 skip -> MR0 written, MR1 objects in all. */
long debugger_list(struct thread *by, const struct invocation *inv)
{
    if (inv_words(inv) < 4)
        return -L4_EMSGTOOSHORT;
    word_t room = inv->mr[2] / sizeof(struct list_record), skip = inv->mr[3];
    struct list_record *to =
        room ? task_ku_mem(by->task, inv->mr[1], inv->mr[2]) : NULL;
    if (!to || inv->mr[1] % sizeof(word_t))
        return -L4_EINVAL;
    word_t n = 0;
    struct list *l = object_nth(skip);
    for (; l != &object_all && n < room && n < LIST_MAX; l = l->next, n++) {
        list_fill(container_of(l, struct object, all), &to[n]);
        work_done(3); /* LIST_MAX of them need no preemption point */
    }
    by->utcb->mr[0] = n;
    by->utcb->mr[1] = object_count();
    return 0;
}

static bool pointer_on(struct thread *by)
{
    struct continuation *c = &by->continuation;
    struct object *o;
    while ((o = object_from(c->pointer.id))) {
        c->pointer.id = o->id + 1;
        if ((word_t)(uintptr_t)o == c->pointer.address) {
            by->utcb->mr[0] = o->id;
            ipc_answer(by, 0, 1, 0);
            return true;
        }
        if (work_should_stop())
            return false;
    }
    ipc_answer(by, -L4_ENOENT, 1, 0);
    return true;
}

void debugger_pointer_to_id(struct thread *by, const struct invocation *inv)
{
    if (inv_words(inv) < 2) {
        ipc_answer(by, -L4_EMSGTOOSHORT, 1, 0);
        return;
    }
    by->continuation = (struct continuation){
        .go_on = pointer_on, .pointer = {.address = inv->mr[1]}};
    thread_go_on(by);
}

static void print(const char *text)
{
    port_console_write(text, kstrnlen(text, 64));
}

void debugger_memory(void)
{
    print("kernel memory: ");
    debugger_number(kmem_free_bytes(), 10, 0);
    print(" bytes free, ");
    debugger_number(object_count(), 10, 0);
    print(" objects\n");
}
