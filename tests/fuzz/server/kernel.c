/*
 * The system calls of a server under fuzzing (see kernel.h).
 */
#include "kernel.h"
#include "../utcb.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { SLOTS = 0x8800, STACK = 1 << 20, FIRST_FREE = 0x100, OBJECTS_MAX = 900 };

struct slot {
    struct host_object *object;
    bool is_weak;
};

static struct slot table[SLOTS];
static unsigned used_slots; /* none from it on was ever filled */
static struct host_object *all;
static unsigned object_count;
static struct host_object *deletion_irq;
static bool deletion_pending;

static _Alignas(4096) char kip_page[4096];
static ucontext_t fuzzer, server;
static char server_stack[STACK];
static const struct host_event *event;
static struct host_answer *answer;
bool host_may_fail;
static bool is_started;

l4_kernel_info_t const *l4_global_kip = (l4_kernel_info_t *)kip_page;
__attribute__((weak)) l4re_env_t *l4re_global_env; /* moe has its own */

int server_main(); /* with or without arguments */

_Noreturn void host_fail(const char *what)
{
    fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

/* pthread_create() of whatever is compiled for a server; keeps I3. */
int host_thread_create()
{
    host_fail("a server starts a thread, which is not there (kernel.h, I3)");
}

/* printf() of whatever is compiled for a server: its first words can be read,
 * the rest would hide what the tests say. */
int host_printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = is_started ? 0 : vfprintf(stderr, format, arguments);
    va_end(arguments);
    return size;
}

/* ---- Objects ---- */

struct host_object *host_object_new(enum host_kind kind)
{
    struct host_object *o = calloc(1, sizeof *o);
    o->kind = kind;
    o->counted = 1;
    o->next = all;
    all = o;
    object_count++;
    return o;
}

static void object_end(struct host_object *o)
{
    host_gone(o);
    for (unsigned i = 0; answer && i < 4; i++)
        if (answer->given[i] == o)
            answer->given[i] = NULL;
    for (unsigned i = 0; i < used_slots; i++) /* keeps I1 */
        if (table[i].object == o)
            table[i] = (struct slot){NULL, false};
    for (struct host_object **at = &all; *at; at = &(*at)->next)
        if (*at == o) {
            *at = o->next;
            break;
        }
    deletion_pending |= o->kind == HOST_GATE && o->is_bound && deletion_irq;
    if (o == deletion_irq)
        deletion_irq = NULL;
    object_count--;
    free(o);
}

void host_hold(struct host_object *o)
{
    o->counted++;
}

void host_drop(struct host_object *o)
{
    if (--o->counted == 0) /* keeps I2 */
        object_end(o);
}

unsigned host_objects(void)
{
    return object_count;
}

struct host_object *host_irq(unsigned n)
{
    for (struct host_object *o = all; o; o = o->next)
        if (o->kind == HOST_INTERRUPT && o->is_bound && o != deletion_irq &&
            n-- == 0)
            return o;
    return NULL;
}

bool host_take_deletion(l4_umword_t *ret_label)
{
    if (!deletion_pending || !deletion_irq)
        return false;
    deletion_pending = false;
    *ret_label = deletion_irq->label;
    return true;
}

/* ---- Slots ---- */

static struct slot *slot_of(l4_cap_idx_t cap)
{
    unsigned long i = cap >> L4_CAP_SHIFT;
    if (cap & L4_INVALID_CAP_BIT || i >= SLOTS)
        return NULL;
    return &table[i];
}

static void slot_clear(struct slot *s)
{
    struct host_object *o = s->object;
    bool is_weak = s->is_weak;
    *s = (struct slot){NULL, false};
    if (o && !is_weak)
        host_drop(o);
}

/* Takes over one count of the object, unless it is weak. */
static void slot_fill(struct slot *s, struct host_object *o, bool is_weak)
{
    slot_clear(s);
    *s = (struct slot){o, is_weak};
    if (s - table >= used_slots)
        used_slots = (unsigned)(s - table) + 1;
}

struct host_object *host_object_at(l4_cap_idx_t cap)
{
    struct slot *s = slot_of(cap);
    return s ? s->object : NULL;
}

/* ---- Kernel objects ---- */

static l4_umword_t result(long label, unsigned words)
{
    return (l4_umword_t)l4_msgtag(label, words, 0, 0).raw;
}

static l4_umword_t ipc_error(l4_umword_t code)
{
    l4_utcb_tcr()->error = code;
    return (l4_umword_t)l4_msgtag(0, 0, 0, L4_MSGTAG_ERROR).raw;
}

/* A foreign server's answer: what the input says. */
static l4_umword_t answer_of_input(void)
{
    static const long results[] = {0, 0, 0, -L4_ENOENT, -L4_EINVAL, -L4_ENOMEM};
    unsigned how = input_byte(), words = how >> 3;
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_buf_regs_t *b = l4_utcb_br();
    if (!is_started) { /* whoever is there says yes */
        m->mr[0] = 0;
        return result(0, 0);
    }
    if (how == 0xff || !input_is_left())
        return ipc_error(L4_IPC_ENOT_EXISTENT);
    for (unsigned i = 0; i < words; i++)
        m->mr[i] = i < 2 ? input_byte() : input_word();
    struct slot *to = slot_of(b->br[0] & ~(l4_umword_t)(L4_CAP_SIZE - 1));
    bool wants = (b->br[0] & L4_RCV_ITEM_SINGLE_CAP) == L4_RCV_ITEM_SINGLE_CAP;
    long label = results[(how & 7) % 6];
    if (label >= 0 && wants && to)
        slot_fill(to, host_object_new(HOST_OTHER), false);
    b->br[0] = 0;
    return result(label, words);
}

static bool refuses(void)
{
    return object_count > OBJECTS_MAX ||
           (host_may_fail && input_is_left() && input_byte() == 0xee);
}

long host_object_in(l4_cap_idx_t cap, enum host_kind kind)
{
    struct slot *s = slot_of(cap);
    if (!s || refuses())
        return -L4_ENOMEM;
    slot_fill(s, host_object_new(kind), false);
    return 0;
}

static l4_umword_t on_factory(l4_msg_regs_t *m, unsigned items)
{
    l4_buf_regs_t *b = l4_utcb_br();
    struct slot *to = slot_of(b->br[0] & ~(l4_umword_t)(L4_CAP_SIZE - 1));
    b->br[0] = 0;
    if (!to)
        return result(-L4_EINVAL, 0);
    if (refuses())
        return result(-L4_ENOMEM, 0);
    long type = (long)m->mr[0];
    enum host_kind kind = type == L4_PROTO_KOBJECT || !type ? HOST_GATE
                          : type == L4_PROTO_IRQ_SENDER     ? HOST_INTERRUPT
                          : type == L4_PROTO_IRQ            ? HOST_INTERRUPT
                                                            : HOST_KERNEL;
    struct host_object *o = host_object_new(kind);
    if (!type) { /* l4_factory_create_gate() */
        o->label = m->mr[2];
        o->is_bound = items;
    }
    slot_fill(to, o, false);
    return result(0, 0);
}

/* Of capabilities, within the server's own table. */
static l4_umword_t task_map(l4_msg_regs_t *m)
{
    l4_fpage_t page = {.raw = m->mr[2]};
    struct slot *from = slot_of(l4_fpage_obj(page));
    struct slot *to = slot_of(m->mr[1] & ~(l4_umword_t)(L4_CAP_SIZE - 1));
    if (l4_fpage_type(page) != L4_FPAGE_OBJ || !from || !to || !from->object)
        return result(0, 0);
    if (refuses())
        return result(-L4_ENOMEM, 0);
    struct host_object *o = from->object;
    if (!from->is_weak)
        host_hold(o);
    slot_fill(to, o, from->is_weak);
    return result(1, 0);
}

static l4_umword_t on_task(l4_msg_regs_t *m, unsigned words)
{
    struct slot *s;
    l4_fpage_t page;
    switch (m->mr[0]) {
    case L4_TASK_MAP_OP:
        return task_map(m);
    case L4_TASK_CAP_INFO_OP:
        s = slot_of(m->mr[1]);
        if (words > 2) /* are they equal? */
            return result(s && slot_of(m->mr[2]) &&
                              s->object == slot_of(m->mr[2])->object,
                          0);
        return result(s && s->object, 0);
    case L4_TASK_UNMAP_OP:
        for (unsigned i = 2; i < words; i++) {
            page.raw = m->mr[i];
            s = l4_fpage_type(page) == L4_FPAGE_OBJ
                    ? slot_of(l4_fpage_obj(page))
                    : NULL;
            if (!s || !s->object)
                continue;
            if (m->mr[1] == L4_FP_DELETE_OBJ && s->object->kind != HOST_OTHER)
                object_end(s->object);
            else
                slot_clear(s);
        }
        return result(0, 0);
    default:
        return result(0, 0);
    }
}

static struct host_object *item_object(const l4_msg_regs_t *m, unsigned words)
{
    l4_fpage_t page = {.raw = m->mr[words + 1]};
    struct slot *s = slot_of(l4_fpage_obj(page));
    return s ? s->object : NULL;
}

static l4_umword_t on_kobject(struct slot *s, l4_msg_regs_t *m)
{
    struct host_object *o = s->object;
    switch (m->mr[0]) {
    case L4_RCV_EP_BIND_OP:
        if (refuses())
            return result(-L4_ENOMEM, 0);
        o->label = m->mr[1];
        o->is_bound = true;
        return result(0, 0);
    case L4_KOBJECT_OP_DEC_REFCNT:
        if (!s->is_weak) {
            s->is_weak = true;
            host_drop(o);
        }
        return result(0, 0);
    default:
        return result(-L4_ENOSYS, 0);
    }
}

static l4_umword_t on_call(l4_msgtag_t tag, l4_cap_idx_t dest)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    struct slot *s = slot_of(dest);
    unsigned words = l4_msgtag_words(tag);
    if (!s || !s->object)
        return ipc_error(L4_IPC_ENOT_EXISTENT);
    long protocol = l4_msgtag_label(tag);
    if (s->object->kind == HOST_OTHER)
        return answer_of_input();
    if (protocol == L4_PROTO_KOBJECT)
        return on_kobject(s, m);
    if (protocol == L4_PROTO_FACTORY)
        return on_factory(m, l4_msgtag_items(tag));
    if (protocol == L4_PROTO_TASK)
        return on_task(m, words);
    if (protocol == L4_PROTO_THREAD &&
        (m->mr[0] & 0xffff) == L4_THREAD_REGISTER_DELETE_IRQ_OP)
        deletion_irq = item_object(m, words);
    return result(0, 0);
}

/* ---- Waiting ---- */

static void keep_answer(l4_msgtag_t tag)
{
    const l4_msg_regs_t *m = l4_utcb_mr();
    if (!answer || answer->came)
        return;
    *answer = (struct host_answer){.came = true,
                                   .result = l4_msgtag_label(tag),
                                   .words = l4_msgtag_words(tag),
                                   .items = l4_msgtag_items(tag)};
    if (answer->words + 2 * answer->items > L4_UTCB_GENERIC_DATA_SIZE)
        host_fail("an answer is longer than a message");
    for (unsigned i = 0; i < answer->items && i < 4; i++) {
        l4_fpage_t page = {.raw = m->mr[answer->words + 2 * i + 1]};
        if (l4_fpage_type(page) != L4_FPAGE_OBJ)
            continue;
        struct slot *s = slot_of(l4_fpage_obj(page));
        if (!s || !s->object)
            host_fail("an answer gives an empty slot");
        if (!s->is_weak) { /* a weak one's copies do not count */
            host_hold(s->object);
            answer->given[i] = s->object;
        }
    }
}

/* Puts the event's capabilities where the server wants them. False: it has no
 * room for one. */
static bool put_items(const struct host_event *e, l4_msg_regs_t *m)
{
    const l4_umword_t *b = l4_utcb_br()->br;
    for (unsigned i = 0; i < e->items; i++) {
        l4_umword_t *item = &m->mr[e->words + 2 * i];
        item[0] = item[1] = 0;
        if (!e->item[i])
            continue; /* a void item takes no window */
        struct slot *to = slot_of(*b & ~(l4_umword_t)(L4_CAP_SIZE - 1));
        bool is_local = *b & L4_RCV_ITEM_LOCAL_ID;
        if (!(*b++ & L4_ITEM_MAP) || !to)
            return false;
        if (e->item[i]->kind == HOST_GATE && e->item[i]->is_bound && is_local) {
            item[0] = L4_ITEM_MAP | L4_RCV_ITEM_RESULT_LABEL;
            item[1] = e->item[i]->label | 3;
            continue;
        }
        item[0] = L4_ITEM_MAP | L4_RCV_ITEM_RESULT_MAPPED;
        host_hold(e->item[i]);
        slot_fill(to, e->item[i], false);
    }
    return true;
}

static l4_umword_t on_wait(l4_umword_t *label)
{
    event = NULL;
    swapcontext(&server, &fuzzer);
    const struct host_event *e = event;
    l4_msg_regs_t *m = l4_utcb_mr();
    *label = e->label;
    switch (e->kind) {
    case HOST_TIMEOUT:
        return ipc_error(L4_IPC_RETIMEOUT);
    case HOST_IRQ:
        return result(L4_PROTO_IRQ, 0);
    default:
        memcpy(m->mr, e->mr, e->words * sizeof m->mr[0]);
        if (!put_items(e, m))
            return ipc_error(L4_IPC_REMSGCUT);
        return (l4_umword_t)l4_msgtag(e->protocol, e->words, e->items, 0).raw;
    }
}

l4_umword_t __l4_arch_syscall(l4_umword_t raw, l4_umword_t dest,
                              l4_umword_t timeouts, l4_umword_t *label)
{
    l4_msgtag_t tag = {.raw = (l4_mword_t)raw};
    unsigned flags = dest & L4_SYSF_MASK;
    (void)timeouts;
    dest &= ~(l4_umword_t)L4_SYSF_MASK;
    if (flags & L4_SYSF_REPLY)
        keep_answer(tag);
    if (flags & L4_SYSF_OPEN_WAIT)
        return on_wait(label);
    if (flags & L4_SYSF_REPLY)
        return result(0, 0);
    if (flags == L4_SYSF_RECV) /* sleeps */
        return ipc_error(L4_IPC_RETIMEOUT);
    return on_call(tag, dest);
}

/* ---- Start ---- */

static void serve(void)
{
    static char *argv[8]; /* its own, to be written */
    int argc = 0;
    for (; host_server.argv[argc]; argc++)
        argv[argc] = strdup(host_server.argv[argc]);
    server_main(argc, argv);
    host_fail("the server ended");
}

static struct {
    l4re_env_t env;
    l4re_env_cap_entry_t caps[16];
} env;

static l4_cap_idx_t first_cap(enum host_kind kind, unsigned index)
{
    slot_fill(&table[index], host_object_new(kind), false);
    return (l4_cap_idx_t)index << L4_CAP_SHIFT;
}

struct host_object *host_gate(unsigned n)
{
    return table[0x40 + n].object && n < 8 ? table[0x40 + n].object : NULL;
}

static void name_cap(unsigned n, const char *name, l4_cap_idx_t cap)
{
    env.caps[n].cap = cap;
    env.caps[n].flags = 0;
    strncpy(env.caps[n].name, name, L4RE_ENV_CAP_NAME_SIZE);
}

static void make_env(void)
{
    unsigned n = 0;
    for (unsigned i = 1; i < 12; i++)
        first_cap(HOST_KERNEL, i);
    for (unsigned i = 0; i < 8 && host_server.gates[i]; i++)
        name_cap(n++, host_server.gates[i], first_cap(HOST_GATE, 0x40 + i));
    for (unsigned i = 0; i < 4 && host_server.others[i]; i++)
        name_cap(n++, host_server.others[i], first_cap(HOST_OTHER, 0x50 + i));
    env.caps[n].flags = ~0ul;
    env.env = (l4re_env_t){.parent = first_cap(HOST_OTHER, 0x30),
                           .rm = first_cap(HOST_KERNEL, 0x31),
                           .mem_alloc = first_cap(HOST_KERNEL, 0x32),
                           .log = L4_BASE_LOG_CAP,
                           .main_thread = L4_BASE_THREAD_CAP,
                           .factory = L4_BASE_FACTORY_CAP,
                           .scheduler = L4_BASE_SCHEDULER_CAP,
                           .itas = L4_INVALID_CAP,
                           .dbg_events = L4_INVALID_CAP,
                           .first_free_cap = FIRST_FREE,
                           .first_free_reply_cap = 0x8000,
                           .caps = env.caps};
    l4re_global_env = &env.env;
}

void host_start(void)
{
    utcb_make();
    ((l4_kernel_info_t *)kip_page)->clock = 1000;
    make_env();
    if (host_server.prepare)
        host_server.prepare();
    getcontext(&server);
    server.uc_stack.ss_sp = server_stack;
    server.uc_stack.ss_size = sizeof server_stack;
    makecontext(&server, serve, 0);
    if (host_server.first_label) {
        table[0x40].object->label = host_server.first_label;
        table[0x40].object->is_bound = true;
    }
    swapcontext(&fuzzer, &server);
    is_started = true;
}

void host_deliver(const struct host_event *e, struct host_answer *ret)
{
    if (e->kind == HOST_TIMEOUT)
        ((l4_kernel_info_t *)kip_page)->clock += 1 << e->words;
    ret->came = false;
    memset(ret->given, 0, sizeof ret->given);
    event = e;
    answer = ret;
    swapcontext(&fuzzer, &server);
    answer = NULL;
}
