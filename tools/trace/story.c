/*
 * The story of a run: what each thread said, asked and handed on, in its own
 * order, with everything left out that another machine does otherwise by
 * nature. Two runs of one system on different machines tell one story, so
 * `diff` of the two files shows where they do not (tests/machines/story.py).
 *
 *      == client-a                    what it did for itself
 *      -> server: request 0x42
 *      <- ok
 *      == server for client-a         what it did to answer
 *      <- client-a: ok
 *      == moe, memory
 *      memory rw- from moe to server
 *
 * Told: messages with partner, protocol and method, and errors as results;
 * requests to the kernel and its refusals; capabilities and memory handed on
 * and taken back, with kind and rights; objects made; exceptions; the end.
 *
 * Left out, and why:
 *   times, CPU, switches, traps, waits   the scheduler's and the clock's
 *   the order between threads, and       the same
 *     between the clients of a server
 *   other numbers, ids, addresses        sizes and places of programs
 *   page faults, who answers them and    how an image lies in pages, and
 *     what for                             which of them are touched
 *   how often, in loops; of memory also  the same; loops that wait
 *     the order
 *   memory that may only be read         whether a linker keeps constants apart
 *   how capabilities are counted         who was the last to let go
 *   what a thread object is asked that   registers of this machine
 *     only one architecture has
 */
#include "events.h"
#include "protocols.h"
#include "util.h"
#include "view.h"

#include <l4/re/protocols.h>
#include <l4/sys/types.h>
#include <l4/vitrine/trace_events.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 200, LOOP_MOST = 12, MACHINE_OPS = 16, TASK_CAP_INFO = 2 };
enum { RM_MAP = 0x103 }; /* servers/lib/l4re_c/protocol.h */
enum { RIGHT_X = 1, RIGHT_W = 2, RIGHT_R = 4 };

/* What one thread did for one client, or (0) for itself. */
struct part {
    char title[2 * TITLE_SIZE + 16];
    char **lines;
    size_t count, room;
    bool once; /* a line is told the first time only */
};

struct story {
    struct view *view;
    struct map parts;   /* hash of the title -> struct part */
    struct map clients; /* thread -> who it answers, + 1 */
    struct map faults;  /* thread -> whose page fault it answers, + 1 */
};

static uint32_t map_thread(const struct map *m, uint32_t thread)
{
    return (uint32_t)(uintptr_t)map_get(m, thread);
}

static void map_put_thread(struct map *m, uint32_t thread, uint32_t other)
{
    map_put(m, thread, (void *)(other + 1ul));
}

static const char *title(const struct story *s, uint64_t id, char *to)
{
    if (id)
        return names_title(&s->view->in.names, id, to);
    return strcpy(to, "the kernel");
}

static struct part *part_of(struct story *s, uint32_t thread, bool memory)
{
    uint32_t client = map_thread(&s->clients, thread);
    uint64_t key = (uint64_t)thread << 32 | (memory ? 0xfffffffe : client);
    struct part *p = map_get(&s->parts, key);
    char name[TITLE_SIZE], other[TITLE_SIZE];

    if (p)
        return p;
    p = xcalloc(1, sizeof(*p));
    p->once = memory;
    title(s, thread, name);
    snprintf(p->title, sizeof(p->title), "%s%s%s", name,
             memory   ? ", memory"
             : client ? " for "
                      : "",
             memory || !client ? "" : title(s, client - 1, other));
    map_put(&s->parts, key, p);
    return p;
}

/* The last `length` lines say what those before them said. */
static bool is_repeated(const struct part *p, size_t length)
{
    if (p->count < 2 * length)
        return false;
    for (size_t i = p->count - length; i < p->count; i++)
        if (strcmp(p->lines[i], p->lines[i - length]) != 0)
            return false;
    return true;
}

static void part_cut(struct part *p, size_t count)
{
    while (p->count > count)
        free(p->lines[--p->count]);
}

static bool is_told(const struct part *p, const char *line)
{
    for (size_t i = 0; i < p->count; i++)
        if (!strcmp(p->lines[i], line))
            return true;
    return false;
}

static void part_add(struct part *p, const char *line)
{
    if (p->once && is_told(p, line))
        return; /* nor is there anything to be cut */
    array_need_room(p->lines, p->count, p->room);
    p->lines[p->count++] = xstrdup(line);
    for (size_t length = 1; length <= LOOP_MOST; length++)
        if (is_repeated(p, length))
            part_cut(p, p->count - length);
}

__attribute__((format(printf, 4, 5))) static void
say(struct story *s, uint32_t thread, bool memory, const char *format, ...)
{
    char line[LINE];
    va_list v;

    va_start(v, format);
    vsnprintf(line, sizeof(line), format, v);
    va_end(v);
    part_add(part_of(s, thread, memory), line);
}

/* --- what is said --------------------------------------------------------- */

static const char *object_type(const struct story *s, uint64_t id)
{
    const struct object_info *o = names_get(&s->view->in.names, id);

    return type_name(o ? o->type : 0);
}

/* Results that are errors are told, numbers are not. */
static const char *outcome(uint64_t tag, char *to, size_t size)
{
    return tag_label(tag) < 0 ? result_text(tag, to, size) : "ok";
}

/* Page faults, what pagers get their memory by, and a region's pages, some at a
 * time. */
static bool is_fault(uint64_t tag, uint64_t op)
{
    return tag_label(tag) == L4_PROTO_PAGE_FAULT ||
           tag_label(tag) == L4_PROTO_SIGMA0 ||
           (tag_label(tag) == L4RE_PROTO_RM && (op & 0xffff) == RM_MAP);
}

static void tell_ipc(struct story *s, const struct vtr_record *r)
{
    char to[TITLE_SIZE], what[LINE / 2];
    const char *items = tag_items(r->arg[3]) ? " + items" : "";
    uint32_t partner = (uint32_t)r->arg[0];

    title(s, partner, to);
    if (r->flags & VTR_F_REPLY) {
        say(s, r->thread, false, "<- %s: %s%s", to,
            outcome(r->arg[3], what, sizeof(what)), items);
        map_remove(&s->clients, r->thread);
        return;
    }
    say(s, r->thread, false, "-> %s: %s%s", to,
        request_text(r->arg[3], r->arg[4], what, sizeof(what)), items);
    if (r->flags & VTR_F_CALL)
        map_put_thread(&s->clients, partner, r->thread);
}

/* Gives up a reference, or asks whether a capability is still there. */
static bool is_about_counts(const struct object_info *o,
                            const struct vtr_record *r)
{
    return tag_label(r->arg[3]) == L4_PROTO_KOBJECT ||
           (o && o->type == VTR_T_TASK &&
            (r->arg[2] & 0xffff) == TASK_CAP_INFO);
}

static void tell_invoke(struct story *s, const struct vtr_record *r)
{
    const struct object_info *o = names_get(&s->view->in.names, r->arg[0]);
    char name[TITLE_SIZE], what[LINE / 2];

    if (is_about_counts(o, r))
        return;
    if (o && o->type == VTR_T_THREAD && (r->arg[2] & 0xffff) >= MACHINE_OPS)
        snprintf(what, sizeof(what), "an operation of this machine");
    else
        request_text(r->arg[3], r->arg[2], what, sizeof(what));
    say(s, r->thread, false, "%s: %s", title(s, r->arg[0], name), what);
}

static const char *memory_rights(uint64_t rights, char to[4])
{
    to[0] = rights & RIGHT_R ? 'r' : '-';
    to[1] = rights & RIGHT_W ? 'w' : '-';
    to[2] = rights & RIGHT_X ? 'x' : '-';
    to[3] = 0;
    return to;
}

static void tell_mapping(struct story *s, const struct vtr_record *r)
{
    char from[TITLE_SIZE], to[TITLE_SIZE], rights[16];

    switch (r->event) {
    case VTR_CAP_MAP:
        say(s, r->thread, false, "%s %s from %s to %s",
            object_type(s, r->arg[4]), rights_text(r->arg[5], rights),
            title(s, r->arg[0], from), title(s, r->arg[2], to));
        break;
    case VTR_CAP_UNMAP:
        say(s, r->thread, false, "%s taken back from %s",
            object_type(s, r->arg[2]), title(s, r->arg[0], from));
        break;
    case VTR_MEM_MAP:
        if (r->arg[4] & (RIGHT_W | RIGHT_X))
            say(s, r->thread, true, "memory %s from %s to %s",
                memory_rights(r->arg[4], rights), title(s, r->arg[0], from),
                title(s, r->arg[2], to));
        break;
    default:
        say(s, r->thread, true, "memory taken back from %s",
            title(s, r->arg[0], from));
    }
}

static void tell(struct story *s, const struct vtr_record *r)
{
    char what[LINE / 2];

    switch (r->event) {
    case VTR_IPC:
        tell_ipc(s, r);
        break;
    case VTR_IPC_ERROR:
        say(s, r->thread, false, "ends with: %s",
            ipc_error_text(r->arg[0], r->flags & VTR_F_REPLY));
        break;
    case VTR_INVOKE:
        tell_invoke(s, r);
        break;
    case VTR_RESULT:
        if (tag_label(r->arg[1]) < 0)
            say(s, r->thread, false, "refused: %s",
                result_text(r->arg[1], what, sizeof(what)));
        break;
    case VTR_CREATE:
        say(s, r->thread, false, "makes a %s", type_name(r->arg[1]));
        break;
    case VTR_EXCEPTION:
        say(s, r->thread, false, "raises an exception");
        break;
    case VTR_FAULT_REPORT:
        say(s, r->thread, false, "has a fault nobody handles");
        break;
    case VTR_CAP_MAP:
    case VTR_CAP_UNMAP:
    case VTR_MEM_MAP:
    case VTR_MEM_UNMAP:
        tell_mapping(s, r);
        break;
    case VTR_END:
        say(s, 0, false, "the system ends: reason %" PRIu64 ", result %" PRIu64,
            r->arg[0], r->arg[1]);
        break;
    default:
        break;
    }
}

/* --- faults ----------------------------------------------------------------
 */

/* Is the record about a page fault: its message, or what somebody does until
 * it is answered? */
static bool is_about_fault(struct story *s, const struct vtr_record *r)
{
    uint32_t whose = map_thread(&s->faults, r->thread);
    bool ipc = r->event == VTR_IPC, reply = r->flags & VTR_F_REPLY;

    if (ipc && !reply && is_fault(r->arg[3], r->arg[4])) {
        map_put_thread(&s->faults, (uint32_t)r->arg[0], r->thread);
        return true;
    }
    if (ipc && reply && whose == r->arg[0] + 1)
        map_remove(&s->faults, r->thread);
    return whose != 0;
}

static int by_title(const void *a, const void *b)
{
    const struct part *x = *(struct part *const *)a;
    const struct part *y = *(struct part *const *)b;

    return strcmp(x->title, y->title);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_parts(struct story *s)
{
    struct map_entry *all = map_sorted(&s->parts);
    struct part **parts = xcalloc(s->parts.used + 1, sizeof(*parts));

    for (size_t i = 0; i < s->parts.used; i++)
        parts[i] = all[i].value;
    qsort(parts, s->parts.used, sizeof(*parts), by_title);
    for (size_t i = 0; i < s->parts.used; i++) {
        if (parts[i]->once)
            qsort(parts[i]->lines, parts[i]->count, sizeof(char *), by_text);
        if (parts[i]->count)
            fprintf(s->view->out, "== %s\n", parts[i]->title);
        for (size_t line = 0; line < parts[i]->count; line++)
            fprintf(s->view->out, "%s\n", parts[i]->lines[line]);
        part_cut(parts[i], 0);
        free(parts[i]->lines);
    }
    free(parts);
    free(all);
}

void export_story(struct view *v)
{
    struct story s = {.view = v};
    struct vtr_record r;

    while (view_next(v, &r))
        if (view_wants(v, &r) && !is_about_fault(&s, &r))
            tell(&s, &r);
    print_parts(&s);
    map_free(&s.parts, 1);
    map_free(&s.clients, 0);
    map_free(&s.faults, 0);
}
