/*
 * Symbols where there is no libdw, as in a cross build for another host:
 * nothing is known of an address, reports have numbers only.
 */
#include "sim.h"

void symbols_where(uint32_t task, uint64_t ip, char *ret_text, size_t size)
{
    (void)task;
    (void)ip;
    (void)size;
    *ret_text = 0;
}

void symbols_caller(uint32_t task, const struct port_frame *frame,
                    char *ret_text, size_t size)
{
    (void)frame;
    symbols_where(task, 0, ret_text, size);
}
