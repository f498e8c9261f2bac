/*
 * Part 2: a virtio disk with interrupts (see block.h).
 *
 * The rings are memory that the device writes, too: they are volatile, and
 * between filling them and telling the device belongs l4_mb().
 */
#include "block.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/mmio.h>

void block_start(struct block *b)
{
    (void)b;
    /* TODO: reset; ACKNOWLEDGE, DRIVER; the feature VERSION_1; FEATURES_OK;
     * queue 0: size, addresses, ready; DRIVER_OK */
}

long block_do(struct block *b, unsigned type, l4_uint64_t sector)
{
    (void)b;
    (void)type;
    (void)sector;
    /* TODO: three descriptors, the chain into the ring, notify; sleep until
     * the device has used it; acknowledge the interrupt; the status */
    return -L4_ENOSYS;
}
