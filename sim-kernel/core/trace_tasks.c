/*
 * Which tasks the trace tells about (see trace_tasks.h): a bit for each object
 * id, so that a record is judged by the numbers that stand in it.
 */
#include "trace_tasks.h"
#include "kstring.h"
#include "trace.h"

enum { IDS = 1 << 16, WORD_BITS = 64 };

bool trace_some;
static bool others = true; /* are those told about whose bit is 0? */
static uint64_t unlike[IDS / WORD_BITS];
static char names[TRACE_NAMES_MAX];

static bool is_told(uint64_t id)
{
    bool bit = id < IDS && unlike[id / WORD_BITS] >> id % WORD_BITS & 1;
    return others != bit;
}

static void tell(uint32_t id, bool on)
{
    if (id < IDS && is_told(id) != on) /* I3 */
        unlike[id / WORD_BITS] ^= 1ull << id % WORD_BITS;
}

void trace_tasks_only(const char *wanted)
{
    memset(unlike, 0, sizeof(unlike));
    memset(names, 0, sizeof(names));
    for (unsigned i = 0; wanted && wanted[i] && i < sizeof(names) - 1; i++)
        names[i] = wanted[i];
    others = !names[0];
    trace_some = !others;
}

bool trace_tasks_is_named(const char *name)
{
    for (unsigned at = 0; names[at];) {
        unsigned n = 0;
        while (names[at + n] && names[at + n] != ',')
            n++;
        if (!memcmp(&names[at], name, n) && !name[n])
            return true;
        at += n + (names[at + n] == ',');
    }
    return false;
}

void trace_tasks_tell(uint32_t id, bool on)
{
    tell(id, on);
    trace_some = trace_some || !on; /* I1 */
}

void trace_tasks_bound(uint32_t task, uint32_t thread)
{
    tell(thread, is_told(task)); /* I2 */
}

bool trace_tasks_want(unsigned event, uint32_t thread, uint64_t a0, uint64_t a1)
{
    switch (event) {
    case VTR_IPC:
    case VTR_WORDS:
    case VTR_IPC_BLOCK:
    case VTR_LEAVE:
    case VTR_TIMEOUT:
        return is_told(thread) || (a0 && is_told(a0));
    case VTR_IPC_ERROR:
        return is_told(thread) || (a1 && is_told(a1));
    case VTR_SWITCH:
        return (a0 && is_told(a0)) || (a1 && is_told(a1));
    case VTR_ENTER:
    case VTR_INVOKE:
    case VTR_RESULT:
    case VTR_PAGE_FAULT:
    case VTR_EXCEPTION:
    case VTR_MARK:
    case VTR_VALUES:
    case VTR_BINARY:
        return is_told(thread);
    default:
        return true;
    }
}
