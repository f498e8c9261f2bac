/*
 * Which nodes are open: each once, with the number of those who have it open
 * (volume.h, I2).
 */
#include "internal.h"
#include <stdlib.h>

static struct open_node *open_nodes;

static struct open_node *find(volume_node_t number)
{
    struct open_node *n = open_nodes;
    while (n && n->number != number)
        n = n->next;
    return n;
}

bool volume_is_open(volume_node_t node)
{
    return find(node) != NULL;
}

struct open_node *open_node_get(volume_node_t number)
{
    struct open_node *n = find(number);
    if (!n && (n = calloc(1, sizeof *n))) {
        n->number = number;
        n->next = open_nodes;
        open_nodes = n;
    }
    if (n)
        n->users++;
    return n;
}

void open_node_put(struct open_node *n)
{
    if (--n->users)
        return;
    struct open_node **at = &open_nodes;
    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
    if (volume->released) {
        volume->released(n->number);
        volume_note_change();
    }
    free(n);
}

long volume_truncate(volume_node_t number, l4_uint64_t size)
{
    struct open_node *n = find(number);
    long error = volume->truncate(number, size);
    if (error >= 0 && n && n->memory)
        memory_cut(n->memory, size);
    return error;
}

long volume_finish(void)
{
    long error = volume_sync();
    for (struct open_node *n = open_nodes; n && volume->released; n = n->next)
        volume->released(n->number);
    return error;
}

long volume_sync(void)
{
    long error = 0;
    for (struct open_node *n = open_nodes; n; n = n->next)
        if (n->memory) {
            long e = memory_write_back(n->memory, n->number);
            error = e < 0 ? e : error;
        }
    if (error < 0)
        return error;
    return volume->sync ? volume->sync() : 0;
}
