/*
 * Memory mappings against a model: arrays of pages, no trees, no budgets.
 *
 * The model of a mapping is one cell for each 4 KiB page of each space:
 * {frame, rights, attributes, order of the page it is part of, parent cell}.
 * Each random operation is done on both, on the real spaces in many small
 * steps; then every page must agree with node and page table, and all
 * invariants hold.
 */
#include "fixture.h"

#include <fake_port.h>
#include <string.h>

enum { SPACES = 3, MAX_PAGES = 1024, SUPER = 512, NONE = -1 };
enum { CELLS = SPACES * MAX_PAGES, FRAMES = 2 * MAX_PAGES };
enum { ALL = RIGHT_RWX, DONE = 0, AGAIN = 1 };

static const uaddr_t BASE = 0x10000000;
static const paddr_t RAM = 0x80000000;

struct cell {
    bool mapped, super;
    int frame;
    unsigned rights, attributes;
    int parent; /* cell, NONE: from the kernel */
};

static struct mspace space[SPACES];
static struct cell cell[CELLS];
static int holders[FRAMES]; /* cells with that frame */
static int pages;           /* of a space that are used */
static unsigned max_budget;
static uint64_t seed;

static int first_cell(int s)
{
    return s * MAX_PAGES;
}

static uaddr_t va_of(int c)
{
    return BASE + (uaddr_t)(c % MAX_PAGES) * PAGE_SIZE;
}

static int length(int c)
{
    return cell[c].super ? SUPER : 1;
}

/* The first cell of the page that c is part of. */
static int node_of(int c)
{
    return cell[c].super ? c - c % SUPER : c;
}

/* --- the model: single cells --------------------------------------------- */

static void cell_set(int c, struct cell value)
{
    if (cell[c].mapped)
        holders[cell[c].frame]--;
    cell[c] = value;
    if (value.mapped)
        holders[value.frame]++;
}

static bool is_below(int c, int top)
{
    while (c != top && c != NONE)
        c = cell[c].parent;
    return c == top;
}

static void for_children(int c, void (*act)(int child, int arg), int arg)
{
    if (holders[cell[c].frame] < 2)
        return;
    for (int i = 0; i < CELLS; i++)
        if (cell[i].mapped && cell[i].parent == c)
            act(i, arg);
}

static void take(int c, int rights);

static void take_tree(int c, int rights)
{
    for_children(c, take_tree, rights);
    take(c, rights);
}

static void take(int c, int rights)
{
    cell[c].rights &= ~(unsigned)rights;
    if (rights & RIGHT_R)
        cell_set(c, (struct cell){.parent = NONE});
}

static void set_parent(int c, int parent)
{
    if (c != parent)
        cell[c].parent = parent;
}

static void split(int c)
{
    c = node_of(c);
    for (int i = 0; i < SUPER; i++)
        cell[c + i].super = false;
}

/* Splits c and the superpages below it. */
static void split_tree(int c, bool self)
{
    c = node_of(c);
    for (int i = 0; i < CELLS; i += SUPER)
        if (cell[i].super && i != c && is_below(i, c))
            split(i);
    if (self)
        split(c);
}

/* --- the model: handing on ------------------------------------------------ */

struct order {
    int src, dst, count; /* first cells, pages */
    unsigned rights, attributes;
    bool grant;
};

static unsigned attributes_of(const struct order *o, int n)
{
    return o->attributes ? o->attributes : cell[n].attributes;
}

static void model_insert(const struct order *o, int n, int to, int count)
{
    bool super = count == SUPER;
    for (int i = 0; i < count; i++, n++, to++) {
        unsigned rights = cell[n].rights & o->rights;
        if (o->grant)
            for_children(n, take_tree, (int)(cell[n].rights & ~rights));
        cell_set(to, (struct cell){true, super, cell[n].frame, rights,
                                   attributes_of(o, n), n});
        if (!o->grant)
            continue;
        for_children(n, set_parent, to);
        cell[to].parent = cell[n].parent;
        cell_set(n, (struct cell){.parent = NONE});
    }
}

static void model_absorb(int n, int e)
{
    int parent = cell[n].parent;
    bool child = cell[e].parent == n;
    for_children(n, set_parent, e);
    if (child)
        cell[e].parent = parent;
    cell_set(n, (struct cell){.parent = NONE});
}

static int model_merge(const struct order *o, int n, int e, int count)
{
    unsigned rights = cell[e].rights | (cell[n].rights & o->rights);
    unsigned attributes = attributes_of(o, n);
    bool same = rights == cell[e].rights &&
                (cell[e].attributes == attributes || is_below(n, e));
    if (same && !o->grant)
        return DONE;
    if (!same && length(e) > count) {
        split_tree(e, true);
        return AGAIN;
    }
    for (int i = 0; i < count; i++, n++, e++) {
        if (o->grant)
            for_children(n, take_tree, (int)(cell[n].rights & ~rights));
        if (!same) {
            cell[e].rights = rights;
            cell[e].attributes = attributes;
        }
        if (o->grant)
            model_absorb(n, e);
    }
    return DONE;
}

static int model_place(const struct order *o, int n, int to, int count)
{
    if (!(cell[n].rights & o->rights & RIGHT_R) || n == to)
        return DONE;
    if (o->grant && length(n) > count) {
        split_tree(n, true);
        return AGAIN;
    }
    int e = to;
    while (e < to + count && !cell[e].mapped)
        e++;
    if (e == to + count) {
        model_insert(o, n, to, count);
        return DONE;
    }
    if (e == to && length(e) >= count && cell[e].frame == cell[n].frame &&
        (is_below(n, e) || cell[e].parent == n ||
         (o->grant && cell[e].parent == cell[n].parent)))
        return model_merge(o, n, e, count);
    if (length(e) > count)
        split_tree(e, true);
    else
        for (int i = 0, size = length(e); i < size; i++)
            take_tree(e + i, ALL);
    return AGAIN;
}

static void model_map(const struct order *o)
{
    for (int i = 0; i < o->count;) {
        int n = o->src + i;
        int count = o->count >= SUPER && cell[n].super ? SUPER : 1;
        if (!cell[n].mapped)
            i++;
        else if (model_place(o, n, o->dst + i, count) == DONE)
            i += count;
    }
}

/* --- the model: taking back ------------------------------------------------
 */

static void model_unmap(int c, int count, unsigned rights, bool self)
{
    int end = c + count;
    if (rights & RIGHT_R)
        rights = ALL;
    for (; c < end; c++) {
        if (!cell[c].mapped || !(cell[c].rights & rights))
            continue;
        if (cell[c].super && count < SUPER)
            split_tree(c, self);
        for_children(c, take_tree, (int)rights);
        if (self)
            take(c, (int)rights);
    }
}

/* --- comparison -------------------------------------------------------------
 */

static void compare_cell(int c)
{
    const struct cell *m = &cell[c];
    struct mspace *s = &space[c / MAX_PAGES];
    const struct mem_node *n = mspace_find(s, va_of(c));
    struct fake_entry e;

    cr_assert_eq(n != NULL, m->mapped);
    cr_assert_eq(fake_space_lookup(&s->port, va_of(c), &e), m->mapped);
    if (!n)
        return;
    uaddr_t offset = va_of(c) - mem_va(n);
    cr_assert_eq(n->pa + offset, RAM + (paddr_t)m->frame * PAGE_SIZE);
    cr_assert_eq(n->order, m->super ? SUPERPAGE_ORDER : PAGE_ORDER);
    cr_assert_eq(n->rights, m->rights);
    cr_assert_eq(n->attributes, m->attributes);
    cr_assert(e.pa == n->pa && e.order == n->order);
    cr_assert(e.rights == n->rights && e.attributes == n->attributes);
    const struct mem_node *p = mspace_parent(n);
    cr_assert_eq(p != NULL, m->parent != NONE);
    if (!p)
        return;
    cr_assert_eq(p->space, &space[m->parent / MAX_PAGES]);
    cr_assert_eq(mem_va(p) + (n->pa + offset - p->pa), va_of(m->parent));
}

static void check(void)
{
    for (int i = 0; i < SPACES; i++) {
        mspace_check(&space[i]);
        cr_assert_eq(mspace_count(&space[i]), fake_space_count(&space[i].port));
    }
}

static void compare(void)
{
    for (int s = 0; s < SPACES; s++)
        for (int i = 0; i < pages; i++)
            compare_cell(first_cell(s) + i);
    check();
}

/* --- the operations ---------------------------------------------------------
 */

/* A random aligned range of *count pages in any space: its first cell. */
static int range(int count)
{
    int s = (int)random_below(&seed, SPACES);
    int at = (int)random_below(&seed, (unsigned)pages);
    return first_cell(s) + at / count * count;
}

static unsigned order_of(int count)
{
    return PAGE_ORDER + (unsigned)__builtin_ctz((unsigned)count);
}

static int random_count(void)
{
    unsigned most = (unsigned)__builtin_ctz((unsigned)pages);
    int count = 1 << random_below(&seed, most + 1);
    return random_below(&seed, 4) ? count : pages < SUPER ? 1 : SUPER;
}

static unsigned random_rights(void)
{
    unsigned r = random_below(&seed, 8);
    return random_below(&seed, 2) ? ALL : r;
}

static void do_map(void)
{
    static const unsigned attributes[] = {0, 0, 0, MEM_CACHED, MEM_BUFFERED};
    struct order o = {.count = random_count(),
                      .rights = random_rights(),
                      .attributes = attributes[random_below(&seed, 5)],
                      .grant = random_below(&seed, 4) == 0};
    o.src = range(o.count);
    o.dst = range(o.count);
    model_map(&o);
    unsigned done;
    int error;
    while (
        (error = mspace_map(&space[o.src / MAX_PAGES], va_of(o.src),
                            &space[o.dst / MAX_PAGES], va_of(o.dst),
                            order_of(o.count), o.rights, o.attributes, o.grant,
                            1 + random_below(&seed, max_budget), &done))) {
        cr_assert_eq(error, -L4_EAGAIN);
        check();
    }
}

static void do_unmap(void)
{
    int count = random_count(), c = range(count);
    unsigned rights = random_rights(), flushed = 0;
    bool self = random_below(&seed, 3) == 0;

    model_unmap(c, count, rights, self);
    while (!mspace_unmap(&space[c / MAX_PAGES], va_of(c), order_of(count),
                         rights, self, 1 + random_below(&seed, max_budget),
                         &flushed))
        check();
}

/* Space 0 gets fresh memory where it has none. */
static void do_root(void)
{
    int count = pages < SUPER ? 1 : SUPER;
    int c = first_cell(0) +
            (int)random_below(&seed, (unsigned)(pages / count)) * count;
    for (int i = 0; i < count; i++)
        if (cell[c + i].mapped)
            return;
    int frame = c + (int)random_below(&seed, 2) * MAX_PAGES;
    for (int i = 0; i < count; i++)
        cell_set(c + i, (struct cell){true, count == SUPER, frame + i, ALL,
                                      MEM_NORMAL, NONE});
    cr_assert_eq(mspace_map_root(&space[0], va_of(c),
                                 RAM + (paddr_t)frame * PAGE_SIZE,
                                 order_of(count), ALL, MEM_NORMAL),
                 0);
}

/* One space goes and comes back empty. */
static void do_destroy(void)
{
    int s = (int)random_below(&seed, SPACES);
    for (int i = 0; i < pages; i++)
        if (cell[first_cell(s) + i].mapped)
            take_tree(first_cell(s) + i, ALL);
    /* As in the real one, superpages below are not split but taken whole. */
    while (!mspace_destroy(&space[s], 1 + random_below(&seed, max_budget)))
        check();
    mspace_init(&space[s], &root, (uint32_t)s + 1,
                va_of(0) + (uaddr_t)pages * PAGE_SIZE);
}

static void step(void)
{
    unsigned what = random_below(&seed, 100);
    if (what == 0)
        do_destroy();
    else if (what < 12)
        do_root();
    else if (what < 30)
        do_unmap();
    else
        do_map();
}

static void run(uint64_t first_seed, int page_count, int steps, unsigned budget)
{
    fixture_init();
    seed = first_seed;
    pages = page_count;
    max_budget = budget;
    for (int i = 0; i < CELLS; i++)
        cell[i].parent = NONE;
    for (uint32_t i = 0; i < SPACES; i++)
        mspace_init(&space[i], &root, i + 1, BASE + (uaddr_t)pages * PAGE_SIZE);
    for (int i = 0; i < steps; i++) {
        step();
        compare();
        if (i % 64 == 0)
            kmem_check();
    }
    for (int i = 0; i < SPACES; i++)
        while (!mspace_destroy(&space[i], 100))
            ;
    fixture_assert_no_leak();
}

Test(mspace_random, small_pages_agree_with_the_model_seed_1)
{
    run(1, 16, 30000, 5);
}

Test(mspace_random, small_pages_agree_with_the_model_seed_2)
{
    run(2, 64, 10000, 20);
}

Test(mspace_random, superpages_agree_with_the_model_seed_1)
{
    run(1, MAX_PAGES, 1500, 3000);
}

Test(mspace_random, superpages_agree_with_the_model_seed_2)
{
    run(2, MAX_PAGES, 1500, 700);
}
