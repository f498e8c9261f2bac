/*
 * tmpfs on the host: whatever is done in whatever order, its invariants hold
 * after each step, and when all is taken away all room is back.
 *
 *      test_tmpfs [SEED [STEPS]]      (a TAP producer)
 */
#include "store.h"
#include "tmpfs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES = 200, NAMES = 12, DIRECTORIES = 4 };

static struct volume_driver d;
static volume_node_t directories[DIRECTORIES], held;
static unsigned long state;

static unsigned draw(unsigned below)
{
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(state >> 33) % below;
}

bool volume_is_open(volume_node_t node)
{
    return node == held;
}

static long commit(uint32_t page, uint32_t count)
{
    (void)page, (void)count;
    return 0;
}

static volume_node_t any_directory(void)
{
    return directories[draw(DIRECTORIES)];
}

static const char *any_name(void)
{
    static char names[2][16];
    static unsigned turn;
    char *name = names[turn++ % 2];
    snprintf(name, sizeof names[0], "n%u", draw(NAMES));
    return name;
}

/* A file of a directory; 0: there is none of that name. */
static volume_node_t find(volume_node_t dir, const char *name)
{
    volume_node_t node;
    return d.find(dir, name, &node) < 0 ? 0 : node;
}

static void release(void)
{
    volume_node_t was = held;
    held = 0;
    if (was)
        d.released(was);
}

static void write_somewhere(volume_node_t node)
{
    static char bytes[9000];
    d.write(node, draw(6) ? draw(30000) : draw(40000000), bytes, draw(9000));
}

static void step(void)
{
    volume_node_t dir = any_directory(), to = any_directory(), other;
    const char *name = any_name(), *to_name = any_name();
    volume_node_t node = find(dir, name);
    switch (draw(8)) {
    case 0:
    case 1:
        if (!node)
            d.make(dir, name, FILES_KIND_REGULAR | 0600, NULL, &node);
        break;
    case 2:
    case 3:
        if (node)
            write_somewhere(node);
        break;
    case 4:
        if (node)
            d.truncate(node, draw(20000));
        break;
    case 5:
        if (node && !held && draw(3) == 0)
            held = node;
        if (node)
            d.unlink(dir, name, node);
        break;
    case 6:
        other = find(to, to_name);
        if (node && node != other)
            d.rename(dir, name, to, to_name, node, other);
        break;
    default:
        if (node && !find(to, to_name))
            d.link(to, to_name, node);
        else
            release();
    }
}

static void take_all_away(void)
{
    release();
    for (unsigned i = 0; i < DIRECTORIES; i++)
        for (unsigned n = 0; n < NAMES; n++) {
            char name[16];
            snprintf(name, sizeof name, "n%u", n);
            volume_node_t node = find(directories[i], name);
            if (node)
                d.unlink(directories[i], name, node);
        }
}

int main(int argc, char **argv)
{
    static char pages[PAGES * STORE_PAGE];
    unsigned long steps = argc > 2 ? strtoul(argv[2], NULL, 0) : 5000;
    const char *broken = NULL;
    unsigned long i = 0;

    state = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    store_init(pages, PAGES, commit);
    if (tmpfs_init(&d) < 0)
        return 1;
    for (unsigned n = 0; n < DIRECTORIES; n++) {
        char name[] = {'d', (char)('0' + n), 0};
        d.make(n ? directories[n - 1] : d.root, name,
               FILES_KIND_DIRECTORY | 0755, NULL, &directories[n]);
    }
    volume_node_t warm; /* directories and the table have their pages */
    for (unsigned n = 0; n < DIRECTORIES; n++)
        d.make(directories[n], "n0", FILES_KIND_REGULAR, NULL, &warm);
    for (unsigned n = 0; n < 40; n++) {
        char name[] = {'n', (char)('a' + n), 0};
        d.make(d.root, name, FILES_KIND_REGULAR, NULL, &warm);
    }
    for (unsigned n = 0; n < 40; n++) {
        char name[] = {'n', (char)('a' + n), 0};
        d.unlink(d.root, name, find(d.root, name));
    }
    take_all_away();
    uint32_t before = store_free();
    for (; i < steps && !broken; i++) {
        step();
        broken = tmpfs_check();
    }
    printf("1..2\n%s 1 - the invariants hold after each of %lu steps\n",
           broken ? "not ok" : "ok", i);
    if (broken)
        printf("# %s\n", broken);
    take_all_away();
    bool is_back = !tmpfs_check() && store_free() == before;
    printf("%s 2 - all room is back (%u, %u pages)\n",
           is_back ? "ok" : "not ok", (unsigned)store_free(), (unsigned)before);
    return broken || !is_back;
}
