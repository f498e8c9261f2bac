/* The words of explain.h. */
#include "explain.h"
#include "protocols.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- source lines ----------------------------------------------------------
 */

/* Names from a trace are printable, but a file's name has no slash. */
static bool is_plain(const char *name)
{
    return name[0] && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name);
}

/* The outermost line of the (inlined) functions at the address. */
static void last_line(FILE *f, char to[LINE_TEXT])
{
    char line[1024];

    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, " \n")] = 0;
        const char *file = strrchr(line, '/');
        file = file ? file + 1 : line;
        if (file[0] != '?')
            snprintf(to, LINE_TEXT, "%.*s", LINE_TEXT - 1, file);
    }
}

const char *source_line(const struct explain *e, uint32_t task, uint64_t ip,
                        char to[LINE_TEXT])
{
    const struct object_info *o = names_get(e->names, task);
    char path[512], command[1024];

    to[0] = 0;
    if (!e->programs || !o || !ip || !is_plain(o->image))
        return to;
    snprintf(path, sizeof(path), "%s/%s", e->programs, o->image);
    if (strchr(path, '\'') || access(path, R_OK))
        return to;
    snprintf(command, sizeof(command),
             "addr2line -i -e '%s' 0x%" PRIx64 " 2>/dev/null", path,
             ip - o->base);
    FILE *f = popen(command, "r");
    if (f) {
        last_line(f, to);
        pclose(f);
    }
    return to;
}

/* --- capabilities -----------------------------------------------------------
 */

static const char *name(const struct explain *e, uint32_t id,
                        char to[TITLE_SIZE])
{
    return names_title(e->names, id, to);
}

static void line_of(const struct explain *e, const struct grant *g)
{
    uint32_t task = names_task_of(e->names, g->thread);
    char line[LINE_TEXT], title[TITLE_SIZE];

    if (!g->ip)
        return;
    fprintf(e->out, ", by %s", name(e, g->thread, title));
    if (source_line(e, task, g->ip, line)[0])
        fprintf(e->out, " at %s", line);
    else
        fprintf(e->out, " at ip 0x%" PRIx64, g->ip);
}

static void chain(const struct explain *e, const struct grant *g)
{
    char title[TITLE_SIZE], time[TIME_TEXT];

    for (; g; g = g->before ? &e->graph->grants[g->before - 1] : NULL) {
        time_text(g->time, time);
        if (g->from_task)
            fprintf(e->out, "      <- %s slot %" PRIx64 ", at %s",
                    name(e, g->from_task, title), g->from_slot, time);
        else
            fprintf(e->out, "      <- made by the kernel for %s, at %s",
                    name(e, g->to_task, title), time);
        line_of(e, g);
        fputc('\n', e->out);
    }
}

void explain_cap(const struct explain *e, const struct cap *c)
{
    char task[TITLE_SIZE], object[TITLE_SIZE], rights[16];

    fprintf(e->out, "    %s holds %s at slot %" PRIx64 " (%s)\n",
            name(e, c->task, task), name(e, c->object, object), c->slot,
            rights_text(c->rights, rights));
    chain(e, capgraph_grant(e->graph, c));
}

/* --- paths
 * -------------------------------------------------------------------- */

void explain_now(const struct explain *e, const struct witness *w)
{
    char from[TITLE_SIZE], to[TITLE_SIZE];

    for (size_t i = 1; i < w->count; i++) {
        if (w->path[i].by)
            explain_cap(e, w->path[i].by);
        else
            fprintf(e->out, "    %s leads to %s\n",
                    name(e, w->path[i - 1].id, from),
                    name(e, w->path[i].id, to));
    }
}

void explain_ever(const struct explain *e, const struct witness *w)
{
    char from[TITLE_SIZE], to[TITLE_SIZE], via[TITLE_SIZE];

    explain_cap(e, w->path[0].by);
    for (size_t i = 1; i < w->count; i++) {
        const struct cap *by = w->path[i].by;
        bool answers = by->task == w->path[i].id;
        fprintf(e->out, "    %s can give it to %s: %s through %s\n",
                name(e, w->path[i - 1].id, from), name(e, w->path[i].id, to),
                answers ? "as an answer" : "it may send to it",
                name(e, by->object, via));
        explain_cap(e, by);
    }
}
