/*
 * Given: the policy, as policy.toml states it. `client` is a number from 1
 * up, in the order in which the description gives the clients their gates.
 */
#ifndef POLICY_H
#define POLICY_H

#include <l4/sys/types.h>

enum { CLIENTS_MAX = 16 };

enum policy_right { RIGHT_NONE, RIGHT_READ, RIGHT_READ_WRITE };

/*
 * Reads the policy from the program's arguments: the clients' names, then
 * "who+name" (may register) and "who.name=r" or "who.name=rw" (may look up).
 * Returns the number of clients.
 */
unsigned policy_read(int argc, char **argv);

/* May this client register that name? */
int policy_may_register(unsigned client, l4_umword_t name);

/* What may this client do with what has that name? */
enum policy_right policy_right(unsigned client, l4_umword_t name);

#endif
