/*
 * Slots: one byte for each, and where to look next (see slots.h).
 */
#include "slots.h"
#include <l4/sys/err.h>
#include <stdbool.h>

enum { SLOT_MOST = (SLOTS_END - SLOTS_START) / SLOT_SIZE };

static bool taken[SLOT_MOST];
static unsigned next;
static unsigned count = SLOT_MOST, used;

void slots_limit(l4_addr_t user_end)
{
    if (user_end < SLOTS_END)
        count =
            user_end < SLOTS_START ? 0 : (user_end - SLOTS_START) / SLOT_SIZE;
}

unsigned slots_left(void)
{
    return count - used;
}

l4_addr_t slots_take(void)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned at = (next + i) % count;
        if (taken[at])
            continue;
        taken[at] = true;
        used++;
        next = at + 1;
        return SLOTS_START + at * SLOT_SIZE;
    }
    return 0;
}

long slots_take_at(l4_addr_t address, l4_addr_t *ret_start)
{
    l4_addr_t start = address & ~(SLOT_SIZE - 1);
    if (SLOTS_HAVE_LOW && start < SLOTS_START) {
        *ret_start = start;
        return 0;
    }
    l4_addr_t at = (start - SLOTS_START) / SLOT_SIZE;
    if (start < SLOTS_START || at >= count)
        return -L4_ERANGE;
    if (taken[at])
        return -L4_EADDRNOTAVAIL;
    taken[at] = true;
    used++;
    *ret_start = start;
    return 0;
}

void slots_give_back(l4_addr_t start)
{
    if (start < SLOTS_START)
        return;
    taken[(start - SLOTS_START) / SLOT_SIZE] = false;
    used--;
}
