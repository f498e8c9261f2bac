/*
 * Slots: the parts of the user address range that programs live in.
 *
 * Each region map gets 256 MiB of its own, so that no two programs overlap
 * (docs/design/02-user-level.md). Slots are handed out in turn and used
 * again only after all others, so that an address tells the program.
 */
#ifndef MOE_SLOTS_H
#define MOE_SLOTS_H

#include <l4/sys/types.h>

#define SLOTS_START 0x1100000000ul
#define SLOTS_END   0x9000000000ul
#define SLOT_SIZE   0x10000000ul

/* Has each program memory of its own below? On the machines. In the simulator
 * it is the host process's. */
#ifdef VITRINE_SIM
enum { SLOTS_HAVE_LOW = 0 };
#else
enum { SLOTS_HAVE_LOW = 1 };
#endif

/* Once, before the first: where the addresses of this machine's programs end.
 */
void slots_limit(l4_addr_t user_end);
/* How many are free. */
unsigned slots_left(void);
/* The slot around `address`, for a program that is linked there. 0 and
 * *ret_start; -L4_ERANGE: no program can have it; -L4_EADDRNOTAVAIL: it is
 * taken. Below SLOTS_START all may have one at a time, where there is memory at
 * all. */
long slots_take_at(l4_addr_t address, l4_addr_t *ret_start);
/* Start of a free slot, 0: none. */
l4_addr_t slots_take(void);
void slots_give_back(l4_addr_t start);

#endif
