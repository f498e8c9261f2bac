/*
 * A tar archive as a tree (see tar.h).
 *
 *      | header 512 | data, up to a multiple of 512 | header | ... | zeros |
 *
 * Nothing of a header is believed before its checksum is right, and no size
 * before it is found to lie within the archive.
 */
#include "tar.h"
#include <l4/vitrine/files.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, PATH_ROOM = 1024, DEPTH_MAX = 64 };

struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
    char type, link[100], magic[6], version[2], user[32], group[32];
    char major[8], minor[8], prefix[155], pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

/* What headers before it say of the next entry. */
struct entry {
    char path[PATH_ROOM], target[PATH_ROOM];
};

/* ---- Fields ---- */

/* An octal number; -1: it is none. */
static int64_t number(const char *field, size_t size)
{
    uint64_t value = 0;
    size_t i = 0;
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] && field[i] != ' '; i++) {
        if (field[i] < '0' || field[i] > '7' || value >> 59)
            return -1;
        value = value << 3 | (uint64_t)(field[i] - '0');
    }
    return (int64_t)value;
}

static int sum_is_right(const struct header *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    int64_t sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        size_t at = i - offsetof(struct header, sum);
        sum += at < sizeof h->sum ? ' ' : bytes[i];
    }
    return sum == number(h->sum, sizeof h->sum);
}

static int is_zero(const char *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i])
            return 0;
    return 1;
}

static void copy_text(char to[PATH_ROOM], const char *from, size_t size)
{
    size = strnlen(from, size < PATH_ROOM - 1 ? size : PATH_ROOM - 1);
    memcpy(to, from, size);
    to[size] = 0;
}

/* ---- The tree ---- */

static struct tar_node *node_new(struct tar *t, struct tar_node *parent,
                                 const char *name, size_t size)
{
    if ((t->count & (t->count - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
        size_t room = t->count ? t->count * 2 : 1;
        void *more = realloc(t->nodes, room * sizeof *t->nodes);
        if (!more)
            return NULL;
        t->nodes = more;
    }
    struct tar_node *n = calloc(1, sizeof *n);
    if (!n || !(n->name = strndup(name, size))) {
        free(n);
        return NULL;
    }
    t->nodes[t->count++] = n;
    n->number = t->count;
    n->parent = parent;
    n->mode = FILES_KIND_DIRECTORY | 0755;
    if (!parent)
        return n;
    if (parent->last_child)
        parent->last_child->next = n;
    else
        parent->children = n;
    parent->last_child = n;
    parent->within++;
    return n;
}

static struct tar_node *find(const struct tar_node *dir, const char *name,
                             size_t size)
{
    struct tar_node *n = dir->children;
    while (n && (strlen(n->name) != size || memcmp(n->name, name, size)))
        n = n->next;
    return n;
}

struct tar_node *tar_child(const struct tar_node *dir, const char *name)
{
    return find(dir, name, strlen(name));
}

/* The node at `path`, with `make` made, and directories on the way. NULL: it
 * is not there, or the path cannot be: "..", too deep, through a file. */
static struct tar_node *walk(struct tar *t, const char *path, int make)
{
    struct tar_node *n = t->root;
    unsigned depth = 0;
    while (n && *path) {
        size_t size = strcspn(path, "/");
        int is_up = size == 2 && path[0] == '.' && path[1] == '.';
        if (is_up || size > FILES_NAME_MAX || depth++ > DEPTH_MAX ||
            (n->mode & FILES_KIND) != FILES_KIND_DIRECTORY)
            return NULL;
        if (size && !(size == 1 && *path == '.')) {
            struct tar_node *next = find(n, path, size);
            n = !next && make ? node_new(t, n, path, size) : next;
        }
        path += size + (path[size] == '/');
    }
    return n;
}

/* ---- Entries ---- */

static unsigned kind_of(char type)
{
    switch (type) {
    case '0':
    case 0:
    case '7':
        return FILES_KIND_REGULAR;
    case '2':
        return FILES_KIND_LINK;
    case '5':
        return FILES_KIND_DIRECTORY;
    default:
        return 0;
    }
}

/* A second name of a file is a file with the same bytes. */
static int link_node(struct tar *t, struct tar_node *n, const char *target)
{
    struct tar_node *old = walk(t, target, 0);
    if (!old || (old->mode & FILES_KIND) == FILES_KIND_DIRECTORY)
        return 0;
    n->mode = old->mode;
    n->data = old->data;
    n->size = old->size;
    n->modified = old->modified;
    n->target = old->target;
    return 1;
}

static void add_entry(struct tar *t, const struct header *h,
                      const struct entry *e, const char *data, uint64_t size)
{
    unsigned kind = kind_of(h->type);
    int is_link = h->type == '1';
    struct tar_node *n = kind || is_link ? walk(t, e->path, 1) : NULL;
    int was_full = n && n->children;
    if (!n || n == t->root || (was_full && kind != FILES_KIND_DIRECTORY)) {
        t->left_out += n != t->root;
        return;
    }
    if (is_link) {
        t->left_out += !link_node(t, n, e->target);
        return;
    }
    n->mode = kind | ((unsigned)number(h->mode, sizeof h->mode) & 07777);
    n->modified = number(h->mtime, sizeof h->mtime);
    n->data = kind == FILES_KIND_REGULAR ? data : NULL;
    n->size = kind == FILES_KIND_REGULAR ? size : 0;
    n->target = kind == FILES_KIND_LINK ? strdup(e->target) : NULL;
    if (n->target)
        n->size = strlen(n->target);
}

/* "LENGTH KEY=VALUE\n" one after the other; path and linkpath are taken. */
static void read_pax(struct entry *e, const char *text, uint64_t size)
{
    uint64_t at = 0;
    while (at < size) {
        uint64_t length = 0, digits = at;
        while (digits < size && text[digits] >= '0' && text[digits] <= '9' &&
               length < size)
            length = length * 10 + (uint64_t)(text[digits++] - '0');
        if (digits >= size || text[digits] != ' ' || length > size - at ||
            length < digits - at + 3)
            return;
        const char *key = text + digits + 1, *end = text + at + length - 1;
        size_t left = (size_t)(end - key);
        if (left > 5 && !memcmp(key, "path=", 5))
            copy_text(e->path, key + 5, left - 5);
        else if (left > 9 && !memcmp(key, "linkpath=", 9))
            copy_text(e->target, key + 9, left - 9);
        at += length;
    }
}

/* The names that the header itself has, where none came before it. */
static void fill_names(struct entry *e, const struct header *h)
{
    if (!e->path[0] && h->prefix[0] && !memcmp(h->magic, "ustar", 6)) {
        size_t size = strnlen(h->prefix, sizeof h->prefix);
        memcpy(e->path, h->prefix, size);
        e->path[size++] = '/';
        size_t more = strnlen(h->name, sizeof h->name);
        memcpy(e->path + size, h->name, more);
        e->path[size + more] = 0;
    }
    if (!e->path[0])
        copy_text(e->path, h->name, sizeof h->name);
    if (!e->target[0])
        copy_text(e->target, h->link, sizeof h->link);
}

const char *tar_read(const char *bytes, size_t size, struct tar *ret_tar)
{
    struct entry e = {0};
    struct tar *t = ret_tar;
    *t = (struct tar){0};
    t->root = node_new(t, NULL, "", 0);
    if (!t->root)
        return "no memory";
    for (size_t at = 0;;) {
        if (size - at < BLOCK)
            return at ? NULL : "it is empty";
        const struct header *h = (const struct header *)(bytes + at);
        if (is_zero(bytes + at))
            return NULL;
        if (!sum_is_right(h))
            return "a header's sum is wrong";
        at += BLOCK;
        int64_t said = number(h->size, sizeof h->size);
        if (said < 0 || (uint64_t)said > size - at)
            return "a file is longer than the archive";
        const char *data = bytes + at;
        if (h->type == 'L') {
            copy_text(e.path, data, (size_t)said);
        } else if (h->type == 'K') {
            copy_text(e.target, data, (size_t)said);
        } else if (h->type == 'x') {
            read_pax(&e, data, (uint64_t)said);
        } else if (h->type != 'g') {
            fill_names(&e, h);
            add_entry(t, h, &e, data, (uint64_t)said);
            e = (struct entry){0};
        }
        size_t blocks = ((size_t)said + BLOCK - 1) / BLOCK;
        if (blocks > (size - at) / BLOCK)
            return NULL; /* the last one, without its padding */
        at += blocks * BLOCK;
    }
}
