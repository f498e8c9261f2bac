/*
 * The pages of a tmpfs: a fixed number, all it will ever use.
 *
 * Page 0 is never handed out: 0 means "none".
 */
#ifndef TMPFS_STORE_H
#define TMPFS_STORE_H

#include <l4/sys/types.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_PAGE = 4096 };

/* `pages` pages at `base`. `commit(page, count)` makes sure that these can be
 * touched, before they are for the first time; an error below 0 if not. */
void store_init(void *base, uint32_t pages,
                long (*commit)(uint32_t page, uint32_t count));
/* A page, zeroed; 0: none is left. */
uint32_t store_get(void);
void store_put(uint32_t page);
void *store_page(uint32_t page);
uint32_t store_pages(void);
uint32_t store_free(void);

#endif
