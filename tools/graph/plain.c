/* The two formats of plain.h. */
#include "plain.h"
#include "events.h"
#include "protocols.h"
#include "util.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

/* --- JSON
 * --------------------------------------------------------------------- */

static void json_object(FILE *f, const struct capgraph *g,
                        const struct names *names, const struct object_info *o)
{
    char title[TITLE_SIZE];

    fprintf(f, "{\"id\":%u,\"type\":\"%s\",\"name\":", o->id,
            type_name(o->type));
    json_text(f, names_title(names, o->id, title));
    if (o->task)
        fprintf(f, ",\"task\":%u", o->task);
    if (o->target)
        fprintf(f, ",\"leads_to\":%u,\"label\":%" PRIu64, o->target, o->label);
    if (o->target && names_task_of(&g->objects, o->target))
        fprintf(f, ",\"server\":%u", names_task_of(&g->objects, o->target));
    fputc('}', f);
}

static void json_cap(FILE *f, const struct capgraph *g, const struct cap *c)
{
    const struct grant *by = capgraph_grant(g, c);
    char rights[16];

    fprintf(f,
            "{\"task\":%u,\"slot\":%" PRIu64 ",\"object\":%u,\"rights\":\"%s\"",
            c->task, c->slot, c->object, rights_text(c->rights, rights));
    if (c->from_task)
        fprintf(f, ",\"from_task\":%u,\"from_slot\":%" PRIu64, c->from_task,
                c->from_slot);
    if (by)
        fprintf(f, ",\"since\":%" PRIu64, by->time);
    fputc('}', f);
}

void plain_json(FILE *f, const struct capgraph *g, const struct names *names,
                uint64_t time)
{
    struct map_entry *objects = map_sorted(&g->objects.objects);
    struct map_entry *caps = capgraph_sorted(g);
    const char *comma = "\n";

    fprintf(f, "{\"time\":%" PRIu64 ",\n\"objects\":[", time);
    for (size_t i = 0; objects[i].value; i++) {
        if (!objects[i].key || !capgraph_alive(g, objects[i].key))
            continue;
        fputs(comma, f);
        json_object(f, g, names, objects[i].value);
        comma = ",\n";
    }
    fputs("],\n\"capabilities\":[", f);
    comma = "\n";
    for (size_t i = 0; caps[i].value; i++, comma = ",\n") {
        fputs(comma, f);
        json_cap(f, g, caps[i].value);
    }
    fputs("]}\n", f);
    free(objects);
    free(caps);
}

/* --- capDL
 * --------------------------------------------------------------------- */

static const char *capdl_type(unsigned type)
{
    switch (type) {
    case VTR_T_TASK:
        return "cnode (32 bits)";
    case VTR_T_THREAD:
        return "tcb";
    case VTR_T_GATE:
        return "ep";
    case VTR_T_IRQ:
    case VTR_T_SEMAPHORE:
        return "notification";
    case VTR_T_FACTORY:
        return "ut";
    default:
        return NULL;
    }
}

/* "client_a_40": an identifier, unique by its number. */
static void capdl_name(FILE *f, const struct names *names, uint32_t id)
{
    char title[TITLE_SIZE];

    names_title(names, id, title);
    if (!isalpha((unsigned char)title[0]))
        fputc('o', f);
    for (const char *p = title; *p; p++)
        fputc(isalnum((unsigned char)*p) ? *p : '_', f);
    fprintf(f, "_%u", id);
}

static void capdl_objects(FILE *f, const struct capgraph *g,
                          const struct names *names, struct map_entry *all)
{
    fputs("objects {\n", f);
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        const char *type = capdl_type(o->type);
        if (!o->id || !capgraph_alive(g, o->id))
            continue;
        fputs(type ? "  " : "  -- ", f);
        capdl_name(f, names, o->id);
        fprintf(f, " = %s\n", type ? type : type_name(o->type));
    }
    fputs("}\n", f);
}

static void capdl_cap(FILE *f, const struct capgraph *g,
                      const struct names *names, const struct cap *c)
{
    const struct object_info *o = names_get(&g->objects, c->object);

    fprintf(f, "    %s0x%" PRIx64 ": ", o && capdl_type(o->type) ? "" : "-- ",
            c->slot);
    capdl_name(f, names, c->object);
    fprintf(f, " (%s%s%s", c->rights & 4 ? "R" : "", c->rights & 1 ? "W" : "",
            c->rights & 2 ? "G" : "");
    if (o && o->type == VTR_T_GATE && o->label)
        fprintf(f, "%sbadge: %" PRIu64, c->rights & 7 ? ", " : "", o->label);
    fputs(")\n", f);
}

void plain_capdl(FILE *f, const struct capgraph *g, const struct names *names)
{
    struct map_entry *objects = map_sorted(&g->objects.objects);
    struct map_entry *caps = capgraph_sorted(g);
    uint32_t task = 0;

    fputs("-- Made by `vitrine graph`: tasks are cnodes, gates are eps.\n"
          "arch x86_64\n",
          f);
    capdl_objects(f, g, names, objects);
    fputs("caps {\n", f);
    for (size_t i = 0; caps[i].value; i++) {
        const struct cap *c = caps[i].value;
        if (c->task != task) {
            fputs(task ? "  }\n  " : "  ", f);
            capdl_name(f, names, c->task);
            fputs(" {\n", f);
        }
        task = c->task;
        capdl_cap(f, g, names, c);
    }
    fputs(task ? "  }\n" : "", f);
    for (size_t i = 0; objects[i].value; i++) {
        const struct object_info *o = objects[i].value;
        if (o->type != VTR_T_THREAD || !o->task || !capgraph_alive(g, o->id))
            continue;
        fputs("  ", f);
        capdl_name(f, names, o->id);
        fputs(" {\n    cspace: ", f);
        capdl_name(f, names, o->task);
        fputs("\n  }\n", f);
    }
    fputs("}\n", f);
    free(objects);
    free(caps);
}
