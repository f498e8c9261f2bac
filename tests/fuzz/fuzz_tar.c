/*
 * Archives of servers/archive: whatever the bytes are, the tree that is read
 * can be walked, and every file lies within them.
 */
#include "../../servers/archive/tar.h"
#include "input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what)
{
    fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

static void check(const struct tar *tar, const struct tar_node *n,
                  const char *bytes, size_t size)
{
    if (!n->number || n->number > tar->count || tar->nodes[n->number - 1] != n)
        fail("a node is not at its number");
    if (n->data && (n->data < bytes || n->size > size ||
                    n->data - bytes > (long)(size - n->size)))
        fail("a file outside the archive");
    if (n->parent && tar_child(n->parent, n->name) == NULL)
        fail("a child that is not found");
    if (n->target && strlen(n->target) > size)
        fail("a link longer than the archive");
}

static void let_go(struct tar *tar)
{
    for (uint32_t i = 0; i < tar->count; i++) {
        free(tar->nodes[i]->name);
        free(tar->nodes[i]->target);
        free(tar->nodes[i]);
    }
    free(tar->nodes);
}

void fuzz_one(void)
{
    struct tar tar = {0};
    size_t size = (size_t)(input_end - input_at);
    char *bytes = malloc(size + 1);
    memcpy(bytes, input_at, size);
    tar_read(bytes, size, &tar);
    for (uint32_t i = 0; i < tar.count; i++)
        check(&tar, tar.nodes[i], bytes, size);
    let_go(&tar);
    free(bytes);
}
