/*
 * Frames: the memory moe hands out, in blocks of 2^order bytes.
 */
#ifndef MOE_FRAMES_H
#define MOE_FRAMES_H

#include <l4/sys/kip.h>
#include <l4/sys/types.h>
#include <stdbool.h>

/* 0, -L4_ENOMEM: not even the book fits. */
long frames_init(l4_kernel_info_t *kip);
/* A block of 2^order bytes (order 12..30), aligned to its size, contents
 * undefined, mapped 1:1 in moe; 0: no memory. */
l4_addr_t frames_alloc(unsigned order);
/* `size` bytes (page rounded) in one piece, aligned to the next power of
 * two; 0: no memory. */
l4_addr_t frames_alloc_range(l4_size_t size);
/* Zeroes whole pages. Others wait for as long as that takes: see there. */
void frames_clear(l4_addr_t start, l4_size_t size);
/* Takes [start, start + size) back from every task and frees it. */
void frames_free_range(l4_addr_t start, l4_size_t size);
/* Takes [start, start + size) from every task; it stays used. */
void frames_revoke(l4_addr_t start, l4_size_t size);
/* One user more of a used frame, or one less; how many there are besides the
 * first. Who frees a frame has seen that there are none. */
void frames_share(l4_addr_t addr);
void frames_unshare(l4_addr_t addr);
unsigned frames_shares(l4_addr_t addr);
/* Asserts I1 and I2: NULL, or what does not hold. O(frames). */
const char *frames_check(void);
/* Bytes got from sigma0, and of them free. */
void frames_count(l4_size_t *ret_total, l4_size_t *ret_free);

#endif
