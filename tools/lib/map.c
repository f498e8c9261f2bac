/* The hash map of map.h. */
#include "map.h"
#include "util.h"

#include <stdlib.h>

static size_t home(const struct map *m, uint64_t key)
{
    return (key * 0x9e3779b97f4a7c15ull >> 20) & (m->size - 1);
}

/* The place of `key`, or the empty one where it would go. */
static size_t find(const struct map *m, uint64_t key)
{
    size_t i = home(m, key);

    while (m->entries[i].value && m->entries[i].key != key)
        i = (i + 1) & (m->size - 1);
    return i;
}

static void grow(struct map *m)
{
    struct map old = *m;

    m->size = old.size ? 2 * old.size : 64;
    m->entries = xcalloc(m->size, sizeof(*m->entries));
    for (size_t i = 0; i < old.size; i++)
        if (old.entries[i].value)
            m->entries[find(m, old.entries[i].key)] = old.entries[i];
    free(old.entries);
}

void *map_get(const struct map *m, uint64_t key)
{
    return m->used ? m->entries[find(m, key)].value : NULL;
}

void *map_put(struct map *m, uint64_t key, void *value)
{
    if (10 * (m->used + 1) > 7 * m->size)
        grow(m); /* keeps I1 */

    struct map_entry *e = &m->entries[find(m, key)];
    void *old = e->value;

    m->used += !old;
    *e = (struct map_entry){key, value};
    return old;
}

void *map_remove(struct map *m, uint64_t key)
{
    if (!m->used)
        return NULL;

    size_t hole = find(m, key);
    void *old = m->entries[hole].value;

    if (!old)
        return NULL;
    m->used--;
    /* An entry behind the hole whose home is not between the two moves up:
     * keeps I1. */
    for (size_t i = hole;;) {
        i = (i + 1) & (m->size - 1);
        if (!m->entries[i].value)
            break;
        size_t from_home = (i - home(m, m->entries[i].key)) & (m->size - 1);
        if (from_home >= ((i - hole) & (m->size - 1))) {
            m->entries[hole] = m->entries[i];
            hole = i;
        }
    }
    m->entries[hole].value = NULL;
    return old;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct map_entry *)a)->key;
    uint64_t y = ((const struct map_entry *)b)->key;

    return (x > y) - (x < y);
}

struct map_entry *map_sorted(const struct map *m)
{
    struct map_entry *all = xcalloc(m->used + 1, sizeof(*all));
    size_t n = 0;

    for (size_t i = 0; i < m->size; i++)
        if (m->entries[i].value)
            all[n++] = m->entries[i];
    qsort(all, n, sizeof(*all), by_key);
    return all;
}

void map_free(struct map *m, int values)
{
    for (size_t i = 0; values && i < m->size; i++)
        free(m->entries[i].value);
    free(m->entries);
    *m = (struct map){0};
}
