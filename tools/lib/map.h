/*
 * A hash map from a 64-bit key (never ~0) to a pointer.
 *
 *      entries: [ key value | - | key value | key value | - ... ]
 *
 * Open addressing with linear probing, a power of two in size, at most 70 %
 * full; a removed key leaves no hole (the run behind it moves up). Iteration
 * goes by insertion into `order` where the order matters, so output never
 * depends on hashing: use map_sorted().
 *
 * I1  used <= 0.7 * size; every key is reachable from its home by a run
 *     without a gap.
 */
#ifndef TOOLS_MAP_H
#define TOOLS_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
    uint64_t key;
    void *value; /* NULL: empty */
};

struct map {
    size_t size, used;
    struct map_entry *entries;
};

/* NULL: not there. */
void *map_get(const struct map *m, uint64_t key);
/* Puts `value` (not NULL) under `key`; returns what was there or NULL. */
void *map_put(struct map *m, uint64_t key, void *value);
/* Removes the key; returns what was there or NULL. */
void *map_remove(struct map *m, uint64_t key);
/* All entries by ascending key; free() the array. */
struct map_entry *map_sorted(const struct map *m);
/* Frees the table, and the values with free() if `values`. */
void map_free(struct map *m, int values);

#endif
