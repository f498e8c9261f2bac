/* The tables of events.h, made from the kernel's one header. */
#include "events.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ROW(number, name, args, text) [number] = {#name, args, text},
static const struct event_info table[] = {VTR_EVENTS(ROW)};
#undef ROW

enum { TABLE_SIZE = sizeof(table) / sizeof(table[0]) };

const struct event_info *event_info(unsigned number)
{
    return number < TABLE_SIZE && table[number].name ? &table[number] : NULL;
}

unsigned event_number(const char *name)
{
    for (unsigned i = 0; i < TABLE_SIZE; i++)
        if (table[i].name && !strcasecmp(table[i].name, name))
            return i;
    return 0;
}

const char *event_arg_name(const struct event_info *e, unsigned index,
                           char *buffer, size_t size)
{
    const char *p = e->args;

    while (index-- > 0) {
        p = strchr(p, ',');
        if (!p)
            return NULL;
        p++;
    }
    snprintf(buffer, size, "%.*s", (int)strcspn(p, ","), p);
    return buffer;
}

void events_page(FILE *f)
{
    fputs("# Trace events\n\n"
          "Made from `<l4/vitrine/trace_events.h>` by `vitrine trace "
          "--events`; a test compares.\n"
          "Every record also has a time (ns), a CPU, a thread and flags.\n\n"
          "| number | event | arguments | meaning |\n|---|---|---|---|\n",
          f);
    for (unsigned i = 0; i < TABLE_SIZE; i++)
        if (table[i].name)
            fprintf(f, "| %u | %s | %s | %s |\n", i, table[i].name,
                    table[i].args, table[i].text);
}

static const char *pick(const char *const *names, size_t count, uint64_t i,
                        const char *otherwise)
{
    return i < count && names[i] ? names[i] : otherwise;
}

#define PICK(names, i, otherwise)                                              \
    pick(names, sizeof(names) / sizeof(names[0]), i, otherwise)

const char *type_name(uint64_t type)
{
    static const char *const names[] = {
        [VTR_T_TASK] = "task",
        [VTR_T_THREAD] = "thread",
        [VTR_T_GATE] = "gate",
        [VTR_T_IRQ] = "irq",
        [VTR_T_FACTORY] = "factory",
        [VTR_T_SCHEDULER] = "scheduler",
        [VTR_T_ICU] = "icu",
        [VTR_T_VLOG] = "log",
        [VTR_T_DEBUGGER] = "debugger",
        [VTR_T_SEMAPHORE] = "semaphore",
        [VTR_T_DMA_SPACE] = "dma space",
        [VTR_T_VM] = "vm",
        [VTR_T_THREAD_GROUP] = "thread group",
    };
    _Static_assert(sizeof(names) / sizeof(names[0]) == VTR_T_COUNT,
                   "every type has a name");

    return PICK(names, type, "object");
}

const char *why_name(uint64_t why)
{
    static const char *const names[] = {
        [VTR_WHY_NONE] = "nothing",
        [VTR_WHY_SEND] = "to send",
        [VTR_WHY_REPLY] = "for a reply",
        [VTR_WHY_RECEIVE] = "for a message",
        [VTR_WHY_OPEN_WAIT] = "for anybody",
        [VTR_WHY_SLEEP] = "for time to pass",
        [VTR_WHY_STOPPED] = "stopped",
        [VTR_WHY_FAULT] = "for its fault's answer",
    };

    return PICK(names, why, "for something");
}

const char *end_name(uint64_t reason)
{
    static const char *const names[] = {
        [VTR_END_RESULT] = "result",
        [VTR_END_IDLE] = "idle",
        [VTR_END_FAULT] = "fault",
        [VTR_END_DEADLOCK] = "dead-lock",
        [VTR_END_LIMIT] = "limit reached",
        [VTR_END_PANIC] = "kernel panic",
        [VTR_END_INTERRUPTED] = "interrupted",
    };

    return PICK(names, reason, "unknown");
}
