/*
 * Slots: one byte for each, and where to look next (see slots.h).
 */
#include "slots.h"
#include <stdbool.h>

enum { SLOT_COUNT = (SLOTS_END - SLOTS_START) / SLOT_SIZE };

static bool taken[SLOT_COUNT];
static unsigned next;

l4_addr_t slots_take(void)
{
    for (unsigned i = 0; i < SLOT_COUNT; i++) {
        unsigned at = (next + i) % SLOT_COUNT;
        if (taken[at])
            continue;
        taken[at] = true;
        next = at + 1;
        return SLOTS_START + at * SLOT_SIZE;
    }
    return 0;
}

void slots_give_back(l4_addr_t start)
{
    taken[(start - SLOTS_START) / SLOT_SIZE] = false;
}
