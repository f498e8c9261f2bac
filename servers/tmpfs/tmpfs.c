/*
 * A file system in memory: what directories and files are made of.
 *
 *      directory: pages of 15 slots {node, name}, empty ones in between
 *      file:      its bytes
 *      link:      the bytes of its target
 *
 * A slot stays where it is, so a reader of a directory misses nothing while
 * others make and remove names. Searching is linear.
 *
 * I3  a directory's slots name nodes that are there; `links` of a file is the
 *     number of its slots, of a directory 2 and one for each within
 */
#include "tmpfs.h"
#include "node.h"
#include <string.h>
#include <time.h>

struct slot {
    uint32_t node; /* 0: empty */
    char name[FILES_NAME_MAX + 1];
};

enum { PER_PAGE = STORE_PAGE / sizeof(struct slot) };

static bool is_directory(const struct node *n)
{
    return (n->mode & FILES_KIND) == FILES_KIND_DIRECTORY;
}

/* ---- Slots of a directory ---- */

static uint64_t slot_count(const struct node *dir)
{
    return dir->size / STORE_PAGE * PER_PAGE;
}

/* NULL: the page is missing, which only a directory that could not grow has. */
static struct slot *slot_at(struct node *dir, uint64_t i)
{
    char *page = node_page(dir, i / PER_PAGE, false);
    return page ? (struct slot *)(void *)page + i % PER_PAGE : NULL;
}

/* The slot called `name`; NULL: there is none, then the first empty one is in
 * *ret_empty (NULL: none). */
static struct slot *slot_find(struct node *dir, const char *name,
                              struct slot **ret_empty)
{
    struct slot *empty = NULL;
    for (uint64_t i = 0; i < slot_count(dir); i++) {
        struct slot *s = slot_at(dir, i);
        if (s && s->node && !strcmp(s->name, name))
            return s;
        if (s && !s->node && !empty)
            empty = s;
    }
    if (ret_empty)
        *ret_empty = empty;
    return NULL;
}

/* An empty slot, in a new page if there is none. NULL: no room. */
static struct slot *slot_make(struct node *dir, const char *name)
{
    struct slot *s;
    slot_find(dir, name, &s);
    if (s)
        return s;
    if (!node_page(dir, dir->size / STORE_PAGE, true))
        return NULL;
    dir->size += STORE_PAGE;
    return slot_at(dir, slot_count(dir) - PER_PAGE);
}

static void slot_fill(struct node *dir, struct slot *s, uint32_t node,
                      const char *name)
{
    s->node = node;
    strcpy(s->name, name);
    dir->modified = dir->changed = time(NULL);
}

/* ---- Reading ---- */

static long tmpfs_find(volume_node_t dir, const char *name,
                       volume_node_t *ret_node)
{
    struct node *d = node_get(dir);
    struct slot *s = d ? slot_find(d, name, NULL) : NULL;
    if (!s)
        return -L4_ENOENT;
    *ret_node = s->node;
    return 0;
}

static long tmpfs_status(volume_node_t node, struct files_status *ret_status)
{
    struct node *n = node_get(node);
    if (!n)
        return -L4_EIO;
    *ret_status = (struct files_status){
        .inode = node,
        .mode = n->mode,
        .links = n->links,
        .size = n->size,
        .blocks = (uint64_t)n->pages * (STORE_PAGE / 512),
        .block_size = STORE_PAGE,
        .accessed = (uint64_t)n->accessed,
        .modified = (uint64_t)n->modified,
        .changed = (uint64_t)n->changed,
    };
    return 0;
}

static long tmpfs_entry(volume_node_t dir, l4_umword_t *cursor,
                        struct volume_entry *ret_entry)
{
    struct node *d = node_get(dir);
    if (!d)
        return -L4_EIO;
    while (*cursor < slot_count(d)) {
        struct slot *s = slot_at(d, (*cursor)++);
        struct node *n = s && s->node ? node_get(s->node) : NULL;
        if (!n)
            continue;
        ret_entry->inode = s->node;
        ret_entry->kind = n->mode & FILES_KIND;
        strcpy(ret_entry->name, s->name);
        return 1;
    }
    return 0;
}

/* Moves what lies in one page at a time; how much it was. `to` or `from` is
 * the memory outside. */
static size_t move(struct node *n, uint64_t at, char *to, const char *from,
                   size_t size)
{
    size_t done = 0;
    while (done < size) {
        size_t offset = (at + done) % STORE_PAGE, part = STORE_PAGE - offset;
        part = part < size - done ? part : size - done;
        char *page = node_page(n, (at + done) / STORE_PAGE, from != NULL);
        if (from && !page)
            break;
        if (from)
            memcpy(page + offset, from + done, part);
        else if (page)
            memcpy(to + done, page + offset, part);
        else
            memset(to + done, 0, part);
        done += part;
    }
    return done;
}

static long tmpfs_read(volume_node_t node, l4_uint64_t at, void *to,
                       size_t size)
{
    struct node *n = node_get(node);
    if (!n)
        return -L4_EIO;
    if (at >= n->size)
        return 0;
    if (size > n->size - at)
        size = (size_t)(n->size - at);
    n->accessed = time(NULL);
    return (long)move(n, at, to, NULL, size);
}

static long tmpfs_target(volume_node_t node, char *ret_target)
{
    long size = tmpfs_read(node, 0, ret_target, FILES_PATH_MAX);
    if (size >= 0)
        ret_target[size] = 0;
    return size;
}

static long tmpfs_space(struct volume_space *ret_space)
{
    uint32_t room = store_free() * (STORE_PAGE / sizeof(struct node));
    *ret_space = (struct volume_space){STORE_PAGE, store_pages(), store_free(),
                                       node_count() + room, room};
    return 0;
}

/* ---- Writing ---- */

static long tmpfs_write(volume_node_t node, l4_uint64_t at, const void *from,
                        size_t size)
{
    struct node *n = node_get(node);
    if (!n)
        return -L4_EIO;
    size_t done = move(n, at, NULL, from, size);
    if (done && at + done > n->size)
        n->size = at + done;
    n->modified = n->changed = time(NULL);
    return done || !size ? (long)done : -L4_ENOSPC;
}

static long tmpfs_truncate(volume_node_t node, l4_uint64_t size)
{
    struct node *n = node_get(node);
    if (!n)
        return -L4_EIO;
    node_resize(n, size);
    n->modified = n->changed = time(NULL);
    return 0;
}

static void free_if_unused(volume_node_t node)
{
    struct node *n = node_get(node);
    if (n && !n->links && !volume_is_open(node))
        node_free((uint32_t)node);
}

static long tmpfs_make(volume_node_t dir, const char *name, unsigned mode,
                       const char *target, volume_node_t *ret_node)
{
    struct node *d = node_get(dir);
    if (!d || !d->links)
        return -L4_ENOENT; /* a directory that was removed */
    struct slot *s = slot_make(d, name);
    uint32_t number = s ? node_new(mode) : 0;
    if (!number)
        return -L4_ENOSPC;
    if (target && tmpfs_write(number, 0, target, strlen(target)) !=
                      (long)strlen(target)) {
        node_free(number);
        return -L4_ENOSPC;
    }
    struct node *n = node_get(number);
    n->links = is_directory(n) ? 2 : 1;
    d->links += is_directory(n);
    slot_fill(d, s, number, name); /* keeps I3 */
    *ret_node = number;
    return 0;
}

static long tmpfs_link(volume_node_t dir, const char *name, volume_node_t node)
{
    struct node *d = node_get(dir), *n = node_get(node);
    if (!d || !n || !d->links)
        return -L4_ENOENT;
    struct slot *s = slot_make(d, name);
    if (!s)
        return -L4_ENOSPC;
    slot_fill(d, s, (uint32_t)node, name);
    n->links++;
    n->changed = time(NULL);
    return 0;
}

/* The node has one name less, in directory `d`. */
static void drop_name(struct node *d, volume_node_t node)
{
    struct node *n = node_get(node);
    if (is_directory(n)) {
        n->links = 0;
        d->links--;
    } else {
        n->links--;
    }
    n->changed = time(NULL);
    free_if_unused(node);
}

static bool is_empty(volume_node_t dir)
{
    struct volume_entry entry;
    l4_umword_t cursor = 0;
    return tmpfs_entry(dir, &cursor, &entry) == 0;
}

static long tmpfs_unlink(volume_node_t dir, const char *name,
                         volume_node_t node)
{
    struct node *d = node_get(dir), *n = node_get(node);
    struct slot *s = d ? slot_find(d, name, NULL) : NULL;
    if (!s || !n)
        return -L4_ENOENT;
    if (is_directory(n) && !is_empty(node))
        return -L4_EEXIST;
    slot_fill(d, s, 0, "");
    drop_name(d, node);
    return 0;
}

static long tmpfs_rename(volume_node_t dir, const char *name,
                         volume_node_t to_dir, const char *to_name,
                         volume_node_t node, volume_node_t replaced)
{
    struct node *d = node_get(dir), *to = node_get(to_dir);
    struct node *n = node_get(node);
    struct slot *from = d ? slot_find(d, name, NULL) : NULL;
    if (!from || !n || !to || !to->links)
        return -L4_ENOENT;
    struct slot *s =
        replaced ? slot_find(to, to_name, NULL) : slot_make(to, to_name);
    if (!s)
        return -L4_ENOSPC;
    slot_fill(to, s, (uint32_t)node, to_name);
    slot_fill(d, from, 0, "");
    if (replaced)
        drop_name(to, replaced);
    if (is_directory(n)) {
        d->links--;
        to->links++;
    }
    n->changed = time(NULL);
    return 0;
}

static long tmpfs_change(volume_node_t node, unsigned what, unsigned mode,
                         long accessed, long modified)
{
    struct node *n = node_get(node);
    if (!n)
        return -L4_EIO;
    if (what & FILES_SET_MODE)
        n->mode = (n->mode & FILES_KIND) | mode;
    if (what & FILES_SET_ACCESSED)
        n->accessed = accessed;
    if (what & FILES_SET_MODIFIED)
        n->modified = modified;
    n->changed = time(NULL);
    return 0;
}

/* ---- Beginning, and checks ---- */

long tmpfs_init(struct volume_driver *ret_driver)
{
    uint32_t root = node_new(FILES_KIND_DIRECTORY | 0755);
    if (!root)
        return -L4_ENOSPC;
    node_get(root)->links = 2;
    *ret_driver = (struct volume_driver){
        .root = root,
        .find = tmpfs_find,
        .status = tmpfs_status,
        .entry = tmpfs_entry,
        .read = tmpfs_read,
        .target = tmpfs_target,
        .space = tmpfs_space,
        .make = tmpfs_make,
        .write = tmpfs_write,
        .truncate = tmpfs_truncate,
        .link = tmpfs_link,
        .unlink = tmpfs_unlink,
        .rename = tmpfs_rename,
        .change = tmpfs_change,
        .released = free_if_unused,
    };
    return 0;
}

/* Names of `node` in all directories. */
static uint32_t names_of(uint32_t node, uint32_t *ret_directories)
{
    uint32_t names = 0;
    for (uint32_t i = 1, seen = 0; seen < node_count(); i++) {
        struct node *d = node_get(i);
        seen += d != NULL;
        if (!d || !is_directory(d))
            continue;
        for (uint64_t k = 0; k < slot_count(d); k++) {
            struct slot *s = slot_at(d, k);
            names += s && s->node == node;
            struct node *in = s && i == node ? node_get(s->node) : NULL;
            *ret_directories += in && is_directory(in);
        }
    }
    return names;
}

const char *tmpfs_check(void)
{
    for (uint32_t i = 1, seen = 0; seen < node_count(); i++) {
        struct node *n = node_get(i);
        seen += n != NULL;
        if (!n)
            continue;
        if (!n->links && !volume_is_open(i))
            return "I1: a node that nobody can reach";
        uint32_t directories = 0, names = names_of(i, &directories);
        if (is_directory(n) ? n->links && n->links != 2 + directories
                            : n->links != names)
            return "I3: a wrong number of links";
    }
    return NULL;
}
