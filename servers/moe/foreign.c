/*
 * Capabilities of other servers (see foreign.h). moe only ever passes them on,
 * but for those of dataspaces: a pager's thread asks them (pager.c).
 */
#include "foreign.h"
#include "factory.h"
#include "heap.h"
#include <l4/sys/err.h>
#include <l4/sys/task.h>

static bool slot_used[FOREIGN_MAX];

unsigned foreign_slot_take(void)
{
    for (unsigned i = 0; i < FOREIGN_MAX; i++)
        if (!slot_used[i]) {
            slot_used[i] = true;
            return SLOT_NAMES + i;
        }
    return 0;
}

void foreign_slot_give_back(unsigned slot)
{
    if (!slot)
        return;
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(slot));
    slot_used[slot - SLOT_NAMES] = false;
}

static void foreign_free(struct foreign *f)
{
    foreign_slot_give_back(f->slot);
    heap_free(f, sizeof *f);
}

long foreign_create(const struct request *r, struct allocator *owner,
                    struct foreign **ret_foreign)
{
    struct foreign *f = heap_alloc(sizeof *f);
    if (!f)
        return -L4_ENOMEM;
    *f = (struct foreign){
        .slot = foreign_slot_take(), .uses = 1, .owner = owner};
    long error = f->slot ? request_keep_cap(r, f->slot) : -L4_ENOMEM;
    if (!error)
        error = allocator_entry_take(owner);
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
    allocator_entry_free(f->owner);
    foreign_free(f);
}
