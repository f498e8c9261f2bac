/* Counting steps between preemption points: see work.h. */
#include "work.h"

struct work work = {
    .piece = WORK_PIECE, .longest = WORK_FAST, .where = "ipc_fast"};

void work_note(const char *where)
{
    work.longest = work.stretch;
    work.where = where;
}

bool work_point(const char *where)
{
    work_leave(where);
    work.points++;
    bool stop = port_irq_pending();
    work.stops += stop;
    return stop;
}

void work_reset(void)
{
    work.longest = WORK_FAST;
    work.where = "ipc_fast";
}
