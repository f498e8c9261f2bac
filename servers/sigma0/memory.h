/*
 * Who has which frame: sigma0's book of all memory and device registers.
 */
#ifndef SIGMA0_MEMORY_H
#define SIGMA0_MEMORY_H

#include <l4/sys/types.h>
#include <l4/sys/kip.h>

/* A client, as its gate's label tells it (label >> 4); 0 is nobody. */
typedef unsigned client_t;

enum {
    CLIENT_NOBODY = 0,
    CLIENT_ROOT = 1, /* moe: the kernel gave its gate label 0x10 */
    CLIENT_MAX = 200,
    CLIENT_SIGMA0 = 255, /* what sigma0 keeps for itself */
};

/* Reads the memory descriptors, takes room for the book. 0, -L4_ENOMEM. */
int memory_init(l4_kernel_info_t *kip);
/* The block of 2^order bytes at addr (aligned) is now the client's, if no
 * other has a part of it. 0, -L4_EINVAL: not memory; -L4_EBUSY. */
int memory_claim(client_t client, l4_addr_t addr, unsigned order);
/* Any free, aligned block of usable RAM. 0, -L4_ENOMEM. */
int memory_claim_any(client_t client, unsigned order, l4_addr_t *ret_addr);
/* Device registers; likewise. */
int memory_claim_device(client_t client, l4_addr_t addr, unsigned order);
/* Free and given bytes of RAM, for the dump. */
void memory_count(l4_size_t *ret_free, l4_size_t *ret_given);

#endif
