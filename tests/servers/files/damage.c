/*
 * Archives at random on the host: whatever a tar archive says, the tree that
 * is made of it is a tree and its files lie within the archive.
 *
 * Each round starts with a good archive; some bytes of it change, most of the
 * time with the checksums put right again, so that what stands behind them is
 * looked at as well; it may be cut. Prints TAP.
 */
#include "tar.h"
#include <l4/vitrine/files.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, BLOCKS = 24, ROUNDS = 5000, TYPE_AT = 156, SUM_AT = 148 };

static uint64_t seed;
static char archive[BLOCKS * BLOCK];

static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

static void sum_put(char *header)
{
    unsigned sum = 0;

    memset(header + SUM_AT, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    snprintf(header + SUM_AT, 8, "%06o", sum & 0777777);
}

/* An entry with a header at *at, its data behind; *at is moved on. */
static void entry(unsigned *at, char type, const char *name, const char *data)
{
    char *header = archive + *at;
    unsigned length = (unsigned)strlen(data);

    snprintf(header, 100, "%s", name);
    snprintf(header + 100, 8, "%07o", 0644);
    snprintf(header + 124, 12, "%011o", type == '2' ? 0 : length);
    snprintf(header + 136, 12, "%011o", 1000000000);
    header[TYPE_AT] = type;
    memcpy(header + 257, "ustar\00000", 8);
    if (type == '2')
        snprintf(header + 157, 100, "%s", data);
    else
        memcpy(header + BLOCK, data, length);
    sum_put(header);
    *at += BLOCK + (type == '2' || !length ? 0 : BLOCK);
}

static void archive_make(void)
{
    unsigned at = 0;

    memset(archive, 0, sizeof(archive));
    entry(&at, '5', "etc/", "");
    entry(&at, '0', "etc/motd", "Welcome.\n");
    entry(&at, '2', "etc/link", "motd");
    entry(&at, 'L', "././@LongLink", "a/long/name/that/is/in/the/data");
    entry(&at, '0', "a/long", "long\n");
    entry(&at, 'x', "pax", "21 path=b/by/its/pax\n");
    entry(&at, '0', "b", "pax\n");
    entry(&at, '1', "hard", "");
}

/* Changes some bytes; most headers are right again. Returns its size. */
static size_t damage(void)
{
    archive_make();
    for (unsigned n = any(6); n > 0; n--) {
        unsigned block = any(BLOCKS), at = any(BLOCK);
        archive[block * BLOCK + (any(3) ? at % 160 : at)] ^=
            (char)(1 << any(8));
        if (any(4) && archive[block * BLOCK + 257] == 'u')
            sum_put(archive + block * BLOCK);
    }
    return any(3) ? sizeof(archive) : any(sizeof(archive) + 1);
}

static bool name_is_good(const struct tar_node *n)
{
    return n->name && n->name[0] && !strchr(n->name, '/') &&
           strcmp(n->name, "..") != 0;
}

/* A file's bytes are the archive's. */
static bool data_is_good(const struct tar_node *n, const char *bytes,
                         size_t size)
{
    if ((n->mode & FILES_KIND) != FILES_KIND_REGULAR || !n->size)
        return true;
    return n->data >= bytes && n->size <= size &&
           n->data <= bytes + size - n->size;
}

/* Besides the root: in its parent once, and the parent of its children. */
static bool node_is_good(const struct tar_node *n)
{
    unsigned found = 0, children = 0;

    for (const struct tar_node *c = n->parent->children; c; c = c->next)
        found += c == n;
    for (const struct tar_node *c = n->children; c; c = c->next)
        children += c->parent == n;
    return found == 1 && children == n->within && name_is_good(n);
}

static bool tree_is_good(const struct tar *t, const char *bytes, size_t size)
{
    if (!t->count || t->nodes[0] != t->root)
        return false;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct tar_node *n = t->nodes[i];
        if (n->number != i + 1 || !data_is_good(n, bytes, size) ||
            (i && !node_is_good(n)))
            return false;
    }
    return true;
}

static bool whole_is_read(void)
{
    struct tar t;

    archive_make();
    const char *wrong = tar_read(archive, sizeof(archive), &t);
    const struct tar_node *etc = wrong ? NULL : tar_child(t.root, "etc");
    const struct tar_node *motd = etc ? tar_child(etc, "motd") : NULL;
    const struct tar_node *b = wrong ? NULL : tar_child(t.root, "b");
    const struct tar_node *by = b ? tar_child(b, "by") : NULL;
    return motd && motd->size == 9 && !memcmp(motd->data, "Welcome.\n", 9) &&
           by && tar_child(by, "its") &&
           tree_is_good(&t, archive, BLOCKS * BLOCK);
}

int main(int argc, char **argv)
{
    unsigned refused = 0;

    seed = 0x5eed + (argc > 1 ? strtoull(argv[1], NULL, 10) : 0);
    printf("1..2\n");
    printf("%sok 1 - a whole archive is read\n", whole_is_read() ? "" : "not ");
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct tar t = {0};
        size_t size = damage();
        /* A block of its own: the sanitizer sees what is read behind it. */
        char *bytes = malloc(size + !size);
        memcpy(bytes, archive, size);
        refused += tar_read(bytes, size, &t) != NULL;
        if (!tree_is_good(&t, bytes, size)) {
            printf("not ok 2 - damaged archives: round %u\n", i);
            return 1;
        }
        free(bytes);
    }
    printf("%sok 2 - %d damaged archives, %u of them refused\n",
           refused ? "" : "not ", ROUNDS, refused);
    return 0;
}
