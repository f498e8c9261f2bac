/* The messages of messages.h. */
#include "messages.h"
#include "events.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- from records ------------------------------------------------------ */

bool message_is_note(const struct message *m)
{
    return m->kind >= MESSAGE_ERROR;
}

bool message_is_answer(const struct message *m)
{
    return m->kind == MESSAGE_REPLY || m->kind == MESSAGE_RESULT;
}

static enum message_kind ipc_kind(const struct vtr_record *r)
{
    if (r->flags & VTR_F_IRQ)
        return MESSAGE_IRQ;
    if (r->flags & VTR_F_REPLY)
        return MESSAGE_REPLY;
    if (r->flags & VTR_F_FAULT)
        return MESSAGE_FAULT;
    return r->flags & VTR_F_CALL ? MESSAGE_CALL : MESSAGE_SEND;
}

static struct message ipc_message(const struct vtr_record *r)
{
    return (struct message){.kind = ipc_kind(r),
                            .from = r->thread,
                            .to = (uint32_t)r->arg[0],
                            .via = (uint32_t)r->arg[1],
                            .items = r->flags & VTR_F_ITEMS};
}

static struct message note(enum message_kind kind, uint64_t thread)
{
    return (struct message){
        .kind = kind, .from = (uint32_t)thread, .to = (uint32_t)thread};
}

void message_add_words(const struct view *v, struct message *m)
{
    unsigned words = tag_words(m->record.arg[3]);

    if (!v || v->more.event != VTR_WORDS ||
        v->more.thread != m->record.thread ||
        v->more.arg[0] != m->record.arg[0] || words < 2)
        return;
    words -= 2;
    m->more_count = words < MESSAGE_MORE ? (uint8_t)words : MESSAGE_MORE;
    memcpy(m->more, &v->more.arg[1], sizeof(m->more));
}

bool message_from_record(const struct view *v, const struct vtr_record *r,
                         struct message *ret_message)
{
    struct message m;

    switch (r->event) {
    case VTR_IPC:
        m = ipc_message(r);
        break;
    case VTR_INVOKE:
        m = (struct message){.kind = MESSAGE_INVOKE,
                             .from = r->thread,
                             .via = (uint32_t)r->arg[0]};
        break;
    case VTR_RESULT:
        m = (struct message){.kind = MESSAGE_RESULT,
                             .to = r->thread,
                             .via = (uint32_t)r->arg[0]};
        break;
    case VTR_IPC_ERROR:
        m = note(MESSAGE_ERROR, r->thread);
        m.via = (uint32_t)r->arg[2];
        break;
    case VTR_FAULT_REPORT:
        m = note(MESSAGE_REPORT, r->arg[0]);
        break;
    case VTR_IMAGE:
    case VTR_MARK:
    case VTR_END:
        m = note(MESSAGE_NOTE, r->thread);
        break;
    default:
        return false;
    }
    m.time = r->time;
    m.record = *r;
    if (r->event == VTR_IPC)
        message_add_words(v, &m);
    *ret_message = m;
    return true;
}

bool message_wanted(const struct view *v, const struct message *m)
{
    if (m->time < v->from || m->time > v->until)
        return false;
    if (!v->kernel && (m->kind == MESSAGE_INVOKE || m->kind == MESSAGE_RESULT))
        return false;
    if (m->record.event == VTR_END)
        return true;
    if (v->by_label &&
        (m->record.event != VTR_IPC ||
         (m->kind != MESSAGE_REPLY && m->record.arg[2] != v->label)))
        return false;
    return view_wants_thread(v, m->from) || view_wants_thread(v, m->to);
}

/* Remembers an open call of its caller, or closes the one it answers. */
static void pair(struct messages *all, struct map *open)
{
    struct message *m = &all->all[all->count - 1];
    size_t call;

    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_FAULT:
    case MESSAGE_INVOKE:
        map_put(open, m->from, (void *)all->count);
        break;
    case MESSAGE_REPLY:
    case MESSAGE_RESULT:
        call = (size_t)map_remove(open, m->to);
        if (call && all->all[call - 1].to == m->from) {
            m->pair = (uint32_t)call;
            all->all[call - 1].pair = (uint32_t)all->count;
        }
        break;
    case MESSAGE_ERROR:
        map_remove(open, m->from);
        break;
    default:
        break;
    }
}

void messages_collect(struct messages *all, struct view *v)
{
    struct map open = {0};
    struct vtr_record r;
    struct message m;

    *all = (struct messages){0};
    while (view_next(v, &r)) {
        if (!message_from_record(v, &r, &m) || !message_wanted(v, &m))
            continue;
        if (v->max && all->count == MESSAGES_MAX) {
            all->beyond++;
            continue;
        }
        array_need_room(all->all, all->count, all->room);
        all->all[all->count++] = m;
        pair(all, &open);
        /* --label: an answer belongs to its request */
        if (v->by_label && message_is_answer(&m) &&
            !all->all[all->count - 1].pair)
            all->count--;
    }
    map_free(&open, 0);
}

void messages_free(struct messages *all)
{
    free(all->all);
    *all = (struct messages){0};
}

/* --- texts ------------------------------------------------------------- */

/* Small numbers in decimal, also negative ones; addresses in hex. */
static const char *value_text(uint64_t value, char to[24])
{
    int64_t number = (int64_t)value;

    if (number > -4096 && number < 4096)
        snprintf(to, 24, "%" PRId64, number);
    else
        snprintf(to, 24, "0x%" PRIx64, value);
    return to;
}

/* A wait for nobody that ended in time: the thread slept. */
bool message_is_sleep(const struct message *m)
{
    enum { RECEIVE_TIMEOUT = 3 };
    const struct vtr_record *r = &m->record;

    return r->event == VTR_IPC_ERROR && r->arg[0] == RECEIVE_TIMEOUT &&
           !r->arg[1] && !r->arg[2];
}

static void note_text(const struct message *m, const struct names *n, char *to)
{
    const struct vtr_record *r = &m->record;
    char name[TITLE_SIZE], text[33];

    switch (r->event) {
    case VTR_IPC_ERROR:
        snprintf(to, MESSAGE_TEXT, "%s",
                 message_is_sleep(m)
                     ? "slept"
                     : ipc_error_text(r->arg[0], r->flags & VTR_F_REPLY));
        break;
    case VTR_FAULT_REPORT:
        snprintf(to, MESSAGE_TEXT,
                 "fault nobody handled: %s 0x%" PRIx64 " at ip 0x%" PRIx64,
                 r->arg[5] & 2   ? "write"
                 : r->arg[5] & 1 ? "run"
                                 : "access",
                 r->arg[3], r->arg[4]);
        break;
    case VTR_IMAGE:
        record_text(&r->arg[2], 4, text);
        names_title(n, r->arg[0], name);
        snprintf(to, MESSAGE_TEXT, "%s%s%s is loaded",
                 strcmp(name, text) ? name : "",
                 strcmp(name, text) ? ": program " : "", text);
        break;
    case VTR_MARK:
        record_text(&r->arg[1], 4, text);
        snprintf(to, MESSAGE_TEXT, "%s", text);
        break;
    default:
        snprintf(to, MESSAGE_TEXT, "the system ends: %s, result %" PRIu64,
                 end_name(r->arg[0]), r->arg[1]);
    }
}

static void answer_text(const struct message *m, char *to)
{
    uint64_t tag = m->record.arg[m->kind == MESSAGE_REPLY ? 3 : 1];
    uint64_t mr0 = m->record.arg[m->kind == MESSAGE_REPLY ? 4 : 2];
    char result[32], value[24];

    result_text(tag, result, sizeof(result));
    if (tag_words(tag) && tag_label(tag) >= 0)
        snprintf(to, MESSAGE_TEXT, "%s (%s)%s", result, value_text(mr0, value),
                 m->items ? " + items" : "");
    else
        snprintf(to, MESSAGE_TEXT, "%s%s", result, m->items ? " + items" : "");
}

static void ipc_text(const struct message *m, const struct names *n, char *to)
{
    const struct vtr_record *r = &m->record;
    const struct object_info *via = names_get(n, m->via);
    const char *items = m->items ? " + items" : "";
    char what[96], gate[NAME_SIZE + 2] = "";

    uint64_t words[2 + MESSAGE_MORE] = {r->arg[4], r->arg[5]};
    memcpy(words + 2, m->more, sizeof(m->more));
    call_text(r->arg[3], words, 2 + m->more_count, what, sizeof(what));
    if (m->kind == MESSAGE_FAULT) {
        snprintf(to, MESSAGE_TEXT, "%s", what);
        return;
    }
    if (via && via->name[0] && strncmp(via->name, what, strlen(via->name)))
        snprintf(gate, sizeof(gate), "%s: ", via->name);
    if (r->arg[2])
        snprintf(to, MESSAGE_TEXT, "%s%s%s [%" PRIx64 "]", gate, what, items,
                 r->arg[2]);
    else
        snprintf(to, MESSAGE_TEXT, "%s%s%s", gate, what, items);
}

const char *message_text(const struct message *m, const struct names *n,
                         char *to)
{
    const struct vtr_record *r = &m->record;
    char title[TITLE_SIZE], what[96];

    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_SEND:
    case MESSAGE_FAULT:
        ipc_text(m, n, to);
        break;
    case MESSAGE_IRQ:
        snprintf(to, MESSAGE_TEXT, "interrupt [%" PRIx64 "]", r->arg[2]);
        break;
    case MESSAGE_REPLY:
    case MESSAGE_RESULT:
        answer_text(m, to);
        break;
    case MESSAGE_INVOKE:
        snprintf(to, MESSAGE_TEXT, "%s (%s)",
                 request_text(r->arg[3], r->arg[2], what, sizeof(what)),
                 names_title(n, r->arg[0], title));
        break;
    default:
        note_text(m, n, to);
    }
    return to;
}
