/*
 * The debugger object (ABI.md section 1, Debugger; Vitrine's own operations
 * in <l4/vitrine/debug.h>).
 *
 *      opcode = group | operation; the object meant is a typed item
 *      0x000  console     0x100  names and ids, kinds of trace records
 *      0x200  trace       0x400  coverage: -L4_ENOSYS, this kernel has none
 *      0x500  memory      0x600  Vitrine's
 *
 */
#include "debugger.h"
#include "abi.h"
#include "debugger_ops.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "kstring.h"
#include "report.h"
#include "task.h"
#include "trace.h"
#include "trap.h"
#include "work.h"
#include <l4/vitrine/debug.h>

enum debugger_op {
    JDB_ENTER = 0x000,
    JDB_OUTCHAR = 0x001,
    JDB_OUTNSTRING = 0x002,
    JDB_OUTHEX32 = 0x003, /* then 20, 16, 12, 8 bits */
    JDB_OUTHEX8 = 0x007,
    JDB_OUTDEC = 0x008,
    OBJ_SET_NAME = 0x100,
    OBJ_GLOBAL_ID = 0x101,
    OBJ_POINTER_TO_ID = 0x102,
    OBJ_LOG_TYPEID = 0x103,
    OBJ_LOG_SWITCH = 0x104,
    OBJ_NAME_OF_ID = 0x105,
    OBJ_LOG_NAME = 0x106,
    OBJ_ADD_IMAGE = 0x107,
    OBJ_GET_NAME = 0x108,
    OBJ_LIST = 0x110,
    TBUF_FIRST = 0x200,
    TBUF_LAST = 0x2ff,
    KMEM_STATS = 0x500,
};

enum { RESULT_MAX = 99 };

size_t kstrnlen(const char *text, size_t max)
{
    size_t n = 0;
    while (n < max && text[n])
        n++;
    return n;
}

void object_set_name(struct object *o, const char *text, size_t length)
{
    if (length > sizeof(o->name) - 1)
        length = sizeof(o->name) - 1;
    memset(o->name, 0, sizeof(o->name));
    memcpy(o->name, text, length);
    trace_text(VTR_NAME, o->id, 0, 1, o->name);
    debugger_trace_named(o);
}

void debugger_text(const struct invocation *inv, unsigned first, char *ret_text)
{
    unsigned words = inv_words(inv);
    size_t room = words > first ? (words - first) * sizeof(word_t) : 0;
    size_t n = kstrnlen((const char *)&inv->mr[first], room < 31 ? room : 31);
    memcpy(ret_text, &inv->mr[first], n);
    ret_text[n] = 0;
}

static void debugger_print(const struct invocation *inv)
{
    size_t room = inv_words(inv) > 2 ? (inv_words(inv) - 2) * 8 : 0;
    size_t n = inv->mr[1] < room ? inv->mr[1] : room;
    port_console_write((const char *)&inv->mr[2], n);
}

void debugger_number(word_t n, unsigned base, unsigned digits)
{
    char text[24];
    unsigned at = sizeof(text);
    do
        text[--at] = "0123456789abcdef"[n % base];
    while (((n /= base) || sizeof(text) - at < digits) && at);
    unsigned length = sizeof(text) - at;
    unsigned cut = digits && length > digits ? length - digits : 0;
    port_console_write(&text[at + cut], length - cut);
}

/* The console of last resort: text, characters, numbers. False: no such. */
static bool debugger_console_op(const struct invocation *inv, unsigned op)
{
    static const unsigned hex_digits[] = {8, 5, 4, 3, 2};
    if (op == JDB_OUTNSTRING || op == JDB_ENTER) {
        debugger_print(inv);
    } else if (op == JDB_OUTCHAR) {
        port_console_write((const char *)&inv->mr[1], 1);
    } else if (op >= JDB_OUTHEX32 && op <= JDB_OUTHEX8) {
        debugger_number(inv->mr[1], 16, hex_digits[op - JDB_OUTHEX32]);
    } else if (op == JDB_OUTDEC) {
        bool negative = (long)inv->mr[1] < 0;
        if (negative)
            port_console_write("-", 1);
        debugger_number(negative ? -inv->mr[1] : inv->mr[1], 10, 0);
    } else {
        return false;
    }
    return true;
}

static void debugger_image(struct object *o, const struct invocation *inv)
{
    char name[32];
    debugger_text(inv, 2, name);
    trace_text(VTR_IMAGE, o->id, inv->mr[1], 2, name);
    port_image_loaded(&task_of(o)->mem.port, o->id, inv->mr[1], name);
}

static void debugger_answer_name(struct thread *by, const struct object *o)
{
    if (!o || !o->name[0]) {
        ipc_answer(by, -L4_ENOENT, 0, 0);
        return;
    }
    memcpy(&by->utcb->mr[0], o->name, sizeof(o->name));
    ipc_answer(by, 0, sizeof(o->name) / sizeof(word_t), 0);
}

/* Questions about the kernel as a whole; false: op is none of them. */
static bool debugger_query_op(struct thread *by, const struct invocation *inv,
                              unsigned op)
{
    enum { NAME_WORDS = 2 * 4 };
    switch (op) {
    case OBJ_POINTER_TO_ID:
        debugger_pointer_to_id(by, inv);
        return true;
    case OBJ_NAME_OF_ID:
        if (inv_words(inv) < 2)
            ipc_answer(by, -L4_EMSGTOOSHORT, 0, 0);
        else
            debugger_answer_name(by, object_find((uint32_t)inv->mr[1]));
        return true;
    case OBJ_LOG_TYPEID:
        ipc_answer(by, debugger_log_typeid(by, inv), 1, 0);
        return true;
    case OBJ_LOG_NAME:
        ipc_answer(by, debugger_log_name(by, inv), NAME_WORDS, 0);
        return true;
    case OBJ_LOG_SWITCH:
        ipc_answer(by, debugger_log_switch(inv), 0, 0);
        return true;
    case OBJ_LIST:
        ipc_answer(by, debugger_list(by, inv), 2, 0);
        return true;
    case KMEM_STATS:
        debugger_memory();
        ipc_answer(by, 0, 0, 0);
        return true;
    default:
        return false;
    }
}

/* Operations on the object sent along. */
static void debugger_object_op(struct thread *by, const struct invocation *inv,
                               unsigned op)
{
    struct cap_slot *c = invoke_cap(by, inv, 0);
    char name[32];
    if (!c) {
        ipc_answer(by, -L4_EINVAL, 0, 0);
        return;
    }
    struct object *o = c->object;
    if (op == OBJ_SET_NAME) {
        debugger_text(inv, 1, name);
        object_set_name(o, name, kstrnlen(name, sizeof(name)));
        ipc_answer(by, 0, 0, 0);
    } else if (op == L4_VITRINE_TRACE_TASK && o->ops == &task_ops &&
               inv_words(inv) > 1) {
        debugger_trace_task(task_of(o), inv->mr[1]);
        ipc_answer(by, 0, 0, 0);
    } else if (op == L4_VITRINE_TASK_TIME && o->ops == &task_ops) {
        by->utcb->mr[0] = task_time(task_of(o)) / 1000;
        ipc_answer(by, 0, 1, 0);
    } else if (op == L4_VITRINE_TASK_HOLD && o->ops == &task_ops &&
               inv_words(inv) > 1) {
        bool on = inv->mr[1];
        ipc_answer(by, 0, 0, 0);
        task_hold(task_of(o), on);
    } else if (op == OBJ_GLOBAL_ID) {
        by->utcb->mr[0] = o->id;
        ipc_answer(by, 0, 1, 0);
    } else if (op == OBJ_GET_NAME) {
        debugger_answer_name(by, o);
    } else if (op == OBJ_ADD_IMAGE && o->ops->type == VTR_T_TASK) {
        debugger_image(o, inv);
        ipc_answer(by, 0, 0, 0);
    } else {
        ipc_answer(by, -L4_EINVAL, 0, 0);
    }
}

/* A mark from user level: MR1 kind, MR2 value, MR3.. text. */
static void debugger_mark(const struct invocation *inv)
{
    char text[32];
    uint64_t w[4];
    memset(text, 0, sizeof(text));
    debugger_text(inv, 3, text);
    memcpy(w, text, sizeof(w));
    trace_event(VTR_MARK, 0, inv->mr[1], w[0], w[1], w[2], w[3], inv->mr[2]);
}

/* The fault of whoever the invoker owes an answer. */
static long debugger_report_fault(struct thread *by)
{
    struct thread *t = by->reply_to;
    if (!t || t->ipc.kind == IPC_USER)
        return -L4_ENOENT;
    trap_report(t);
    return 0;
}

static int debugger_result(const struct invocation *inv)
{
    word_t r = inv_words(inv) > 1 ? inv->mr[1] : 0;
    return r > RESULT_MAX ? RESULT_MAX : (int)r;
}

static void debugger_stretch(struct thread *by, const struct invocation *inv)
{
    bool reset = inv_words(inv) > 1 && inv->mr[1] == 1;
    word_t *mr = by->utcb->mr;
    mr[0] = work.longest;
    mr[1] = work.points;
    mr[2] = work.stops;
    memset(&mr[3], 0, 4 * sizeof(word_t));
    memcpy(&mr[3], work.where, kstrnlen(work.where, 31));
    if (reset)
        work_reset();
}

static void debugger_vitrine_op(struct thread *by, const struct invocation *inv,
                                unsigned op)
{
    long label = 0;
    unsigned words = 0;
    int64_t clock;
    switch (op) {
    case L4_VITRINE_MARK:
        debugger_mark(inv);
        break;
    case L4_VITRINE_REPORT_FAULT:
        label = debugger_report_fault(by);
        break;
    case L4_VITRINE_SET_RESULT:
        report_set_result(debugger_result(inv));
        break;
    case L4_VITRINE_END:
        report_end(VTR_END_RESULT, debugger_result(inv));
    case L4_VITRINE_HOST_CLOCK:
        clock = port_host_ns();
        label = clock < 0 ? -L4_ENOSYS : 0;
        by->utcb->mr[0] = (word_t)clock;
        words = 1;
        break;
    case L4_VITRINE_COUNT_FAULT:
        report_count_fault();
        break;
    case L4_VITRINE_KMEM_STATS:
        by->utcb->mr[0] = kmem_free_bytes();
        by->utcb->mr[1] = object_count();
        words = 2;
        break;
    case L4_VITRINE_LONGEST_STRETCH:
        debugger_stretch(by, inv);
        words = 7;
        break;
    case L4_VITRINE_CHECK:
        report_check_all();
        break;
    default:
        label = -L4_ENOSYS;
    }
    ipc_answer(by, label, words, 0);
}

static void debugger_invoke(struct object *o, struct thread *by,
                            const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_DEBUGGER, 0);
    (void)o;
    if (op < 0) {
        ipc_answer(by, op, 0, 0);
    } else if (debugger_console_op(inv, (unsigned)op)) {
        ipc_answer(by, 0, 0, 0);
    } else if (op >= TBUF_FIRST && op <= TBUF_LAST) {
        ipc_answer(by, debugger_tbuf_op(inv, (unsigned)op), 0, 0);
    } else if (debugger_query_op(by, inv, (unsigned)op)) {
        return;
    } else if (op == OBJ_SET_NAME || op == OBJ_GLOBAL_ID ||
               op == OBJ_ADD_IMAGE || op == OBJ_GET_NAME ||
               op == L4_VITRINE_TRACE_TASK || op == L4_VITRINE_TASK_TIME ||
               op == L4_VITRINE_TASK_HOLD) {
        debugger_object_op(by, inv, op);
    } else {
        debugger_vitrine_op(by, inv, op);
    }
}

static const struct object_ops debugger_ops = {
    .type = VTR_T_DEBUGGER,
    .protocols = {L4_PROTO_DEBUGGER},
    .invoke = debugger_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *debugger_create(struct quota *q)
{
    struct object *o = kmem_alloc(q, sizeof(*o));
    if (!o)
        return NULL;
    object_init(o, &debugger_ops, q, 0, kmem_charge(sizeof(*o)));
    object_pin(o);
    return o;
}
