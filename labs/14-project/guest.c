/*
 * Given: a guest. It runs in a task of its own, at the addresses at which it
 * is in the monitor's program, and shares nothing with it.
 */
#include "protocol.h"
#include <l4/sys/ipc.h>

enum { ROUNDS = 10, PAUSE_US = 500, WORDS = 512 };

static unsigned long counter; /* a guest's page of its own */

static void ask(unsigned op, l4_umword_t what)
{
    l4_utcb_mr()->mr[0] = op;
    l4_utcb_mr()->mr[1] = what;
    l4_ipc_call(GUEST_DOOR, l4_utcb(), l4_msgtag(GUEST_PROTOCOL, 2, 0, 0),
                L4_IPC_NEVER);
}

void guest_main(void)
{
    volatile unsigned long *memory = (unsigned long *)GUEST_MEMORY;
    for (unsigned i = 0; i < ROUNDS; i++) {
        counter++;
        memory[i % GUEST_PAGES * WORDS] += counter;
        ask(CONSOLE, memory[i % GUEST_PAGES * WORDS]);
        ask(TIMER, PAUSE_US);
    }
    ask(QUIT, counter);
    memory[GUEST_PAGES * WORDS] = 1; /* beyond: refused */
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}
