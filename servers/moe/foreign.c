/*
 * Capabilities of other servers (see foreign.h). moe only ever passes them on,
 * but for those of dataspaces: a pager's thread asks them (pager.c).
 */
#include "foreign.h"
#include "factory.h"
#include "record.h"
#include <l4/sys/err.h>
#include <l4/sys/task.h>

static bool slot_used[FOREIGN_MAX];
static unsigned first_free; /* none before it is free */

unsigned foreign_slot_take(void)
{
    while (first_free < FOREIGN_MAX && slot_used[first_free])
        first_free++;
    if (first_free == FOREIGN_MAX)
        return 0;
    slot_used[first_free] = true;
    return SLOT_NAMES + first_free;
}

void foreign_slot_give_back(unsigned slot)
{
    if (!slot)
        return;
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(slot));
    slot -= SLOT_NAMES;
    slot_used[slot] = false;
    first_free = slot < first_free ? slot : first_free;
}

static void foreign_free(struct foreign *f)
{
    foreign_slot_give_back(f->slot);
    record_free(f->owner, f, sizeof *f);
}

long foreign_create(const struct request *r, struct allocator *owner,
                    struct foreign **ret_foreign)
{
    struct foreign *f = record_alloc(owner, sizeof *f);
    if (!f)
        return -L4_ENOMEM;
    *f = (struct foreign){
        .slot = foreign_slot_take(), .uses = 1, .owner = owner};
    long error = f->slot ? request_keep_cap(r, f->slot) : -L4_ENOMEM;
    if (!error)
        error = allocator_entry_take(owner, 1);
    if (error) {
        foreign_free(f);
        return error;
    }
    owner->foreigns++;
    *ret_foreign = f;
    return 0;
}

void foreign_use(struct foreign *f)
{
    f->uses++;
}

void foreign_unuse(struct foreign *f)
{
    if (--f->uses)
        return;
    f->owner->foreigns--;
    allocator_entry_free(f->owner, 1);
    foreign_free(f);
}
