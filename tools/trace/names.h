/*
 * Who is who in a trace: objects with type and name, threads with their
 * task, gates with the thread they lead to.
 *
 * Feed it every record. Ids are unique for the life of a system, so after
 * one pass over the whole trace the names are good for a second pass from
 * the start: a thread is called by its name also before it got it.
 *
 * Text from the trace is made printable ASCII on the way in: no exporter
 * needs to think about it.
 */
#ifndef TOOLS_NAMES_H
#define TOOLS_NAMES_H

#include "map.h"

#include <l4/vitrine/trace_events.h>

#include <stdbool.h>
#include <stdint.h>

enum { NAME_SIZE = 40 };

struct object_info {
    uint32_t id;
    uint32_t type;             /* enum vtr_type, 0: not told */
    bool created_seen;         /* the trace tells of its creation */
    uint64_t created, deleted; /* ns; deleted ~0: not */
    uint32_t task;             /* of a thread: its task; 0: none */
    uint32_t threads;          /* of a task: bound to it so far */
    uint32_t target;           /* of a gate or IRQ: its thread; 0: none */
    uint64_t label;            /* of a gate or IRQ */
    uint32_t factory;          /* that made it */
    uint32_t prio;             /* of a thread */
    uint64_t base;             /* of a task: where its program is loaded */
    char name[NAME_SIZE];
    char image[NAME_SIZE]; /* of a task: its program */
};

struct names {
    struct map objects; /* id -> struct object_info */
};

/* What names_feed() looks at, a bit for each event (reader_only()). */
#define NAMES_EVENTS                                                           \
    (1ull << VTR_BOOT | 1ull << VTR_CREATE | 1ull << VTR_DELETE |              \
     1ull << VTR_NAME | 1ull << VTR_IMAGE | 1ull << VTR_BIND |                 \
     1ull << VTR_GATE_BIND | 1ull << VTR_THREAD_START |                        \
     1ull << VTR_THREAD_PRIO)

void names_free(struct names *n);
void names_feed(struct names *n, const struct vtr_record *record);

/* NULL: never heard of. */
struct object_info *names_get(const struct names *n, uint64_t id);

/* Texts of up to 32 bytes as records carry them, in words of eight. */
void record_text(const uint64_t *words, unsigned count, char *to);

/* The 16 bytes of a text in the file header, printable and zero-ended. */
void header_text(const char bytes[16], char to[17]);

/*
 * How a person calls the object, in `to` (TITLE_SIZE): "hello", "moe",
 * "moe/boot" for a thread of another name than its task, "task 12".
 */
enum { TITLE_SIZE = 2 * NAME_SIZE + 16 };
const char *names_title(const struct names *n, uint64_t id, char *to);
/* The same for the task a thread belongs to. */
uint32_t names_task_of(const struct names *n, uint64_t thread);

/* Servers that everybody uses, told by the names the system gives them:
 * sigma0 and moe, and ned. */
enum role { ROLE_PROGRAM, ROLE_LOADER, ROLE_ROOT };
enum role role_of_task(const struct names *n, uint32_t task);

/* Does `text` name the task: its id, name or program? */
bool names_task_matches(const struct names *n, uint64_t task, const char *text);
/* Does it name any task? */
bool names_any_matches(const struct names *n, const char *text);

#endif
