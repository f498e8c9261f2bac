/*
 * Reading a flattened device tree (see fdt.h).
 *
 *      header | memory reservations | structure block    | strings
 *                                     BEGIN "name" PROP.. PROP.. BEGIN.. END
 *
 * All numbers are big endian. A token that does not fit, or that nobody
 * knows, ends the tree there: the reader sees less, never past the end.
 * Source: Devicetree Specification v0.4, chapter 5.
 */
#include "fdt.h"
#include <string.h>

enum {
    FDT_MAGIC = 0xd00dfeed,
    FDT_HEADER = 40,
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROPERTY = 3,
    NOTHING = 4,
};

struct token {
    uint32_t kind, at, next; /* next: offset of the token behind it */
    const char *name;
    const uint8_t *value;
    uint32_t size;
};

typedef uint32_t __attribute__((may_alias)) word32;

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* Bytes of the text up to its zero byte and with it; 0: none in `room`. */
static uint32_t text_bytes(const uint8_t *text, uint32_t room)
{
    for (uint32_t i = 0; i < room; i++)
        if (!text[i])
            return i + 1;
    return 0;
}

bool fdt_open(const void *at, size_t room, struct fdt *ret_fdt)
{
    const uint8_t *h = at;
    if (!at || (uintptr_t)at & 3 || room < FDT_HEADER || big32(h) != FDT_MAGIC)
        return false;
    uint32_t total = big32(h + 4), tree = big32(h + 8);
    uint32_t strings = big32(h + 12);
    uint32_t strings_size = big32(h + 32), tree_size = big32(h + 36);
    if (total > room || tree > total || tree_size > total - tree ||
        strings > total || strings_size > total - strings || tree & 3)
        return false;
    while (strings_size && h[strings + strings_size - 1])
        strings_size--; /* so every name in it has an end */
    *ret_fdt =
        (struct fdt){h + tree, h + strings, tree_size, strings_size, total};
    struct fdt *f = ret_fdt;
    return tree_size >= 8 && big32(f->tree) == BEGIN_NODE;
}

/* Looks for the end of the name by words, each token starts with one: readers
 * pass many names by. */
static bool token_node(const struct fdt *f, struct token *t)
{
    uint32_t at = t->at + 4, word;
    t->name = (const char *)f->tree + at;
    do {
        if (f->tree_size - at < 4)
            return false;
        word = *(const word32 *)(f->tree + at);
        at += 4;
    } while (!((word - 0x01010101) & ~word & 0x80808080)); /* no zero byte */
    t->next = at;
    return true;
}

static bool token_property(const struct fdt *f, struct token *t)
{
    uint32_t at = t->at + 4;
    if (f->tree_size - at < 8)
        return false;
    uint32_t size = big32(f->tree + at), name = big32(f->tree + at + 4);
    at += 8;
    if (size > f->tree_size - at || name >= f->strings_size)
        return false;
    t->name = (const char *)f->strings + name;
    t->value = f->tree + at;
    t->size = size;
    t->next = (at + size + 3) & ~3u;
    return true;
}

/* The token at offset `at`; false: the tree ends here. */
static bool token_read(const struct fdt *f, uint32_t at, struct token *ret)
{
    if (at > f->tree_size || f->tree_size - at < 4)
        return false;
    *ret =
        (struct token){.kind = big32(f->tree + at), .at = at, .next = at + 4};
    switch (ret->kind) {
    case BEGIN_NODE:
        return token_node(f, ret);
    case PROPERTY:
        return token_property(f, ret);
    case END_NODE:
    case NOTHING:
        return true;
    default:
        return false;
    }
}

int fdt_next(const struct fdt *f, int node)
{
    struct token t;
    if (node < 0 || !token_read(f, (uint32_t)node, &t))
        return FDT_NONE;
    while (token_read(f, t.next, &t))
        if (t.kind == BEGIN_NODE)
            return (int)t.at;
    return FDT_NONE;
}

bool fdt_walk(const struct fdt *f, struct fdt_walk *w)
{
    struct token t;
    for (; token_read(f, w->next, &t); w->next = t.next) {
        if (t.kind == END_NODE && w->depth)
            w->depth--;
        if (t.kind != BEGIN_NODE)
            continue;
        if (w->depth == FDT_DEPTH)
            return false;
        w->parent = w->depth ? w->above[w->depth - 1] : FDT_NONE;
        w->node = w->above[w->depth++] = (int)t.at;
        w->next = t.next;
        return true;
    }
    return false;
}

int fdt_parent(const struct fdt *f, int node)
{
    struct fdt_walk w = {0};
    while (fdt_walk(f, &w))
        if (w.node == node)
            return w.parent;
    return FDT_NONE;
}

/* Is `name` the path's next part, give or take its "@address"? */
static bool name_matches(const char *name, const char *part, size_t length)
{
    return !memcmp(name, part, length < strlen(name) ? length : strlen(name)) &&
           strlen(name) >= length && (!name[length] || name[length] == '@');
}

static int child_named(const struct fdt *f, int node, const char *part,
                       size_t length)
{
    struct token t;
    for (int n = fdt_next(f, node); n >= 0; n = fdt_next(f, n))
        if (token_read(f, (uint32_t)n, &t) &&
            name_matches(t.name, part, length) && fdt_parent(f, n) == node)
            return n;
    return FDT_NONE;
}

int fdt_find(const struct fdt *f, const char *path)
{
    int node = FDT_ROOT;
    while (*path == '/' && path[1] && node >= 0) {
        size_t length = 0;
        path++;
        while (path[length] && path[length] != '/' && path[length] != ':')
            length++;
        node = child_named(f, node, path, length);
        path += length;
    }
    return node;
}

const void *fdt_property(const struct fdt *f, int node, const char *name,
                         uint32_t *ret_size)
{
    struct token t;
    if (node < 0 || !token_read(f, (uint32_t)node, &t))
        return NULL;
    while (token_read(f, t.next, &t)) {
        if (t.kind == BEGIN_NODE || t.kind == END_NODE)
            return NULL; /* properties stand before children */
        if (t.kind == PROPERTY && !strcmp(t.name, name)) {
            *ret_size = t.size;
            return t.value;
        }
    }
    return NULL;
}

const char *fdt_text(const struct fdt *f, int node, const char *name)
{
    uint32_t size;
    const uint8_t *p = fdt_property(f, node, name, &size);
    return p && text_bytes(p, size) ? (const char *)p : NULL;
}

static bool list_has(const uint8_t *list, uint32_t size, const char *what)
{
    uint32_t used;
    while ((used = text_bytes(list, size))) {
        if (!strcmp((const char *)list, what))
            return true;
        list += used;
        size -= used;
    }
    return false;
}

bool fdt_is_compatible(const struct fdt *f, int node, const char *what)
{
    uint32_t size;
    const uint8_t *list = fdt_property(f, node, "compatible", &size);
    return list && list_has(list, size, what);
}

int fdt_next_compatible(const struct fdt *f, int node, const char *what)
{
    while ((node = fdt_next(f, node)) >= 0)
        if (fdt_is_compatible(f, node, what))
            return node;
    return FDT_NONE;
}

int fdt_next_type(const struct fdt *f, int node, const char *type)
{
    while ((node = fdt_next(f, node)) >= 0) {
        const char *text = fdt_text(f, node, "device_type");
        if (text && !strcmp(text, type))
            return node;
    }
    return FDT_NONE;
}

int fdt_by_phandle(const struct fdt *f, uint32_t phandle)
{
    int node = FDT_ROOT;
    while ((node = fdt_next(f, node)) >= 0)
        if (fdt_cell(f, node, "phandle", 0, 0) == phandle)
            return node;
    return FDT_NONE;
}

uint32_t fdt_cell(const struct fdt *f, int node, const char *name,
                  unsigned index, uint32_t otherwise)
{
    uint32_t size;
    const uint8_t *p = fdt_property(f, node, name, &size);
    return p && index < size / 4 ? big32(p + 4 * index) : otherwise;
}

bool fdt_number(const struct fdt *f, int node, const char *name,
                uint64_t *ret_number)
{
    uint32_t size;
    const uint8_t *p = fdt_property(f, node, name, &size);
    if (!p || (size != 4 && size != 8))
        return false;
    *ret_number =
        size == 4 ? big32(p) : (uint64_t)big32(p) << 32 | big32(p + 4);
    return true;
}

static uint64_t cells(const uint8_t *p, unsigned count)
{
    uint64_t n = 0;
    while (count--) {
        n = n << 32 | big32(p);
        p += 4;
    }
    return n;
}

bool fdt_reg(const struct fdt *f, int node, unsigned index, uint64_t *ret_start,
             uint64_t *ret_size)
{
    return fdt_reg_in(f, fdt_parent(f, node), node, index, ret_start, ret_size);
}

bool fdt_reg_in(const struct fdt *f, int parent, int node, unsigned index,
                uint64_t *ret_start, uint64_t *ret_size)
{
    uint32_t size;
    unsigned a = fdt_cell(f, parent, "#address-cells", 0, 2);
    unsigned s = fdt_cell(f, parent, "#size-cells", 0, 1);
    const uint8_t *p = fdt_property(f, node, "reg", &size);
    if (!p || a > 2 || s > 2 || index >= size / 4 / (a + s + !(a + s)))
        return false;
    p += 4 * index * (a + s);
    *ret_start = cells(p, a);
    *ret_size = cells(p + 4 * a, s);
    return true;
}
