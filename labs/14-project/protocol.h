/*
 * The protocols of the two projects with a beginning. Yours may have more.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <l4/sys/types.h>

/*
 * The service: ADD MR1 a number (1, 2, ... of the request), MR2 an amount;
 * TOTAL gives the sum of all. A client that got no answer asks again, with the
 * same number: each request counts once.
 */
enum { SERVICE_PROTOCOL = 0xe01, ADD = 0, TOTAL };

/*
 * The guest, to its monitor. A guest has no capability but the one to its
 * monitor: everything else it asks for.
 *
 *   CONSOLE   MR1 a word to show
 *   TIMER     answered after MR1 us
 *   QUIT      the guest is done; not answered
 *
 * Its memory is what its page faults bring: its program's pages, copied when
 * they are written, and GUEST_PAGES pages of zeros from GUEST_MEMORY on. A
 * fault anywhere else is refused.
 */
enum { GUEST_PROTOCOL = 0xe02, CONSOLE = 0, TIMER, QUIT };
enum { GUEST_PAGES = 8 };
#define GUEST_MEMORY 0x2000000000ul
#define GUEST_DOOR   (0x40ul << L4_CAP_SHIFT) /* where the guest finds it */

/* The guest's program (guest.c, given): it never returns. */
void guest_main(void) __attribute__((noreturn));

#endif
