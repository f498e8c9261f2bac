/* The model of names.h. */
#include "names.h"
#include "events.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void names_free(struct names *n)
{
    map_free(&n->objects, 1);
}

struct object_info *names_get(const struct names *n, uint64_t id)
{
    return map_get(&n->objects, id);
}

static struct object_info *need(struct names *n, uint64_t id)
{
    struct object_info *o = names_get(n, (uint32_t)id);

    if (o)
        return o;
    o = xcalloc(1, sizeof(*o));
    o->id = (uint32_t)id;
    o->deleted = ~0ull;
    map_put(&n->objects, o->id, o);
    return o;
}

void record_text(const uint64_t *words, unsigned count, char *to)
{
    unsigned size = 0;

    for (unsigned i = 0; i < 8 * count; i++) {
        unsigned char c = (unsigned char)(words[i / 8] >> 8 * (i % 8));
        if (!c)
            break;
        to[size++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
    to[size] = 0;
}

void header_text(const char bytes[16], char to[17])
{
    uint64_t words[2];

    memcpy(words, bytes, sizeof(words));
    record_text(words, 2, to);
}

static void feed_create(struct names *n, const struct vtr_record *r)
{
    struct object_info *o = need(n, r->arg[0]);

    o->type = (uint32_t)r->arg[1];
    o->factory = (uint32_t)r->arg[2];
    o->created = r->time;
    o->created_seen = true;
}

void names_feed(struct names *n, const struct vtr_record *r)
{
    struct object_info *o;

    switch (r->event) {
    case VTR_CREATE:
        feed_create(n, r);
        break;
    case VTR_DELETE:
        o = need(n, r->arg[0]);
        o->deleted = r->time;
        if (!o->type)
            o->type = (uint32_t)r->arg[1];
        break;
    case VTR_NAME:
        record_text(&r->arg[1], 4, need(n, r->arg[0])->name);
        break;
    case VTR_IMAGE:
        o = need(n, r->arg[0]);
        o->base = r->arg[1];
        record_text(&r->arg[2], 4, o->image);
        break;
    case VTR_BIND:
        o = need(n, r->arg[0]);
        o->task = (uint32_t)r->arg[1];
        o->type = VTR_T_THREAD;
        need(n, r->arg[1])->threads++;
        break;
    case VTR_GATE_BIND:
        o = need(n, r->arg[0]);
        o->target = (uint32_t)r->arg[1];
        o->label = r->arg[2];
        break;
    case VTR_THREAD_START:
        need(n, r->arg[0])->prio = (uint32_t)r->arg[3];
        break;
    case VTR_THREAD_PRIO:
        need(n, r->arg[0])->prio = (uint32_t)r->arg[1];
        break;
    default:
        break;
    }
}

static const char *task_name(const struct object_info *task)
{
    return task->name[0] ? task->name : task->image;
}

static void thread_title(const struct names *n, const struct object_info *o,
                         char *to)
{
    const struct object_info *task = o->task ? names_get(n, o->task) : NULL;
    const char *of = task ? task_name(task) : "";

    if (of[0] && o->name[0] && strncmp(of, o->name, strlen(of)))
        snprintf(to, TITLE_SIZE, "%s/%s", of, o->name);
    else if (o->name[0])
        snprintf(to, TITLE_SIZE, "%s", o->name);
    else if (of[0] && task->threads == 1)
        snprintf(to, TITLE_SIZE, "%s", of);
    else if (of[0])
        snprintf(to, TITLE_SIZE, "%s/%u", of, o->id);
    else
        snprintf(to, TITLE_SIZE, "thread %u", o->id);
}

const char *names_title(const struct names *n, uint64_t id, char *to)
{
    const struct object_info *o = names_get(n, id);

    if (!id)
        snprintf(to, TITLE_SIZE, "kernel");
    else if (!o)
        snprintf(to, TITLE_SIZE, "#%llu", (unsigned long long)id);
    else if (o->type == VTR_T_THREAD)
        thread_title(n, o, to);
    else if (o->type == VTR_T_TASK && task_name(o)[0])
        snprintf(to, TITLE_SIZE, "%s", task_name(o));
    else if (o->name[0])
        snprintf(to, TITLE_SIZE, "%s", o->name);
    else
        snprintf(to, TITLE_SIZE, "%s %u", type_name(o->type), o->id);
    return to;
}

uint32_t names_task_of(const struct names *n, uint64_t thread)
{
    const struct object_info *o = names_get(n, thread);

    return o ? o->task : 0;
}

enum role role_of_task(const struct names *n, uint32_t task)
{
    char title[TITLE_SIZE];

    names_title(n, task, title);
    if (!strcmp(title, "sigma0") || !strcmp(title, "moe"))
        return ROLE_ROOT;
    return strcmp(title, "ned") ? ROLE_PROGRAM : ROLE_LOADER;
}

bool names_task_matches(const struct names *n, uint64_t task, const char *text)
{
    const struct object_info *o = names_get(n, task);
    char *end;
    unsigned long long id = strtoull(text, &end, 10);

    if (*text && !*end && id == task)
        return true;
    return o && (!strcmp(o->name, text) || !strcmp(o->image, text));
}

bool names_any_matches(const struct names *n, const char *text)
{
    for (size_t i = 0; i < n->objects.size; i++) {
        const struct object_info *o = n->objects.entries[i].value;
        if (o && o->type == VTR_T_TASK && names_task_matches(n, o->id, text))
            return true;
    }
    return false;
}
